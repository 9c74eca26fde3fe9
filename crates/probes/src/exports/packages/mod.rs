//! Which packages programs and libraries are of, by the lists of package managers below the process's root:
//! `file_packaged`.

mod lists;
mod owners;
mod rpm;

use tracehound_schema::record::Builder;

use self::lists::{Lists, States};
use self::owners::{Owners, Package};
use super::files::Question;
use super::message::Load;
use crate::place::Place;
use crate::snapshot::{field, tail_or_absent};

/// What tells of a file's package.
pub const PACKAGED: &str = "file_packaged";
/// The most roots whose lists are remembered.
const MAX_ROOTS: usize = 16;
/// The most paths of all of them; the root that is asked about has its own in any case.
const MAX_PATHS: usize = 1 << 21;

/// Lists as they were read.
#[derive(Debug)]
struct Root {
    mnt_ns: u32,
    states: States,
    owners: Result<Owners, String>,
}

impl Root {
    fn size(&self) -> usize {
        self.owners.as_ref().map_or(0, Owners::len)
    }
}

/// Asks which packages files are of.
#[derive(Debug, Default)]
pub struct Packages {
    /// The one that was asked about last stands last.
    roots: Vec<Root>,
}

impl Packages {
    /// The lists of a mount namespace, as they are now where a process is left to look by.
    fn root(&mut self, load: &Load) -> Result<&Root, String> {
        let mnt_ns = load.header.mnt_ns;
        let processes = [load.header.host_pid, load.header.host_ppid];
        let place = processes
            .iter()
            .find_map(|process| Place::of(&process.to_string(), mnt_ns));
        let before = self.roots.iter().position(|root| root.mnt_ns == mnt_ns);
        let before = before.map(|at| self.roots.remove(at));
        let root = match (place, before) {
            (Some(place), before) => {
                let lists = Lists(&place);
                let states = lists.states();
                match before {
                    Some(before) if before.states == states => before,
                    _ => Root {
                        mnt_ns,
                        owners: lists.read(),
                        states,
                    },
                }
            }
            (None, Some(before)) => before,
            (None, None) => return Err("the process and its root are gone".to_owned()),
        };
        let mut paths = root.size();
        let room = self.roots.iter().rev().take_while(|root| {
            paths += root.size();
            paths <= MAX_PATHS
        });
        let kept = room.count().min(MAX_ROOTS - 1);
        self.roots.drain(..self.roots.len() - kept);
        self.roots.push(root);
        self.roots.last().ok_or_else(String::new)
    }
}

impl Question for Packages {
    const EVENT: &'static str = PACKAGED;
    const UNDONE: &'static str = "looked for in lists of packages";
    /// The package, if it is of one.
    type Found = Option<Package>;

    fn ask(&mut self, load: &Load) -> Result<Option<Package>, String> {
        let path = load.path().ok_or("its path is not known")?;
        let owners = self.root(load)?.owners.as_ref();
        Ok(owners.map_err(Clone::clone)?.of(&path)?.cloned())
    }

    fn put(mut record: Builder, found: Option<Option<Package>>) -> Builder {
        let index = |name| field(PACKAGED, name);
        let names = ["manager", "package", "version", "architecture"];
        let Some(found) = found else {
            return names
                .into_iter()
                .fold(record, |record, name| record.unread(index(name)));
        };
        let texts = found.as_ref().map(|package| {
            [
                package.manager.as_bytes(),
                &package.name,
                &package.version,
                &package.architecture,
            ]
        });
        for (at, name) in names.into_iter().enumerate() {
            let text = texts.map(|texts| texts[at]).filter(|text| !text.is_empty());
            record = tail_or_absent(record, index(name), text);
        }
        record
    }
}
