//! Kernel integrity: what becomes part of the kernel. Ids 300 to 349.

use super::{events, facts};
use crate::field::kernel;
use crate::kind::Kind::{Addr, Dev, Flags, I64, Mode, Path, Str, StrArray, U32, U64, WallTime};
use crate::names;

facts! {
    /// The module's name.
    NAME: Str, kernel("module_name(mod)").ctype("const char*");
    /// Its version. Absent where it states none.
    VERSION: Str, kernel("module_version(mod)").ctype("const char*").opt();
    /// The checksum of its sources. Absent where it has none.
    SRC_VERSION: Str, kernel("module_srcversion(mod)").ctype("const char*").opt();
}

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
            name: NAME;
            version: VERSION;
            src_version: SRC_VERSION;
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
            name: NAME;
            version: VERSION;
            src_version: SRC_VERSION;
        }
        page {
            purpose: "Sees what is taken out of the kernel.",
            use_case: "Find out who removes modules.",
            command: "sudo tracehound -e module_load,module_free -- modprobe dummy",
            issues: ["A module whose start fails is removed too."],
            related: ["module_load", "delete_module"],
            sources: ["delete_module(2)", "include/trace/events/module.h (v6.18)"],
        }

    /// A module's start has run.
    do_init_module = 302 by Hook
        on ["fexit/do_init_module", "kprobe+kretprobe/do_init_module"]
        (mod: "struct module *")
        unproved "loading a module would change the machine"
        sets []
        {
            /// The module's name.
            name: Str, kernel("started_name(mod, ret)").ctype("const char*").unread("when the start failed: the module is gone by then");
            /// Its version. Absent where it states none.
            version: Str, kernel("started_version(mod, ret)").ctype("const char*").opt().unread("when the start failed");
            /// The checksum of its sources. Absent where it has none.
            src_version: Str, kernel("started_srcversion(mod, ret)").ctype("const char*").opt().unread("when the start failed");
            /// What the start returned: 0 or an error.
            returnValue: I64, kernel("ret").ctype("long");
        }
        ret true
        page {
            purpose: "Sees whether a module that was loaded has started.",
            use_case: "Find out which modules run in the kernel.",
            command: "sudo tracehound -e do_init_module -- modprobe dummy",
            issues: [
                "When the start fails the kernel removes the module before this event: module_load, just before it, tells its name.",
                "No tracepoint tells the same: on a kernel without trampolines and probes select module_load and finit_module.",
            ],
            related: ["module_load", "init_module", "finit_module"],
            sources: ["init_module(2)", "kernel/module/main.c (v6.18): do_init_module()"],
        }

    /// A kprobe was registered.
    ///
    /// By a kernel module, by a file of tracefs, by a perf event; registered as one that waits to be
    /// switched on, too. The probe of a return is one.
    kprobe_attach = 303 by Hook
        on ["fexit/register_kprobe", "kprobe+kretprobe/register_kprobe"]
        (probe: "struct kprobe *")
        when "ret == 0"
        sets []
        {
            /// The function as it was named. Absent where an address was given.
            symbol_name: Str, kernel("kprobe_symbol(probe)").ctype("char*").opt();
            /// What is called before the instruction, 0 for nothing.
            pre_handler_addr: Addr, kernel("kprobe_before(probe)").ctype("void*");
            /// What is called behind it, 0 for nothing.
            post_handler_addr: Addr, kernel("kprobe_behind(probe)").ctype("void*");
        }
        page {
            purpose: "Sees which places in the kernel are probed, and by which code.",
            use_case: "Find rootkits that hook by kprobes.",
            command: "sudo tracehound -e kprobe_attach -- bpftrace -e 'kprobe:vfs_fsync { exit(); }'",
            issues: [
                "Probes of many functions at once (kprobe_multi, fprobe) and of ftrace are not registered this way.",
                "There is no rung without probes or trampolines: a kernel without kprobes registers none.",
            ],
            related: ["bpf_attach", "perf_event_open", "kallsyms_lookup_name"],
            sources: ["Documentation/trace/kprobes.rst (v6.18)", "kernel/kprobes.c (v6.18): register_kprobe()"],
        }

    /// The kernel is about to start a program by itself.
    ///
    /// To load a module, to take a core dump, to release a cgroup, to turn the machine off. The process of
    /// the event is the one on whose behalf it does.
    call_usermodehelper = 304 by Hook
        on ["fentry/call_usermodehelper_exec", "kprobe/call_usermodehelper_exec"]
        (info: "struct subprocess_info *", wait: "int")
        sets []
        {
            /// The program.
            pathname: Str, kernel("helper_path(info)").ctype("const char*");
            /// Its arguments. Absent where it gets none.
            argv: StrArray, kernel("helper_arguments(info)").ctype("const char**").opt();
            /// Its environment. Absent where it gets none.
            envp: StrArray, kernel("helper_environment(info)").ctype("const char**").opt();
            /// What the kernel waits for; 0 for nothing.
            wait: Flags(&names::HELPER_WAIT), kernel("wait").ctype("int");
        }
        page {
            purpose: "Sees the programs that the kernel starts with all rights, outside of every container.",
            use_case: "Find escapes from containers by core_pattern, release_agent or modprobe.",
            command: "sudo tracehound -e call_usermodehelper -- mount -t nothing none /mnt",
            issues: [
                "Fires for every way in: call_usermodehelper() itself, core dumps and modprobe, which do not come by that function.",
                "Tells the attempt; that the program runs is told by sched_process_exec.",
                "No tracepoint tells the same: on a kernel without trampolines and probes sched_process_exec sees the program start.",
            ],
            related: ["sched_process_exec", "module_load"],
            sources: ["core(5)", "kernel/umh.c (v6.18): call_usermodehelper_exec()"],
        }

    /// The kernel looked up the address of one of its symbols.
    kallsyms_lookup_name = 305 by Hook
        on ["fexit/kallsyms_lookup_name", "kprobe+kretprobe/kallsyms_lookup_name"]
        (name: "const char *")
        sets []
        {
            /// The symbol.
            symbol_name: Str, kernel("name").ctype("const char*");
            /// Its address, 0 where there is no such symbol.
            symbol_address: Addr, kernel("ret").ctype("void*");
        }
        page {
            purpose: "Sees kernel code that looks for what it is not linked with.",
            use_case: "Find modules that look for the table of system calls.",
            command: "sudo tracehound -e kallsyms_lookup_name -- bpftrace -e 'kprobe:vfs_fsync { exit(); }'",
            issues: [
                "Tracers that attach kprobes or trampolines cause it too.",
                "Symbols of one module, and those that are found by walking all of them, are looked up by other functions.",
                "No tracepoint tells the same.",
            ],
            related: ["kprobe_attach", "module_load"],
            sources: ["kernel/kallsyms.c (v6.18): kallsyms_lookup_name()"],
        }

    /// A file is about to appear in /proc.
    ///
    /// Every network namespace has files of its own there.
    proc_create = 306 by Hook
        on ["fentry/proc_register", "kprobe/proc_register"]
        (dir: "struct proc_dir_entry *", entry: "struct proc_dir_entry *")
        when "proc_is_file(entry)"
        sets []
        {
            /// Its name in its folder.
            name: Str, kernel("proc_name(entry)").ctype("char*");
            /// The functions that it works by. Those of the kernel's own kinds of files are the kind's.
            proc_ops_addr: Addr, kernel("proc_operations(entry)").ctype("void*");
        }
        page {
            purpose: "Sees what kernel code offers in /proc.",
            use_case: "Find modules that talk to their masters by a file in /proc.",
            command: "sudo tracehound -e proc_create -- unshare -n true",
            issues: [
                "Fires for every way in, also those that do not come by proc_create(). Folders and links are not told.",
                "No tracepoint tells the same.",
            ],
            related: ["debugfs_create_file", "module_load"],
            sources: ["proc(5)", "fs/proc/generic.c (v6.18): proc_register()"],
        }

    /// A file is about to be made in debugfs.
    debugfs_create_file = 307 by Hook
        on ["fentry/__debugfs_create_file", "kprobe/__debugfs_create_file"]
        (
            name: "const char *",
            mode: "u16",
            parent: "struct dentry *",
            data: "u64",
            fifth: "u64",
            sixth: "u64",
        )
        when "!is_error_pointer(parent)"
        unproved "only kernel code makes such files, mostly when a driver comes"
        sets []
        {
            /// The file's name.
            file_name: Str, kernel("name").ctype("char*");
            /// The folder that it is made in. Absent for the root of debugfs.
            path: Path, kernel("parent").ctype("char*").opt();
            /// Its type and permissions as they are asked for.
            mode: Mode, kernel("mode").ctype("mode_t");
            /// The functions that it works by.
            proc_ops_addr: Addr, kernel("debugfs_operations(ctx, sixth)").ctype("void*");
        }
        page {
            purpose: "Sees what kernel code offers in debugfs.",
            use_case: "Find modules that talk to their masters by a file in debugfs.",
            command: "sudo tracehound -e debugfs_create_file -- modprobe loop",
            issues: [
                "The kernel tells the folder and not its mount: path is that in one of the mounts in the process's mount namespace.",
                "No tracepoint tells the same.",
            ],
            related: ["debugfs_create_dir", "proc_create"],
            sources: ["Documentation/filesystems/debugfs.rst (v6.18)", "fs/debugfs/inode.c (v6.18): __debugfs_create_file()"],
        }

    /// A folder is about to be made in debugfs.
    debugfs_create_dir = 308 by Hook
        on ["fentry/debugfs_create_dir", "kprobe/debugfs_create_dir"]
        (name: "const char *", parent: "struct dentry *")
        when "!is_error_pointer(parent)"
        unproved "only kernel code makes such folders, mostly when a driver comes"
        sets []
        {
            /// The folder's name.
            name: Str, kernel("name").ctype("char*");
            /// The folder that it is made in. Absent for the root of debugfs.
            path: Path, kernel("parent").ctype("char*").opt();
        }
        page {
            purpose: "Sees what kernel code offers in debugfs.",
            use_case: "Find out which drivers come with files for debugging.",
            command: "sudo tracehound -e debugfs_create_dir -- modprobe loop",
            issues: [
                "The kernel tells the folder and not its mount: path is that in one of the mounts in the process's mount namespace.",
                "No tracepoint tells the same.",
            ],
            related: ["debugfs_create_file"],
            sources: ["Documentation/filesystems/debugfs.rst (v6.18)", "fs/debugfs/inode.c (v6.18): debugfs_create_dir()"],
        }

    /// A device was added.
    device_add = 309 by Hook
        on ["fexit/device_add", "kprobe+kretprobe/device_add"]
        (dev: "struct device *")
        when "ret == 0"
        sets []
        {
            /// The device's name.
            name: Str, kernel("device_name(dev)").ctype("const char*");
            /// The name of the device that it hangs on. Absent where it hangs on none.
            parent_name: Str, kernel("device_parent(dev)").ctype("const char*").opt();
        }
        page {
            purpose: "Sees devices come, real and virtual ones.",
            use_case: "Find out what was plugged in, and which process made a virtual device.",
            command: "sudo tracehound -e device_add -- unshare -n true",
            issues: [
                "Much of it is done by threads of the kernel: the process is the one that runs at the moment.",
                "No tracepoint tells the same.",
            ],
            related: ["register_chrdev", "module_load"],
            sources: ["Documentation/driver-api/driver-model/device.rst (v6.18)", "drivers/base/core.c (v6.18): device_add()"],
        }

    /// A driver registered a major number for its character devices.
    register_chrdev = 310 by Hook
        on ["fexit/__register_chrdev", "kprobe+kretprobe/__register_chrdev"]
        (
            major: "unsigned int",
            baseminor: "unsigned int",
            count: "unsigned int",
            name: "const char *",
            fops: "struct file_operations *",
        )
        when "ret >= 0"
        unproved "only kernel code does it, when a driver comes"
        sets []
        {
            /// The number that was asked for, 0 for any.
            requested_major_number: U32, kernel("major").ctype("unsigned int");
            /// The number that it got.
            granted_major_number: U32, kernel("major ? major : (u32)ret").ctype("unsigned int");
            /// The driver's name for it.
            char_device_name: Str, kernel("name").ctype("const char*");
            /// The functions that the devices work by.
            char_device_fops: Addr, kernel("(u64)fops").ctype("struct file_operations *");
        }
        page {
            purpose: "Sees drivers that offer character devices.",
            use_case: "Find modules that talk to their masters by a device.",
            command: "sudo tracehound -e register_chrdev -- modprobe cpuid",
            issues: [
                "Drivers that ask for some minor numbers only (alloc_chrdev_region, misc_register) do not come here.",
                "No tracepoint tells the same.",
            ],
            related: ["device_add", "module_load"],
            sources: ["fs/char_dev.c (v6.18): __register_chrdev()"],
        }
}
