//! Facts that travel as structures: of files, sockets and credentials.

/// What the kernel says of an open file; the C struct of the same members is in `bpf/file.h`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct FileFacts {
    /// Inode number.
    pub inode: u64,
    /// Device as the kernel keeps it (`major << 20 | minor`).
    pub dev: u32,
    /// Type and permissions (`umode_t`).
    pub mode: u32,
    /// Device of a device file, in the same form.
    pub rdev: u32,
    /// The file system's magic number (`s_magic`), which tells pipes, anonymous inodes and the like.
    pub magic: u32,
}

/// What the kernel says of a socket; the C struct of the same members is in `bpf/file.h`.
/// Addresses and ports are in network byte order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct SocketFacts {
    /// Inode number.
    pub inode: u64,
    /// `AF_*`.
    pub family: u16,
    /// `SOCK_*`.
    pub kind: u16,
    /// `IPPROTO_*`.
    pub protocol: u16,
    /// `TCP_*` state (`sk_state`).
    pub state: u16,
    /// Local port; network byte order.
    pub local_port: u16,
    /// Remote port; network byte order.
    pub remote_port: u16,
    /// Length of the unix path that follows, 0 for none.
    pub path_length: u32,
    /// Local address: 4 or 16 bytes. For netlink the port id in the first 4.
    pub local: [u8; 16],
    /// Remote address: 4 or 16 bytes. For unix the peer's inode number in the first 8.
    pub remote: [u8; 16],
}

/// What the kernel says of credentials (`struct cred`); the tail of a [`crate::Kind::Cred`] field.
/// The C struct of the same members is made from it. Ids are those of the initial user namespace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct CredFacts {
    /// Real user.
    pub uid: u32,
    /// Real group.
    pub gid: u32,
    /// Saved user.
    pub suid: u32,
    /// Saved group.
    pub sgid: u32,
    /// Effective user.
    pub euid: u32,
    /// Effective group.
    pub egid: u32,
    /// User for file system access.
    pub fsuid: u32,
    /// Group for file system access.
    pub fsgid: u32,
    /// Inode number of the user namespace.
    pub user_ns: u32,
    /// `SECBIT_*`.
    pub securebits: u32,
    /// Capabilities that an exec may pass on.
    pub cap_inheritable: u64,
    /// Capabilities that may be put in effect.
    pub cap_permitted: u64,
    /// Capabilities in effect.
    pub cap_effective: u64,
    /// Capabilities that can ever be gained.
    pub cap_bounding: u64,
    /// Capabilities that an exec keeps.
    pub cap_ambient: u64,
}

impl CredFacts {
    /// The four-byte members by name, as they lie: ids, namespace, bits.
    pub const NUMBERS: [&'static str; 10] = [
        "uid",
        "gid",
        "suid",
        "sgid",
        "euid",
        "egid",
        "fsuid",
        "fsgid",
        "user_ns",
        "securebits",
    ];
    /// The eight-byte members that follow: sets of capabilities.
    pub const SETS: [&'static str; 5] = [
        "cap_inheritable",
        "cap_permitted",
        "cap_effective",
        "cap_bounding",
        "cap_ambient",
    ];

    /// The members' values from a field's tail; `None` if it is too short.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<([u32; 10], [u64; 5])> {
        let (numbers, sets) = bytes.split_at_checked(40)?;
        let mut read = ([0; 10], [0; 5]);
        for (value, part) in read.0.iter_mut().zip(numbers.as_chunks::<4>().0) {
            *value = u32::from_ne_bytes(*part);
        }
        let sets = sets.get(..40)?.as_chunks::<8>().0;
        for (value, part) in read.1.iter_mut().zip(sets) {
            *value = u64::from_ne_bytes(*part);
        }
        Some(read)
    }
}

const _: () = assert!(size_of::<CredFacts>() == 80);
