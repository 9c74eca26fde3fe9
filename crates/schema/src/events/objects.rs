//! BPF: programs, maps, links and what they are attached to. Ids 460 to 479.

use super::{events, facts, issues};
use crate::field::kernel;
use crate::kind::Kind::{Addr, Bool, Enum, Flags, Str, U32};
use crate::names;

facts! {
    /// The program's type.
    TYPE: Enum(&names::bpf::PROGRAM_TYPE), kernel("bpf_program_type(prog)").ctype("int");
    /// Its name, 15 bytes at most. Empty where it has none.
    NAME: Str, kernel("bpf_program_name(prog)").ctype("const char*");
    /// Its id.
    ID: U32, kernel("bpf_program_id(prog)").ctype("u32");
    /// The helpers that it calls, by name; `others` for those that are not known by name, and
    /// `kernel_functions` for functions of the kernel that are no helpers (kfuncs).
    HELPERS: Flags(&names::bpf::HELPERS), kernel("helpers_of(plain((u64)prog))").ctype("u64").unread("of a program of more than 8,192 instructions, or where /proc/kallsyms hides addresses");
}

events! {
    /// bpf(2) is about to carry out a command.
    security_bpf = 460 by Hook
        on [
            "lsm/bpf",
            "fentry/security_bpf",
            "kprobe/security_bpf",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (cmd: "int")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["bpf"]
            when "ret >= 0"
            { cmd = "call_argument(current, 0)"; }
        sets ["lsm_hooks"]
        {
            /// The command.
            cmd: Enum(&names::bpf::COMMAND), kernel("cmd").ctype("int");
        }
        page {
            purpose: "Sees every use of bpf(2), after the kernel has checked the caller's attributes.",
            use_case: "Find out who uses BPF.",
            command: "sudo tracehound -e security_bpf -- bpftool prog",
            issues: [
                "At the end of calls only commands that succeed are seen, and none that a BPF program gives.",
                issues::BY_LSM,
            ],
            related: ["bpf", "security_bpf_prog", "security_bpf_map"],
            sources: ["bpf(2)", "kernel/bpf/syscall.c (v6.18): __sys_bpf()"],
        }

    /// A descriptor of a BPF map is about to be made.
    ///
    /// The map is new, or found by its id or by its path.
    security_bpf_map = 461 by Hook
        on [
            "lsm/bpf_map",
            "fentry/security_bpf_map",
            "kprobe/security_bpf_map",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (map: "struct bpf_map *")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["bpf"]
            when "map"
            { map = "map_opened(current, ret)"; }
        sets ["lsm_hooks"]
        {
            /// The map's id.
            map_id: U32, kernel("bpf_map_id(map)").ctype("unsigned int");
            /// Its name, 15 bytes at most. Empty where it has none.
            map_name: Str, kernel("bpf_map_name(map)").ctype("const char*");
        }
        page {
            purpose: "Sees who gets hold of a BPF map: by making it, by its id, by its path.",
            use_case: "Find out who opens another program's maps.",
            command: "sudo tracehound -e security_bpf_map -- bpftool map list",
            issues: [
                "At the end of calls the map is the one behind the descriptor that the call returned; another thread can have closed or replaced it by then. What a BPF program opens is not seen there.",
                issues::BY_LSM,
            ],
            related: ["bpf", "security_bpf"],
            sources: ["bpf(2)", "kernel/bpf/syscall.c (v6.18): bpf_map_new_fd()"],
        }

    /// A descriptor of a BPF program is about to be made.
    ///
    /// The program was loaded just now and passed the verifier, or is found by its id or its path.
    security_bpf_prog = 462 by Hook
        on [
            "lsm/bpf_prog",
            "fentry/security_bpf_prog",
            "kprobe/security_bpf_prog",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (prog: "struct bpf_prog *")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["bpf"]
            when "prog"
            { prog = "program_opened(current, ret)"; }
        sets []
        {
            type: TYPE;
            name: NAME;
            helpers: HELPERS;
            id: ID;
            /// Whether it was loaded just now. Absent where a BPF program of type syscall does it.
            load: Bool, kernel("bpf_program_is_new(current)").ctype("bool").opt();
        }
        page {
            purpose: "Sees which BPF programs are loaded, and who gets hold of one that is.",
            use_case: "Find out who loads programs into the kernel.",
            command: "sudo tracehound -e security_bpf_prog -- bpftool prog list",
            issues: [
                "Loads that the verifier refuses are not seen: select bpf.",
                "helpers are read from the program as the verifier left it: calls that it has replaced by instructions (looking up in maps, most of all) are not there any more.",
                "At the end of calls the program is the one behind the descriptor that the call returned; another thread can have closed or replaced it by then. What a BPF program loads is not seen there.",
                issues::BY_LSM,
            ],
            related: ["bpf", "security_bpf", "bpf_attach"],
            sources: ["bpf(2)", "kernel/bpf/syscall.c (v6.18): bpf_prog_new_fd()"],
        }

    /// A BPF program was attached.
    ///
    /// By a link (BPF_LINK_CREATE, BPF_RAW_TRACEPOINT_OPEN), by BPF_PROG_ATTACH, or by ioctl(2) on a
    /// perf event.
    bpf_attach = 463 by Hook
        on ["tp_btf/sys_exit", "raw_tp/sys_exit"]
        (link: "struct bpf_link *", event: "struct perf_event *", prog: "struct bpf_prog *")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["bpf", "ioctl"]
            when "prog"
            {
                link = "link_made(current, ret)";
                event = "event_programmed(current, ret, link)";
                prog = "program_attached(current, ret, link, event)";
            }
        sets []
        {
            prog_type: TYPE;
            prog_name: NAME;
            prog_id: ID;
            prog_helpers: HELPERS;
            /// What it is attached to: a kernel function, a tracepoint, of uprobes the file. Absent
            /// where it has no name, as of cgroups and devices.
            symbol_name: Str, kernel("attached_to(link, event, prog)").ctype("const char*").opt();
            /// The function's address with the offset, of uprobes the offset in the file. Absent otherwise.
            symbol_addr: Addr, kernel("attached_at(event)").ctype("u64").opt();
            /// How it is attached.
            attach_type: Enum(&names::bpf::ATTACHED), kernel("attached_how(link, event)").ctype("int");
        }
        page {
            purpose: "Sees which BPF program was put where.",
            use_case: "Find out what a BPF tool hooks.",
            command: "sudo tracehound -e bpf_attach -- target/programs/bpf",
            issues: [
                "What netlink (tc, xdp), setsockopt(2) or a BPF program attaches is not seen.",
                "At the end of the call the link or event is the one behind the call's descriptor; another thread can have closed or replaced it by then.",
                "Of BPF_PROG_ATTACH the program is the one behind the descriptor that the caller's memory names at the end of the call.",
                "prog_helpers are read from the program as the verifier left it: calls that it has replaced by instructions (looking up in maps, most of all) are not there any more.",
                "What a link over many functions is attached to (kprobe_multi, uprobe_multi) is not told.",
            ],
            related: ["bpf", "ioctl", "security_bpf_prog"],
            sources: ["bpf(2)", "perf_event_open(2)", "kernel/bpf/syscall.c (v6.18): link_create()", "kernel/events/core.c (v6.18): perf_event_set_bpf_prog()"],
        }
}
