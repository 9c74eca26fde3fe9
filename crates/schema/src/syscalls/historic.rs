//! Numbers that the kernel keeps and no longer, or never, serves: all of them give `ENOSYS`.

use crate::types::Type::Long;

calls! {
    /// Was kept for the Andrew file system.
    afs x86_64 183;
        () -> Long,
        in []
        with { function: "ni_syscall", man: "unimplemented(2)" }

    /// Was kept for the web server in the kernel.
    tuxcall x86_64 184;
        () -> Long,
        in []
        with { function: "ni_syscall", man: "unimplemented(2)" }

    /// Was kept for security modules.
    security x86_64 185;
        () -> Long,
        in []
        with { function: "ni_syscall", man: "unimplemented(2)" }

    /// Was kept for virtual servers.
    vserver x86_64 236, i386 273;
        () -> Long,
        in []
        with { function: "ni_syscall", man: "unimplemented(2)" }

    /// Was never implemented.
    break i386 17;
        () -> Long,
        in []
        with { function: "ni_syscall", man: "unimplemented(2)" }

    /// Was never implemented; set the terminal's mode in older systems.
    stty i386 31;
        () -> Long,
        in []
        with { function: "ni_syscall", man: "unimplemented(2)" }

    /// Was never implemented; gave the terminal's mode in older systems.
    gtty i386 32;
        () -> Long,
        in []
        with { function: "ni_syscall", man: "unimplemented(2)" }

    /// Was never implemented; profiled a process in older systems.
    prof i386 44;
        () -> Long,
        in []
        with { function: "ni_syscall", man: "unimplemented(2)" }

    /// Was never implemented.
    lock i386 53;
        () -> Long,
        in []
        with { function: "ni_syscall", man: "unimplemented(2)" }

    /// Was never implemented; made multiplexed files in older systems.
    mpx i386 56;
        () -> Long,
        in []
        with { function: "ni_syscall", man: "unimplemented(2)" }

    /// Was never implemented; set limits in older systems.
    ulimit i386 58;
        () -> Long,
        in []
        with { function: "ni_syscall", man: "unimplemented(2)" }

    /// Was never implemented; profiled a process in older systems.
    profil i386 98;
        () -> Long,
        in []
        with { function: "ni_syscall", man: "unimplemented(2)" }

    /// Was the first process's to wait in, up to Linux 2.3.
    idle i386 112;
        () -> Long,
        in []
        with { function: "ni_syscall" }

    /// Wrote changed blocks to disks, up to Linux 2.6; did nothing up to 5.14.
    bdflush i386 134;
        () -> Long,
        in []
        with { function: "ni_syscall" }
}
