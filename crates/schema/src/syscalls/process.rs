//! Processes: making, replacing, ending and waiting for them, their ids and namespaces.

use super::Proof;
use super::schedule::RUSAGE;
use crate::names;
use crate::types::Len::{Arg, Ret};
use crate::types::Type::{
    Addr, Array, By, DirFd, Enum, Fd, Flags, Found, Hex, I32, In, InOut, Inline, Long, Out, Parts,
    Path, Pid, Signal, Size, Strings, Struct, U32, U64, Uid, Ulong, Unused, WaitStatus, Wide,
};
use crate::types::Width::{W64, Word};
use crate::types::{Part, choices, structs};

/// Flags of clone(2): the lowest byte is the signal of the child's end.
static CLONE: [Part; 2] = [
    Part {
        mask: !0xff,
        kind: Flags(&names::CLONE_FLAGS),
    },
    Part {
        mask: 0xff,
        kind: Signal,
    },
];

choices! {
    /// Where clone(2) writes a thread id or a pidfd to.
    CLONE_PARENT = by "flags" & 0x0018_1000 {
        [0x0010_0000, 0x0018_0000] => Out(&Pid),
        [0x0000_1000, 0x0008_1000] => Out(&Fd),
    } else Addr;

    /// What 32-bit callers of clone(2) describe thread-local storage by.
    CLONE_TLS32 = by "flags" & 0x0018_1000 {
        [0x0008_0000, 0x0018_0000, 0x0008_1000, 0x0018_1000] => In(&Struct(&USER_DESC)),
    } else Addr;

    /// Where clone3(2) writes a pidfd to.
    CLONE3_PIDFD = by "flags" & 0x1000 {
        [0x1000] => Out(&Fd),
    } else Unused;

    /// Where clone3(2) writes the thread id to.
    CLONE3_PARENT = by "flags" & 0x0010_0000 {
        [0x0010_0000] => Out(&Pid),
    } else Unused;

    /// Where the child of clone3(2) writes its thread id to, or 0 at its end.
    CLONE3_CHILD = by "flags" & 0x0120_0000 {
        [0x0100_0000, 0x0020_0000, 0x0120_0000] => Addr,
    } else Unused;

    /// The thread-local storage of the child of clone3(2).
    CLONE3_TLS = by "flags" & 0x0008_0000 {
        [0x0008_0000] => Addr,
    } else Unused;

    /// Whom waitid(2) waits for.
    WAIT_FOR = by "idtype" {
        [linux_raw_sys::general::P_PIDFD] => Fd,
    } else Pid;

    /// The exit status of a child, or the signal that ended, stopped or continued it.
    CHILD_STATUS = by "si_code" {
        [1] => I32,
    } else Signal;

    /// The argument of arch_prctl(2).
    ARCH_ARGUMENT = by "option" {
        [0x1011] => Unused,
        [0x1003, 0x1004] => Out(&Addr),
        [0x1012] => Ulong,
        [0x1021, 0x1022, 0x1024, 0x4001, 0x4003] => Out(&Hex(&U64)),
        [0x1023, 0x1025] => Enum(&names::ARCH_XCOMP),
        [0x5001, 0x5002, 0x5003, 0x5004] => Flags(&names::ARCH_SHSTK),
        [0x5005] => Out(&Wide(W64, &Flags(&names::ARCH_SHSTK))),
    } else Hex(&Ulong);
}

