//! The processes that run at one time, as lines: `tracehound ps`.

use std::collections::HashMap;

use tracehound_schema::record::Header;

use crate::cgroups::{Inside, Place, Word};
use crate::clock::Clock;
use crate::processes::{Identity, Process, Processes, Seen, name_of};
use crate::redact::{Holds, Redaction};
use crate::sink::json_parts::{container, described, names, task};
use crate::text;
use crate::value;
use crate::world::World;

/// Digits of a container's id that tell it from others on one machine.
const DIGITS: usize = 12;

/// The processes that run, in the order of their tree.
pub struct Listing<'w> {
    world: &'w World,
    clock: Clock,
    redaction: Option<&'w Redaction>,
    rows: Vec<Row<'w>>,
}

struct Row<'w> {
    identity: Identity,
    /// Of some only is known that others are their children.
    process: Option<&'w Process>,
    depth: usize,
}

impl<'w> Listing<'w> {
    pub(crate) fn new(
        world: &'w World,
        clock: Clock,
        redaction: Option<&'w Redaction>,
    ) -> Listing<'w> {
        Listing {
            world,
            clock,
            redaction,
            rows: rows(&world.processes),
        }
    }

    /// Appends a line for each, below a heading, for people.
    pub fn table(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"    PID USER       START                CONTAINER    COMMAND\n");
        for row in &self.rows {
            let process = row.process;
            let user = process.map_or_else(|| b"?".to_vec(), |one| self.user(row.identity, one));
            let mut start = Vec::new();
            self.clock.write(row.identity.start, &mut start);
            // To the second: it ends in nine decimals and a letter.
            start.truncate(start.len().saturating_sub(11));
            start.push(b'Z');
            let container = process.and_then(|one| self.container(one));
            let container = container.map_or_else(|| b"-".to_vec(), short);
            out.extend_from_slice(format!("{:>7} ", row.identity.pid).as_bytes());
            column(out, &user, 10);
            column(out, &start, 20);
            column(out, &container, DIGITS);
            out.extend(std::iter::repeat_n(b' ', 2 * row.depth));
            match process {
                Some(process) => command(out, process, self.redaction),
                None => out.extend_from_slice(b"[?]"),
            }
            out.push(b'\n');
        }
    }

    /// Appends an object for each; `boot_id` is that of the records.
    pub fn json(&self, out: &mut Vec<u8>, boot_id: &str) {
        let boot_id: String = boot_id.chars().take(8).collect();
        for row in &self.rows {
            self.object(out, row, &boot_id);
            out.push(b'\n');
        }
    }

    fn object(&self, out: &mut Vec<u8>, row: &Row<'_>, boot_id: &str) {
        let identity = row.identity;
        out.extend_from_slice(b"{\"process\":{\"host_pid\":");
        text::number(out, identity.pid);
        let known = row.process.map(|process| (process, process.seen));
        let raw = known.is_some_and(|(process, _)| self.first(out, identity, process));
        out.extend_from_slice(b",\"start\":\"");
        self.clock.write(identity.start, out);
        out.extend_from_slice(b"\",\"id\":\"");
        task(out, boot_id, identity.start, identity.pid);
        out.push(b'"');
        match known {
            Some((process, seen)) => self.last(out, process, seen, boot_id),
            None => out.push(b'}'),
        }
        if raw {
            out.extend_from_slice(b",\"raw\":[\"process\"]");
        }
        out.push(b'}');
    }

    /// What follows the identity of one that is known.
    fn last(&self, out: &mut Vec<u8>, process: &Process, seen: Seen, boot_id: &str) {
        let known = |number: u32| Some(number).filter(|number| *number != 0);
        let namespaces = [
            (",\"pid_ns\":", known(seen.pid_ns)),
            (",\"mnt_ns\":", known(seen.mnt_ns)),
        ];
        numbers(out, &namespaces);
        out.push(b'}');
        let others = [
            (",\"parent\":{\"id\":\"", seen.parent),
            (",\"creator\":{\"id\":\"", process.creator),
        ];
        for (key, other) in others {
            if let Some(other) = other {
                out.extend_from_slice(key.as_bytes());
                task(out, boot_id, other.start, other.pid);
                out.extend_from_slice(b"\"}");
            }
        }
        if let Some(container) = self.container(process) {
            container::write(out, container, false);
        }
        if seen.cgroup != 0 {
            out.extend_from_slice(b",\"cgroup\":");
            value::unsigned(out, seen.cgroup);
        }
    }

    /// Appends what stands before the identity; tells whether there were bytes that are not UTF-8.
    fn first(&self, out: &mut Vec<u8>, identity: Identity, process: &Process) -> bool {
        let seen = process.seen;
        let ids = [
            (",\"pid\":", Some(seen.pid).filter(|pid| *pid != 0)),
            (",\"host_ppid\":", seen.parent.map(|parent| parent.pid)),
            (",\"uid\":", Some(seen.uid)),
            (",\"gid\":", Some(seen.gid)),
        ];
        numbers(out, &ids);
        let odd = names(out, self.names(identity, process));
        let raw = odd.contains(&true) | described(out, process, self.redaction);
        if process.kernel_thread {
            out.extend_from_slice(b",\"kernel_thread\":true");
        }
        raw
    }

    /// What its user and group are called in its own namespaces, as far as that is known.
    fn names(&self, identity: Identity, process: &Process) -> [Option<&[u8]>; 2] {
        let seen = process.seen;
        let users = self.world.users.as_ref();
        users.map_or([None, None], |users| {
            users.names_of(identity.pid, seen.mnt_ns, [seen.uid, seen.gid])
        })
    }

    fn user(&self, identity: Identity, process: &Process) -> Vec<u8> {
        let mut out = Vec::new();
        match self.names(identity, process)[0] {
            Some(name) => text::terminal(&mut out, name),
            None => text::number(&mut out, process.seen.uid),
        }
        out
    }

    fn container(&self, process: &Process) -> Option<&Inside> {
        let header = Header {
            cgroup: process.seen.cgroup,
            ..Header::default()
        };
        match self.world.cgroups.place(&header) {
            Place::Container(inside) => Some(inside),
            Place::Host | Place::Unknown => None,
        }
    }
}

