//! Kernel integrity: what becomes part of the kernel. Ids 300 to 349.

use super::events;
use crate::field::kernel;
use crate::kind::Kind::{Dev, Path, Str, U64, WallTime};

events! {
    /// A module was loaded.
    ///
    /// It is in place, and its start has not run yet.
    module_load = 300 by Hook
        on ["tp_btf/module_load", "raw_tp/module_load"]
        (mod: "struct module *")
        unproved "loading a module would change the machine"
        sets []
        {
            /// The module's name.
            name: Str, kernel("module_name(mod)").ctype("const char*");
            /// Its version. Absent where it states none.
            version: Str, kernel("module_version(mod)").ctype("const char*").opt();
            /// The checksum of its sources. Absent where it has none.
            src_version: Str, kernel("module_srcversion(mod)").ctype("const char*").opt();
            /// The path of the file that finit_module(2) was given. Absent for init_module(2).
            pathname: Path, kernel("module_file(current)").ctype("const char*").opt();
            /// The file's device.
            dev: Dev, kernel("file_dev_if(module_file(current))").ctype("dev_t").opt();
            /// The file's inode number.
            inode: U64, kernel("file_inode_if(module_file(current))").ctype("u64").opt();
            /// When the inode was changed last.
            ctime: WallTime, kernel("file_ctime_if(module_file(current))").ctype("u64").opt();
        }
        page {
            purpose: "Sees what is loaded into the kernel, and from which file.",
            use_case: "Find out who loads modules.",
            command: "sudo tracehound -e module_load -- modprobe dummy",
            issues: ["The file is the one behind the call's descriptor when the module is in place; another thread can have put another file there."],
            related: ["finit_module", "init_module"],
            sources: ["init_module(2)", "include/trace/events/module.h (v6.18)"],
        }

    /// A module is about to be removed.
    module_free = 301 by Hook
        on ["tp_btf/module_free", "raw_tp/module_free"]
        (mod: "struct module *")
        unproved "removing a module would change the machine"
        sets []
        {
            /// The module's name.
            name: Str, kernel("module_name(mod)").ctype("const char*");
            /// Its version. Absent where it states none.
            version: Str, kernel("module_version(mod)").ctype("const char*").opt();
            /// The checksum of its sources. Absent where it has none.
            src_version: Str, kernel("module_srcversion(mod)").ctype("const char*").opt();
        }
        page {
            purpose: "Sees what is taken out of the kernel.",
            use_case: "Find out who removes modules.",
            command: "sudo tracehound -e module_load,module_free -- modprobe dummy",
            issues: ["A module whose start fails is removed too."],
            related: ["module_load", "delete_module"],
            sources: ["delete_module(2)", "include/trace/events/module.h (v6.18)"],
        }
}