structs! {
    /// What clone3(2) is told.
    CLONE_ARGS = "struct clone_args" {
        flags: Wide(W64, &Flags(&names::CLONE3_FLAGS)),
        pidfd: Wide(W64, &By(&CLONE3_PIDFD)),
        child_tid: Wide(W64, &By(&CLONE3_CHILD)),
        parent_tid: Wide(W64, &By(&CLONE3_PARENT)),
        exit_signal: Wide(W64, &Signal),
        stack: Wide(W64, &Addr),
        stack_size: Hex(&U64),
        tls: Wide(W64, &By(&CLONE3_TLS)),
        set_tid: Wide(W64, &In(&Array(&Pid, Arg("set_tid_size")))),
        set_tid_size: U64,
        cgroup: Wide(W64, &Fd),
    } with { size: Some(Arg("size")) }

    /// A segment of an x86 descriptor table.
    USER_DESC = "struct user_desc" {
        entry_number: I32,
        base_addr: Hex(&U32),
        limit: Hex(&U32),
        flags: Flags(&names::USER_DESC_FLAGS),
    }

    /// What has become of a child. waitid(2) writes no member behind these; what stands there
    /// (`si_utime`) is the caller's old memory.
    SIGINFO_CHILD = "siginfo_t" {
        si_signo: Signal,
        // Always 0.
        __pad0: I32,
        si_code: Enum(&names::CHILD_CODE),
        // The kernel's union of further members is aligned to a word.
        __pad1: Inline(&Ulong, 0),
        si_pid: Pid,
        si_uid: Uid,
        si_status: By(&CHILD_STATUS),
    }

    /// Which namespaces listns(2) tells.
    NS_ID_REQ = "struct ns_id_req" {
        size: U32,
        __pad0: U32,
        ns_id: U64,
        ns_type: Flags(&names::NAMESPACES),
        __pad1: U32,
        user_ns_id: U64,
    }
}

