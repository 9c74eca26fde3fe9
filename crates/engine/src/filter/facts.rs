//! What a filter looks at of a record, and how one test is held against it.

use tracehound_schema::record::{self, CredFacts, HAS_RET, IN_INTERRUPT, Record, State};
use tracehound_schema::{Event, Kind};

use super::called;
use super::expr::{Subject, Test};
use super::index::{of_number, of_text};
use super::limits::{Key, Per};
use super::pattern::Missing;
use super::probe::Probe;
use super::scope::Scope;
use super::truth::Truth;
use crate::calls::{self, Address, Call, Json, Print as _};
use crate::cgroups::Place;
use crate::clock::Clock;
use crate::processes::{Identity, name_of};
use crate::value;
use crate::world::World;

/// One event's record with what is known beside it.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// What kind of event it is.
    pub event: &'static Event,
    /// The record.
    pub record: &'a Record<'a>,
    /// The call that it is of, where the event is derived from a call's row.
    pub call: Option<&'a Call<'a>>,
    /// What the records before tell of programs, processes and containers.
    pub world: &'a World,
    /// Where the clock of the record stands.
    pub clock: Clock,
}

/// A fact of the header.
enum InHeader {
    Number(u64),
    Unknown,
    /// It is no number, or not there.
    Other,
}

/// Memory that filters use for one record after another, so that none is allocated.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    path: Vec<u8>,
    /// The field whose path is there.
    of: Option<usize>,
}

impl Scratch {
    /// Forgets what it keeps of a record; to be called before the next one.
    pub const fn clear(&mut self) {
        self.of = None;
    }

    /// Puts a path together, once for all that is asked of it.
    fn put_path(&mut self, index: usize, tail: &[u8]) {
        if self.of != Some(index) {
            value::path_into(&mut self.path, tail);
            self.of = Some(index);
        }
    }
}

