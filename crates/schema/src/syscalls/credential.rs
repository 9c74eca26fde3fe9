//! Credentials: user and group ids, capabilities.
//!
//! The table for 32-bit callers has two calls of most names: the one that the bare name stands for
//! there takes 16-bit ids and is `NAME16` here; what is `NAME32` there is the call of 64-bit ones.

use crate::names;
use crate::types::Len::{Arg, ArgOrRet};
use crate::types::Type::{
    Array, Enum, Flags, Gid, I32, In, InOut, Long, Out, Pid, Struct, Uid, Wide,
};
use crate::types::Width::W16;
use crate::types::{Type, structs};

/// A user id in 16 bits.
static UID16: Type = Wide(W16, &Uid);
/// A group id in 16 bits.
static GID16: Type = Wide(W16, &Gid);

structs! {
    /// Whose capabilities, and in which version of the structure.
    CAP_HEADER = "struct __user_cap_header_struct" {
        version: Enum(&names::CAPABILITY_VERSION),
        pid: Pid,
    }

    /// The two elements that versions since 2 have, members of the second by names of their own.
    CAP_DATA = "struct __user_cap_data_struct" {
        effective: Flags(&names::CAPABILITIES),
        permitted: Flags(&names::CAPABILITIES),
        inheritable: Flags(&names::CAPABILITIES),
        effective_high: Flags(&names::CAPABILITIES_HIGH),
        permitted_high: Flags(&names::CAPABILITIES_HIGH),
        inheritable_high: Flags(&names::CAPABILITIES_HIGH),
    }
}

