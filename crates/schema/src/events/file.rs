//! What events of a file tell of it in the same words, the file being the hook's `file`.

use super::facts;
use crate::field::kernel;
use crate::kind::Kind::{Dev, Path, U64, WallTime};

facts! {
    /// The file's path as the kernel resolves it.
    PATH: Path, kernel("file").ctype("const char*");
    /// The file's device.
    DEV: Dev, kernel("file_dev(file)").ctype("dev_t");
    /// The file's inode number.
    INODE: U64, kernel("file_inode(file)").ctype("unsigned long");
    /// When the inode was changed last.
    CTIME: WallTime, kernel("inode_ctime(inode_of(file))").ctype("unsigned long");
}
