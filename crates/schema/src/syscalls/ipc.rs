//! System V and POSIX interprocess communication, pipes and event descriptors.

use super::Proof;
use super::time::{SIGEVENT, TIMESPEC, TIMESPEC64};
use crate::names;
use crate::types::Len::{Arg, Ret};
use crate::types::Type::{
    Addr, Array, By, Bytes, Enum, Fd, Flags, Gid, Hex, I16, I32, I64, In, Inline, Long, Mode, Out,
    Parts, Path, Pid, Seconds, Size, Struct, U16, U32, Uid, Ulong, Unused, Wide,
};
use crate::types::{Part, Width, choices, structs};

/// Flags and permissions of msgget(2) and semget(2).
static IPC_GET: [Part; 2] = [
    Part {
        mask: !0o777,
        kind: Flags(&names::IPC_GET_FLAGS),
    },
    Part {
        mask: 0o777,
        kind: Mode,
    },
];
/// Flags, size of huge pages and permissions of shmget(2).
static SHM_GET: [Part; 3] = [
    Part {
        mask: 0x03ff_fe00,
        kind: Flags(&names::SHM_GET_FLAGS),
    },
    Part {
        mask: 0xfc00_0000,
        kind: Hex(&U32),
    },
    Part {
        mask: 0o777,
        kind: Mode,
    },
];
/// A command of msgctl(2).
static MSG_COMMAND: [Part; 2] = [
    Part {
        mask: 0x100,
        kind: Flags(&names::IPC_VERSION),
    },
    Part {
        mask: !0x100,
        kind: Enum(&names::MSG_COMMAND),
    },
];
/// A command of semctl(2).
static SEM_COMMAND: [Part; 2] = [
    Part {
        mask: 0x100,
        kind: Flags(&names::IPC_VERSION),
    },
    Part {
        mask: !0x100,
        kind: Enum(&names::SEM_COMMAND),
    },
];
/// A command of shmctl(2).
static SHM_COMMAND: [Part; 2] = [
    Part {
        mask: 0x100,
        kind: Flags(&names::IPC_VERSION),
    },
    Part {
        mask: !0x100,
        kind: Enum(&names::SHM_COMMAND),
    },
];
/// The mode of a shared memory segment.
static SHM_MODE: [Part; 2] = [
    Part {
        mask: !0o777,
        kind: Flags(&names::SHM_STATE),
    },
    Part {
        mask: 0o777,
        kind: Mode,
    },
];
/// Access mode and flags of mq_open(2).
static MQ_OPEN: [Part; 2] = [
    Part {
        mask: 3,
        kind: Enum(&names::OPEN_ACCESS),
    },
    Part {
        mask: !3,
        kind: Flags(&names::OPEN_FLAGS),
    },
];

