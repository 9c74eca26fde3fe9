//! Names of System V and POSIX interprocess communication and of event descriptors.

use super::names;

names! {
    /// The key that stands for a new object of its own.
    IPC_KEY = "key" and [0 => "IPC_PRIVATE"];

    /// Flags of msgget(2) and semget(2) besides the permissions.
    IPC_GET_FLAGS = "flags" and [
        0o1000 => "IPC_CREAT",
        0o2000 => "IPC_EXCL",
        0o4000 => "IPC_NOWAIT",
    ];

    /// Flags of shmget(2) besides the permissions and the size of huge pages.
    SHM_GET_FLAGS = "shmflg" and [
        0o1000 => "IPC_CREAT",
        0o2000 => "IPC_EXCL",
        0o4000 => "SHM_HUGETLB",
        0o10000 => "SHM_NORESERVE",
    ];

    /// Flags of shmat(2).
    SHM_AT_FLAGS = "shmflg" and [
        0o10000 => "SHM_RDONLY",
        0o20000 => "SHM_RND",
        0o40000 => "SHM_REMAP",
        0o100000 => "SHM_EXEC",
    ];

    /// Flags of msgsnd(2) and msgrcv(2).
    MSG_FLAGS = "msgflg" and [
        0o10000 => "MSG_NOERROR",
        0o20000 => "MSG_EXCEPT",
        0o40000 => "MSG_COPY",
        0o4000 => "IPC_NOWAIT",
    ];

    /// Flags of an operation of semop(2).
    SEM_FLAGS = "sem_flg" and [0x1000 => "SEM_UNDO", 0o4000 => "IPC_NOWAIT"];

    /// The bit of a command that asks for today's structures, where there are older ones.
    IPC_VERSION = "cmd" and [0x100 => "IPC_64"];

    /// Commands of msgctl(2).
    MSG_COMMAND = "cmd" and [
        0 => "IPC_RMID",
        1 => "IPC_SET",
        2 => "IPC_STAT",
        3 => "IPC_INFO",
        11 => "MSG_STAT",
        12 => "MSG_INFO",
        13 => "MSG_STAT_ANY",
    ];

    /// Commands of semctl(2).
    SEM_COMMAND = "cmd" and [
        0 => "IPC_RMID",
        1 => "IPC_SET",
        2 => "IPC_STAT",
        3 => "IPC_INFO",
        11 => "GETPID",
        12 => "GETVAL",
        13 => "GETALL",
        14 => "GETNCNT",
        15 => "GETZCNT",
        16 => "SETVAL",
        17 => "SETALL",
        18 => "SEM_STAT",
        19 => "SEM_INFO",
        20 => "SEM_STAT_ANY",
    ];

    /// Commands of shmctl(2).
    SHM_COMMAND = "cmd" and [
        0 => "IPC_RMID",
        1 => "IPC_SET",
        2 => "IPC_STAT",
        3 => "IPC_INFO",
        11 => "SHM_LOCK",
        12 => "SHM_UNLOCK",
        13 => "SHM_STAT",
        14 => "SHM_INFO",
        15 => "SHM_STAT_ANY",
    ];

    /// The state of a shared memory segment, in its mode.
    SHM_STATE = "mode" and [0o1000 => "SHM_DEST", 0o2000 => "SHM_LOCKED"];

    /// What ipc(2) is to do.
    IPC_CALL = "call" and [
        1 => "SEMOP",
        2 => "SEMGET",
        3 => "SEMCTL",
        4 => "SEMTIMEDOP",
        11 => "MSGSND",
        12 => "MSGRCV",
        13 => "MSGGET",
        14 => "MSGCTL",
        21 => "SHMAT",
        22 => "SHMDT",
        23 => "SHMGET",
        24 => "SHMCTL",
    ];

    /// Flags of eventfd2(2).
    EVENTFD_FLAGS = "flags" from general [EFD_SEMAPHORE, EFD_CLOEXEC, EFD_NONBLOCK];
}
