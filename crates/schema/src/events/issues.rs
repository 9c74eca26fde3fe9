//! What pages of several events say of what can go unseen.

/// Of rungs `lsm/…`.
pub(super) const BY_LSM: &str =
    "By lsm only what the security modules before BPF's have allowed is seen.";

/// Of hooks that have a dentry.
pub(super) const NAME_WITHOUT_MOUNT: &str = "The name comes without its mount: where the file system is mounted more than once, the path is that of one of its mounts in the process's mount namespace.";

/// The same of several.
pub(super) const NAMES_WITHOUT_MOUNT: &str = "Names come without their mount: where the file system is mounted more than once, a path is that of one of its mounts in the process's mount namespace.";