structs! {
    /// Who may use an object, and who made it.
    IPC64_PERM = "struct ipc64_perm" {
        key: I32,
        uid: Uid,
        gid: Gid,
        cuid: Uid,
        cgid: Gid,
        mode: Mode,
        __pad: Inline(&U16, 2),
        __pad1: Inline(&Ulong, 2),
    } with { compat: Some(&IPC64_PERM_COMPAT), brief: PERM_ORDER }

    /// The same of a 32-bit caller.
    IPC64_PERM_COMPAT = "struct ipc64_perm" {
        key: I32,
        uid: Uid,
        gid: Gid,
        cuid: Uid,
        cgid: Gid,
        mode: Wide(Width::W16, &Mode),
        __pad: Inline(&U16, 3),
        __pad1: Inline(&Ulong, 2),
    } with { brief: PERM_ORDER }

    /// What IPC_SET reads of it.
    IPC64_PERM_SET = "struct ipc64_perm" {
        __pad: I32,
        uid: Uid,
        gid: Gid,
        __pad1: Inline(&U32, 2),
        mode: Mode,
        __pad2: Inline(&U16, 2),
        __pad3: Inline(&Ulong, 2),
    } with { compat: Some(&IPC64_PERM_SET_COMPAT) }

    /// The same of a 32-bit caller.
    IPC64_PERM_SET_COMPAT = "struct ipc64_perm" {
        __pad: I32,
        uid: Uid,
        gid: Gid,
        __pad1: Inline(&U32, 2),
        mode: Wide(Width::W16, &Mode),
        __pad2: Inline(&U16, 3),
        __pad3: Inline(&Ulong, 2),
    }

    /// Who may use a shared memory segment; its mode carries its state too.
    SHM_PERM = "struct ipc64_perm" {
        key: I32,
        uid: Uid,
        gid: Gid,
        cuid: Uid,
        cgid: Gid,
        mode: Parts(&SHM_MODE),
        __pad: Inline(&U16, 2),
        __pad1: Inline(&Ulong, 2),
    } with { compat: Some(&SHM_PERM_COMPAT), brief: PERM_ORDER }

    /// The same of a 32-bit caller.
    SHM_PERM_COMPAT = "struct ipc64_perm" {
        key: I32,
        uid: Uid,
        gid: Gid,
        cuid: Uid,
        cgid: Gid,
        mode: Wide(Width::W16, &Parts(&SHM_MODE)),
        __pad: Inline(&U16, 3),
        __pad1: Inline(&Ulong, 2),
    } with { brief: PERM_ORDER }

    /// The state of a message queue.
    MSQID64_DS = "struct msqid64_ds" {
        msg_perm: Struct(&IPC64_PERM),
        msg_stime: I64,
        msg_rtime: I64,
        msg_ctime: I64,
        msg_cbytes: Ulong,
        msg_qnum: Ulong,
        msg_qbytes: Ulong,
        msg_lspid: Pid,
        msg_lrpid: Pid,
        __pad: Inline(&Ulong, 2),
    } with {
        brief: &[
            "msg_perm", "msg_stime", "msg_rtime", "msg_ctime", "msg_qnum", "msg_qbytes",
            "msg_lspid", "msg_lrpid",
        ],
    }

    /// What IPC_SET reads of it.
    MSQID64_SET = "struct msqid64_ds" {
        msg_perm: Struct(&IPC64_PERM_SET),
        __pad: Inline(&I64, 3),
        __pad1: Inline(&Ulong, 2),
        msg_qbytes: Ulong,
        __pad2: Inline(&Pid, 2),
        __pad3: Inline(&Ulong, 2),
    }

    /// The limits of message queues, or what of them is used.
    MSGINFO = "struct msginfo" {
        msgpool: I32,
        msgmap: I32,
        msgmax: I32,
        msgmnb: I32,
        msgmni: I32,
        msgssz: I32,
        msgtql: I32,
        msgseg: U16,
    }

    /// A message to be sent.
    MSGBUF = "struct msgbuf" { mtype: Long, mtext: Bytes(Arg("msgsz")) }

    /// A message as received.
    MSGBUF_RECEIVED = "struct msgbuf" { mtype: Long, mtext: Bytes(Ret) }

    /// An operation on a semaphore.
    SEMBUF = "struct sembuf" {
        sem_num: U16,
        sem_op: I16,
        sem_flg: Wide(Width::W16, &Flags(&names::SEM_FLAGS)),
    }

    /// The state of a set of semaphores.
    SEMID64_DS = "struct semid64_ds" {
        sem_perm: Struct(&IPC64_PERM),
        sem_otime: Seconds,
        __pad: Ulong,
        sem_ctime: Seconds,
        __pad1: Ulong,
        sem_nsems: Ulong,
        __pad2: Inline(&Ulong, 2),
    } with { compat: Some(&SEMID64_DS_COMPAT), aarch64: Some(&SEMID64_DS_GENERIC) }

    /// The same of a 32-bit caller.
    SEMID64_DS_COMPAT = "struct semid64_ds" {
        sem_perm: Struct(&IPC64_PERM),
        sem_otime: I64,
        sem_ctime: I64,
        sem_nsems: Ulong,
        __pad: Inline(&Ulong, 2),
    }

    /// The same of 64-bit Arm.
    SEMID64_DS_GENERIC = "struct semid64_ds" {
        sem_perm: Struct(&IPC64_PERM),
        sem_otime: Seconds,
        sem_ctime: Seconds,
        sem_nsems: Ulong,
        __pad: Inline(&Ulong, 2),
    }

    /// What IPC_SET reads of it.
    SEMID64_SET = "struct semid64_ds" {
        sem_perm: Struct(&IPC64_PERM_SET),
        __pad: Inline(&Ulong, 7),
    } with { aarch64: Some(&SEMID64_SET_GENERIC) }

    /// The same of 64-bit Arm.
    SEMID64_SET_GENERIC = "struct semid64_ds" {
        sem_perm: Struct(&IPC64_PERM_SET),
        __pad: Inline(&Ulong, 5),
    }

    /// The limits of semaphores, or what of them is used.
    SEMINFO = "struct seminfo" {
        semmap: I32,
        semmni: I32,
        semmns: I32,
        semmnu: I32,
        semmsl: I32,
        semopm: I32,
        semume: I32,
        semusz: I32,
        semvmx: I32,
        semaem: I32,
    }

    /// The state of a shared memory segment.
    SHMID64_DS = "struct shmid64_ds" {
        shm_perm: Struct(&SHM_PERM),
        shm_segsz: Size,
        shm_atime: I64,
        shm_dtime: I64,
        shm_ctime: I64,
        shm_cpid: Pid,
        shm_lpid: Pid,
        shm_nattch: Ulong,
        __pad: Inline(&Ulong, 2),
    } with {
        brief: &[
            "shm_perm", "shm_segsz", "shm_cpid", "shm_lpid", "shm_nattch", "shm_atime",
            "shm_dtime", "shm_ctime",
        ],
    }

    /// What IPC_SET reads of it.
    SHMID64_SET = "struct shmid64_ds" {
        shm_perm: Struct(&IPC64_PERM_SET),
        __pad: Size,
        __pad1: Inline(&I64, 3),
        __pad2: Inline(&Pid, 2),
        __pad3: Inline(&Ulong, 3),
    }

    /// The limits of shared memory.
    SHMINFO64 = "struct shminfo64" {
        shmmax: Ulong,
        shmmin: Ulong,
        shmmni: Ulong,
        shmseg: Ulong,
        shmall: Ulong,
        __pad: Inline(&Ulong, 4),
    }

    /// What is used of shared memory.
    SHM_INFO = "struct shm_info" {
        used_ids: I32,
        shm_tot: Ulong,
        shm_rss: Ulong,
        shm_swp: Ulong,
        swap_attempts: Ulong,
        swap_successes: Ulong,
    }

    /// The size of a message queue and what is in it.
    MQ_ATTR = "struct mq_attr" {
        mq_flags: Wide(Width::Word, &Flags(&names::OPEN_FLAGS)),
        mq_maxmsg: Long,
        mq_msgsize: Long,
        mq_curmsgs: Long,
        __pad: Inline(&Long, 4),
    }
}

