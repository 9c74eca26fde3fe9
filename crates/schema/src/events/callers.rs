//! What programs tell beside events: stacks, the files that their code is in, what machines are called. Ids 495 to 499.

use super::events;
use crate::field::{told, tracer};
use crate::kind::Kind::{Addr, Bool, Bytes, Dev, Path, Str, U32, U64, WallTime};
use crate::sample::Sample::{Absent, Number, Text};

events! {
    /// The stack of the thread to which the next event happened.
    ///
    /// Made where `--with` asks for stacks, before the record of its event; outputs tell it with that.
    stack_captured = 495 by Tracer
        on []
        unproved "it stands beside other events"
        sets []
        {
            /// Frames of the process: address, place in the file, inode number, device and kind of memory of each, the innermost first.
            user: Bytes, told("registers, user memory, the kernel's list of mappings").opt().unread("in a thread that has given its memory back");
            /// Whether frame pointers led no further, though the last of these frames is not the outermost.
            user_lost: Bool, told("registers, user memory").opt();
            /// Addresses in the kernel, the innermost first.
            kernel: Bytes, tracer("the kernel's unwinder").opt().unread("where the kernel cannot follow it");
        }
        page {
            purpose: "Taken in the program that makes an event's record.",
            use_case: "See what an output makes of a stack.",
            command: "sudo tracehound -e write --with stack -o json -- ls",
            example: [user = Absent, user_lost = Absent, kernel = Absent],
            issues: [
                "Frames of the process are found by frame pointers: code that was built without them hides its callers.",
                "It is of no use to select it: the events that it belongs to tell it, in better form.",
            ],
            related: ["code_file_seen", "address_symbolized"],
            sources: ["docs/stacks.md"],
        }

    /// A file was seen for the first time in a stack.
    ///
    /// Once for each file as it was, and again where 4,096 others were seen since.
    code_file_seen = 496 by Tracer
        on []
        unproved "it stands beside other events"
        sets []
        {
            /// The path by which the process has the file, as the kernel resolves it.
            pathname: Path, tracer("the kernel's list of mappings");
            /// Its device.
            dev: Dev, tracer("the same");
            /// Its inode number.
            inode: U64, tracer("the same");
            /// When the inode was changed last.
            ctime: WallTime, tracer("the same");
        }
        page {
            purpose: "Made by the program that takes a stack, from the mapping that an address is in.",
            use_case: "Know the file behind an address also of a process that has ended.",
            command: "sudo tracehound -e code_file_seen,write --with stack -o json -- ls",
            example: [pathname = Text(b"libc.so.6\0lib\0usr\0")],
            issues: [
                "Of a file in a container's overlay it is the path in the layer that has it, on kernels whose mappings name that.",
            ],
            related: ["stack_captured", "shared_object_loaded"],
            sources: ["docs/stacks.md"],
        }

    /// What an address in a stack stands for was found out.
    ///
    /// Once for each place in a file, each address in a process's own memory and each in the kernel.
    address_symbolized = 497 by Tracer
        on []
        unproved "it follows from other events"
        sets []
        {
            /// The address, where it is in the kernel or in memory without a file.
            address: Addr, tracer("stack_captured").opt();
            /// The file's device.
            dev: Dev, tracer("the same").opt();
            /// The file's inode number.
            inode: U64, tracer("the same").opt();
            /// The place in the file.
            offset: U64, tracer("the same").opt();
            /// The function.
            symbol: Str, told("the file, the process's perf map, /proc/kallsyms").opt();
            /// How far behind the function's beginning the address is.
            symbol_offset: U64, told("the same").opt();
            /// The build id of the file, in hexadecimal digits.
            build_id: Str, told("the file").opt();
            /// Why there is no symbol. Absent where there is one.
            why: Str, tracer("the attempt").opt();
        }
        page {
            purpose: "Made in a thread of its own from files, perf maps and the kernel's list of symbols.",
            use_case: "Read stacks of a recording where the files are not any more.",
            command: "sudo tracehound -e address_symbolized,write --with stack -o json -- ls",
            example: [address = Absent, dev = Number(8 << 20 | 1), inode = Number(4711), offset = Number(0x3c150),
                symbol = Text(b"_IO_file_write"), symbol_offset = Number(45),
                build_id = Text(b"58749c528985eab03e6700ebc1469fa50aa41219"), why = Absent],
            issues: [
                "What files say is what who made them wrote.",
                "It is made while tracing; a recording has it where stacks were asked for then.",
            ],
            related: ["stack_captured", "code_file_seen"],
            sources: ["docs/stacks.md", "tools/perf/Documentation/jit-interface.txt, kernel 6.18"],
        }

    /// What the machine or the container of the thread is called is not what was told of it last.
    ///
    /// Made where a filter or `--with` asks for it, before the first event of a thread and before the first
    /// after its name has changed, whether by sethostname(2), by /proc/sys/kernel/hostname, or as the thread got another namespace.
    uts_named = 499 by Tracer
        on []
        unproved "it stands beside other events"
        sets []
        {
            /// The inode number of its UTS namespace.
            uts_ns: U32, tracer("nsproxy->uts_ns->ns.inum");
            /// The name, as uname(2) gives it.
            nodename: Str, tracer("nsproxy->uts_ns->name.nodename");
        }
        page {
            purpose: "Made by the program that makes an event's record, from the kernel's own structures.",
            use_case: "Tell by name which container or machine did something, also in recordings of several machines.",
            command: "sudo tracehound -e uts_named,openat --with hostname -o json -- cat /etc/hostname",
            example: [uts_ns = Number(4026531838), nodename = Text(b"web-1")],
            issues: [
                "Who may change the name of a namespace can give it any.",
                "Of events of interrupts, and of those that tell of another thread than the running one, the name is the last that was told of the thread.",
            ],
            related: ["stack_captured", "switch_task_ns", "sethostname"],
            sources: ["uts_namespaces(7)", "uname(2)"],
        }
}
