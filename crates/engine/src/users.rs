//! What users and groups are called in the namespaces of processes, as records tell it.

use rustc_hash::FxHashMap;
use tracehound_schema::record::{Header, Record, State};
use tracehound_schema::{Event, by_name};

use crate::inherited::Inherited;

/// Most names of users that are remembered; of those beyond them nothing is told.
const MAX: usize = 65_536;

/// Mount namespace, user namespace, and a number of the initial user namespace.
type Key = [u32; 3];

/// The fields of `user_named`.
#[derive(Clone, Copy, Debug)]
struct Named {
    id: u16,
    user_ns: usize,
    /// Of user and group: the number, and what it is called.
    fields: [(usize, usize); 2],
}

/// Names, and which user namespace each process is in.
#[derive(Debug)]
pub struct Users {
    namespaces: Inherited<u32>,
    names: [FxHashMap<Key, Box<[u8]>>; 2],
    version: u32,
    named: Option<Named>,
    begins: [Option<(u16, usize)>; 2],
}

impl Default for Users {
    fn default() -> Users {
        let field = |event: &str, name| {
            let event = by_name(event)?;
            Some((event.id, event.field_index(name)?))
        };
        let of = |name| field("user_named", name);
        let fields = [("uid", "user"), ("gid", "group")];
        let [user, group] = fields.map(|(number, name)| Some((of(number)?.1, of(name)?.1)));
        let named = of("user_ns").zip(user.zip(group));
        Users {
            namespaces: Inherited::default(),
            names: Default::default(),
            version: 0,
            named: named.map(|((id, user_ns), (user, group))| Named {
                id,
                user_ns,
                fields: [user, group],
            }),
            begins: ["sched_process_exec", "existing_process"].map(|event| field(event, "user_ns")),
        }
    }
}

impl Users {
    /// What the user and the group of a record's process are called there, as far as that is known.
    #[must_use]
    pub fn of(&self, header: &Header) -> [Option<&[u8]>; 2] {
        self.names_of(header.host_pid, header.mnt_ns, [header.uid, header.gid])
    }

    /// The same of a process by its numbers.
    #[must_use]
    pub fn names_of(&self, pid: u32, mnt_ns: u32, ids: [u32; 2]) -> [Option<&[u8]>; 2] {
        let Some(user_ns) = self.namespaces.of(pid) else {
            return [None, None];
        };
        [0, 1].map(|at| {
            let name = self.names[at].get(&[mnt_ns, *user_ns, ids[at]]);
            name.map(|name| &**name)
        })
    }

    /// A number that changes whenever something else is known; to keep text that contains it.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// Learns from a record before it is shown.
    pub fn learn(&mut self, event: &Event, record: &Record<'_>) {
        let pid = record.header.host_pid;
        let mut begins = self.begins.iter().flatten();
        if let Some((_, field)) = begins.find(|begins| begins.0 == event.id) {
            self.set(pid, number(record, *field));
        } else if let Some(named) = self.named.filter(|named| named.id == event.id) {
            self.name(named, record);
        } else {
            // No text of the child is there yet that could say something else.
            self.namespaces.learn(event, record);
        }
    }

    /// Forgets a process after its last record was shown.
    pub fn forget(&mut self, event: &Event, record: &Record<'_>) {
        self.namespaces.forget(event, record);
    }

    fn name(&mut self, named: Named, record: &Record<'_>) {
        let Some(user_ns) = number(record, named.user_ns) else {
            return;
        };
        for (names, (id, name)) in self.names.iter_mut().zip(named.fields) {
            let Some(id) = number(record, id) else {
                continue;
            };
            let key = [record.header.mnt_ns, user_ns, id];
            let name = record
                .tail(name)
                .filter(|_| record.state(name) == State::Read);
            // One that it had before is not its name any more.
            names.remove(&key);
            if let Some(name) = name.filter(|_| names.len() < MAX) {
                names.insert(key, name.into());
            }
        }
        self.changed();
    }

    fn set(&mut self, pid: u32, user_ns: Option<u32>) {
        if self.namespaces.of(pid).copied() != user_ns {
            self.changed();
        }
        self.namespaces.set(pid, user_ns);
    }

