//! What was there before: told once, when tracing begins. Ids 370 to 399.

use super::events;
use crate::field::{kernel, tracer, user};
use crate::kind::Kind::{
    Addr, Bool, Bytes, Dev, Enum, I64, Mode, Path, Pid, SockAddr, Str, StrArray, Time, U32, U64,
    Uid, WallTime,
};
use crate::names;
use crate::sample::Sample::{Absent, Number, Text};

events! {
    /// A process that runs already.
    ///
    /// One for each process that started before tracing began, before any other event. The process
    /// of the record is the one that is told. Later ones are told by their fork.
    existing_process = 370 by Snapshot
        on ["iter/task"]
        (task: "struct task_struct *")
        when "READ(task, pid) == READ(task, tgid)"
        sets ["snapshot"]
        {
            /// The file of its program, as the kernel resolves it. Absent for the kernel's threads.
            pathname: Path, kernel("task_exe(task)").ctype("struct file *").opt();
            /// The file's device.
            dev: Dev, kernel("program_dev(task)").ctype("dev_t").opt();
            /// The file's inode number.
            inode: U64, kernel("program_inode(task)").ctype("unsigned long").opt();
            /// When the file was last changed.
            ctime: WallTime, kernel("program_ctime(task)").ctype("u64").opt();
            /// The file's type and permissions.
            inode_mode: Mode, kernel("program_mode(task)").ctype("umode_t").opt();
            /// Its arguments as they are now: it can have written over them. Absent where there are none.
            argv: StrArray, user("/proc/PID/cmdline").ctype("char **").opt().unread("when the process ends meanwhile");
            /// How many threads it has.
            threads: U32, kernel("task_threads(task)").ctype("int");
            /// Whether it is a thread of the kernel.
            kernel_thread: Bool, kernel("task_is_kernels(task)").ctype("bool");
            /// The user that logged in, whoever the process became since. Absent where nobody did, or
            /// the kernel is built without auditing.
            login_uid: Uid, kernel("login_user(task)").ctype("uid_t").opt();
            /// The first process of its session, in the initial namespace. Absent for the kernel's threads.
            session: Pid, kernel("session_of(task)").ctype("int").opt();
            /// The session's terminal. Absent where it has none.
            tty: Dev, kernel("terminal_of(task)").ctype("dev_t").opt();
            /// The inode number of its user namespace.
            user_ns: U32, kernel("user_namespace_of(task)").ctype("unsigned int");
        }
        page {
            purpose: "Runs once over all tasks, when tracing begins.",
            use_case: "Know what a machine was doing when the tracer came, and name the programs of processes that were there.",
            command: "sudo tracehound -e existing_process --duration 1s",
            example: [kernel_thread = Number(0)],
            issues: [
                "With a command, or processes to attach to, only those are told, and the tracer with its ancestors: the command descends from them.",
                "Where records of processes' lives were lost, it is told again of all (process_snapshot says so), so that who came and went unseen is known.",
                "Hooks record from before the snapshot on; what started while it is taken is told by its fork, not here. A process that ends before it is reached is told by its exit alone.",
                "argv is read by the tracer a moment later than the rest, and only if the process is still the same.",
                "Where the kernel keeps the first process from iterators, as some sandboxes do, it is told by /proc/1, without its file.",
                "Processes that are hidden from /proc, but not from the scheduler, are told.",
            ],
            related: ["process_snapshot", "sched_process_fork", "sched_process_exec", "sched_process_exit"],
            sources: ["proc(5), /proc/PID/cmdline", "kernel/bpf/task_iter.c (v6.18)"],
        }

    /// A socket that a process has open already.
    ///
    /// One for each descriptor of each process, in whatever network namespace.
    existing_socket = 371 by Snapshot
        on ["iter/task_file"]
        (task: "struct task_struct *", fd: "u32", file: "struct file *")
        when "socket_of(file)"
        sets ["snapshot"]
        {
            /// The descriptor.
            fd: U32, kernel("fd").ctype("int");
            /// The socket's inode number, by which descriptors of the same socket are known.
            inode: U64, kernel("inode_number(inode_of(file))").ctype("unsigned long");
            /// The address family.
            family: Enum(&names::socket::FAMILY), kernel("socket_family(socket_of(file))").ctype("int");
            /// What kind of socket it is.
            type: Enum(&names::socket::KIND), kernel("socket_type(socket_of(file))").ctype("int");
            /// The protocol.
            protocol: U32, kernel("socket_protocol(socket_of(file))").ctype("int");
            /// Its state, in TCP's words, which the kernel uses for others too.
            state: Enum(&names::network::TCP_STATE), kernel("socket_state(socket_of(file))").ctype("unsigned char");
            /// What it is bound to.
            local_addr: SockAddr, kernel("name_of(socket_of(file))").ctype("struct sockaddr*");
            /// What it is connected with. Absent where it is not.
            remote_addr: SockAddr, kernel("peer_of(socket_of(file))").ctype("struct sockaddr*").opt();
        }
        page {
            purpose: "Runs once over all open files, when tracing begins.",
            use_case: "See who listens, and which connections were there before the tracer.",
            command: "sudo tracehound -e existing_socket --duration 1s",
            example: [family = Number(2), state = Number(10), remote_addr = Absent],
            issues: [
                "With a command, or processes to attach to, only theirs are told.",
                "Sockets without a descriptor are not seen: the kernel's own, those on their way in a message or in io_uring's table, connections that wait to be accepted or to be forgotten.",
                "A socket that is made while the snapshot is taken can be told here and by its own event; the records' times say which was first. Those of a process that starts meanwhile are not told here.",
            ],
            related: ["existing_process", "security_socket_create", "security_socket_bind"],
            sources: ["socket(7)", "kernel/bpf/task_iter.c (v6.18)"],
        }

    /// All processes that run have been told.
    ///
    /// Stands behind their existing_process, when tracing begins and again where records of processes'
    /// lives were lost. Whoever was known and is not among them has ended.
    process_snapshot = 380 by Tracer
        on []
        sets ["snapshot"]
        {
            /// Processes that started later are told by their fork.
            until: Time, tracer("clock");
            /// How many were told.
            processes: U64, tracer("records");
            /// Whether none of them is missing for want of room.
            whole: Bool, tracer("account");
        }
        page {
            purpose: "Made by the tracer when it has read the processes that run.",
            use_case: "Know from when on the process tree is complete.",
            command: "sudo tracehound -e existing_process,process_snapshot --duration 1s",
            example: [process = Absent, processes = Number(143), whole = Number(1)],
            issues: [
                "It is made only where existing_process is traced, whether that is shown or not.",
            ],
            related: ["existing_process", "gap"],
            sources: ["docs/processes.md"],
        }

    /// A kernel module that is loaded already.
    existing_module = 372 by Tracer
        on []
        sets ["snapshot"]
        {
            /// Its name.
            name: Str, tracer("/proc/modules");
            /// Bytes that it takes.
            size: U64, tracer("/proc/modules");
            /// How often it is in use. Absent where the kernel does not count.
            refcount: I64, tracer("/proc/modules").opt();
            /// The modules that use it.
            used_by: StrArray, tracer("/proc/modules");
            /// Live, Loading or Unloading.
            state: Str, tracer("/proc/modules");
            /// Where it lies. Absent where the kernel hides addresses.
            address: Addr, tracer("/proc/modules").opt();
            /// Letters for what it taints the kernel with. Absent where it does not.
            taints: Str, tracer("/proc/modules").opt();
            /// Its version. Absent where it names none.
            version: Str, tracer("/sys/module/NAME/version").opt();
            /// The hash of its source. Absent where it has none.
            srcversion: Str, tracer("/sys/module/NAME/srcversion").opt();
        }
        page {
            purpose: "Read from /proc/modules when tracing begins: kernels have no iterator over modules.",
            use_case: "Know the kernel code that was loaded before the tracer.",
            command: "sudo tracehound -e existing_module --duration 1s",
            example: [process = Absent, name = Text(b"overlay"), size = Number(221_184), used_by = Text(b""), state = Text(b"Live"), address = Number(0xffff_ffff_c05a_1000_u64 as i64), taints = Absent, version = Absent, srcversion = Text(b"E8E5B9B3C4D2F1A09876543")],
            issues: [
                "A module that takes itself off the kernel's list is not told: see hidden_kernel_module.",
                "A kernel without modules tells none.",
            ],
            related: ["module_load", "module_free"],
            sources: ["proc(5), /proc/modules", "kernel/module/procfs.c (v6.18)"],
        }

    /// A BPF program that is loaded already.
    existing_bpf_prog = 373 by Snapshot
        on ["iter/bpf_prog"]
        (prog: "struct bpf_prog *")
        sets ["snapshot"]
        {
            /// The program's id.
            id: U32, kernel("PROG(prog, aux, id)").ctype("u32");
            /// Its name, cut to 15 bytes by whoever loaded it.
            name: Str, kernel("prog_name(prog)").ctype("const char*");
            /// What kind of program it is.
            prog_type: Enum(&names::bpf::PROGRAM_TYPE), kernel("PROG(prog, type)").ctype("enum bpf_prog_type");
            /// A hash of its instructions.
            tag: Bytes, kernel("prog_tag(prog)").ctype("u8 [8]");
            /// When it was loaded.
            load_time: Time, kernel("PROG(prog, aux, load_time)").ctype("u64");
            /// The user that loaded it.
            uid: Uid, kernel("prog_uid(prog)").ctype("kuid_t").opt();
            /// The function or type that it was loaded for. Absent for kinds that have none.
            attach_func: Str, kernel("PROG(prog, aux, attach_func_name)").ctype("const char*").opt();
        }
        page {
            purpose: "Runs once over all BPF programs, when tracing begins.",
            use_case: "Find programs that listen in, or that hide things, among those that are known.",
            command: "sudo tracehound -e existing_bpf_prog --duration 1s",
            example: [process = Absent, name = Text(b"sd_devices"), prog_type = Number(15), attach_func = Absent, uid = Number(0)],
            issues: ["The tracer's own programs are among them.", "Classic filters (SO_ATTACH_FILTER, seccomp) have no id and are not told."],
            related: ["existing_bpf_map", "existing_bpf_link", "bpf"],
            sources: ["bpf(2)", "kernel/bpf/prog_iter.c (v6.18)"],
        }

    /// A BPF map that exists already.
    existing_bpf_map = 374 by Snapshot
        on ["iter/bpf_map"]
        (map: "struct bpf_map *")
        sets ["snapshot"]
        {
            /// The map's id.
            id: U32, kernel("MAP(map, id)").ctype("u32");
            /// Its name, cut to 15 bytes by whoever made it.
            name: Str, kernel("map_name(map)").ctype("const char*");
            /// What kind of map it is.
            map_type: Enum(&names::bpf::MAP_TYPE), kernel("MAP(map, map_type)").ctype("enum bpf_map_type");
            /// Bytes of a key.
            key_size: U32, kernel("MAP(map, key_size)").ctype("u32");
            /// Bytes of a value.
            value_size: U32, kernel("MAP(map, value_size)").ctype("u32");
            /// How many entries it can have.
            max_entries: U32, kernel("MAP(map, max_entries)").ctype("u32");
        }
        page {
            purpose: "Runs once over all BPF maps, when tracing begins.",
            use_case: "See what BPF programs keep.",
            command: "sudo tracehound -e existing_bpf_map --duration 1s",
            example: [process = Absent, name = Text(b"counts"), map_type = Number(6), key_size = Number(4), value_size = Number(24), max_entries = Number(64)],
            issues: ["The tracer's own maps are among them.", "The kernel does not keep who made a map."],
            related: ["existing_bpf_prog", "bpf"],
            sources: ["bpf(2)", "kernel/bpf/map_iter.c (v6.18)"],
        }

    /// A BPF link that exists already.
    ///
    /// A link keeps a program attached. Programs that are attached in older ways have none.
    existing_bpf_link = 375 by Snapshot
        on ["iter/bpf_link"]
        (link: "struct bpf_link *")
        sets ["snapshot"]
        {
            /// The link's id.
            id: U32, kernel("LINK(link, id)").ctype("u32");
            /// What kind of link it is.
            link_type: Enum(&names::bpf::LINK_TYPE), kernel("LINK(link, type)").ctype("enum bpf_link_type");
            /// The id of its program. Absent where it has none, as one of struct_ops.
            prog_id: U32, kernel("link_prog_id(link)").ctype("u32").opt();
            /// The program's name.
            prog_name: Str, kernel("link_prog_name(link)").ctype("const char*").opt();
            /// The user that loaded the program.
            uid: Uid, kernel("prog_uid(LINK(link, prog))").ctype("kuid_t").opt();
        }
        page {
            purpose: "Runs once over all BPF links, when tracing begins.",
            use_case: "See which programs are attached, and whose they are.",
            command: "sudo tracehound -e existing_bpf_link --duration 1s",
            example: [process = Absent, link_type = Number(2), prog_name = Text(b"sd_fw_egress"), uid = Number(0)],
            issues: ["The tracer's own links are among them.", "Kernels before 5.19 have no iterator over links."],
            related: ["existing_bpf_prog", "bpf"],
            sources: ["bpf(2)", "kernel/bpf/link_iter.c (v6.18)"],
        }

    /// A file system that is mounted already.
    ///
    /// One for each mount of each mount namespace in which a process is.
    existing_mount = 376 by Tracer
        on []
        sets ["snapshot"]
        {
            /// The inode number of the mount namespace.
            mnt_ns: U64, tracer("/proc/PID/ns/mnt");
            /// The mount's id.
            id: U64, tracer("/proc/PID/mountinfo");
            /// The id of the mount that it is on.
            parent_id: U64, tracer("/proc/PID/mountinfo");
            /// The file system's device.
            dev: Dev, tracer("/proc/PID/mountinfo");
            /// What of the file system is mounted.
            root: Str, tracer("/proc/PID/mountinfo");
            /// Where it is mounted.
            mountpoint: Str, tracer("/proc/PID/mountinfo");
            /// The mount's options.
            options: Str, tracer("/proc/PID/mountinfo");
            /// How mounts below it spread to others: shared:N, master:N and so on.
            propagation: StrArray, tracer("/proc/PID/mountinfo");
            /// The file system's type.
            type: Str, tracer("/proc/PID/mountinfo");
            /// What was mounted: a device, a share, a word.
            source: Str, tracer("/proc/PID/mountinfo");
            /// The file system's own options.
            super_options: Str, tracer("/proc/PID/mountinfo");
        }
        page {
            purpose: "Read from /proc/PID/mountinfo of one process of each mount namespace, when tracing begins: kernels have no iterator over mounts.",
            use_case: "See what is mounted where, in containers too.",
            command: "sudo tracehound -e existing_mount --duration 1s",
            example: [
                process = Absent, mnt_ns = Number(4_026_531_841), id = Number(28), parent_id = Number(1),
                root = Text(b"/"), mountpoint = Text(b"/"), options = Text(b"rw,relatime"),
                propagation = Text(b"shared:1\0"), type = Text(b"ext4"), source = Text(b"/dev/sda1"),
                super_options = Text(b"rw,errors=remount-ro"),
            ],
            issues: [
                "Paths are those below the root of the process that was asked, the first of its namespace by number; mounts out of its reach are not told.",
                "Mount namespaces without a process are not seen.",
            ],
            related: ["mount", "move_mount", "umount2"],
            sources: ["proc(5), /proc/PID/mountinfo", "fs/proc_namespace.c (v6.18)"],
        }

    /// A cgroup that exists already.
    ///
    /// One for each directory of each cgroup file system that is mounted where the tracer runs.
    existing_cgroup = 377 by Tracer
        on []
        sets ["snapshot"]
        {
            /// Its id, the inode number of its directory.
            cgroup_id: U64, tracer("stat(2) of the directory");
            /// Its path below the root of its hierarchy.
            cgroup_path: Str, tracer("the directory");
            /// Its hierarchy, as /proc/cgroups numbers them; 0 for version 2.
            hierarchy_id: U32, tracer("/proc/self/cgroup");
            /// The time of the directory's last change that the kernel remembers: not before the cgroup
            /// was made, and later where the kernel has forgotten the directory meanwhile.
            ctime: WallTime, tracer("stat(2) of the directory");
        }
        page {
            purpose: "Read from the cgroup file systems, versions 1 and 2, when tracing begins.",
            use_case: "See the services and containers that were there before the tracer.",
            command: "sudo tracehound -e existing_cgroup --duration 1s",
            example: [process = Absent, cgroup_path = Text(b"/system.slice/cron.service"), hierarchy_id = Number(0)],
            issues: [
                "A hierarchy that is not mounted where the tracer runs is not seen, nor what is above the directory that is mounted.",
            ],
            related: ["cgroup_mkdir", "cgroup_rmdir"],
            sources: ["cgroups(7)", "fs/kernfs/inode.c (v6.18)"],
        }

    /// What traces, and since when.
    tracee_info = 378 by Tracer
        on []
        sets []
        {
            /// When the machine was booted.
            boot_time: WallTime, tracer("clock_gettime(2)");
            /// When tracing began: what happens from then on is recorded.
            start_time: Time, tracer("clock_gettime(2)");
            /// The tracer's version.
            version: Str, tracer("the tracer");
        }
        page {
            purpose: "Made once, when tracing begins.",
            use_case: "Know from a log alone which tracer made it, and what time it covers.",
            command: "sudo tracehound -e tracee_info --duration 1s",
            example: [process = Absent, version = Text(b"0.1.0")],
            issues: ["A clock that is set meanwhile moves boot_time for later runs."],
            related: ["init_namespaces"],
            sources: ["clock_gettime(2)"],
        }

    /// The namespaces of the first process.
    ///
    /// The inode number of each: what is in other ones is in a container of some kind.
    init_namespaces = 379 by Snapshot
        on ["iter/task"]
        (init: "struct task_struct *")
        when "READ(init, pid) == 1"
        sets []
        {
            /// Cgroups.
            cgroup: U32, kernel("NAMESPACE_OF(init, cgroup_ns)").ctype("unsigned int");
            /// System V objects and message queues.
            ipc: U32, kernel("NAMESPACE_OF(init, ipc_ns)").ctype("unsigned int");
            /// Mounts.
            mnt: U32, kernel("NAMESPACE_OF(init, mnt_ns)").ctype("unsigned int");
            /// Network.
            net: U32, kernel("NAMESPACE_OF(init, net_ns)").ctype("unsigned int");
            /// Process ids.
            pid: U32, kernel("pid_namespace_of(init)").ctype("unsigned int");
            /// Process ids of its children.
            pid_for_children: U32, kernel("NAMESPACE_OF(init, pid_ns_for_children)").ctype("unsigned int");
            /// Clocks. Absent where the kernel is built without.
            time: U32, kernel("time_namespace_of(init, false)").ctype("unsigned int").opt();
            /// Clocks of its children.
            time_for_children: U32, kernel("time_namespace_of(init, true)").ctype("unsigned int").opt();
            /// Users.
            user: U32, kernel("BPF_CORE_READ(init, real_cred, user_ns, ns.inum)").ctype("unsigned int");
            /// Names of the machine.
            uts: U32, kernel("NAMESPACE_OF(init, uts_ns)").ctype("unsigned int");
        }
        page {
            purpose: "Runs once over all tasks, when tracing begins, and tells of the first.",
            use_case: "Tell processes of the host from those of containers.",
            command: "sudo tracehound -e init_namespaces --duration 1s",
            example: [process = Absent, mnt = Number(4_026_531_841), pid = Number(4_026_531_836)],
            issues: [
                "The first process is that of the machine; a kernel built without a kind of namespaces says 0 or the number of its only one.",
            ],
            related: ["tracee_info", "setns", "unshare"],
            sources: ["namespaces(7)", "include/linux/nsproxy.h (v6.18)"],
        }
}