impl Facts<'_> {
    /// What is known of a test.
    pub(super) fn test(&self, test: &Test, scratch: &mut Scratch) -> Truth {
        match &test.subject {
            Subject::Field { index, members } => {
                let mut probe = Probe::new(&test.compare, members);
                match self.call {
                    Some(call) => self.argument(call, *index, &mut probe),
                    None => self.field(*index, scratch, &mut probe),
                }
                probe.verdict()
            }
            Subject::Ret => self.ret().map_or(Truth::Unknown, |ret| {
                Truth::from(test.compare.number(i128::from(ret)))
            }),
            Subject::Scope(scope) => {
                let mut probe = Probe::new(&test.compare, &[]);
                self.scope(*scope, &mut probe);
                probe.verdict()
            }
        }
    }

    fn ret(&self) -> Option<i64> {
        let header = &self.record.header;
        match self.call {
            Some(call) => call.ret,
            None => (header.flags & HAS_RET != 0).then_some(header.ret),
        }
    }

    /// An argument of a call; one that the caller's convention does not have is not there.
    fn argument(&self, call: &Call<'_>, index: usize, probe: &mut Probe<'_>) {
        probe.returned = call.ret.is_some();
        if let Some(index) = self.place(call, index) {
            calls::argument(call, index, probe);
        }
    }

    /// Where the call has an argument, if it uses it.
    fn place(&self, call: &Call<'_>, index: usize) -> Option<usize> {
        let own = self.event.call.map_or(&[][..], |row| row.args);
        let index = if std::ptr::eq(own, call.args()) {
            Some(index)
        } else {
            own.get(index).and_then(|arg| call.index(arg.name))
        };
        index.filter(|index| call.uses(*index))
    }

    fn field(&self, index: usize, scratch: &mut Scratch, probe: &mut Probe<'_>) {
        let record = self.record;
        let (state, Some(field)) = (record.state(index), self.event.fields.get(index)) else {
            return;
        };
        match state {
            State::Unread => return probe.unread(0),
            State::Absent => return,
            State::Read | State::Cut => {}
        }
        let slot = record.slot(index).unwrap_or(0);
        let tail = || record.tail(index).unwrap_or_default();
        let whole = state == State::Read;
        match field.kind {
            Kind::I32 | Kind::I64 => probe.signed(slot as i64),
            Kind::Enum(_) => probe.either(slot, slot as i64),
            Kind::Time => probe.instant(self.clock.nanoseconds(slot)),
            Kind::WallTime => probe.instant(i128::from(slot)),
            Kind::SigSet => probe.signals(slot, 64),
            Kind::Str | Kind::Bytes => probe.text(tail(), whole),
            Kind::StrArray => probe.texts(value::items(tail()), whole),
            Kind::Path => self.path(index, whole, scratch, probe),
            Kind::SockAddr => Address::new(probe).tell(tail(), whole),
            Kind::Ip => probe.host(tail()),
            Kind::Cred => cred(tail(), probe),
            _ => probe.unsigned(slot),
        }
    }

    /// A path, put together once for all tests of a record that follow one another.
    fn path(&self, index: usize, whole: bool, scratch: &mut Scratch, probe: &mut Probe<'_>) {
        let tail = self.record.tail(index).unwrap_or_default();
        scratch.put_path(index, tail);
        let path = scratch.path.as_slice();
        match path.strip_prefix(b"/") {
            Some(rest) if whole && rest.starts_with(b"(unreachable)") => {
                probe.piece(rest, Missing::Nothing);
            }
            _ if whole => probe.piece(path, Missing::Nothing),
            // What is cut of a path are its first names; of what is none, its end.
            _ if value::is_text(tail) => probe.piece(path, Missing::End),
            _ => probe.piece(path, Missing::Start),
        }
    }

    /// A fact about who did it, when and where.
    fn scope(&self, scope: Scope, probe: &mut Probe<'_>) {
        match self.in_header(scope) {
            InHeader::Number(number) => probe.unsigned(number),
            InHeader::Unknown => probe.unread(0),
            InHeader::Other => self.fact(scope, probe),
        }
    }

    /// A number of the header. An interrupt hits whoever runs, and what the tracer makes is done by
    /// nobody: of these nothing is known.
    fn in_header(&self, scope: Scope) -> InHeader {
        let header = &self.record.header;
        let nobody = header.host_tid == 0 || header.flags & IN_INTERRUPT != 0;
        if nobody && scope.is_of_thread() {
            return InHeader::Unknown;
        }
        let number = match scope {
            Scope::Cpu => header.cpu,
            Scope::Pid => header.pid,
            Scope::Tid => header.tid,
            Scope::Ppid => header.ppid,
            Scope::HostPid => header.host_pid,
            Scope::HostTid => header.host_tid,
            Scope::HostPpid => header.host_ppid,
            Scope::Uid => header.uid,
            Scope::Gid => header.gid,
            // A thread that is ending has given its namespaces back.
            Scope::MntNs if header.mnt_ns == 0 => return InHeader::Unknown,
            Scope::PidNs if header.pid_ns == 0 => return InHeader::Unknown,
            Scope::MntNs => header.mnt_ns,
            Scope::PidNs => header.pid_ns,
            Scope::Cgroup if header.cgroup == 0 => return InHeader::Unknown,
            Scope::Cgroup => return InHeader::Number(header.cgroup),
            Scope::Abi if header.abi != 0 => u32::from(header.abi),
            _ => return InHeader::Other,
        };
        InHeader::Number(u64::from(number))
    }

    /// A fact that is no number of the header.
    fn fact(&self, scope: Scope, probe: &mut Probe<'_>) {
        let header = &self.record.header;
        match scope {
            Scope::Timestamp => probe.instant(self.clock.nanoseconds(header.time)),
            Scope::Start => probe.instant(self.clock.nanoseconds(header.leader_start)),
            Scope::Comm => probe.text(record::comm(header), true),
            // It has none.
            Scope::Abi => {}
            Scope::Syscall => {
                if let Ok(number) = u32::try_from(header.nr) {
                    probe.unsigned(u64::from(header.abi) << 32 | u64::from(number));
                }
            }
            Scope::Exe => program(self.world.programs.path(header.host_pid), probe),
            Scope::Uts => match self.world.hosts.of(header) {
                Some(name) => probe.text(name, true),
                None => probe.unread(0),
            },
            Scope::FirstMntNs => match (self.world.first_mnt_ns, header.mnt_ns) {
                (None, _) | (_, 0) => probe.unread(0),
                (Some(first), own) => probe.unsigned(u64::from(first == own)),
            },
            scope if scope.is_of_ancestors() => self.ancestors(scope, probe),
            scope => self.container(scope, probe),
        }
    }

    /// The hash of a subject's one value; `None` if that is not known, or not of the simple ones of
    /// [`super::index`].
    pub(super) fn hash(&self, subject: &Subject, scratch: &mut Scratch) -> Option<u64> {
        match subject {
            Subject::Ret => self.ret().map(|ret| of_number(i128::from(ret))),
            Subject::Field { index, .. } => self.hash_of_field(*index, scratch),
            Subject::Scope(scope) => match self.in_header(*scope) {
                InHeader::Number(number) => Some(of_number(i128::from(number))),
                InHeader::Other if *scope == Scope::Comm => {
                    Some(of_text(record::comm(&self.record.header)))
                }
                InHeader::Unknown | InHeader::Other => None,
            },
        }
    }

    fn hash_of_field(&self, index: usize, scratch: &mut Scratch) -> Option<u64> {
        if self.record.state(index) != State::Read {
            return None;
        }
        let slot = self.record.slot(index)?;
        match self.event.fields.get(index)?.kind {
            Kind::I32 | Kind::I64 => Some(of_number(i128::from(slot as i64))),
            Kind::Str => self.record.tail(index).map(of_text),
            Kind::Path => {
                let tail = self.record.tail(index)?;
                scratch.put_path(index, tail);
                // What begins with "/(unreachable)" is compared without its first byte.
                let plain = !scratch.path.starts_with(b"/(");
                plain.then(|| of_text(&scratch.path))
            }
            _ => Some(of_number(i128::from(slot))),
        }
    }

    /// Appends the value by which records are told apart; `false` if it is not known, or not all of it.
    pub(super) fn key(&self, per: Per, key: &mut Key) -> bool {
        match per {
            Per::Scope(scope) => self.key_of_scope(scope, &mut key.0),
            Per::Field(name) => self.key_of_field(name, key),
            Per::Ret => {
                let ret = self.ret();
                key.0.extend(ret.unwrap_or_default().to_ne_bytes());
                ret.is_some()
            }
        }
    }

    fn key_of_field(&self, name: &str, Key(key, notes): &mut Key) -> bool {
        let mut fields = self.event.fields.iter();
        let Some(index) = fields.position(|field| field.name == name) else {
            return false;
        };
        let Some(call) = self.call else {
            let (record, state) = (self.record, self.record.state(index));
            key.push(u8::from(state == State::Read));
            if state != State::Read {
                return state == State::Absent;
            }
            if self.event.fields[index].kind.has_tail() {
                key.extend_from_slice(record.tail(index).unwrap_or_default());
            } else {
                key.extend(record.slot(index).unwrap_or_default().to_ne_bytes());
            }
            return true;
        };
        notes.clear();
        if let Some(index) = self.place(call, index) {
            calls::argument(call, index, &mut Json::new(key, notes));
        }
        // What is no UTF-8 is not written as it is.
        notes.unread.is_empty() && notes.cut.is_empty() && notes.raw.is_empty()
    }

    fn key_of_scope(&self, scope: Scope, key: &mut Vec<u8>) -> bool {
        let header = &self.record.header;
        match (self.in_header(scope), scope) {
            (InHeader::Unknown, _) => return false,
            (InHeader::Number(number), _) => key.extend_from_slice(&number.to_ne_bytes()),
            (InHeader::Other, Scope::Comm) => key.extend_from_slice(record::comm(header)),
            (InHeader::Other, Scope::Exe) => {
                let path = self.world.programs.path(header.host_pid);
                key.extend_from_slice(path.unwrap_or_default());
                return path.is_some();
            }
            (InHeader::Other, _) => match self.world.cgroups.place(header) {
                Place::Unknown => return false,
                Place::Host => {}
                Place::Container(inside) => key.extend_from_slice(inside.container.id.as_bytes()),
            },
        }
        true
    }

    fn container(&self, scope: Scope, probe: &mut Probe<'_>) {
        let inside = match self.world.cgroups.place(&self.record.header) {
            Place::Unknown => return probe.unread(0),
            Place::Host => None,
            Place::Container(inside) => Some(inside),
        };
        let is = match scope {
            Scope::Contained => inside.is_some(),
            Scope::Uncontained => inside.is_none(),
            Scope::ContainerNew => inside.is_some_and(|inside| inside.new),
            Scope::ContainerStarted => inside.is_some_and(|inside| inside.started),
            // Where there is no container, there is no value.
            scope => return inside.map_or((), |inside| called::put(scope, inside, probe)),
        };
        probe.unsigned(u64::from(is));
    }

    /// Facts of ancestors, of which one is to fit; what has no name or no program fits nothing.
    fn ancestors(&self, scope: Scope, probe: &mut Probe<'_>) {
        let header = &self.record.header;
        let processes = &self.world.processes;
        if scope == Scope::Followed {
            let own = Identity::of(header).and_then(|own| processes.get(own));
            match own {
                None => probe.unread(0),
                Some(process) => probe.each(&process.followed),
            }
            return;
        }
        if scope == Scope::Tree {
            probe.unsigned(u64::from(header.host_pid));
        }
        let whole = processes.ancestors(header, |identity, process| {
            match (scope, process) {
                (Scope::Tree | Scope::AncestorPid, _) => probe.unsigned(u64::from(identity.pid)),
                (_, None) => probe.unread(0),
                (Scope::AncestorComm, Some(process)) => match &process.comm {
                    Some(comm) => probe.text(name_of(comm), true),
                    None => probe.unread(0),
                },
                (_, Some(process)) => match &process.program.exe {
                    Some(Some(path)) => program(Some(path), probe),
                    Some(None) => {}
                    None => probe.unread(0),
                },
            }
            probe.verdict() == Truth::Yes
        });
        if !whole {
            probe.unread(0);
        }
    }
}

/// A program, if it is known. Of a path that does not begin at the root the first names are missing.
fn program(path: Option<&[u8]>, probe: &mut Probe<'_>) {
    match path {
        None => probe.unread(0),
        Some(path) if path.starts_with(b"/") || path.starts_with(b"(unreachable)") => {
            probe.piece(path, Missing::Nothing);
        }
        Some(path) => probe.piece(path, Missing::Start),
    }
}

/// The members of credentials.
fn cred(bytes: &[u8], probe: &mut Probe<'_>) {
    let Some((numbers, sets)) = CredFacts::read(bytes) else {
        return probe.unread(0);
    };
    for (name, number) in CredFacts::NUMBERS.iter().zip(numbers) {
        probe.member(name);
        probe.unsigned(u64::from(number));
        probe.done();
    }
    for (name, set) in CredFacts::SETS.iter().zip(sets) {
        probe.member(name);
        probe.unsigned(set);
        probe.done();
    }
}
