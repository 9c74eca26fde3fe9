//! What loaded files have. Ids among those of memory.

use super::{events, facts};
use crate::field::{told, tracer};
use crate::kind::Kind::{Dev, Path, Str, StrArray, U64, WallTime};
use crate::sample::Sample::{Absent, Text};

facts! {
    /// The path by which it was loaded, as the kernel resolves it.
    LOADED_PATH: Path, tracer("sched_process_exec, existing_process, shared_object_loaded").unread("when the kernel did not tell it");
    /// Its device.
    LOADED_DEV: Dev, tracer("the same");
    /// Its inode number.
    LOADED_INODE: U64, tracer("the same");
    /// When the inode was changed last.
    LOADED_CTIME: WallTime, tracer("the same");
}

events! {
    /// A library was loaded that defines functions which the C library has.
    ///
    /// The functions by which files, directories, processes and connections are seen and used: accept,
    /// accept4, access, connect, dlsym, execve, fdopendir, fopen, kill, link, open, openat, opendir, ptrace, read,
    /// readdir, readlink, recvmsg, rename, stat, fstat, lstat, fstatat, statx, syscall, unlink, unlinkat, write,
    /// and what is called so with 64 behind or as __xstat.
    symbols_loaded = 411 by Tracer
        on []
        derived ["shared_object_loaded"]
        unproved "it takes a library that stands in for the C library"
        sets ["derived", "fs", "security_alert"]
        {
            /// The library's path as the kernel resolves it.
            library_path: Path, tracer("shared_object_loaded");
            /// The watched functions that it defines, by their names in order.
            symbols: StrArray, tracer("the file's dynamic symbols").unread("where why tells it");
            /// SHA-256 of the file.
            sha256: Str, tracer("the file").unread("where why tells it");
            /// Why something is unread. Absent where nothing is.
            why: Str, tracer("the attempt").opt();
        }
        page {
            purpose: "Reads the dynamic symbols of each file that is mapped as code, as its loader would look them up, a moment after the mapping.",
            use_case: "Find libraries that put themselves before the C library (LD_PRELOAD) to hide files, processes or connections.",
            command: "sudo tracehound -e symbols_loaded -- true",
            example: [library_path = Text(b"libhide.so\0lib\0"), symbols = Text(b"readdir\0readdir64\0"),
                sha256 = Text(b"6d5b1f2c4f0bb0c9f1f4e0a9a7f6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e05f1c"), why = Absent],
            issues: [
                "A library that cannot be read is told too, with the reason: its process and path may be gone, or the file changed, before it is looked at. The file must have the device, inode number and time of change that the kernel told.",
                "Files of the C library by name and folder (libc, libpthread, libdl, musl, under /lib and /usr/lib) are not told; a file that was put in their place is not either.",
                "Names with which a library is not found by its loader (static, or of code that is mapped by other means than mmap(2)) are not seen; neither are the program itself and its loader.",
                "It is made while tracing; a recording has it where it was selected then.",
            ],
            related: ["shared_object_loaded", "symbols_collision"],
            sources: ["ld.so(8)", "elf(5)"],
        }

    /// A library was loaded that defines what another library of the process defines too.
    ///
    /// Which of the two is used is decided by their order.
    symbols_collision = 412 by Tracer
        on []
        derived ["shared_object_loaded", "sched_process_fork", "sched_process_exec", "sched_process_exit"]
        unproved "it takes two libraries that define the same"
        sets ["lsm_hooks", "fs", "fs_file_ops", "proc", "proc_mem"]
        {
            /// The path of the library that was loaded now.
            loaded_path: Path, tracer("shared_object_loaded");
            /// The path of the one that the process had before.
            collision_path: Path, tracer("an earlier shared_object_loaded").unread("where the new one cannot be read");
            /// What both define, by names in order.
            symbols: StrArray, tracer("the files' dynamic symbols").unread("where why tells it");
            /// Why something is unread. Absent where nothing is.
            why: Str, tracer("the attempt").opt();
        }
        page {
            purpose: "Reads the dynamic symbols of each file that is mapped as code, and compares them with those of the libraries that the process, or its parent before the fork, loaded before.",
            use_case: "Find libraries that put themselves before others.",
            command: "sudo tracehound -e symbols_collision -- true",
            example: [loaded_path = Text(b"libc.so.6\0lib\0usr\0"), collision_path = Text(b"libhide.so\0lib\0"),
                symbols = Text(b"readdir\0readdir64\0"), why = Absent],
            issues: [
                "A library that cannot be read is told too, with the reason: its process and path may be gone, or the file changed, before it is looked at. The file must have the device, inode number and time of change that the kernel told.",
                "Names that linkers put into every library (_init, _fini, _edata, _end, __bss_start) do not count. Many libraries define the same without harm, C++ templates above all.",
                "What a process loaded before tracing is not known; what it unloaded since (dlclose(3)) counts as loaded; the program itself and its loader do not count.",
                "The last 16,384 processes that loaded something are known, and 1,024 libraries of each.",
                "It is made while tracing; a recording has it where it was selected then.",
            ],
            related: ["shared_object_loaded", "symbols_loaded"],
            sources: ["ld.so(8)", "elf(5)"],
        }

    /// A program or library was hashed that a process had loaded.
    ///
    /// Once for each file as it was: what was changed since is another. A library is hashed where
    /// shared_object_loaded is traced too.
    file_hashed = 413 by Tracer
        on []
        derived ["sched_process_exec", "existing_process"]
        unproved "it follows from other events"
        sets ["derived"]
        {
            pathname: LOADED_PATH;
            dev: LOADED_DEV;
            inode: LOADED_INODE;
            ctime: LOADED_CTIME;
            /// SHA-256 of the file.
            sha256: Str, tracer("the file").unread("where why tells it");
            /// Why it is unread. Absent where it is not.
            why: Str, tracer("the attempt").opt();
        }
        page {
            purpose: "Reads each file that is executed, a moment after the exec, and each that was being executed when tracing began.",
            use_case: "Look up what runs in lists of known programs, and name it exactly in a report.",
            command: "sudo tracehound -e file_hashed -- true",
            example: [pathname = Text(b"true\0bin\0usr\0"),
                sha256 = Text(b"6d5b1f2c4f0bb0c9f1f4e0a9a7f6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e05f1c"), why = Absent],
            issues: [
                "The file is opened by the process's root, the tracer's, or the process's mapping, and must have the device, inode number and time of change that the kernel told; it is told as unread where it has not, and where it is larger than 512 MiB.",
                "A file system of the traced user's own (FUSE) can show the tracer other bytes than it showed the kernel.",
                "A process that is known by the kernel alone (hidden from /proc) is found by the path only.",
                "Files are told again after 65,536 others.",
                "It is made while tracing; a recording has it where it was selected then.",
            ],
            related: ["sched_process_exec", "existing_process", "shared_object_loaded", "symbols_loaded"],
            sources: ["FIPS 180-4", "proc(5), /proc/PID/root and /proc/PID/map_files"],
        }

    /// The package was found that a program or library is of, which a process had loaded.
    ///
    /// Once for each file as it was: what was changed since is another. A library's is told where
    /// shared_object_loaded is traced too.
    file_packaged = 414 by Tracer
        on []
        derived ["sched_process_exec", "existing_process"]
        unproved "it follows from other events"
        sets ["derived"]
        {
            pathname: LOADED_PATH;
            dev: LOADED_DEV;
            inode: LOADED_INODE;
            ctime: LOADED_CTIME;
            /// Whose list has the path: dpkg, apk, pacman or rpm. Absent where none has.
            manager: Str, told("the lists below the process's root").opt().unread("where why tells it");
            /// The package's name. Absent likewise.
            package: Str, told("its manager's list").opt().unread("where why tells it");
            /// Its version; rpm's is epoch:version-release, or without the epoch if it has none. Absent likewise.
            version: Str, told("its manager's list").opt().unread("where why tells it");
            /// The architecture that it was built for. Absent likewise.
            architecture: Str, told("its manager's list").opt().unread("where why tells it");
            /// Why something is unread. Absent where nothing is.
            why: Str, tracer("the attempt").opt();
        }
        page {
            purpose: "Asks the lists of package managers, as they are below the process's root, whose file each program is that is executed.",
            use_case: "Find programs that no package has: built, copied or downloaded.",
            command: "sudo tracehound -e file_packaged -- true",
            example: [pathname = Text(b"true\0bin\0usr\0"), manager = Text(b"dpkg"), package = Text(b"coreutils"),
                version = Text(b"9.7-3"), architecture = Text(b"amd64"), why = Absent],
            issues: [
                "Lists tell paths: whether the file is still what the package had there is not looked at. Who can write to the lists can have them say anything.",
                "dpkg (with status.d of images without dpkg), apk, pacman and rpm (SQLite and ndb) are asked; where rpm's database cannot be read, as Berkeley DB (RHEL 8) cannot, why says so of files that no other list has.",
                "Of rpm's files those are the package's of which `rpm -qf` says so: neither left out at installing nor replaced by another package. Where several packages have a file, one is told.",
                "Lists are looked at again when the manager's list of packages has changed. Up to 16 roots are remembered, the last ones asked about.",
                "A process that has ended before it is asked about, and whose parent is in another mount namespace, leaves no root to look below; it is told as unread.",
                "It is made while tracing; a recording has it where it was selected then.",
            ],
            related: ["file_hashed", "sched_process_exec", "existing_process", "shared_object_loaded"],
            sources: ["dpkg-query(1), -S", "apk-tools, lib/apk/db/installed", "rpm(8), -qf, and its docs/manual/format_header.md",
                "the SQLite file format, sqlite.org/fileformat2.html", "proc(5), /proc/PID/root"],
        }
}