calls! {
    /// Makes a child process that shares what its flags say, or a thread.
    clone x86_64 56, i386 120, aarch64 220;
        (flags: Parts(&CLONE), stack: Addr, parent_tid: By(&CLONE_PARENT), child_tid: Addr, tls: Addr) -> Pid,
        in ["proc", "proc_life"]
        i386 (flags: Parts(&CLONE), stack: Addr, parent_tid: By(&CLONE_PARENT), tls: By(&CLONE_TLS32), child_tid: Addr)
        aarch64 (flags: Parts(&CLONE), stack: Addr, parent_tid: By(&CLONE_PARENT), tls: Addr, child_tid: Addr)
        with { compat: true, function32: "ia32_clone", entry: true }

    /// Makes a child process or a thread, as a structure says.
    clone3 x86_64 435, i386 435, aarch64 435;
        (cl_args: In(&Struct(&CLONE_ARGS)), size: Size) -> Pid,
        in ["proc", "proc_life"]
        with { entry: true, since: "5.3", man: "clone(2)" }

    /// Makes a copy of the calling process.
    fork x86_64 57, i386 2;
        () -> Pid,
        in ["proc", "proc_life"]
        with { proof: Proof::Never }

    /// Makes a child process that borrows the caller's memory until it runs another program or ends.
    vfork x86_64 58, i386 190;
        () -> Pid,
        in ["proc", "proc_life"]
        with { entry: true, proof: Proof::Never }

    /// Replaces the program of the calling process.
    execve x86_64 59, x32 520, i386 11, aarch64 221;
        (pathname: In(&Path), argv: In(&Strings), envp: In(&Strings)) -> Long,
        in ["proc", "proc_life"]
        with { compat: true }

    /// Replaces the program of the calling process by one found relative to a directory.
    execveat x86_64 322, x32 545, i386 358, aarch64 281;
        (dirfd: DirFd, pathname: In(&Path), argv: In(&Strings), envp: In(&Strings), flags: Flags(&names::EXECVEAT_FLAGS)) -> Long,
        in ["proc", "proc_life"]
        with { compat: true, since: "3.19" }

    /// Ends the calling thread.
    exit x86_64 60, i386 1, aarch64 93;
        (status: I32) -> Long,
        in ["proc", "proc_life"]
        with { never_returns: true, proof: Proof::Never }

    /// Ends every thread of the calling process.
    exit_group x86_64 231, i386 252, aarch64 94;
        (status: I32) -> Long,
        in ["proc", "proc_life"]
        with { never_returns: true, proof: Proof::Never }

    /// Waits for a child to change, and tells what it used.
    wait4 x86_64 61, i386 114, aarch64 260;
        (pid: Pid, wstatus: Found(&WaitStatus), options: Flags(&names::WAIT_OPTIONS), rusage: Found(&Struct(&RUSAGE))) -> Pid,
        in ["proc", "proc_life"]
        with { compat: true, entry: true }

    /// Waits for a child, a group or what a pidfd stands for to change.
    waitid x86_64 247, x32 529, i386 284, aarch64 95;
        (idtype: Enum(&names::WAIT_ID), id: By(&WAIT_FOR), infop: Out(&Struct(&SIGINFO_CHILD)), options: Flags(&names::WAIT_OPTIONS), rusage: Out(&Struct(&RUSAGE))) -> Long,
        in ["proc", "proc_life"]
        with { compat: true, entry: true }

    /// Waits for a child to change.
    waitpid i386 7;
        (pid: Pid, status: Found(&WaitStatus), options: Flags(&names::WAIT_OPTIONS)) -> Pid,
        in []
        with { entry: true }

    /// Gives the calling process's id.
    getpid x86_64 39, i386 20, aarch64 172;
        () -> Pid,
        in ["proc", "proc_ids"]

    /// Gives the parent process's id.
    getppid x86_64 110, i386 64, aarch64 173;
        () -> Pid,
        in ["proc", "proc_ids"]

    /// Gives the calling thread's id.
    gettid x86_64 186, i386 224, aarch64 178;
        () -> Pid,
        in ["proc", "proc_ids"]

    /// Gives the process group of a process.
    getpgid x86_64 121, i386 132, aarch64 155;
        (pid: Pid) -> Pid,
        in ["proc", "proc_ids"]

    /// Gives the process group of the calling process.
    getpgrp x86_64 111, i386 65;
        () -> Pid,
        in ["proc", "proc_ids"]

    /// Puts a process into a process group.
    setpgid x86_64 109, i386 57, aarch64 154;
        (pid: Pid, pgid: Pid) -> Long,
        in ["default", "proc", "proc_ids"]

    /// Gives the session of a process.
    getsid x86_64 124, i386 147, aarch64 156;
        (pid: Pid) -> Pid,
        in ["proc", "proc_ids"]

    /// Makes a session that the calling process leads.
    setsid x86_64 112, i386 66, aarch64 157;
        () -> Pid,
        in ["proc", "proc_ids"]

    /// Says where a thread id is cleared when the calling thread ends.
    set_tid_address x86_64 218, i386 258, aarch64 96;
        (tidptr: Addr) -> Pid,
        in ["proc"]

    /// Gives a file descriptor that stands for a process.
    pidfd_open x86_64 434, i386 434, aarch64 434;
        (pid: Pid, flags: Flags(&names::PIDFD_FLAGS)) -> Fd,
        in []
        with { since: "5.3" }

    /// Copies a file descriptor of another process.
    pidfd_getfd x86_64 438, i386 438, aarch64 438;
        (pidfd: Fd, targetfd: I32, flags: Hex(&U32)) -> Fd,
        in []
        with { since: "5.6" }

    /// Makes parts of the caller's surroundings its own.
    unshare x86_64 272, i386 310, aarch64 97;
        (flags: Wide(Word, &Flags(&names::UNSHARE_FLAGS))) -> Long,
        in ["proc"]

    /// Enters a namespace, or those of a process.
    setns x86_64 308, i386 346, aarch64 268;
        (fd: Fd, nstype: Flags(&names::NAMESPACES)) -> Long,
        in ["default", "proc"]
        with { since: "3.0" }

    /// Lists namespaces.
    listns x86_64 470, i386 470, aarch64 470;
        (req: In(&Struct(&NS_ID_REQ)), ns_ids: Out(&Array(&U64, Ret)), nr_ns_ids: Size, flags: Hex(&U32)) -> Long,
        in []
        with { since: "6.19" }

    /// Changes or gives state that only x86 processors have.
    arch_prctl x86_64 158, i386 384;
        (option: Enum(&names::ARCH_PRCTL), addr: By(&ARCH_ARGUMENT)) -> Long,
        in ["proc"]

    /// Sets a segment for thread-local storage.
    set_thread_area x86_64 205, i386 243;
        (u_info: InOut(&Struct(&USER_DESC))) -> Long,
        in ["proc"]
        with { function: "ni_syscall", function32: "set_thread_area" }

    /// Gives a segment for thread-local storage.
    get_thread_area x86_64 211, i386 244;
        (u_info: InOut(&Struct(&USER_DESC))) -> Long,
        in ["proc"]
        with { function: "ni_syscall", function32: "get_thread_area", man: "set_thread_area(2)" }
}