    const fn changed(&mut self) {
        self.version = self.version.wrapping_add(1);
    }
}

fn number(record: &Record<'_>, index: usize) -> Option<u32> {
    let slot = record.slot(index);
    let slot = slot.filter(|_| record.state(index) == State::Read)?;
    u32::try_from(slot).ok()
}

#[cfg(test)]
mod tests {
    use tracehound_schema::record::Builder;

    use super::*;

    #[derive(Clone, Copy)]
    enum Value {
        Number(u64),
        Text(&'static [u8]),
        Absent,
    }
    use Value::{Absent, Number, Text};

    fn header(pid: u32, mnt_ns: u32) -> Header {
        Header {
            host_pid: pid,
            mnt_ns,
            uid: 1234,
            gid: 7,
            ..Header::default()
        }
    }

    fn feed(users: &mut Users, name: &str, header: Header, fields: &[(&str, Value)]) {
        let event = by_name(name).unwrap();
        let mut record = Builder::new(event.id, event.fields.len(), header);
        for (name, value) in fields {
            let index = event.field_index(name).unwrap();
            record = match value {
                Number(number) => record.slot(index, *number),
                Text(text) => record.tail(index, text),
                Absent => record.absent(index),
            };
        }
        let bytes = record.build();
        let (record, _) = Record::split(&bytes).unwrap();
        users.learn(event, &record);
        users.forget(event, &record);
    }

    fn named(users: &mut Users, mnt_ns: u32, user_ns: u64, user: Value) {
        let fields = [
            ("user_ns", Number(user_ns)),
            ("uid", Number(1234)),
            ("gid", Number(7)),
            ("user", user),
            ("group", Text(b"staff")),
        ];
        feed(users, "user_named", header(5, mnt_ns), &fields);
    }

    #[test]
    fn names_are_of_both_namespaces() {
        let mut users = Users::default();
        let exec = |users: &mut Users, pid, mnt_ns, user_ns| {
            let fields = [("user_ns", Number(user_ns))];
            feed(users, "sched_process_exec", header(pid, mnt_ns), &fields);
        };
        exec(&mut users, 5, 9, 40);
        assert_eq!(users.of(&header(5, 9)), [None, None]);
        let version = users.version();
        named(&mut users, 9, 40, Text(b"alice"));
        assert_ne!(users.version(), version);
        let both = [Some(&b"alice"[..]), Some(b"staff")];
        assert_eq!(users.of(&header(5, 9)), both);
        // Another mount namespace, another user namespace, another process that nothing is known of.
        assert_eq!(users.of(&header(5, 10)), [None, None]);
        assert_eq!(users.of(&header(6, 9)), [None, None]);
        exec(&mut users, 6, 9, 41);
        assert_eq!(users.of(&header(6, 9)), [None, None]);
        named(&mut users, 9, 41, Text(b"root"));
        assert_eq!(users.of(&header(6, 9))[0], Some(&b"root"[..]));
        assert_eq!(users.of(&header(5, 9)), both);
    }

    /// Process 5, whose user is called alice.
    fn alice() -> Users {
        let mut users = Users::default();
        let fields = [("user_ns", Number(40))];
        feed(&mut users, "existing_process", header(5, 9), &fields);
        named(&mut users, 9, 40, Text(b"alice"));
        users
    }

    #[test]
    fn a_name_that_is_gone_is_not_told() {
        let mut users = alice();
        named(&mut users, 9, 40, Absent);
        assert_eq!(users.of(&header(5, 9)), [None, Some(&b"staff"[..])]);
    }

    #[test]
    fn a_child_has_its_parents_namespace() {
        let mut users = alice();
        feed(
            &mut users,
            "sched_process_fork",
            header(5, 9),
            &[("child_pid", Number(6))],
        );
        assert_eq!(users.of(&header(6, 9))[0], Some(&b"alice"[..]));
        let ends = [("process_group_exit", Number(1))];
        feed(&mut users, "sched_process_exit", header(5, 9), &ends);
        assert_eq!(users.of(&header(5, 9)), [None, None]);
        assert_eq!(users.of(&header(6, 9))[0], Some(&b"alice"[..]));
    }
}
