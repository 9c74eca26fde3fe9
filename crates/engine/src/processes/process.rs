//! What is known of a process.

use tracehound_schema::record::Header;

use super::identity::Identity;
use super::texts::Text;
use crate::filter::Truth;

/// Arguments as they are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argv {
    /// Each ended by NUL.
    pub text: Text,
    /// Whether their end is missing.
    pub cut: bool,
}

/// The program that a process runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// Its path: `None` if that is not known, without a text if there is none.
    pub exe: Option<Option<Text>>,
    /// The arguments that it began with, if they are known.
    pub argv: Option<Argv>,
}

/// Who logged in, and where; as it was when the program began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// The user that logged in.
    pub login_uid: Option<u32>,
    /// The session's first process, in the initial namespace.
    pub id: Option<u32>,
    /// The device of the session's terminal.
    pub tty: Option<u32>,
}

/// What the headers of its first thread's records say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The parent that it has now, which need not be the one that created it.
    pub parent: Option<Identity>,
    /// Its id in its own namespace.
    pub pid: u32,
    /// Real user, in the initial user namespace.
    pub uid: u32,
    /// Real group.
    pub gid: u32,
    /// Its pid namespace; 0 if it is not known.
    pub pid_ns: u32,
    /// Its mount namespace; 0 if it is not known.
    pub mnt_ns: u32,
    /// Its cgroup of version 2; 0 if it is not known.
    pub cgroup: u64,
}

impl Seen {
    pub(super) fn of(header: &Header) -> Seen {
        Seen {
            parent: Identity::parent(header),
            pid: header.pid,
            uid: header.uid,
            gid: header.gid,
            pid_ns: header.pid_ns,
            mnt_ns: header.mnt_ns,
            cgroup: header.cgroup,
        }
    }

    /// What follows earlier ones: a thread that ends has given its namespaces and its cgroup back.
    pub(super) fn after(self, before: Seen) -> Seen {
        let pick = |now: u32, before: u32| if now == 0 { before } else { now };
        Seen {
            pid_ns: pick(self.pid_ns, before.pid_ns),
            mnt_ns: pick(self.mnt_ns, before.mnt_ns),
            cgroup: if self.cgroup == 0 {
                before.cgroup
            } else {
                self.cgroup
            },
            ..self
        }
    }
}

/// How a process ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct End {
    /// When; `None` if only a snapshot shows that it is gone.
    pub time: Option<u64>,
    /// What was passed to exit(2).
    pub code: u8,
    /// The signal that ended it; 0 if none did.
    pub signal: u8,
}

/// What is known of a process.
#[derive(Clone, Debug, Default)]
pub struct Process {
    /// Who created it; of one that was there before, the parent that it had then.
    pub creator: Option<Identity>,
    /// What it runs.
    pub program: Program,
    /// The name of its first thread, if it is known.
    pub comm: Option<[u8; 16]>,
    /// What headers say.
    pub seen: Seen,
    /// Who logged in, and where.
    pub session: Session,
    /// Whether it is a thread of the kernel.
    pub kernel_thread: bool,
    /// For each scope that is followed, whether it is of those that one in it created.
    pub followed: Vec<Truth>,
    /// Its end, if it has ended.
    pub end: Option<End>,
    /// The snapshot that had it last.
    pub(super) snapshot: u32,
}

/// A thread's name without its padding.
#[must_use]
pub fn name_of(padded: &[u8; 16]) -> &[u8] {
    let end = padded.iter().position(|byte| *byte == 0);
    &padded[..end.unwrap_or(padded.len())]
}

/// A thread's name as headers have it.
pub(super) fn padded(name: &[u8]) -> [u8; 16] {
    let mut comm = [0; 16];
    let length = name.len().min(15);
    comm[..length].copy_from_slice(&name[..length]);
    comm
}
