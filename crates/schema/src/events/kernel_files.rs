//! Files that the kernel reads for itself. Ids among those of memory.

use super::{events, file, issues};
use crate::field::kernel;
use crate::kind::Kind::{Enum, I64};
use crate::names;

events! {
    /// The kernel is about to read a file for its own use.
    ///
    /// A module, firmware, a kernel to boot into, a policy.
    security_kernel_read_file = 405 by Hook
        on [
            "lsm/kernel_read_file",
            "fentry/security_kernel_read_file",
            "kprobe/security_kernel_read_file",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (file: "struct file *", what: "u32")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["finit_module"]
            when "module_was_read(ret) && file"
            { file = "file_behind(current, (s32)call_argument(current, 0))"; what = "2"; }
        sets ["lsm_hooks"]
        {
            pathname: file::PATH;
            dev: file::DEV;
            inode: file::INODE;
            /// What it is read for.
            type: Enum(&names::KERNEL_READ), kernel("what").ctype("int");
            ctime: file::CTIME;
        }
        page {
            purpose: "Sees what the kernel takes in from files.",
            use_case: "Find out where modules, firmware and kernels come from.",
            command: "sudo tracehound -e security_kernel_read_file -- modprobe dummy",
            issues: [
                "What comes from memory (init_module(2), kexec_load(2)) is not read from a file.",
                "At the end of calls only finit_module(2) is seen; the file is the one behind its descriptor then.",
                issues::BY_LSM,
            ],
            related: ["security_kernel_post_read_file", "module_load", "finit_module", "kexec_file_load"],
            sources: ["init_module(2)", "fs/kernel_read_file.c (v6.18): kernel_read_file()"],
        }

    /// The kernel has read a file for its own use.
    security_kernel_post_read_file = 406 by Hook
        on [
            "lsm/kernel_post_read_file",
            "fentry/security_kernel_post_read_file",
            "kprobe/security_kernel_post_read_file",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (file: "struct file *", bytes: "char *", length: "s64", what: "u32")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["finit_module"]
            when "module_was_read(ret) && file"
            {
                file = "file_behind(current, (s32)call_argument(current, 0))";
                bytes = "NULL";
                length = "0";
                what = "2";
            }
            lacks { size: "the kernel has freed what it read"; }
        sets ["lsm_hooks"]
        {
            pathname: file::PATH;
            /// How many bytes it has read.
            size: I64, kernel("length").ctype("loff_t");
            /// What it was read for.
            type: Enum(&names::KERNEL_READ), kernel("what").ctype("int");
        }
        page {
            purpose: "Sees what the kernel has taken in from a file, and how much.",
            use_case: "Find out where modules, firmware and kernels come from.",
            command: "sudo tracehound -e security_kernel_post_read_file -- modprobe dummy",
            issues: [
                "A file that is read in parts is not told when it is whole.",
                "At the end of calls only finit_module(2) is seen; the file is the one behind its descriptor then.",
                issues::BY_LSM,
            ],
            related: ["security_kernel_read_file", "module_load", "finit_module"],
            sources: ["init_module(2)", "fs/kernel_read_file.c (v6.18): kernel_read_file()"],
        }
}
