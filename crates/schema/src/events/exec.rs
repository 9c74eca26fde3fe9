//! Execution: programs that are started, or fail to be. Ids 430 to 449.

use super::{events, file, issues};
use crate::field::{kernel, user};
use crate::kind::Kind::{
    Bool, Dev, Enum, Flags, I32, I64, Mode, Path, Str, StrArray, U64, WallTime,
};
use crate::names;
use crate::sample::Sample::{Number, Text};

events! {
    /// A program could not be executed.
    ///
    /// Every execve and execveat that returns an error, whichever: the file is not there, may not be
    /// executed or is no program, the arguments are too large or cannot be read, or the kernel ran out
    /// of something. The event's result says which.
    process_execute_failed = 430 by Hook
        on [
            "fentry/security_bprm_check+tp_btf/sys_exit",
            "kprobe/security_bprm_check+tp_btf/sys_exit",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (binary: "struct file *", interpreter: "struct file *")
        first "keep_files(current, GIVEN(0))"
        at ["fentry/security_bprm_check+tp_btf/sys_exit", "kprobe/security_bprm_check+tp_btf/sys_exit"]
            of ["execve", "execveat"]
            when "ret < 0"
            { binary = "kept_binary(current)"; interpreter = "kept_interpreter(current)"; }
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["execve", "execveat"]
            when "ret < 0"
            { binary = "NULL"; interpreter = "NULL"; }
            lacks {
                binary.path: "the kernel has let go of the file when the call ends";
                binary.device_id: "as its path";
                binary.inode_number: "as its path";
                binary.ctime: "as its path";
                binary.inode_mode: "as its path";
                interpreter_path: "as the program's path";
            }
        sets ["proc"]
        {
            /// The directory that pathname is relative to; AT_FDCWD (-100) for execve.
            dirfd: I32, kernel("exec_dirfd(current)").ctype("int").unread("when the old program was gone already, so that the call's own memory is");
            /// The flags of execveat; 0 for execve.
            flags: Flags(&names::EXECVEAT_FLAGS), kernel("exec_flags(current)").ctype("int").unread("when dirfd is");
            /// The path as it was given to the call.
            pathname: Str, user("exec_path(current)").ctype("const char*").unread("when dirfd is, and when it could not be read");
            /// The path of the file that was to be executed, as the kernel resolves it. Absent where
            /// the kernel came to none: it was not found, might not be opened, or the arguments were
            /// refused before.
            binary.path: Path, kernel("binary").ctype("const char*").opt();
            /// The file's device.
            binary.device_id: Dev, kernel("file_dev_if(binary)").ctype("dev_t").opt();
            /// The file's inode number.
            binary.inode_number: U64, kernel("file_inode_if(binary)").ctype("unsigned long").opt();
            /// When the inode was changed last.
            binary.ctime: WallTime, kernel("file_ctime_if(binary)").ctype("unsigned long").opt();
            /// Type and permissions of the file.
            binary.inode_mode: Mode, kernel("file_mode_if(binary)").ctype("umode_t").opt();
            /// The path of the last interpreter that the kernel came to, following scripts. Absent where
            /// it came to none.
            interpreter_path: Path, kernel("interpreter").ctype("const char*").opt();
            /// The type of what standard input is. Absent where it is closed.
            stdin_type: Enum(&names::FILE_TYPES), kernel("file_type_if(file_behind(current, 0))").ctype("umode_t").opt();
            /// Its path. Absent where it is closed.
            stdin_path: Path, kernel("file_behind(current, 0)").ctype("const char*").opt();
            /// Whether the kernel itself wanted to execute it: never, since that is no call.
            kernel_invoked: Bool, kernel("false").ctype("int");
            /// The arguments that were given.
            argv: StrArray, user("failed_strings(current, 0)").ctype("const char**").opt().unread("when pathname is, or its memory could not be read");
            /// The environment that was given.
            envp: StrArray, user("failed_strings(current, 1)").ctype("const char**").opt().unread("when argv is");
        }
        ret true
        page {
            purpose: "Sees what was meant to be executed and was not, with the reason.",
            use_case: "Find out which programs are looked for in vain, or are refused.",
            command: "sudo tracehound -e process_execute_failed -- sh -c '/no/such/program; true'",
            example: [
                dirfd = Number(-100),
                flags = Number(0),
                pathname = Text(b"/home/user/script"),
                binary.path = Text(b"script\0user\0home\0"),
                binary.inode_mode = Number(0o100_755),
                stdin_type = Number(0o020_000),
                stdin_path = Text(b"0\0pts\0dev\0"),
                kernel_invoked = Number(0),
                argv = Text(b"script\0"),
                envp = Text(b"LANG=C.UTF-8\0PATH=/usr/bin\0"),
            ],
            issues: [
                "What the kernel itself tries to execute (helpers, init) does not come by a call and is not seen.",
                "pathname, argv and envp are read from user memory when the call ends; another thread can have rewritten it.",
                "Where the old program was gone already a signal ends the process, and the file alone is told.",
                "argv and envp are cut at 8191 bytes, 2048 pointers, and where a pointer cannot be read.",
            ],
            related: ["sched_process_exec", "execve", "execveat"],
            sources: ["execve(2), ERRORS", "fs/exec.c (v6.18): bprm_execve(), begin_new_exec()"],
        }

    /// A file is about to be executed.
    ///
    /// The kernel asks its security modules, before it looks whether it knows the file's format: for a
    /// script first the script, then its interpreter.
    security_bprm_check = 431 by Hook
        on [
            "lsm/bprm_check_security",
            "fentry/security_bprm_check",
            "kprobe/security_bprm_check",
            "tp_btf/sched_process_exec",
            "raw_tp/sched_process_exec",
        ]
        (bprm: "struct linux_binprm *")
        at ["tp_btf/sched_process_exec", "raw_tp/sched_process_exec"]
            {
                bprm = "word_of(ctx, 2)";
                argv = "arguments_of(current)";
                envp = "environment_of(current)";
            }
        sets ["lsm_hooks", "proc", "proc_life"]
        {
            /// The file's path as the kernel resolves it.
            pathname: Path, kernel("bprm_file(bprm)").ctype("const char*");
            /// The file's device.
            dev: Dev, kernel("file_dev(bprm_file(bprm))").ctype("dev_t");
            /// The file's inode number.
            inode: U64, kernel("file_inode(bprm_file(bprm))").ctype("unsigned long");
            /// The arguments as the call was given them. Absent where it was given none, or the kernel
            /// itself executes the file.
            argv: StrArray, user("exec_strings(current, 0)").ctype("const char**").opt();
            /// The environment, in the same way.
            envp: StrArray, user("exec_strings(current, 1)").ctype("const char**").opt();
        }
        page {
            purpose: "Sees each file that an exec comes to, also if it fails in the end.",
            use_case: "See which files are tried on the way to a program.",
            command: "sudo tracehound -e security_bprm_check -- sh -c true",
            example: [argv = Text(b"sh\0-c\0true\0"), envp = Text(b"LANG=C.UTF-8\0PATH=/usr/bin\0")],
            issues: [
                "By sched_process_exec only execs that succeed are seen, the last file of each, with the arguments that the new program has.",
                "Otherwise argv and envp are read from user memory, which another thread can rewrite meanwhile; sched_process_exec has those that the program gets.",
                issues::BY_LSM,
                "argv and envp are cut at 8191 bytes, 2048 pointers, and where a pointer cannot be read.",
            ],
            related: ["sched_process_exec", "process_execute_failed", "security_file_open"],
            sources: ["fs/exec.c (v6.18): search_binary_handler()", "security/security.c (v6.18): security_bprm_check()"],
        }

    /// The table of a program's parts is read from its ELF file.
    ///
    /// Once for the program and once for its loader (ELF interpreter).
    load_elf_phdrs = 432 by Hook
        on [
            "fentry/load_elf_phdrs",
            "tp_btf/sched_process_exec",
            "raw_tp/sched_process_exec",
        ]
        (head: "const void *", file: "struct file *")
        at ["tp_btf/sched_process_exec", "raw_tp/sched_process_exec"]
            { head = "NULL"; file = "bprm_file((void *)word_of(ctx, 2))"; }
        sets ["proc"]
        {
            pathname: file::PATH;
            dev: file::DEV;
            inode: file::INODE;
        }
        page {
            purpose: "Sees the files that a program is made of, its loader included.",
            use_case: "See which loader a program is started with.",
            command: "sudo tracehound -e load_elf_phdrs -- true",
            issues: [
                "Kernels that run 32-bit programs have the function twice, once for those: most let nothing sit on it then, and where fentry works only 64-bit programs are seen.",
                "By sched_process_exec the program alone is seen and not its loader, and only execs that succeed; sched_process_exec itself tells the loader.",
            ],
            related: ["sched_process_exec"],
            sources: ["elf(5)", "fs/binfmt_elf.c (v6.18): load_elf_phdrs()"],
        }

    /// A thread is about to end.
    do_exit = 433 by Hook
        on [
            "fentry/do_exit",
            "kprobe/do_exit",
            "tp_btf/sched_process_exit",
            "raw_tp/sched_process_exit",
        ]
        (code: "long")
        at ["tp_btf/sched_process_exit", "raw_tp/sched_process_exit"]
            { code = "BPF_CORE_READ(current, exit_code)"; }
        sets ["proc", "proc_life"]
        {
            /// What the thread ends with, as wait(2) puts it: the status times 256, or the signal that
            /// ends it, with 128 added if the kernel wrote a core dump.
            returnValue: I64, kernel("code").ctype("long");
        }
        page {
            purpose: "Sees a thread when it begins to end, with everything that it has.",
            use_case: "Find out how a thread ended.",
            command: "sudo tracehound -e do_exit -- sh -c 'exit 3'",
            example: [returnValue = Number(3 << 8)],
            issues: ["By sched_process_exit it is seen a little later, when some of what the thread had is given back."],
            related: ["sched_process_exit"],
            sources: ["wait(2)", "kernel/exit.c (v6.18): do_exit()"],
        }
}