/// The order in which permissions are shown.
const PERM_ORDER: &[&str] = &["uid", "gid", "mode", "key", "cuid", "cgid"];

// Through ipc(2), 32-bit callers that do not set IPC_64 in the command pass structures of the time
// of libc 5; those are not followed. 64-bit callers have but one form.
choices! {
    /// The structure of msgctl(2).
    MSG_ARGUMENT = by "cmd" {
        [2, 11, 13] => Out(&Struct(&MSQID64_DS)),
        [1] => In(&Struct(&MSQID64_SET)),
        [3, 12] => Out(&Struct(&MSGINFO)),
    } else Addr;

    /// The same of a 32-bit caller.
    MSG_ARGUMENT_COMPAT = by "cmd" {
        [0x102, 0x10b, 0x10d] => Out(&Struct(&MSQID64_DS)),
        [0x101] => In(&Struct(&MSQID64_SET)),
        [3, 12, 0x103, 0x10c] => Out(&Struct(&MSGINFO)),
    } else Addr;

    /// The argument of semctl(2).
    SEM_ARGUMENT = by "cmd" {
        [2, 18, 20] => Out(&Struct(&SEMID64_DS)),
        [1] => In(&Struct(&SEMID64_SET)),
        [3, 19] => Out(&Struct(&SEMINFO)),
        [16] => Hex(&I32),
    } else Addr;

    /// The same of a 32-bit caller.
    SEM_ARGUMENT_COMPAT = by "cmd" {
        [0x102, 0x112, 0x114] => Out(&Struct(&SEMID64_DS)),
        [0x101] => In(&Struct(&SEMID64_SET)),
        [3, 19, 0x103, 0x113] => Out(&Struct(&SEMINFO)),
        [16, 0x110] => Hex(&I32),
    } else Addr;

    /// The structure of shmctl(2).
    SHM_ARGUMENT = by "cmd" {
        [2, 13, 15] => Out(&Struct(&SHMID64_DS)),
        [1] => In(&Struct(&SHMID64_SET)),
        [3] => Out(&Struct(&SHMINFO64)),
        [14] => Out(&Struct(&SHM_INFO)),
    } else Addr;

    /// The same of a 32-bit caller.
    SHM_ARGUMENT_COMPAT = by "cmd" {
        [0x102, 0x10d, 0x10f] => Out(&Struct(&SHMID64_DS)),
        [0x101] => In(&Struct(&SHMID64_SET)),
        [0x103] => Out(&Struct(&SHMINFO64)),
        [14, 0x10e] => Out(&Struct(&SHM_INFO)),
    } else Addr;

    /// The permissions of a message queue that mq_open(2) makes.
    MQ_MODE = by "oflag" & 0o100 { [0o100] => Mode } else Unused;

    /// The size of a message queue that mq_open(2) makes.
    MQ_SIZE = by "oflag" & 0o100 { [0o100] => In(&Struct(&MQ_ATTR)) } else Unused;
}

