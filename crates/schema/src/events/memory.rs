//! Memory: what is mapped and made executable. Ids 400 to 429, with stacks.

use super::{events, facts, file, issues};
use crate::field::{kernel, register};
use crate::kind::Kind::{Addr, Dev, Enum, Flags, I32, Mode, Path, Size, Str, U64, WallTime};
use crate::names;

facts! {
    /// How it is mapped.
    MMAP_FLAGS: Flags(&names::MMAP_FLAGS), kernel("how").ctype("unsigned long");
}

events! {
    /// A file is about to be mapped into memory.
    ///
    /// The kernel asks its security modules whether it may. What maps it may be mmap(2), an exec,
    /// which maps the program and its interpreter, or shmat(2). Memory without a file does not come
    /// here; do_mmap tells of it.
    security_mmap_file = 400 by Hook
        on [
            "lsm/mmap_file",
            "fentry/security_mmap_file",
            "kprobe/security_mmap_file",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (file: "struct file *", asked: "unsigned long", how: "unsigned long")
        when "file"
        at ["lsm/mmap_file"] { file = "word_of(ctx, 0)"; how = "ctx[3]"; }
        at ["fentry/security_mmap_file"] { file = "word_of(ctx, 0)"; }
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["mmap", "mmap2"]
            when "!is_error(ret)"
            {
                file = "mmap_file(current)";
                asked = "mmap_argument(current, 2)";
                how = "mmap_argument(current, 3)";
            }
        sets ["lsm_hooks", "fs", "fs_file_ops", "proc", "proc_mem"]
        {
            pathname: file::PATH;
            /// How the file was opened.
            flags: Flags(&names::FILE_FLAGS), kernel("file_flags(file)").ctype("int");
            dev: file::DEV;
            inode: file::INODE;
            ctime: file::CTIME;
            /// What the memory may be used for, as asked for.
            prot: Flags(&names::PROT), kernel("asked").ctype("unsigned long");
            mmap_flags: MMAP_FLAGS;
        }
        page {
            purpose: "Sees which files are mapped, and for what use.",
            use_case: "Find out what code a process runs that its program does not name.",
            command: "sudo tracehound -e security_mmap_file -- true",
            issues: [
                "At the end of calls only mmap calls that succeed are seen, neither an exec nor shmat(2); the file is the one behind the call's descriptor then, and another thread can have put another file there. Of the oldest 32-bit mmap the arguments are in memory that another thread can rewrite.",
                issues::BY_LSM,
                "prot is what was asked for: with the personality READ_IMPLIES_EXEC the kernel adds PROT_EXEC.",
            ],
            related: ["mmap", "do_mmap", "shared_object_loaded", "security_file_mprotect"],
            sources: ["mmap(2)", "mm/util.c (v6.18): vm_mmap_pgoff()", "security/security.c (v6.18): security_mmap_file()"],
        }

    /// A mapping's protection is about to be changed.
    ///
    /// Fires for each mapping in the range of mprotect(2) or pkey_mprotect(2), which may be several.
    security_file_mprotect = 401 by Hook
        on [
            "lsm/file_mprotect",
            "fentry/security_file_mprotect",
            "kprobe/security_file_mprotect",
            "tp_btf/sys_enter",
            "raw_tp/sys_enter",
        ]
        (vma: "struct vm_area_struct *", asked: "unsigned long", area: "struct area *")
        at ["lsm/file_mprotect", "fentry/security_file_mprotect", "kprobe/security_file_mprotect"]
            { area = "area_of(vma)"; }
        at ["tp_btf/sys_enter", "raw_tp/sys_enter"] of ["mprotect", "pkey_mprotect"]
            when "mprotect_is_checked(current, area)"
            {
                vma = "NULL";
                asked = "mprotect_access(current)";
                area = "area_at(current, call_argument(current, 0))";
            }
        sets ["lsm_hooks", "proc", "proc_mem", "fs", "fs_file_ops"]
        {
            /// The path of the file that is mapped. Absent for memory without a file.
            pathname: Path, kernel("area_file(area)").ctype("const char*").opt().unread("at the beginning of a call, while another thread changes the mappings");
            /// What the memory is to be used for.
            prot: Flags(&names::PROT), kernel("asked").ctype("int");
            /// When the file's inode was changed last.
            ctime: WallTime, kernel("mapped_ctime(area_file(area))").ctype("unsigned long").opt().unread("with pathname");
            /// What the mapping may be used for so far.
            prev_prot: Flags(&names::PROT), kernel("area_access(area)").ctype("int").unread("with pathname");
            /// Where what is changed of this mapping begins.
            addr: Addr, kernel("changed_from(current, area)").ctype("void*");
            /// How much of this mapping is changed, in whole pages.
            len: Size, kernel("changed_length(current, area)").ctype("size_t");
            /// The protection key of pkey_mprotect(2). Absent for mprotect(2).
            pkey: I32, register("mprotect_key(current)").ctype("int").opt();
        }
        page {
            purpose: "Sees how the protection of memory changes: what it was, and what it is to be.",
            use_case: "Find programs that make code at run time.",
            command: "sudo tracehound -e security_file_mprotect -- true",
            issues: [
                "At the beginning of calls only the first mapping of the range is told, and nothing of a range that begins where nothing is mapped; the call may fail for another reason yet.",
                issues::BY_LSM,
                "addr and len are those of the part of the range that lies in the mapping; the call's own are in mprotect.",
            ],
            related: ["mprotect", "pkey_mprotect", "mem_prot_alert", "security_mmap_file"],
            sources: ["mprotect(2)", "mm/mprotect.c (v6.18): do_mprotect_pkey()"],
        }

    /// Memory or a file was mapped.
    ///
    /// Only what succeeds is told, with where it went.
    do_mmap = 402 by Hook
        on [
            "fexit/vm_mmap_pgoff",
            "kprobe+kretprobe/vm_mmap_pgoff",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (
            file: "struct file *", hint: "unsigned long", length: "unsigned long",
            access: "unsigned long", how: "unsigned long", page: "unsigned long",
        )
        when "!is_error(ret)"
        at ["fexit/vm_mmap_pgoff"] { file = "word_of(ctx, 0)"; }
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["mmap", "mmap2"]
            {
                file = "mmap_file(current)";
                hint = "mmap_argument(current, 0)";
                length = "mmap_argument(current, 1)";
                access = "mmap_argument(current, 2)";
                how = "mmap_argument(current, 3)";
                page = "mmap_offset(current)";
            }
        sets ["fs", "fs_file_ops", "proc", "proc_mem"]
        {
            /// Where it was mapped.
            addr: Addr, kernel("ret").ctype("void*");
            /// The path of the file that is mapped. Absent for memory without a file.
            pathname: Path, kernel("file").ctype("const char*").opt();
            /// How the file was opened.
            flags: Flags(&names::FILE_FLAGS), kernel("mapped_flags(file)").ctype("unsigned int").opt();
            /// The file's device.
            dev: Dev, kernel("mapped_dev(file)").ctype("dev_t").opt();
            /// The file's inode number.
            inode: U64, kernel("mapped_inode(file)").ctype("unsigned long").opt();
            /// When the inode was changed last.
            ctime: WallTime, kernel("mapped_ctime(file)").ctype("unsigned long").opt();
            /// Where in the file the mapping begins, in pages.
            pgoff: U64, kernel("page").ctype("unsigned long");
            /// How many bytes were asked for.
            len: Size, kernel("length").ctype("unsigned long");
            /// What the memory may be used for, as asked for.
            prot: Flags(&names::PROT), kernel("access").ctype("unsigned long");
            mmap_flags: MMAP_FLAGS;
        }
        page {
            purpose: "Sees every mapping that is made, with or without a file, and where it is.",
            use_case: "Find out what is at an address of a process.",
            command: "sudo tracehound -e do_mmap -- true",
            issues: [
                "The hook is vm_mmap_pgoff(), by which mmap(2) and an exec come to do_mmap(): that passes its parameters in the same way in every kernel. shmat(2), io_setup(2) and brk(2) do not come here.",
                "At the end of calls an exec is not seen either; the file is the one behind the call's descriptor then, and another thread can have put another file there.",
            ],
            related: ["mmap", "security_mmap_file", "brk", "shmat"],
            sources: ["mmap(2)", "mm/util.c (v6.18): vm_mmap_pgoff()"],
        }

    /// A file is about to be mapped as code by mmap(2), as shared libraries are.
    shared_object_loaded = 403 by Hook
        on [
            "lsm/mmap_file",
            "fentry/security_mmap_file",
            "kprobe/security_mmap_file",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (file: "struct file *", asked: "unsigned long", how: "unsigned long")
        when "file && asked & PROT_EXEC"
        at ["lsm/mmap_file"] when "in_mmap(current)" { file = "word_of(ctx, 0)"; }
        at ["fentry/security_mmap_file"] when "in_mmap(current)" { file = "word_of(ctx, 0)"; }
        at ["kprobe/security_mmap_file"] when "in_mmap(current)" {}
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["mmap", "mmap2"]
            when "!is_error(ret)"
            {
                file = "mmap_file(current)";
                asked = "mmap_argument(current, 2)";
                how = "0";
            }
        sets ["lsm_hooks", "fs", "fs_file_ops", "proc", "proc_mem"]
        {
            pathname: file::PATH;
            /// How the file was opened.
            flags: Flags(&names::FILE_FLAGS), kernel("file_flags(file)").ctype("int");
            dev: file::DEV;
            inode: file::INODE;
            ctime: file::CTIME;
        }
        page {
            purpose: "Sees the libraries and plug-ins that a process loads.",
            use_case: "Find processes that load a library they should not have.",
            command: "sudo tracehound -e shared_object_loaded -- true",
            issues: [
                "A file is told once for each of its parts that is mapped as code. One that is mapped without PROT_EXEC and made executable later is not told here but by security_file_mprotect and mem_prot_alert.",
                "At the end of calls only those that succeed are seen; the file is the one behind the call's descriptor then, and another thread can have put another file there.",
                issues::BY_LSM,
            ],
            related: ["security_mmap_file", "mem_prot_alert", "mmap"],
            sources: ["mmap(2)", "dlopen(3)", "security/security.c (v6.18): security_mmap_file()"],
        }

    /// Memory became writable and executable, or executable after it could be written.
    ///
    /// Four cases: a mapping that is writable and executable from the start; one that becomes
    /// executable; code that becomes writable; memory that could be written and now only be run. Of
    /// a change that is several of these the last of them is told. All of them are what a
    /// just-in-time compiler does, and what an attacker does.
    mem_prot_alert = 404 by Hook
        on [
            "fexit/security_file_mprotect,vm_mmap_pgoff",
            "kprobe+kretprobe/security_file_mprotect,vm_mmap_pgoff",
            "tp_btf/sys_enter,sys_exit",
            "raw_tp/sys_enter,sys_exit",
        ]
        (
            area: "struct area *", access: "u64", file: "struct file *", from: "u64", length: "u64",
            kind: "u64",
        )
        when "kind != NO_ALERT"
        at ["fexit/security_file_mprotect", "kprobe+kretprobe/security_file_mprotect"]
            when "ret == 0"
            {
                ret = "GIVEN(3)";
                area = "area_of((struct vm_area_struct *)GIVEN(0))";
                access = "GIVEN(1)";
                file = "area->file";
                from = "changed_from(current, area)";
                length = "changed_length(current, area)";
                kind = "alert_of_change(area, access)";
            }
        at ["fexit/vm_mmap_pgoff", "kprobe+kretprobe/vm_mmap_pgoff"]
            when "!is_error(ret)"
            {
                ret = "GIVEN(6)";
                area = "NULL";
                access = "GIVEN(3)";
                file = "GIVEN(0)";
                from = "ret";
                length = "page_aligned(GIVEN(2))";
                kind = "alert_of_mapping(access)";
                prev_prot = "ABSENT";
            }
        at ["tp_btf/sys_enter", "raw_tp/sys_enter"] of ["mprotect", "pkey_mprotect"]
            when "mprotect_is_checked(current, area)"
            {
                area = "area_at(current, call_argument(current, 0))";
                access = "mprotect_access(current)";
                file = "area_file(area)";
                from = "changed_from(current, area)";
                length = "changed_length(current, area)";
                kind = "alert_of_change(area, access)";
            }
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["mmap", "mmap2"]
            when "!is_error(ret)"
            {
                area = "NULL";
                access = "mmap_argument(current, 2)";
                file = "mmap_file(current)";
                from = "ret";
                length = "page_aligned(mmap_argument(current, 1))";
                kind = "alert_of_mapping(access)";
                prev_prot = "ABSENT";
            }
        sets []
        {
            /// What happened.
            alert: Enum(&names::MEM_PROT_ALERT), kernel("kind").ctype("u32").unread("at the beginning of mprotect(2) with PROT_EXEC, while another thread changes the mappings: it may be no alert at all");
            /// Where the memory begins.
            addr: Addr, kernel("from").ctype("void*");
            /// How much it is, in whole pages.
            len: Size, kernel("length").ctype("size_t");
            /// What it may be used for now, as asked for.
            prot: Flags(&names::PROT), kernel("access").ctype("int");
            /// What it could be used for before. Absent for a new mapping.
            prev_prot: Flags(&names::PROT), kernel("area_access(area)").ctype("int").opt().unread("with alert");
            /// The path of the file that is mapped. Absent for memory without a file.
            pathname: Path, kernel("file").ctype("const char*").opt();
            /// The file's device.
            dev: Dev, kernel("mapped_dev(file)").ctype("dev_t").opt().unread("with alert");
            /// The file's inode number.
            inode: U64, kernel("mapped_inode(file)").ctype("unsigned long").opt().unread("with alert");
            /// When the inode was changed last.
            ctime: WallTime, kernel("mapped_ctime(file)").ctype("u64").opt().unread("with alert");
        }
        page {
            purpose: "Sees memory that can be written and run, at once or one after the other.",
            use_case: "Find injected code, and programs that make code at run time.",
            command: "sudo tracehound -e mem_prot_alert -- python3 -c 'import mmap; mmap.mmap(-1, 4096, prot=7)'",
            issues: [
                "mremap(2), which keeps the protection, shmat(2) with SHM_EXEC, and what another process writes into memory (ptrace(2), /proc/PID/mem) are not seen.",
                "At the beginning of mprotect(2) only the first mapping of the range is looked at, and the call may fail yet.",
                "prot is what was asked for: with the personality READ_IMPLIES_EXEC the kernel adds PROT_EXEC, and no alert comes of it.",
            ],
            related: ["security_file_mprotect", "security_mmap_file", "do_mmap", "mprotect"],
            sources: ["mmap(2)", "mprotect(2)", "mm/mprotect.c (v6.18): do_mprotect_pkey()"],
        }

    /// A file was spliced into a pipe such that writing to the pipe writes to the file.
    ///
    /// The fault CVE-2022-0847 of Linux 5.8 to 5.16: the pipe's last page is one of the file's page
    /// cache and is marked as one that writes may append to. Kernels without the fault never make
    /// such a page.
    dirty_pipe_splice = 407 by Hook
        on [
            "fexit/do_splice",
            "kprobe+kretprobe/do_splice",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (
            from: "struct file *", place: "s64 *", to: "struct file *", to_place: "s64 *",
            length: "size_t", how: "unsigned int",
        )
        when "ret > 0 && pipe_is_dirty(from, to)"
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["splice"]
            {
                from = "file_behind(current, (s32)call_argument(current, 0))";
                place = "NULL";
                to = "file_behind(current, (s32)call_argument(current, 2))";
                to_place = "NULL";
                length = "0";
                how = "0";
                exposed_data_start_offset = "call_spliced_until(current, from)";
                exposed_data_len = "exposed_length(from, to, call_spliced_until(current, from))";
            }
        unproved "only a kernel with the fault makes it"
        sets []
        {
            /// The file's inode number.
            inode_in: U64, kernel("file_inode(from)").ctype("u64");
            /// What kind of file it is.
            in_file_type: Mode, kernel("inode_mode(inode_of(from)) & S_IFMT").ctype("umode_t");
            /// Its path as the kernel resolves it.
            in_file_path: Path, kernel("from").ctype("const char*");
            /// Where in the file begins what can be written.
            exposed_data_start_offset: U64, kernel("spliced_until(from, place)").ctype("loff_t").unread("at the end of a call, when the caller's offset cannot be read");
            /// How many bytes of the file that is: the rest of the page.
            exposed_data_len: Size, kernel("exposed_length(from, to, spliced_until(from, place))").ctype("size_t").unread("with exposed_data_start_offset");
            /// The pipe's inode number.
            inode_out: U64, kernel("file_inode(to)").ctype("unsigned long");
            /// The flags of the pipe's last page.
            out_pipe_last_buffer_flags: Flags(&names::PIPE_BUFFER), kernel("last_buffer_flags(to)").ctype("unsigned int");
        }
        page {
            purpose: "Sees the step by which Dirty Pipe gets to write to files that it may only read.",
            use_case: "Find out that a machine with the fault is attacked.",
            command: "sudo tracehound -e dirty_pipe_splice -- cat /etc/hostname",
            issues: [
                "A page is told by its flag and by belonging to the file, so that pages of writes to the same pipe are not mistaken for it.",
                "At the end of calls requests of io_uring are not seen, and the files are those behind the call's descriptors then.",
            ],
            related: ["splice"],
            sources: ["splice(2)", "fs/splice.c (v6.18): do_splice()", "lib/iov_iter.c (v5.16): copy_page_to_iter_pipe()"],
        }

    /// A file that was made by memfd_create(2) is about to be mapped as code.
    ///
    /// Such a file has no name in any folder. Programs run from one leave no trace on disk.
    memfd_map_executable = 408 by Hook
        on [
            "lsm/mmap_file",
            "fentry/security_mmap_file",
            "kprobe/security_mmap_file",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (file: "struct file *", asked: "unsigned long", how: "unsigned long")
        when "asked & PROT_EXEC && memfd_name(file)"
        at ["lsm/mmap_file"] { file = "word_of(ctx, 0)"; how = "ctx[3]"; }
        at ["fentry/security_mmap_file"] { file = "word_of(ctx, 0)"; }
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["mmap", "mmap2"]
            when "!is_error(ret)"
            {
                file = "mmap_file(current)";
                asked = "mmap_argument(current, 2)";
                how = "mmap_argument(current, 3)";
            }
        sets ["proc_mem"]
        {
            /// The name that memfd_create(2) was given, which means nothing to the kernel.
            name: Str, kernel("memfd_name(file)").ctype("const char*");
            dev: file::DEV;
            inode: file::INODE;
            /// What the memory may be used for, as asked for.
            prot: Flags(&names::PROT), kernel("asked").ctype("unsigned long");
            mmap_flags: MMAP_FLAGS;
        }
        page {
            purpose: "Sees code that is run from memory instead of a file system.",
            use_case: "Find programs and libraries that hide from those who look at files.",
            command: "sudo tracehound -e memfd_map_executable -- python3 -c 'import os,mmap; f=os.memfd_create(\"demo\"); os.ftruncate(f,4096); mmap.mmap(f,4096,prot=5)'",
            issues: [
                "A file that is mapped without PROT_EXEC and made executable later is told by mem_prot_alert instead.",
                "At the end of calls only mmap calls that succeed are seen, and no exec; the file is the one behind the call's descriptor then.",
                issues::BY_LSM,
            ],
            related: ["memfd_create", "execveat", "security_mmap_file", "mem_prot_alert"],
            sources: ["memfd_create(2)", "mm/memfd.c (v6.18): memfd_alloc_file()"],
        }
}
