//! The system as a whole: its name, state, random numbers, kernel log, reboot, security modules,
//! processor privileges.

use super::Proof;
use super::time::TIMEVAL;
use crate::names;
use crate::types::Len::{Arg, At, Ret};
use crate::types::Type::{
    Addr, Array, By, Bytes, Chars, Enum, FdSet, Flags, Hex, I32, In, InOut, Inline, Long, Out,
    Parts, Pid, Raw, Signal, Size, Struct, Text, U16, U32, U64, Uid, Ulong, Unused, Wide,
};
use crate::types::Width::W64;
use crate::types::{Part, choices, structs};

/// Which old program's mode, and single differences.
static PERSONA: [Part; 2] = [
    Part {
        mask: 0xff,
        kind: Enum(&names::PERSONALITY),
    },
    Part {
        mask: !0xff,
        kind: Flags(&names::PERSONALITY_FLAGS),
    },
];

choices! {
    /// The argument of syslog(2): the messages, where it reads some.
    LOG = by "type" {
        [2, 3, 4] => Out(&Bytes(Ret)),
        [0, 1, 5, 6, 7, 9, 10] => Unused,
    } else Addr;

    /// How long that may be, or the level of the console.
    LOG_LENGTH = by "type" {
        [0, 1, 5, 6, 7, 9, 10] => Unused,
    } else I32;

    /// The argument of reboot(2): what the boot loader is told.
    REBOOT_ARGUMENT = by "cmd" {
        [linux_raw_sys::general::LINUX_REBOOT_CMD_RESTART2] => In(&Text),
    } else Unused;

    /// What personality(2) is given: 0xffffffff asks only.
    PERSONA_GIVEN = by "persona" {
        [0xffff_ffff_u32] => Hex(&U32),
    } else Parts(&PERSONA);
}

structs! {
    /// The names of the system.
    UTSNAME = "struct new_utsname" {
        sysname: Chars(65),
        nodename: Chars(65),
        release: Chars(65),
        version: Chars(65),
        machine: Chars(65),
        domainname: Chars(65),
    } with { brief: &["sysname", "nodename"] }

    /// The names of the system without its domain.
    OLD_UTSNAME = "struct old_utsname" {
        sysname: Chars(65),
        nodename: Chars(65),
        release: Chars(65),
        version: Chars(65),
        machine: Chars(65),
    } with { brief: &["sysname", "nodename"] }

    /// The first eight bytes of the names of the system.
    OLDOLD_UTSNAME = "struct oldold_utsname" {
        sysname: Chars(9),
        nodename: Chars(9),
        release: Chars(9),
        version: Chars(9),
        machine: Chars(9),
    } with { brief: &["sysname", "nodename"] }

    /// Load and memory of the system.
    SYSINFO = "struct sysinfo" {
        uptime: Long,
        loads: Inline(&Ulong, 3),
        totalram: Ulong,
        freeram: Ulong,
        sharedram: Ulong,
        bufferram: Ulong,
        totalswap: Ulong,
        freeswap: Ulong,
        procs: U16,
        __pad: U16,
        totalhigh: Ulong,
        freehigh: Ulong,
        mem_unit: U32,
    } with { compat: Some(&SYSINFO_COMPAT) }

    /// The same for a 32-bit program, which has eight bytes of padding behind it.
    SYSINFO_COMPAT = "struct sysinfo" {
        uptime: Long,
        loads: Inline(&Ulong, 3),
        totalram: Ulong,
        freeram: Ulong,
        sharedram: Ulong,
        bufferram: Ulong,
        totalswap: Ulong,
        freeswap: Ulong,
        procs: U16,
        __pad: U16,
        totalhigh: Ulong,
        freehigh: Ulong,
        mem_unit: U32,
        __pad_end: Raw(8),
    }

    /// The head of a security module's attribute; its text follows.
    LSM_CTX = "struct lsm_ctx" {
        id: Wide(W64, &Enum(&names::LSM_ID)),
        flags: Hex(&U64),
        len: U64,
        ctx_len: U64,
    }

    /// What sysctl(2) was asked.
    SYSCTL_ARGS = "struct __sysctl_args" {
        name: In(&Array(&I32, Arg("nlen"))),
        nlen: I32,
        oldval: Addr,
        oldlenp: Addr,
        newval: Addr,
        newlen: Size,
        __pad: Inline(&Ulong, 4),
    }

    /// What a queued signal carries.
    SIGINFO_QUEUED = "siginfo_t" {
        si_signo: Signal,
        si_errno: I32,
        si_code: Enum(&names::SIGNAL_CODE),
        // The kernel's union of further members is aligned to a word.
        __pad: Inline(&Ulong, 0),
        si_pid: Pid,
        si_uid: Uid,
        si_value: Addr,
    }
}

