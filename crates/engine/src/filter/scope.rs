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
    ];

    /// Names that Tracee has and a record has no fact for yet, with the reason.
    pub const LACKING: &[(&str, &str)] = &[
        ("container", CONTAINER),
        ("not-container", CONTAINER),
        ("host", CONTAINER),
        ("containerId", CONTAINER),
        ("containerImage", CONTAINER),
        ("containerImageDigest", CONTAINER),
        ("containerName", CONTAINER),
        ("podName", PODS),
        ("podNamespace", PODS),
        ("podUid", PODS),
        ("podSandbox", PODS),
        (
            "hostName",
            "records do not say the name of the machine or container (uts namespace) yet",
        ),
        (
            "uts",
            "records do not say the name of the machine or container (uts namespace) yet",
        ),
        (
            "tree",
            "which processes descend from which is not known to filters yet; trace a command with \
             `-- COMMAND`, which follows its descendants, or compare ppid or host_ppid",
        ),
        (
            "follow",
            "children are not followed by filters yet; trace a command with `-- COMMAND`, which \
             follows its descendants",
        ),
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

    /// Whether it is about the thread that did it, and not about the record itself.
    #[must_use]
    pub const fn is_of_thread(self) -> bool {
        !matches!(
            self,
            Scope::Timestamp | Scope::Cpu | Scope::Abi | Scope::Syscall
        )
    }
}

const CONTAINER: &str = "which container a process belongs to is not known to filters yet; \
     compare cgroup, pidns or mntns";
const PODS: &str = "pods are not known to filters yet; compare cgroup, pidns or mntns";
