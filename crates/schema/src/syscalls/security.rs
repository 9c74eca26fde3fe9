//! Restrictions, modules, kexec, names of the machine, and looking into other processes.

use linux_raw_sys::landlock;

use super::Proof;
use crate::names;
use crate::types::Len::{Arg, Const};
use crate::types::Type::{
    Addr, Array, By, Bytes, Enum, Fd, Flags, Hex, I32, In, IoVec, Long, Operation, Out, Parts, Pid,
    Size, Struct, Text, U8, U16, U32, U64, Ulong, Wide,
};
use crate::types::Width::{W64, Word};
use crate::types::{Machine, Part, choices, structs};

structs! {
    /// An instruction of a filter of system calls.
    SECCOMP_FILTER = "struct sock_filter" {
        code: Operation(Machine::Classic), jt: U8, jf: U8, k: By(&RETURNED),
    } with { instruction: Some(Machine::Classic) }

    /// A filter of system calls.
    SECCOMP_FPROG = "struct sock_fprog" { len: U16, filter: In(&Array(&Struct(&SECCOMP_FILTER), Arg("len"))) }

    /// The sizes of structures that pass notifications of seccomp.
    SECCOMP_SIZES = "struct seccomp_notif_sizes" { seccomp_notif: U16, seccomp_notif_resp: U16, seccomp_data: U16 }

    /// What a ruleset handles.
    RULESET = "struct landlock_ruleset_attr" {
        handled_access_fs: Wide(W64, &Flags(&names::security::LANDLOCK_FS)),
        handled_access_net: Wide(W64, &Flags(&names::security::LANDLOCK_NET)),
        scoped: Wide(W64, &Flags(&names::security::LANDLOCK_SCOPE)),
        quiet_access_fs: Wide(W64, &Flags(&names::security::LANDLOCK_FS)),
        quiet_access_net: Wide(W64, &Flags(&names::security::LANDLOCK_NET)),
        quiet_scoped: Wide(W64, &Flags(&names::security::LANDLOCK_SCOPE)),
    } with { size: Some(Arg("size")) }

    /// Rights to what is beneath a folder.
    PATH_BENEATH = "struct landlock_path_beneath_attr" {
        allowed_access: Wide(W64, &Flags(&names::security::LANDLOCK_FS)), parent_fd: Fd,
    } with { packed: true }

    /// Rights to a port.
    NET_PORT = "struct landlock_net_port_attr" {
        allowed_access: Wide(W64, &Flags(&names::security::LANDLOCK_NET)), port: U64,
    }

    /// A part of the kernel to be started.
    KEXEC_SEGMENT = "struct kexec_segment" { buf: Addr, bufsz: Size, mem: Hex(&Ulong), memsz: Size }
}

/// Flags of kexec_load(2), and the architecture.
static KEXEC: [Part; 2] = [
    Part {
        mask: 0xffff,
        kind: Wide(Word, &Flags(&names::security::KEXEC_FLAGS)),
    },
    Part {
        mask: 0xffff_0000,
        kind: Wide(Word, &Enum(&names::security::KEXEC_ARCHITECTURE)),
    },
];

/// What a filter of system calls returns: what becomes of the call, and 16 bits of data.
static VERDICT: [Part; 2] = [
    Part {
        mask: 0xffff_0000,
        kind: Enum(&names::security::SECCOMP_ACTION),
    },
    Part {
        mask: 0xffff,
        kind: Hex(&U32),
    },
];

choices! {
    /// The number of an instruction: what is returned, where it is `BPF_RET|BPF_K`.
    RETURNED = by "code" & 0x1f {
        [0x06] => Parts(&VERDICT),
    } else Hex(&U32);

    /// Flags of seccomp(2), by the operation.
    SECCOMP_FLAGS = by "operation" {
        [1] => Flags(&names::security::SECCOMP_FILTER_FLAGS),
    } else Hex(&U32);

    /// What seccomp(2) is passed, by the operation.
    SECCOMP_ARGS = by "operation" {
        [1] => In(&Struct(&SECCOMP_FPROG)),
        [2] => In(&Enum(&names::security::SECCOMP_ACTION)),
        [3] => Out(&Struct(&SECCOMP_SIZES)),
    } else Addr;

    /// What seccomp(2) returns: a descriptor where the filter has a listener.
    SECCOMP_RESULT = by "flags" & 8 {
        [8] => Fd,
    } else Long;

    /// A rule, by its type.
    RULE = by "rule_type" {
        [landlock::landlock_rule_type::LANDLOCK_RULE_PATH_BENEATH] => In(&Struct(&PATH_BENEATH)),
        [landlock::landlock_rule_type::LANDLOCK_RULE_NET_PORT] => In(&Struct(&NET_PORT)),
    } else Addr;

    /// What landlock_create_ruleset(2) returns: with flags a version or a mask.
    RULESET_RESULT = by "flags" {
        [0] => Fd,
    } else Long;

    /// A descriptor or nothing, by what kcmp(2) compares.
    KCMP_FIRST = by "type" {
        [0] => Fd,
        [7] => Fd,
    } else Hex(&Ulong);

    /// The same of the second process.
    KCMP_SECOND = by "type" {
        [0] => Fd,
    } else Hex(&Ulong);
}

