//! What a record says of who did it, when and where, by name.

/// A fact from the header of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// When it was made.
    Timestamp,
    /// The CPU.
    Cpu,
    /// The process's id in its own namespace.
    Pid,
    /// The thread's.
    Tid,
    /// The parent's, in the namespace of the process.
    Ppid,
    /// The process's id in the initial namespace.
    HostPid,
    /// The thread's.
    HostTid,
    /// The parent's.
    HostPpid,
    /// The user.
    Uid,
    /// The group.
    Gid,
    /// The mount namespace.
    MntNs,
    /// The pid namespace.
    PidNs,
    /// The thread's name.
    Comm,
    /// The program's path.
    Exe,
    /// The cgroup.
    Cgroup,
    /// The convention of the system call.
    Abi,
    /// The system call: the convention's byte above 32 bits of number.
    Syscall,
    /// When the process started.
    Start,
    /// What the thread's machine is called.
    Uts,
    /// Whether it is in a container.
    Contained,
    /// Whether it is in none.
    Uncontained,
    /// The container's id.
    Container,
    /// Whether the container was made after tracing began.
    ContainerNew,
    /// Whether the container's own program runs.
    ContainerStarted,
    /// The name that its engine gives the container.
    ContainerName,
    /// The container's image.
    ContainerImage,
    /// The digest of that.
    ContainerImageDigest,
    /// The id of the container's pod.
    PodUid,
    /// The name of that.
    PodName,
    /// The namespace of that in Kubernetes.
    PodNamespace,
    /// The kind of the workload that made the pod.
    PodOwnerKind,
    /// The name of that.
    PodOwnerName,
    /// Whether the container only holds its pod's namespaces.
    PodSandbox,
    /// Whether it is in the mount namespace of the machine's first process.
    FirstMntNs,
    /// The ids of the process and its ancestors.
    Tree,
    /// Whether a process in scope created it, or one that it created did; the number of the scope.
    Followed,
    /// The ids of its ancestors in the initial namespace.
    AncestorPid,
    /// The names of their first threads.
    AncestorComm,
    /// The paths of their programs.
    AncestorExe,
}

impl Scope {
    /// Each with its names, the first being ours, the others Tracee's.
    pub const NAMES: &[(Scope, &[&str])] = &[
        (Scope::Timestamp, &["timestamp", "time"]),
        (Scope::Cpu, &["cpu", "processorId"]),
        (Scope::Pid, &["pid", "p", "processId"]),
        (Scope::Tid, &["tid", "threadId"]),
        (Scope::Ppid, &["ppid", "parentProcessId"]),
        (Scope::HostPid, &["host_pid", "hostPid", "hostProcessId"]),
        (Scope::HostTid, &["host_tid", "hostTid", "hostThreadId"]),
        (
            Scope::HostPpid,
            &["host_ppid", "hostPpid", "hostParentProcessId"],
        ),
        (Scope::Uid, &["uid", "userId"]),
        (Scope::Gid, &["gid"]),
        (Scope::MntNs, &["mntns", "mnt_ns", "mountNamespace"]),
        (Scope::PidNs, &["pidns", "pid_ns", "pidNamespace"]),
        (Scope::Comm, &["comm", "processName"]),
        (Scope::Exe, &["exe", "exec", "executable", "bin", "binary"]),
        (Scope::Cgroup, &["cgroup", "cgroupId"]),
        (Scope::Abi, &["abi"]),
        (Scope::Syscall, &["syscall"]),
        (Scope::Start, &["start"]),
        (Scope::Uts, &["uts", "hostname", "hostName"]),
        (Scope::Contained, &["container"]),
        (Scope::Uncontained, &["not-container", "host"]),
        (Scope::Container, &["container_id", "containerId"]),
        (Scope::ContainerNew, &["container_new"]),
        (Scope::ContainerStarted, &["container_started"]),
        (Scope::ContainerName, &["container_name", "containerName"]),
        (
            Scope::ContainerImage,
            &["container_image", "containerImage"],
        ),
        (
            Scope::ContainerImageDigest,
            &["container_image_digest", "containerImageDigest"],
        ),
        (Scope::PodUid, &["pod_uid", "podUid"]),
        (Scope::PodName, &["pod_name", "podName"]),
        (Scope::PodNamespace, &["pod_namespace", "podNamespace"]),
        (Scope::PodOwnerKind, &["pod_owner_kind"]),
        (Scope::PodOwnerName, &["pod_owner_name"]),
        (Scope::PodSandbox, &["pod_sandbox", "podSandbox"]),
        (Scope::FirstMntNs, &["host_mntns"]),
        (Scope::Tree, &["tree"]),
        (Scope::Followed, &["follow"]),
        (Scope::AncestorPid, &["ancestor.pid"]),
        (Scope::AncestorComm, &["ancestor.comm"]),
        (Scope::AncestorExe, &["ancestor.exe"]),
    ];

