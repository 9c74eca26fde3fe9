//! What the files of each namespace call users and groups, kept as long as these files stay as they are.

use std::collections::{BTreeMap, HashMap};

use super::accounts::{inside, name_of};
use crate::place::{Place, State, namespace};

/// Of a larger file nothing is told.
const MOST: u64 = 1 << 20;
/// The most users of all namespaces that are kept; beyond them all are looked up again.
const MAX_KEPT: usize = 65_536;

/// Whose names are asked for: of the first process the namespaces are those of the user.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The processes whose root may be looked into, the one that is told first.
    pub processes: [u32; 2],
    /// Its mount namespace.
    pub mnt_ns: u32,
    /// Its user namespace; `None` where that is to be asked of /proc.
    pub user_ns: Option<u32>,
    /// Its user, and its group, in the initial user namespace.
    pub ids: Ids,
}

/// A user and a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ids {
    /// The user.
    pub user: u32,
    /// The group.
    pub group: u32,
}

/// What a namespace calls a user and a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// In the initial user namespace.
    pub ids: Ids,
    /// The user namespace.
    pub user_ns: u32,
    /// In that namespace, where they are mapped.
    pub own: [Option<u32>; 2],
    /// The names, where there are any.
    pub names: [Option<Vec<u8>>; 2],
    /// Why a file could not be read.
    pub why: Option<String>,
}

/// The files, as they were read last; nothing of one that is not there.
type States = [Option<State>; 2];

/// What is known of a mount namespace and a user namespace.
#[derive(Debug, Default)]
struct Known {
    states: States,
    named: BTreeMap<Ids, Named>,
}

/// The names of all namespaces.
#[derive(Debug, Default)]
pub struct Names {
    known: HashMap<(u32, u32), Known>,
    kept: usize,
}

impl Names {
    /// What is new of the namespaces of a process; nothing where they cannot be looked into, since nobody is left in
    /// them that was asked about.
    pub fn ask(&mut self, ask: &Ask) -> Option<Vec<Named>> {
        let user_ns = ask.user_ns.or_else(|| own_user_ns(ask))?;
        let place = place(ask, user_ns)?;
        if self.kept >= MAX_KEPT {
            (self.known, self.kept) = (HashMap::new(), 0);
        }
        let files = [c"etc/passwd", c"etc/group"].map(|path| place.look(path));
        let states = [0, 1].map(|at| files[at].as_ref().ok().map(|file| file.state));
        let known = self.known.entry((ask.mnt_ns, user_ns)).or_default();
        let same = known.states == states;
        if same && known.named.contains_key(&ask.ids) {
            return Some(Vec::new());
        }
        known.states = states;
        let texts = files.map(|file| file.and_then(|file| file.read(MOST)));
        let maps = ["uid_map", "gid_map"].map(|name| place.map(name));
        let others = known.named.keys().copied().filter(|ids| *ids != ask.ids);
        let mut all: Vec<Ids> = others.filter(|_| !same).collect();
        all.push(ask.ids);
        let named = all
            .into_iter()
            .map(|ids| named(ids, user_ns, &maps, &texts));
        let new: Vec<Named> = named
            .filter(|one| known.named.get(&one.ids) != Some(one))
            .collect();
        for one in &new {
            self.kept += usize::from(known.named.insert(one.ids, one.clone()).is_none());
        }
        Some(new)
    }
}

fn named(
    ids: Ids,
    user_ns: u32,
    maps: &[Option<Vec<u8>>; 2],
    texts: &[Result<Vec<u8>, String>; 2],
) -> Named {
    let numbers = [ids.user, ids.group];
    let own = [0, 1].map(|at| inside(maps[at].as_ref()?, numbers[at]));
    let names = [0, 1].map(|at| {
        let name = name_of(texts[at].as_ref().ok()?, own[at]?);
        name.map(<[u8]>::to_vec)
    });
    let mut whys = texts.iter().filter_map(|text| text.as_ref().err());
    Named {
        ids,
        user_ns,
        own,
        names,
        why: whys.next().cloned(),
    }
}

/// The user namespace of the process itself, as long as it is there.
fn own_user_ns(ask: &Ask) -> Option<u32> {
    let process = ask.processes[0].to_string();
    let there = namespace(&process, "mnt") == Some(ask.mnt_ns);
    namespace(&process, "user").filter(|_| there)
}

/// The root of one that is in both namespaces: the tracer, the process or its parent.
fn place(ask: &Ask, user_ns: u32) -> Option<Place> {
    let others = ask.processes.iter().map(u32::to_string);
    let mut all = std::iter::once("self".to_owned()).chain(others);
    all.find_map(|process| {
        let fits = namespace(&process, "user") == Some(user_ns);
        Place::of(&process, ask.mnt_ns).filter(|_| fits)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(user: u32) -> Ask {
        Ask {
            processes: [std::process::id(), 0],
            mnt_ns: namespace("self", "mnt").unwrap(),
            user_ns: None,
            ids: Ids { user, group: 0 },
        }
    }

    #[test]
    fn a_user_is_named_once_as_long_as_files_stay() {
        let mut names = Names::default();
        let first = names.ask(&ask(0)).unwrap();
        assert_eq!(first.len(), 1);
        assert_eq!(first[0].own, [Some(0), Some(0)]);
        assert_eq!(
            first[0].names,
            [Some(b"root".to_vec()), Some(b"root".to_vec())]
        );
        assert_eq!(names.ask(&ask(0)), Some(Vec::new()));
        // Another user, and what was told stays.
        assert_eq!(names.ask(&ask(4_000_000)).unwrap()[0].names[0], None);
        assert_eq!(names.ask(&ask(0)), Some(Vec::new()));
    }

    #[test]
    fn nobody_is_named_by_a_namespace_that_nobody_is_in() {
        let other = Ask {
            mnt_ns: 1,
            ..ask(0)
        };
        assert_eq!(Names::default().ask(&other), None);
        let other = Ask {
            user_ns: Some(1),
            ..ask(0)
        };
        assert_eq!(Names::default().ask(&other), None);
    }

    #[test]
    fn a_changed_file_has_all_told_again_that_changed_with_it() {
        let mut names = Names::default();
        names.ask(&ask(0)).unwrap();
        names.ask(&ask(4_000_000)).unwrap();
        for known in names.known.values_mut() {
            known.states = [None, None];
            for named in known.named.values_mut() {
                named.names = [None, None];
            }
        }
        let told = names.ask(&ask(0)).unwrap();
        let users: Vec<_> = told.iter().map(|one| one.ids.user).collect();
        assert_eq!(users[users.len() - 1], 0);
        assert!(told.iter().all(|one| one.names[1].is_some()));
    }
}