calls! {
    /// Tells the names of the system.
    uname x86_64 63, i386 122, aarch64 160;
        (buf: Out(&Struct(&UTSNAME))) -> Long,
        in ["system"]
        with { function: "newuname" }

    /// Tells the names of the system without its domain.
    olduname i386 109;
        (buf: Out(&Struct(&OLD_UTSNAME))) -> Long,
        in []
        with { function: "uname", man: "uname(2)" }

    /// Tells the first eight bytes of the names of the system.
    oldolduname i386 59;
        (name: Out(&Struct(&OLDOLD_UTSNAME))) -> Long,
        in []
        with { function: "olduname", man: "uname(2)" }

    /// Tells load and memory of the system.
    sysinfo x86_64 99, i386 116, aarch64 179;
        (info: Out(&Struct(&SYSINFO))) -> Long,
        in ["system"]
        with { compat: true }

    /// Gives random bytes.
    getrandom x86_64 318, i386 355, aarch64 278;
        (buf: Out(&Bytes(Ret)), buflen: Size, flags: Flags(&names::GETRANDOM_FLAGS)) -> Long,
        in ["fs"]
        with { entry: true, since: "3.17" }

    /// Reads the kernel's log, or says what goes to the console.
    syslog x86_64 103, i386 103, aarch64 116;
        (type: Enum(&names::SYSLOG_ACTION), bufp: By(&LOG), len: By(&LOG_LENGTH)) -> Long,
        in ["system"]
        with { entry: true }

    /// Restarts or stops the system.
    reboot x86_64 169, i386 88, aarch64 142;
        (magic: Enum(&names::REBOOT_MAGIC1), magic2: Enum(&names::REBOOT_MAGIC2), cmd: Enum(&names::REBOOT_COMMAND), arg: By(&REBOOT_ARGUMENT)) -> Long,
        in ["system"]
        with { entry: true }

    /// Sets the old program whose mode the kernel plays.
    personality x86_64 135, i386 136, aarch64 92;
        (persona: By(&PERSONA_GIVEN)) -> Parts(&PERSONA),
        in ["system"]

    /// Allows or forbids input and output ports.
    ioperm x86_64 173, i386 101;
        (from: Hex(&Ulong), num: Hex(&Ulong), turn_on: I32) -> Long,
        in ["system"]

    /// Allows or forbids all input and output ports.
    iopl x86_64 172, i386 110;
        (level: I32) -> Long,
        in ["system"]

    /// Gives attributes that security modules keep of the calling thread.
    lsm_get_self_attr x86_64 459, i386 459, aarch64 459;
        (attr: Enum(&names::LSM_ATTR), ctx: Out(&Bytes(At("size"))), size: InOut(&U32), flags: Flags(&names::LSM_FLAGS)) -> Long,
        in []
        with { since: "6.8" }

    /// Sets an attribute that a security module keeps of the calling thread.
    lsm_set_self_attr x86_64 460, i386 460, aarch64 460;
        (attr: Enum(&names::LSM_ATTR), ctx: In(&Struct(&LSM_CTX)), size: U32, flags: Hex(&U32)) -> Long,
        in []
        with { since: "6.8" }

    /// Lists security modules.
    lsm_list_modules x86_64 461, i386 461, aarch64 461;
        (ids: Out(&Array(&Wide(W64, &Enum(&names::LSM_ID)), Ret)), size: InOut(&U32), flags: Hex(&U32)) -> Long,
        in []
        with { since: "6.8" }

    /// Queues a signal with a value for a thread.
    rt_tgsigqueueinfo x86_64 297, x32 536, i386 335, aarch64 240;
        (tgid: Pid, tid: Pid, sig: Signal, info: In(&Struct(&SIGINFO_QUEUED))) -> Long,
        in ["signals"]
        with { compat: true, man: "rt_sigqueueinfo(2)" }

    /// Waits until one of several file descriptors is ready; the arguments stand in memory.
    old_select i386 82;
        (nfds: I32, readfds: InOut(&FdSet(Arg("nfds"))), writefds: InOut(&FdSet(Arg("nfds"))), exceptfds: InOut(&FdSet(Arg("nfds"))), timeout: InOut(&Struct(&TIMEVAL))) -> Long,
        in []
        with { name32: "select", compat: true, packed32: true, entry: true, man: "select(2)" }

    /// Runs code of the 8086 processor.
    vm86 i386 166;
        (fn: Ulong, v86: Addr) -> Long,
        in []

    /// Runs code of the 8086 processor, the older way.
    vm86old i386 113;
        (info: Addr) -> Long,
        in []
        with { man: "vm86(2)" }

    /// Comes back from a function to the code before a return probe; only the kernel's own code may call it.
    uretprobe x86_64 335;
        () -> Long,
        in []
        with { since: "6.11", proof: Proof::Never }

    /// Calls a probe from code that the kernel has put in; nobody else may call it.
    uprobe x86_64 336;
        () -> Long,
        in []
        with { since: "6.18" }

    /// Read and wrote settings of the kernel, up to Linux 5.4.
    sysctl x86_64 156, i386 149;
        (args: In(&Struct(&SYSCTL_ARGS))) -> Long,
        in ["system"]
        with { name32: "_sysctl", function: "ni_syscall" }
}
