//! A thread's identity as text, kept as long as its header says the same.

use tracehound_schema::record::{self, HEADER_SIZE, IDENTITY};

use super::{Item, ancestors, container, session};
use crate::clock::Clock;
use crate::extra::Extra;
use crate::files::{Files, Package};
use crate::processes;
use crate::recording::Preamble;
use crate::text;
use crate::users::Users;
use crate::value;

/// Threads whose text is kept: a power of two. Two that share a place take turns.
const PLACES: usize = 256;

/// Header bytes that the text is made of.
type Bytes = [u8; IDENTITY.end - IDENTITY.start];

/// One thread's text.
pub struct Identity {
    bytes: Bytes,
    versions: [u32; 5],
    /// `,"process":{…},"parent":{…}` and what stands behind them.
    pub process: Vec<u8>,
    /// What was known of containers when `container` was written.
    containers: u32,
    /// `,"container":{…},"k8s":{…}`, empty where there is none.
    pub container: Vec<u8>,
    /// `,"cgroup":…`, empty where there is none.
    pub cgroup: Vec<u8>,
    /// Names in it whose bytes are not UTF-8.
    pub raw: Vec<&'static str>,
}

/// The text of the threads seen last.
pub struct Identities {
    clock: Clock,
    boot_id: String,
    places: Vec<Option<Identity>>,
}

impl Identities {
    /// Starts with none.
    pub fn new(preamble: &Preamble) -> Identities {
        Identities {
            clock: preamble.clock,
            boot_id: preamble.boot_id.chars().take(8).collect(),
            places: (0..PLACES).map(|_| None).collect(),
        }
    }

    /// The text of the item's thread.
    pub fn of(&mut self, item: &Item<'_>) -> &Identity {
        let header = &item.record.header;
        let place = header.host_tid as usize & (PLACES - 1);
        let bytes = identity_bytes(item.record.bytes());
        let with_ancestors = item.extras.has(Extra::Ancestors);
        let versions = [
            item.programs.version(header.host_pid),
            if item.extras.needs_processes() {
                item.processes.version()
            } else {
                0
            },
            item.files.map_or(0, Files::version),
            item.users.map_or(0, Users::version),
            item.hosts.version(&item.record.header),
        ];
        let kept = self.places[place]
            .as_ref()
            .is_some_and(|kept| kept.versions == versions && kept.bytes == bytes);
        if !kept {
            self.places[place] = None;
        }
        let (clock, boot_id) = (self.clock, &self.boot_id);
        let identity = self.places[place].get_or_insert_with(|| {
            let mut text = Identity {
                bytes,
                versions,
                process: Vec::with_capacity(512),
                containers: 0,
                container: Vec::new(),
                cgroup: Vec::new(),
                raw: Vec::new(),
            };
            text.fill(item, clock, boot_id);
            if with_ancestors && ancestors::write(&mut text.process, item, boot_id) {
                text.raw.push("ancestors");
            }
            text
        });
        let containers = item.cgroups.version();
        if identity.containers != containers {
            identity.containers = containers;
            identity.container.clear();
            if let Some(inside) = item.cgroups.container(header) {
                let labels = item.extras.has(Extra::Labels);
                container::write(&mut identity.container, inside, labels);
            }
        }
        identity
    }
}

fn identity_bytes(bytes: &[u8]) -> Bytes {
    let mut identity = [0; IDENTITY.end - IDENTITY.start];
    if let Some(header) = bytes.first_chunk::<HEADER_SIZE>() {
        identity.copy_from_slice(&header[IDENTITY]);
    }
    identity
}