calls! {
    /// Stands for the System V calls of 32-bit programs.
    ipc i386 117;
        (call: Enum(&names::IPC_CALL), first: I32, second: Ulong, third: Ulong, ptr: Addr, fifth: Long) -> Long,
        in []
        with { compat: true, entry: true }

    /// Makes or finds a message queue.
    msgget x86_64 68, i386 399, aarch64 186;
        (key: Enum(&names::IPC_KEY), msgflg: Parts(&IPC_GET)) -> Long,
        in ["ipc", "ipc_msgq"]
        with { proof: Proof::Never }

    /// Sends a message to a queue.
    msgsnd x86_64 69, i386 400, aarch64 189;
        (msqid: I32, msgp: In(&Struct(&MSGBUF)), msgsz: Size, msgflg: Flags(&names::MSG_FLAGS)) -> Long,
        in ["ipc", "ipc_msgq"]
        with { compat: true, entry: true, man: "msgop(2)" }

    /// Receives a message from a queue.
    msgrcv x86_64 70, i386 401, aarch64 188;
        (msqid: I32, msgp: Out(&Struct(&MSGBUF_RECEIVED)), msgsz: Size, msgtyp: Long, msgflg: Flags(&names::MSG_FLAGS)) -> Long,
        in ["ipc", "ipc_msgq"]
        with { compat: true, entry: true, man: "msgop(2)" }

    /// Reads, changes or removes a message queue.
    msgctl x86_64 71, i386 402, aarch64 187;
        (msqid: I32, cmd: Parts(&MSG_COMMAND), buf: By(&MSG_ARGUMENT)) -> Long,
        in ["ipc", "ipc_msgq"]
        i386 (msqid: I32, cmd: Parts(&MSG_COMMAND), buf: By(&MSG_ARGUMENT_COMPAT))
        with { compat: true }

    /// Makes or finds a set of semaphores.
    semget x86_64 64, i386 393, aarch64 190;
        (key: Enum(&names::IPC_KEY), nsems: I32, semflg: Parts(&IPC_GET)) -> Long,
        in ["ipc", "ipc_sem"]

    /// Does operations on semaphores, all or none.
    semop x86_64 65, aarch64 193;
        (semid: I32, sops: In(&Array(&Struct(&SEMBUF), Arg("nsops"))), nsops: U32) -> Long,
        in ["ipc", "ipc_sem"]
        with { entry: true }

    /// Does operations on semaphores, all or none, within a time.
    semtimedop x86_64 220, i386 420, aarch64 192;
        (semid: I32, sops: In(&Array(&Struct(&SEMBUF), Arg("nsops"))), nsops: U32, timeout: In(&Struct(&TIMESPEC64))) -> Long,
        in ["ipc", "ipc_sem"]
        with { name32: "semtimedop_time64", entry: true, man: "semop(2)" }

    /// Does operations on semaphores within a time of 32-bit seconds, as ipc(2) has it.
    semtimedop_time32;
        (semid: I32, sops: In(&Array(&Struct(&SEMBUF), Arg("nsops"))), nsops: U32, timeout: In(&Struct(&TIMESPEC))) -> Long,
        in ["ipc", "ipc_sem"]
        with { name32: "semtimedop", entry: true, man: "semop(2)", event: "semtimedop" }

    /// Reads, changes or removes a set of semaphores.
    semctl x86_64 66, i386 394, aarch64 191;
        (semid: I32, semnum: I32, cmd: Parts(&SEM_COMMAND), arg: By(&SEM_ARGUMENT)) -> Long,
        in ["ipc", "ipc_sem"]
        i386 (semid: I32, semnum: I32, cmd: Parts(&SEM_COMMAND), arg: By(&SEM_ARGUMENT_COMPAT))
        with { compat: true }

    /// Makes or finds a shared memory segment.
    shmget x86_64 29, i386 395, aarch64 194;
        (key: Enum(&names::IPC_KEY), size: Size, shmflg: Parts(&SHM_GET)) -> Long,
        in ["ipc", "ipc_shm"]

    /// Attaches a shared memory segment.
    shmat x86_64 30, i386 397, aarch64 196;
        (shmid: I32, shmaddr: Addr, shmflg: Flags(&names::SHM_AT_FLAGS)) -> Addr,
        in ["ipc", "ipc_shm"]
        with { compat: true, man: "shmop(2)" }

    /// Attaches a shared memory segment, as ipc(2) has it: the address is stored, not returned.
    shmat_ipc;
        (shmid: I32, shmaddr: Addr, shmflg: Flags(&names::SHM_AT_FLAGS), raddr: Out(&Addr)) -> Long,
        in ["ipc", "ipc_shm"]
        with { name32: "shmat", man: "shmop(2)", event: "shmat" }

    /// Detaches a shared memory segment.
    shmdt x86_64 67, i386 398, aarch64 197;
        (shmaddr: Addr) -> Long,
        in ["ipc", "ipc_shm"]
        with { man: "shmop(2)" }

    /// Reads, changes or removes a shared memory segment.
    shmctl x86_64 31, i386 396, aarch64 195;
        (shmid: I32, cmd: Parts(&SHM_COMMAND), buf: By(&SHM_ARGUMENT)) -> Long,
        in ["ipc", "ipc_shm"]
        i386 (shmid: I32, cmd: Parts(&SHM_COMMAND), buf: By(&SHM_ARGUMENT_COMPAT))
        with { compat: true }

    /// Opens or makes a message queue.
    mq_open x86_64 240, i386 277, aarch64 180;
        (name: In(&Path), oflag: Parts(&MQ_OPEN), mode: By(&MQ_MODE), attr: By(&MQ_SIZE)) -> Fd,
        in ["ipc", "ipc_msgq"]
        with { compat: true }

    /// Removes the name of a message queue.
    mq_unlink x86_64 241, i386 278, aarch64 181;
        (name: In(&Path)) -> Long,
        in ["ipc", "ipc_msgq"]

    /// Sends a message to a queue, within a time.
    mq_timedsend x86_64 242, i386 418, aarch64 182;
        (mqdes: Fd, msg_ptr: In(&Bytes(Arg("msg_len"))), msg_len: Size, msg_prio: U32, abs_timeout: In(&Struct(&TIMESPEC64))) -> Long,
        in ["ipc", "ipc_msgq"]
        with { name32: "mq_timedsend_time64", entry: true }

    /// Sends a message to a queue, within a time of 32-bit seconds.
    mq_timedsend_time32 i386 279;
        (mqdes: Fd, u_msg_ptr: In(&Bytes(Arg("msg_len"))), msg_len: Size, msg_prio: U32, u_abs_timeout: In(&Struct(&TIMESPEC))) -> Long,
        in []
        with { name32: "mq_timedsend", entry: true, man: "mq_timedsend(2)" }

    /// Receives a message from a queue, within a time.
    mq_timedreceive x86_64 243, i386 419, aarch64 183;
        (mqdes: Fd, msg_ptr: Out(&Bytes(Ret)), msg_len: Size, msg_prio: Out(&U32), abs_timeout: In(&Struct(&TIMESPEC64))) -> Long,
        in ["ipc", "ipc_msgq"]
        with { name32: "mq_timedreceive_time64", entry: true }

    /// Receives a message from a queue, within a time of 32-bit seconds.
    mq_timedreceive_time32 i386 280;
        (mqdes: Fd, u_msg_ptr: Out(&Bytes(Ret)), msg_len: Size, u_msg_prio: Out(&U32), u_abs_timeout: In(&Struct(&TIMESPEC))) -> Long,
        in []
        with { name32: "mq_timedreceive", entry: true, man: "mq_timedreceive(2)" }

    /// Asks to be notified of a message in an empty queue.
    mq_notify x86_64 244, x32 527, i386 281, aarch64 184;
        (mqdes: Fd, sevp: In(&Struct(&SIGEVENT))) -> Long,
        in ["ipc", "ipc_msgq"]
        with { compat: true }

    /// Gets or sets the attributes of a message queue.
    mq_getsetattr x86_64 245, i386 282, aarch64 185;
        (mqdes: Fd, newattr: In(&Struct(&MQ_ATTR)), oldattr: Out(&Struct(&MQ_ATTR))) -> Long,
        in ["ipc", "ipc_msgq"]
        with { compat: true }

    /// Makes a pipe.
    pipe x86_64 22, i386 42;
        (pipefd: Out(&Inline(&Fd, 2))) -> Long,
        in ["ipc", "ipc_pipe"]

    /// Makes a pipe, with flags.
    pipe2 x86_64 293, i386 331, aarch64 59;
        (pipefd: Out(&Inline(&Fd, 2)), flags: Flags(&names::OPEN_FLAGS)) -> Long,
        in ["ipc", "ipc_pipe"]

    /// Makes a counter that is read and written through a file descriptor.
    eventfd x86_64 284, i386 323;
        (initval: U32) -> Fd,
        in ["signals"]

    /// Makes a counter that is read and written through a file descriptor, with flags.
    eventfd2 x86_64 290, i386 328, aarch64 19;
        (initval: U32, flags: Flags(&names::EVENTFD_FLAGS)) -> Fd,
        in ["signals"]
        with { man: "eventfd(2)" }
}