fn numbers(out: &mut Vec<u8>, rows: &[(&str, Option<u32>)]) {
    for (key, number) in rows {
        if let Some(number) = number {
            out.extend_from_slice(key.as_bytes());
            text::number(out, *number);
        }
    }
}

/// A container's name, or the beginning of its id.
fn short(inside: &Inside) -> Vec<u8> {
    let called = inside.called.as_ref();
    let mut out = Vec::new();
    match called.and_then(|called| called.text(Word::Name)) {
        Some(name) => text::terminal(&mut out, name),
        None => {
            let id = inside.container.id.as_bytes();
            text::terminal(&mut out, id.get(..DIGITS).unwrap_or(id));
        }
    }
    out
}

fn column(out: &mut Vec<u8>, bytes: &[u8], width: usize) {
    out.extend_from_slice(bytes);
    out.extend(std::iter::repeat_n(
        b' ',
        width.saturating_sub(bytes.len()) + 1,
    ));
}

/// Appends the arguments, or the name where there are none.
fn command(out: &mut Vec<u8>, process: &Process, redaction: Option<&Redaction>) {
    let Some(argv) = &process.program.argv else {
        out.push(b'[');
        let name = process.comm.as_ref().map_or(&b"?"[..], name_of);
        text::terminal(out, name);
        out.push(b']');
        return;
    };
    let list = redaction.and_then(|one| one.list(Holds::Arguments, &argv.text));
    let told = list.as_ref().map_or(&*argv.text, |list| &list.texts);
    for (number, word) in value::items(told).enumerate() {
        if number > 0 {
            out.push(b' ');
        }
        let odd = word.is_empty() || word.contains(&b' ') || word.contains(&b'"');
        match odd {
            true => text::quoted(out, word),
            false => text::terminal(out, word),
        }
    }
    if argv.cut {
        out.extend_from_slice(b" ...");
    }
}

/// Those that have not ended, each behind the one that it is shown below.
fn rows(processes: &Processes) -> Vec<Row<'_>> {
    let mut below: HashMap<Option<Identity>, Vec<Identity>> = HashMap::new();
    for (identity, process) in processes.iter().filter(|one| one.1.end.is_none()) {
        let above = above(processes, identity, process);
        below.entry(above).or_default().push(identity);
    }
    let unknown: Vec<Identity> = below
        .keys()
        .flatten()
        .copied()
        .filter(|one| processes.get(*one).is_none())
        .collect();
    below.entry(None).or_default().extend(unknown);
    for children in below.values_mut() {
        // The last is taken first.
        children.sort_unstable_by(|one, other| other.cmp(one));
    }
    let mut rows = Vec::new();
    let mut next: Vec<(usize, Identity)> = Vec::new();
    let take = |below: &mut HashMap<_, Vec<Identity>>, of: Option<Identity>, depth: usize| {
        let children = below.remove(&of).unwrap_or_default();
        children.into_iter().map(move |one| (depth, one))
    };
    next.extend(take(&mut below, None, 0));
    while let Some((depth, identity)) = next.pop() {
        rows.push(Row {
            identity,
            process: processes.get(identity),
            depth,
        });
        next.extend(take(&mut below, Some(identity), depth + 1));
    }
    rows
}