impl Identity {
    fn fill(&mut self, item: &Item<'_>, clock: Clock, boot_id: &str) {
        let header = &item.record.header;
        let path = item.programs.path(header.host_pid);
        let ids = [
            (",\"process\":{\"pid\":", header.pid),
            (",\"tid\":", header.tid),
            (",\"ppid\":", header.ppid),
            (",\"host_pid\":", header.host_pid),
            (",\"host_tid\":", header.host_tid),
            (",\"host_ppid\":", header.host_ppid),
            (",\"uid\":", header.uid),
            (",\"gid\":", header.gid),
        ];
        let out = &mut self.process;
        for (key, id) in ids {
            out.extend_from_slice(key.as_bytes());
            text::number(out, id);
        }
        out.extend_from_slice(b",\"comm\":\"");
        if text::json(out, record::comm(header)) {
            self.raw.push("comm");
        }
        if let Some(path) = path {
            out.extend_from_slice(b"\",\"exe\":\"");
            if text::json(out, path) {
                self.raw.push("exe");
            }
        }
        let files = item.files;
        let asked = files.filter(|_| item.extras.has(Extra::Hashes));
        if let Some(hash) = asked.and_then(|files| files.hash(header.host_pid)) {
            out.extend_from_slice(b"\",\"exe_sha256\":\"");
            // It is a recording's, so it may be anything.
            text::json(out, hash);
        }
        out.extend_from_slice(b"\",\"start\":\"");
        clock.write(header.leader_start, out);
        let tasks = [
            (&b"\",\"id\":\""[..], b"\"", header.start, header.host_tid),
            (
                b",\"leader_id\":\"",
                b"\"",
                header.leader_start,
                header.host_pid,
            ),
        ];
        for (key, end, start, tid) in tasks {
            out.extend_from_slice(key);
            task(out, boot_id, start, tid);
            out.extend_from_slice(end);
        }
        // A thread that is ending has given its namespaces back.
        for (key, inode) in [
            (",\"pid_ns\":", header.pid_ns),
            (",\"mnt_ns\":", header.mnt_ns),
        ] {
            if inode != 0 {
                out.extend_from_slice(key.as_bytes());
                text::number(out, inode);
            }
        }
        let asked = files.filter(|_| item.extras.has(Extra::Packages));
        if let Some(known) = asked.and_then(|files| files.package(header.host_pid)) {
            package(out, known);
        }
        let asked = item.extras.has(Extra::Session);
        let own = processes::Identity::of(header).filter(|_| asked);
        if let Some(process) = own.and_then(|own| item.processes.get(own)) {
            session::write(out, &process.session);
        }
        let asked = item.extras.has(Extra::Hostname);
        if let Some(name) = item.hosts.of(header).filter(|_| asked) {
            out.extend_from_slice(b",\"hostname\":\"");
            if text::json(out, name) {
                self.raw.push("process.hostname");
            }
            out.push(b'"');
        }
        if let Some(users) = item.users {
            let odd = names(out, users.of(header));
            let odd = ["process.user", "process.group"].into_iter().zip(odd);
            self.raw.extend(odd.filter(|one| one.1).map(|one| one.0));
        }
        out.extend_from_slice(b"},\"parent\":{\"id\":\"");
        task(out, boot_id, header.parent_start, header.host_ppid);
        out.extend_from_slice(b"\"}");
        if header.cgroup != 0 {
            self.cgroup.extend_from_slice(b",\"cgroup\":");
            value::unsigned(&mut self.cgroup, header.cgroup);
        }
    }
}

/// Appends the package of a program: null where it is of none. What the lists say is a recording's, so it may be
/// anything.
fn package(out: &mut Vec<u8>, package: Option<&Package>) {
    out.extend_from_slice(b",\"exe_package\":");
    let Some(package) = package else {
        out.extend_from_slice(b"null");
        return;
    };
    for (key, value) in [
        ("{\"manager\":\"", &package.manager),
        ("\",\"name\":\"", &package.name),
        ("\",\"version\":\"", &package.version),
        ("\",\"architecture\":\"", &package.architecture),
    ] {
        out.extend_from_slice(key.as_bytes());
        text::json(out, value);
    }
    out.extend_from_slice(b"\"}");
}

/// Appends what a user and a group are called; tells of each whether it has bytes that are not UTF-8.
pub fn names(out: &mut Vec<u8>, [user, group]: [Option<&[u8]>; 2]) -> [bool; 2] {
    [(",\"user\":\"", user), (",\"group\":\"", group)].map(|(key, name)| {
        name.is_some_and(|name| {
            out.extend_from_slice(key.as_bytes());
            let raw = text::json(out, name);
            out.push(b'"');
            raw
        })
    })
}

/// A task's identity: boot, start and thread id; no two tasks ever share it.
pub fn task(out: &mut Vec<u8>, boot_id: &str, start: u64, tid: u32) {
    // The boot id is a recording's, so it may be anything.
    text::json(out, boot_id.as_bytes());
    out.push(b'-');
    text::hex(out, start);
    out.push(b'-');
    text::number(out, tid);
}
