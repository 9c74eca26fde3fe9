//! Facts of the header as the kernel finds them.

use tracehound_schema::narrow::{OF_THREAD, Source, ZERO_ABSENT, ZERO_UNREAD, in_header};

use super::super::scope::Scope;
use super::{At, Form};

/// Where a fact is; `None` for what only user space knows: programs, clocks, and what is put together
/// of several.
pub(super) fn place(scope: Scope) -> Option<At> {
    let (name, zero) = match scope {
        Scope::Cpu => ("cpu", 0),
        Scope::Pid => ("pid", 0),
        Scope::Tid => ("tid", 0),
        Scope::Ppid => ("ppid", 0),
        Scope::HostPid => ("host_pid", 0),
        Scope::HostTid => ("host_tid", 0),
        Scope::HostPpid => ("host_ppid", 0),
        Scope::Uid => ("uid", 0),
        Scope::Gid => ("gid", 0),
        Scope::MntNs => ("mnt_ns", ZERO_UNREAD),
        Scope::PidNs => ("pid_ns", ZERO_UNREAD),
        Scope::Cgroup => ("cgroup", ZERO_UNREAD),
        Scope::Abi => ("abi", ZERO_ABSENT),
        Scope::Comm => {
            let mut at = At::new(Source::Comm, 0, Form::Text);
            at.step.flags = OF_THREAD;
            return Some(at);
        }
        Scope::Timestamp
        | Scope::Start
        | Scope::Exe
        | Scope::Syscall
        | Scope::Uts
        | Scope::Contained
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
        | Scope::PodSandbox
        | Scope::FirstMntNs
        | Scope::Tree
        | Scope::Followed
        | Scope::AncestorPid
        | Scope::AncestorComm
        | Scope::AncestorExe => return None,
    };
    let (offset, size) = in_header(name)?;
    let mut at = At::new(Source::Header, offset, Form::Unsigned);
    at.step.length = size;
    at.step.flags = zero | if scope.is_of_thread() { OF_THREAD } else { 0 };
    Some(at)
}