calls! {
    /// Restricts the system calls that the calling thread may make.
    seccomp x86_64 317, i386 354, aarch64 277;
        (operation: Enum(&names::security::SECCOMP_OPERATION), flags: By(&SECCOMP_FLAGS), args: By(&SECCOMP_ARGS)) -> By(&SECCOMP_RESULT),
        in ["proc"]
        with { since: "3.17" }

    /// Creates a set of Landlock rules.
    landlock_create_ruleset x86_64 444, i386 444, aarch64 444;
        (attr: In(&Struct(&RULESET)), size: Size, flags: Flags(&names::security::LANDLOCK_RULESET_FLAGS)) -> By(&RULESET_RESULT),
        in ["proc", "fs"]
        with { since: "5.13" }

    /// Adds a rule to a Landlock ruleset.
    landlock_add_rule x86_64 445, i386 445, aarch64 445;
        (ruleset_fd: Fd, rule_type: Enum(&names::security::LANDLOCK_RULE), rule_attr: By(&RULE), flags: Flags(&names::security::LANDLOCK_ADD_FLAGS)) -> Long,
        in ["proc", "fs"]
        with { since: "5.13" }

    /// Enforces a Landlock ruleset on the calling thread.
    landlock_restrict_self x86_64 446, i386 446, aarch64 446;
        (ruleset_fd: Fd, flags: Flags(&names::security::LANDLOCK_RESTRICT_FLAGS)) -> Long,
        in ["proc", "fs"]
        with { since: "5.13" }

    /// Loads a kernel module from memory.
    init_module x86_64 175, i386 128, aarch64 105;
        (module_image: Addr, len: Ulong, param_values: In(&Text)) -> Long,
        in ["default", "system", "system_module"]
        with { entry: true, proof: Proof::Never }

    /// Loads a kernel module from a file.
    finit_module x86_64 313, i386 350, aarch64 273;
        (fd: Fd, param_values: In(&Text), flags: Flags(&names::security::MODULE_FLAGS)) -> Long,
        in ["default", "system", "system_module"]
        with { entry: true, since: "3.8", man: "init_module(2)" }

    /// Removes a kernel module.
    delete_module x86_64 176, i386 129, aarch64 106;
        (name: In(&Text), flags: Flags(&names::security::DELETE_MODULE_FLAGS)) -> Long,
        in ["system", "system_module"]
        with { entry: true }

    /// Was removed in Linux 2.6.
    get_kernel_syms x86_64 177, i386 130;
        () -> Long,
        in ["system", "system_module"]
        with { function: "ni_syscall" }

    /// Was removed in Linux 2.6.
    query_module x86_64 178, i386 167;
        () -> Long,
        in ["system", "system_module"]
        with { function: "ni_syscall" }

    /// Loads a kernel that is started instead of this one at the next reboot or crash.
    kexec_load x86_64 246, x32 528, i386 283, aarch64 104;
        (entry: Hex(&Ulong), nr_segments: Ulong, segments: In(&Array(&Struct(&KEXEC_SEGMENT), Arg("nr_segments"))), flags: Parts(&KEXEC)) -> Long,
        in ["system"]
        with { compat: true }

    /// Loads a kernel that is started instead of this one, from files.
    kexec_file_load x86_64 320, aarch64 294;
        (kernel_fd: Fd, initrd_fd: Fd, cmdline_len: Ulong, cmdline: In(&Bytes(Arg("cmdline_len"))), flags: Wide(Word, &Flags(&names::security::KEXEC_FILE_FLAGS))) -> Long,
        in ["system"]
        with { since: "3.17", man: "kexec_load(2)" }

    /// Tells whether two processes share something.
    kcmp x86_64 312, i386 349, aarch64 272;
        (pid1: Pid, pid2: Pid, r#type: Enum(&names::security::KCMP), idx1: By(&KCMP_FIRST), idx2: By(&KCMP_SECOND)) -> Long,
        in ["proc"]
        with { since: "3.5" }

    /// Reads memory of another process.
    process_vm_readv x86_64 310, x32 539, i386 347, aarch64 270;
        (pid: Pid, local_iov: Out(&IoVec(Arg("liovcnt"), crate::types::Len::Ret)), liovcnt: Ulong, remote_iov: In(&Array(&Struct(&REMOTE), Arg("riovcnt"))), riovcnt: Ulong, flags: Hex(&Ulong)) -> Long,
        in ["default", "proc"]
        with { since: "3.2" }

    /// Writes memory of another process.
    process_vm_writev x86_64 311, x32 540, i386 348, aarch64 271;
        (pid: Pid, local_iov: In(&IoVec(Arg("liovcnt"), Const(u32::MAX))), liovcnt: Ulong, remote_iov: In(&Array(&Struct(&REMOTE), Arg("riovcnt"))), riovcnt: Ulong, flags: Hex(&Ulong)) -> Long,
        in ["default", "proc"]
        with { since: "3.2", man: "process_vm_readv(2)" }

    /// Creates a descriptor by which page faults are handled in user space.
    userfaultfd x86_64 323, i386 374, aarch64 282;
        (flags: Flags(&names::security::USERFAULTFD_FLAGS)) -> Fd,
        in ["system"]
        with { since: "4.3" }

    /// Hangs up the terminal of the calling process.
    vhangup x86_64 153, i386 111, aarch64 58;
        () -> Long,
        in ["system"]
        with { proof: Proof::Never }

    /// Sets the name of the machine.
    sethostname x86_64 170, i386 74, aarch64 161;
        (name: In(&Bytes(Arg("len"))), len: I32) -> Long,
        in ["net"]
        with { man: "gethostname(2)" }

    /// Sets the name of the NIS domain.
    setdomainname x86_64 171, i386 121, aarch64 162;
        (name: In(&Bytes(Arg("len"))), len: I32) -> Long,
        in ["net"]
        with { man: "getdomainname(2)" }
}

structs! {
    /// A vector of another process's memory, which is not read.
    REMOTE = "struct iovec" { iov_base: Addr, iov_len: Size }
}