    /// Those by which records can be told apart where only the first ones of each are wanted.
    pub const KEYS: &[Scope] = &[
        Scope::Pid,
        Scope::HostPid,
        Scope::Tid,
        Scope::HostTid,
        Scope::Ppid,
        Scope::HostPpid,
        Scope::Uid,
        Scope::Gid,
        Scope::MntNs,
        Scope::PidNs,
        Scope::Comm,
        Scope::Cgroup,
        Scope::Exe,
        Scope::Container,
    ];

    /// The fact of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Scope> {
        let found = Scope::NAMES.iter().find(|row| row.1.contains(&name));
        found.map(|row| row.0)
    }

    /// Its own name.
    #[must_use]
    pub fn name(self) -> &'static str {
        let found = Scope::NAMES.iter().find(|row| row.0 == self);
        found.and_then(|row| row.1.first()).copied().unwrap_or("")
    }

    /// The events that tell what it asks for, beside those of a process's life, which are always traced.
    #[must_use]
    pub const fn needs(self) -> &'static [&'static str] {
        match self {
            Scope::Contained
            | Scope::Uncontained
            | Scope::Container
            | Scope::ContainerNew
            | Scope::ContainerStarted
            | Scope::ContainerName
            | Scope::ContainerImage
            | Scope::ContainerImageDigest
            | Scope::PodUid
            | Scope::PodName
            | Scope::PodNamespace
            | Scope::PodOwnerKind
            | Scope::PodOwnerName
            | Scope::PodSandbox => CONTAINERS,
            Scope::FirstMntNs => &["init_namespaces"],
            Scope::Uts => &["uts_named"],
            Scope::AncestorComm => &[
                "existing_process",
                "process_snapshot",
                "sched_process_fork",
                "task_rename",
            ],
            Scope::Tree | Scope::Followed | Scope::AncestorPid | Scope::AncestorExe => {
                &["existing_process", "process_snapshot", "sched_process_fork"]
            }
            _ => &[],
        }
    }

    /// Whether it is true or false.
    #[must_use]
    pub const fn is_bool(self) -> bool {
        matches!(
            self,
            Scope::Contained
                | Scope::Uncontained
                | Scope::ContainerNew
                | Scope::ContainerStarted
                | Scope::PodSandbox
                | Scope::FirstMntNs
                | Scope::Followed
        )
    }

    /// Whether it is about processes that created the one that did it.
    #[must_use]
    pub const fn is_of_ancestors(self) -> bool {
        matches!(
            self,
            Scope::Tree
                | Scope::Followed
                | Scope::AncestorPid
                | Scope::AncestorComm
                | Scope::AncestorExe
        )
    }

    /// Whether it is about the thread that did it, and not about the record itself.
    #[must_use]
    pub const fn is_of_thread(self) -> bool {
        !matches!(
            self,
            Scope::Timestamp | Scope::Cpu | Scope::Abi | Scope::Syscall
        )
    }
}

/// The events that tell which cgroup is of which container, and what that is called.
pub const CONTAINERS: &[&str] = &[
    "existing_cgroup",
    "cgroup_mkdir",
    "cgroup_rmdir",
    "container_named",
    "pod_named",
];