/// The parent of now, or where that has ended the nearest above it that lives. One that does not start
/// before its child is none: a recording can say anything.
fn above(processes: &Processes, identity: Identity, process: &Process) -> Option<Identity> {
    let mut at = process.seen.parent.or(process.creator);
    let mut below = identity;
    while let Some(one) = at.filter(|one| *one < below) {
        let Some(known) = processes.get(one).filter(|known| known.end.is_some()) else {
            return Some(one);
        };
        below = one;
        at = known.creator;
    }
    None
}

#[cfg(test)]
mod tests {
    use tracehound_schema::by_name;
    use tracehound_schema::record::Builder;

    use super::*;
    use crate::{Engine, Selection};

    fn engine() -> Engine {
        let engine = Engine::new(&Selection::default(), None, Vec::new());
        let mut engine = engine.of_processes(Clock::default());
        let event = by_name("user_named").unwrap();
        let record = Builder::new(event.id, event.fields.len(), Header::default());
        let field = |name| event.field_index(name).unwrap();
        let record = record.tail(field("user"), b"ro\x1bot");
        let record = record.absent(field("group")).absent(field("why"));
        engine.feed(&record.build()).unwrap();
        engine
    }

    fn existing(engine: &mut Engine, pid: u32, parent: u32, argv: &[u8]) {
        let event = by_name("existing_process").unwrap();
        let mut comm = [0; 16];
        comm[..2].copy_from_slice(b"a\n");
        let header = Header {
            host_pid: pid,
            host_tid: pid,
            pid,
            host_ppid: parent,
            leader_start: u64::from(pid) * 1_000_000_000,
            parent_start: u64::from(parent) * 1_000_000_000,
            comm,
            ..Header::default()
        };
        let field = |name| event.field_index(name).unwrap();
        let builder = Builder::new(event.id, event.fields.len(), header);
        let builder = builder.absent(field("pathname")).slot(field("threads"), 2);
        let builder = match argv {
            b"" => builder.absent(field("argv")),
            argv => builder.tail(field("argv"), argv),
        };
        engine.feed(&builder.build()).unwrap();
    }

    fn table(engine: &Engine) -> String {
        let mut out = Vec::new();
        engine.processes().table(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn children_stand_below_their_parents_and_odd_bytes_are_escaped() {
        let mut engine = engine();
        existing(&mut engine, 1, 0, b"init\0");
        existing(&mut engine, 7, 3, b"a b\0\x1b[2J\0\0");
        existing(&mut engine, 3, 1, b"");
        existing(&mut engine, 4, 1, b"x\0");
        let start = |second: u32| format!("1970-01-01T00:00:0{second}Z");
        let line = |pid: u32, command: &str| {
            let start = start(pid);
            format!("{pid:>7} ro\\x1bot   {start} -            {command}\n")
        };
        let rows = [
            line(1, "init"),
            line(3, "  [a\\x0a]"),
            line(7, "    \"a b\" \\x1b[2J \"\""),
            line(4, "  x"),
        ];
        let heading = "    PID USER       START                CONTAINER    COMMAND\n";
        assert_eq!(table(&engine), heading.to_owned() + &rows.concat());
    }

    #[test]
    fn parents_that_are_their_own_descendants_hide_nobody() {
        let mut engine = engine();
        existing(&mut engine, 3, 4, b"x\0");
        existing(&mut engine, 4, 3, b"y\0");
        existing(&mut engine, 5, 5, b"z\0");
        assert_eq!(table(&engine).lines().count(), 4);
    }

    #[test]
    fn objects_are_json() {
        let mut engine = engine();
        existing(&mut engine, 3, 1, b"\xff\0");
        let mut out = Vec::new();
        engine.processes().json(&mut out, "6576a333-0000");
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        // Nothing told of the parent.
        assert_eq!(lines[0]["process"]["host_pid"], 1);
        assert!(lines[0].get("parent").is_none() && lines.len() == 2);
        let line = &lines[1];
        let process = &line["process"];
        assert_eq!(process["argv"], serde_json::json!(["\\xff"]));
        assert_eq!(process["id"], "6576a333-0xb2d05e00-3");
        assert_eq!(line["parent"]["id"], "6576a333-0x3b9aca00-1");
        assert_eq!(line["raw"], serde_json::json!(["process"]));
    }
}
