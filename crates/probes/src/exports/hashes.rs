//! SHA-256 of programs and libraries: `file_hashed`.

use tracehound_schema::record::Builder;

use super::files::Question;
use super::message::Load;
use super::store::sha256;
use crate::snapshot::field;

/// What tells of a file's hash.
pub const HASHED: &str = "file_hashed";

/// Asks what files hash to.
#[derive(Debug, Default)]
pub struct Hashing;

impl Question for Hashing {
    const EVENT: &'static str = HASHED;
    const UNDONE: &'static str = "hashed";
    type Found = String;

    fn ask(&mut self, load: &Load) -> Result<String, String> {
        let identity = load
            .identity
            .ok_or("the kernel did not tell which file it is")?;
        sha256(load.header.host_pid, load.path().as_deref(), identity)
    }

    fn put(record: Builder, found: Option<String>) -> Builder {
        let index = field(HASHED, "sha256");
        match found {
            Some(hash) => record.tail(index, hash.as_bytes()),
            None => record.unread(index),
        }
    }
}