calls! {
    /// Gives the real user id.
    getuid x86_64 102, i386 199, aarch64 174;
        () -> Uid,
        in ["proc", "proc_ids"]
        with { name32: "getuid32" }

    /// Gives the real user id, in 16 bits.
    getuid16 i386 24;
        () -> Wide(W16, &Uid),
        in []
        with { name32: "getuid", man: "getuid(2)" }

    /// Gives the real group id.
    getgid x86_64 104, i386 200, aarch64 176;
        () -> Gid,
        in ["proc", "proc_ids"]
        with { name32: "getgid32" }

    /// Gives the real group id, in 16 bits.
    getgid16 i386 47;
        () -> Wide(W16, &Gid),
        in []
        with { name32: "getgid", man: "getgid(2)" }

    /// Gives the effective user id.
    geteuid x86_64 107, i386 201, aarch64 175;
        () -> Uid,
        in ["proc", "proc_ids"]
        with { name32: "geteuid32", man: "getuid(2)" }

    /// Gives the effective user id, in 16 bits.
    geteuid16 i386 49;
        () -> Wide(W16, &Uid),
        in []
        with { name32: "geteuid", man: "getuid(2)" }

    /// Gives the effective group id.
    getegid x86_64 108, i386 202, aarch64 177;
        () -> Gid,
        in ["proc", "proc_ids"]
        with { name32: "getegid32", man: "getgid(2)" }

    /// Gives the effective group id, in 16 bits.
    getegid16 i386 50;
        () -> Wide(W16, &Gid),
        in []
        with { name32: "getegid", man: "getgid(2)" }

    /// Sets the effective user id, for a privileged caller all of them.
    setuid x86_64 105, i386 213, aarch64 146;
        (uid: Uid) -> Long,
        in ["default", "proc", "proc_ids"]
        with { name32: "setuid32" }

    /// Sets the effective user id, for a privileged caller all of them, in 16 bits.
    setuid16 i386 23;
        (uid: Wide(W16, &Uid)) -> Long,
        in []
        with { name32: "setuid", man: "setuid(2)" }

    /// Sets the effective group id, for a privileged caller all of them.
    setgid x86_64 106, i386 214, aarch64 144;
        (gid: Gid) -> Long,
        in ["default", "proc", "proc_ids"]
        with { name32: "setgid32" }

    /// Sets the effective group id, for a privileged caller all of them, in 16 bits.
    setgid16 i386 46;
        (gid: Wide(W16, &Gid)) -> Long,
        in []
        with { name32: "setgid", man: "setgid(2)" }

    /// Sets the real and the effective user id.
    setreuid x86_64 113, i386 203, aarch64 145;
        (ruid: Uid, euid: Uid) -> Long,
        in ["default", "proc", "proc_ids"]
        with { name32: "setreuid32" }

    /// Sets the real and the effective user id, in 16 bits.
    setreuid16 i386 70;
        (ruid: Wide(W16, &Uid), euid: Wide(W16, &Uid)) -> Long,
        in []
        with { name32: "setreuid", man: "setreuid(2)" }

    /// Sets the real and the effective group id.
    setregid x86_64 114, i386 204, aarch64 143;
        (rgid: Gid, egid: Gid) -> Long,
        in ["default", "proc", "proc_ids"]
        with { name32: "setregid32", man: "setreuid(2)" }

    /// Sets the real and the effective group id, in 16 bits.
    setregid16 i386 71;
        (rgid: Wide(W16, &Gid), egid: Wide(W16, &Gid)) -> Long,
        in []
        with { name32: "setregid", man: "setreuid(2)" }

    /// Sets the real, the effective and the saved user id.
    setresuid x86_64 117, i386 208, aarch64 147;
        (ruid: Uid, euid: Uid, suid: Uid) -> Long,
        in ["default", "proc", "proc_ids"]
        with { name32: "setresuid32" }

    /// Sets the real, the effective and the saved user id, in 16 bits.
    setresuid16 i386 164;
        (ruid: Wide(W16, &Uid), euid: Wide(W16, &Uid), suid: Wide(W16, &Uid)) -> Long,
        in []
        with { name32: "setresuid", man: "setresuid(2)" }

    /// Tells the real, the effective and the saved user id.
    getresuid x86_64 118, i386 209, aarch64 148;
        (ruid: Out(&Uid), euid: Out(&Uid), suid: Out(&Uid)) -> Long,
        in ["proc", "proc_ids"]
        with { name32: "getresuid32" }

    /// Tells the real, the effective and the saved user id, in 16 bits.
    getresuid16 i386 165;
        (ruid: Out(&UID16), euid: Out(&UID16), suid: Out(&UID16)) -> Long,
        in []
        with { name32: "getresuid", man: "getresuid(2)" }

    /// Sets the real, the effective and the saved group id.
    setresgid x86_64 119, i386 210, aarch64 149;
        (rgid: Gid, egid: Gid, sgid: Gid) -> Long,
        in ["default", "proc", "proc_ids"]
        with { name32: "setresgid32", man: "setresuid(2)" }

    /// Sets the real, the effective and the saved group id, in 16 bits.
    setresgid16 i386 170;
        (rgid: Wide(W16, &Gid), euid: Wide(W16, &Gid), suid: Wide(W16, &Gid)) -> Long,
        in []
        with { name32: "setresgid", man: "setresuid(2)" }

    /// Tells the real, the effective and the saved group id.
    getresgid x86_64 120, i386 211, aarch64 150;
        (rgid: Out(&Gid), egid: Out(&Gid), sgid: Out(&Gid)) -> Long,
        in ["proc", "proc_ids"]
        with { name32: "getresgid32", man: "getresuid(2)" }

    /// Tells the real, the effective and the saved group id, in 16 bits.
    getresgid16 i386 171;
        (rgid: Out(&GID16), egid: Out(&GID16), sgid: Out(&GID16)) -> Long,
        in []
        with { name32: "getresgid", man: "getresuid(2)" }

    /// Sets the user id that file accesses are made as, and returns the one before.
    setfsuid x86_64 122, i386 215, aarch64 151;
        (fsuid: Uid) -> Uid,
        in ["default", "proc", "proc_ids"]
        with { name32: "setfsuid32" }

    /// Sets the user id that file accesses are made as, and returns the one before, in 16 bits.
    setfsuid16 i386 138;
        (fsuid: Wide(W16, &Uid)) -> Wide(W16, &Uid),
        in []
        with { name32: "setfsuid", man: "setfsuid(2)" }

    /// Sets the group id that file accesses are made as, and returns the one before.
    setfsgid x86_64 123, i386 216, aarch64 152;
        (fsgid: Gid) -> Gid,
        in ["default", "proc", "proc_ids"]
        with { name32: "setfsgid32" }

    /// Sets the group id that file accesses are made as, and returns the one before, in 16 bits.
    setfsgid16 i386 139;
        (fsgid: Wide(W16, &Gid)) -> Wide(W16, &Gid),
        in []
        with { name32: "setfsgid", man: "setfsgid(2)" }

    /// Tells the supplementary groups.
    getgroups x86_64 115, i386 205, aarch64 158;
        (size: I32, list: Out(&Array(&Gid, ArgOrRet("size")))) -> Long,
        in ["proc", "proc_ids"]
        with { name32: "getgroups32" }

    /// Tells the supplementary groups, in 16 bits.
    getgroups16 i386 80;
        (size: I32, list: Out(&Array(&GID16, ArgOrRet("size")))) -> Long,
        in []
        with { name32: "getgroups", man: "getgroups(2)" }

    /// Sets the supplementary groups.
    setgroups x86_64 116, i386 206, aarch64 159;
        (size: I32, list: In(&Array(&Gid, Arg("size")))) -> Long,
        in ["proc", "proc_ids"]
        with { name32: "setgroups32", man: "getgroups(2)" }

    /// Sets the supplementary groups, in 16 bits.
    setgroups16 i386 81;
        (size: I32, list: In(&Array(&GID16, Arg("size")))) -> Long,
        in []
        with { name32: "setgroups", man: "getgroups(2)" }

    /// Tells the capabilities of a thread.
    capget x86_64 125, i386 184, aarch64 90;
        (hdrp: InOut(&Struct(&CAP_HEADER)), datap: Out(&Struct(&CAP_DATA))) -> Long,
        in ["proc"]

    /// Sets the capabilities of the calling thread.
    capset x86_64 126, i386 185, aarch64 91;
        (hdrp: In(&Struct(&CAP_HEADER)), datap: In(&Struct(&CAP_DATA))) -> Long,
        in ["proc"]
        with { man: "capget(2)" }
}
