//! What is asked of others than the record: ancestors, containers, mount namespaces.

use tracehound_schema::record::{Builder, HAS_RET, Header};
use tracehound_schema::{Event, all};

use super::super::limits::Limiter;
use super::*;
use crate::filter::{Filters, Limits, Named, Per, Rate, Rule, Scope, scope};

pub const ID: &str = "5f1c6d5b1f2c4f0bb0c9f1f4e0a9a7f6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0";

/// A value of a field.
pub enum Value<'v> {
    Number(u64),
    Text(&'v str),
}

pub fn record(
    name: &str,
    header: Header,
    fields: &[(&str, Value<'_>)],
) -> (&'static Event, Vec<u8>) {
    let event = event(name);
    let mut builder = Builder::new(event.id, event.fields.len(), header);
    for (index, field) in event.fields.iter().enumerate() {
        if field.kind.has_tail() && !fields.iter().any(|row| row.0 == field.name) {
            builder = builder.absent(index);
        }
    }
    for (field, value) in fields {
        let index = event.field_index(field).unwrap();
        builder = match value {
            Value::Number(number) => builder.slot(index, *number),
            Value::Text(text) => builder.tail(index, text.as_bytes()),
        };
    }
    (event, builder.build())
}

pub fn header(pid: u32, comm: &str) -> Header {
    let mut name = [0; 16];
    name[..comm.len()].copy_from_slice(comm.as_bytes());
    Header {
        host_pid: pid,
        host_tid: pid,
        leader_start: u64::from(pid),
        start: u64::from(pid),
        comm: name,
        cgroup: 1,
        mnt_ns: 50,
        ..Header::default()
    }
}

/// An engine that shows `task_rename` by policies, and how many it showed.
pub struct Run(Engine, u64);

use crate::Engine;

impl Run {
    pub fn new(scopes: &[&str]) -> Run {
        Run::limited(scopes, Limits::default())
    }

    fn limited(scopes: &[&str], limits: Limits) -> Run {
        let parsed = |text: &&str| parse::of_scope(text, Some(0)).unwrap();
        let named = Named {
            name: "a".to_owned(),
            stamp: 1,
            scope: Some(scope(scopes.iter().map(parsed).collect())),
            rules: vec![Rule {
                name: "task_rename".to_owned(),
                events: vec![(event("task_rename"), None)],
                limits,
                shows: true,
                counts: false,
                records: false,
            }],
        };
        let filters = Filters::of_policies(vec![named]);
        let selection = Selection::new(&[event("task_rename")]);
        let engine = Engine::new(&selection, None, Vec::new());
        Run(engine.with_filters(filters, CLOCK), 0)
    }

    pub fn feed(&mut self, (_, bytes): (&'static Event, Vec<u8>)) {
        self.0.feed(&bytes).unwrap();
    }

    /// Whether an event of a process is shown.
    pub fn shows(&mut self, header: Header) -> bool {
        self.feed(record("task_rename", header, &[]));
        let before = std::mem::replace(&mut self.1, self.0.shown());
        self.1 > before
    }

    fn existing(&mut self, pid: u32, parent: u32, comm: &str, path: &str) {
        let own = Header {
            host_ppid: parent,
            parent_start: u64::from(parent),
            ..header(pid, comm)
        };
        // A path is told from its last name on.
        let mut names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
        names.reverse();
        let path = names
            .iter()
            .map(|name| format!("{name}\0"))
            .collect::<String>();
        self.feed(record(
            "existing_process",
            own,
            &[("pathname", Value::Text(&path))],
        ));
    }

    fn fork(&mut self, parent: Header, child: u32) {
        let child = u64::from(child);
        let fields = [
            ("child_tid", Value::Number(child)),
            ("child_pid", Value::Number(child)),
            ("leader_start_time", Value::Number(child)),
        ];
        self.feed(record("sched_process_fork", parent, &fields));
    }

    fn family(scopes: &[&str]) -> Run {
        let mut run = Run::new(scopes);
        run.existing(1, 0, "init", "/sbin/init");
        run.existing(10, 1, "sshd", "/usr/sbin/sshd");
        run.fork(header(10, "sshd"), 20);
        run.fork(header(20, "bash"), 30);
        run
    }
}

#[test]
fn a_tree_is_a_process_and_its_descendants() {
    let mut run = Run::family(&["tree=20"]);
    assert!(run.shows(header(20, "bash")) && run.shows(header(30, "ls")));
    assert!(!run.shows(header(10, "sshd")) && !run.shows(header(1, "init")));
    // Who is not known may be one of them.
    assert!(run.shows(header(40, "x")));
    let mut run = Run::family(&["tree!=20,77"]);
    assert!(!run.shows(header(20, "bash")) && !run.shows(header(30, "ls")));
    assert!(run.shows(header(10, "sshd")) && run.shows(header(40, "x")));
}

#[test]
fn ancestors_are_compared_by_id_name_and_program() {
    for (text, shown) in [
        ("ancestor.pid=10", true),
        ("ancestor.pid=30", false),
        ("ancestor.comm=sshd", true),
        ("ancestor.comm=ssh*,x", true),
        ("ancestor.comm=ls", false),
        ("ancestor.exe=/usr/sbin/sshd", true),
        ("ancestor.exe=/bin/ls", false),
        ("ancestor.exe!=/usr/sbin/*", false),
        ("ancestor.comm!=ls", true),
    ] {
        let mut run = Run::family(&[text]);
        assert_eq!(run.shows(header(30, "ls")), shown, "{text}");
    }
    // The name is that which it has now.
    let mut run = Run::family(&["ancestor.comm=zsh"]);
    let renamed = [
        ("old_name", Value::Text("bash")),
        ("new_name", Value::Text("zsh")),
    ];
    run.feed(record("task_rename", header(20, "bash"), &renamed));
    run.1 = run.0.shown();
    assert!(run.shows(header(30, "ls")));
    assert!(!run.shows(header(20, "zsh")));
}

#[test]
fn children_of_who_is_in_scope_are_followed() {
    let mut run = Run::family(&["comm=bash", "follow"]);
    assert!(run.shows(header(30, "ls")), "its parent was bash");
    assert!(!run.shows(header(20, "x")), "itself only while it is bash");
    run.fork(header(30, "ls"), 31);
    assert!(run.shows(header(31, "y")), "the children's children too");
    run.fork(header(10, "sshd"), 21);
    assert!(!run.shows(header(21, "sshd")));
    assert!(run.shows(header(99, "z")), "who is not known may be one");
}

#[test]
fn containers_are_known_by_the_cgroup() {
    let mut texts: Vec<(String, [bool; 3])> = vec![
        ("container".into(), [false, true, true]),
        ("not-container".into(), [true, false, false]),
        ("host".into(), [true, false, false]),
        ("container=new".into(), [false, false, true]),
        ("container!=new".into(), [true, true, false]),
        ("container=started".into(), [false, true, false]),
        ("container!=started".into(), [true, false, true]),
        ("container_id=5f1c*".into(), [false, true, false]),
        ("pod_uid=x".into(), [false, false, false]),
        ("container=new,5f1c".into(), [false, true, true]),
    ];
    for id in [ID, &ID[..12]] {
        texts.push((format!("container={id}"), [false, true, false]));
        texts.push((format!("container!={id}"), [true, false, true]));
    }
    for (text, shown) in texts {
        let mut run = Run::new(&[&text]);
        let other = format!("/docker/{}", ID.replace("5f1c6", "6f1c6"));
        let old = format!("/docker/{ID}");
        for (name, id, path) in [
            ("existing_cgroup", 1, "/"),
            ("existing_cgroup", 2, &old),
            ("cgroup_mkdir", 3, &other),
        ] {
            let fields = [
                ("cgroup_id", Value::Number(id)),
                ("cgroup_path", Value::Text(path)),
                ("hierarchy_id", Value::Number(0)),
            ];
            run.feed(record(name, header(1, "x"), &fields));
        }
        let told = [1, 2, 3].map(|cgroup| {
            run.shows(Header {
                cgroup,
                ..header(7, "x")
            })
        });
        assert_eq!(told, shown, "{text}");
        let unknown = Header {
            cgroup: 9,
            ..header(7, "x")
        };
        assert!(run.shows(unknown), "{text}");
    }
}

#[test]
fn a_program_is_looked_for_in_one_mount_namespace() {
    for (text, first, other) in [
        ("exe=host:/usr/sbin/sshd", true, false),
        ("exe=51:/usr/sbin/sshd", false, true),
        ("exe=51:/usr/sbin/sshd,/bin/x", false, true),
        ("exe=host:/usr/*,/usr/sbin/sshd", true, true),
        ("exe!=host:/usr/sbin/sshd", false, true),
        ("exe=host:/bin/x", false, false),
    ] {
        let mut run = Run::new(&[text]);
        run.existing(10, 1, "sshd", "/usr/sbin/sshd");
        if text.contains("host") {
            assert!(run.shows(header(10, "sshd")) || text.contains("/bin/x"));
        }
        run.feed(record(
            "init_namespaces",
            Header::default(),
            &[("mnt", Value::Number(50))],
        ));
        let there = Header {
            mnt_ns: 51,
            ..header(10, "sshd")
        };
        assert_eq!(
            (run.shows(header(10, "sshd")), run.shows(there)),
            (first, other),
            "{text}"
        );
    }
}

#[test]
fn names_of_threads_are_cut_as_the_kernel_cuts_them() {
    for text in [
        "comm=systemd-journald",
        "comm=systemd-journald*",
        "comm=systemd-journal",
    ] {
        let mut run = Run::new(&[text]);
        assert!(run.shows(header(7, "systemd-journal")), "{text}");
        assert!(!run.shows(header(7, "systemd-journa")), "{text}");
    }
}

#[test]
fn what_tells_of_others_is_asked_for() {
    for (text, needs) in [
        ("uid=0", &[][..]),
        (
            "tree=5",
            &["sched_process_fork", "existing_process", "process_snapshot"],
        ),
        (
            "follow",
            &["sched_process_fork", "existing_process", "process_snapshot"],
        ),
        (
            "container!=new",
            &[
                "cgroup_mkdir",
                "cgroup_rmdir",
                "container_named",
                "pod_named",
                "existing_cgroup",
            ],
        ),
        ("exe=host:/bin/ls", &["init_namespaces"]),
    ] {
        let parsed = parse::of_scope(text, Some(0)).unwrap();
        let filters = Filters::new(Vec::new(), Some(scope(vec![parsed])));
        let names: Vec<_> = filters.needs().iter().map(|event| event.name).collect();
        assert_eq!(names, needs, "{text}");
    }
    let names = crate::filter::Scope::NAMES
        .iter()
        .flat_map(|row| row.0.needs());
    assert!(
        names
            .into_iter()
            .all(|name| all().any(|event| event.name == *name))
    );
}

/// How many of some records of processes with these ids and times (in seconds) are shown.
fn let_through(limits: Limits, told: &[(u32, u64)]) -> u64 {
    let mut run = Run::limited(&["uid=0"], limits);
    for (pid, second) in told {
        let own = Header {
            time: second * 1_000_000_000,
            pid: *pid,
            ..header(*pid, "x")
        };
        run.shows(own);
    }
    let counted: Vec<_> = run.0.counted().collect();
    assert_eq!((counted.len(), counted[0].unsure), (1, 0));
    assert_eq!(counted[0].fits, told.len() as u64);
    assert_eq!(counted[0].let_through, run.1);
    let left_out: u64 = run.0.left_out().map(|row| row.1).sum();
    assert_eq!(left_out, told.len() as u64 - run.1);
    run.1
}

#[test]
fn limits_let_a_part_through() {
    let told: Vec<(u32, u64)> = (0..100)
        .map(|number| (1 + number % 4, number.into()))
        .collect();
    let limits = Limits::default();
    assert_eq!(let_through(limits, &told), 100);
    let sample = Limits {
        sample: Some(10),
        ..limits
    };
    assert_eq!(let_through(sample, &told), 10);
    assert_eq!(
        let_through(
            Limits {
                sample: Some(1),
                ..limits
            },
            &told
        ),
        100
    );
    let first = Limits {
        first: Some(3),
        ..limits
    };
    assert_eq!(let_through(first, &told), 3);
    let per = Limits {
        per: Some(Per::Scope(Scope::Pid)),
        ..first
    };
    assert_eq!(let_through(per, &told), 12);
    // Ten in 50 s: ten at once, then one each 5 s.
    let rate = Some(Rate {
        number: 10,
        time: 50_000_000_000,
    });
    let rate = Limits { rate, ..limits };
    assert_eq!(let_through(rate, &[(1, 7); 100]), 10);
    let later: Vec<_> = [(1, 7); 100].into_iter().chain([(1, 17); 100]).collect();
    assert_eq!(let_through(rate, &later), 12);
}

/// The first one of each value of a field; what is not known to its end is not left out.
#[test]
fn the_first_of_each_value_of_a_field_are_let_through() {
    let limits = Limits {
        first: Some(1),
        per: Some(Per::Field("new_name")),
        ..Limits::default()
    };
    let mut run = Run::limited(&["uid=0"], limits);
    let mut shows = |fields: &[(&str, Value<'_>)], state: fn(&mut Header)| {
        let mut own = header(1, "x");
        state(&mut own);
        let before = run.0.shown();
        run.feed(record("task_rename", own, fields));
        run.0.shown() > before
    };
    let new = event("task_rename").field_index("new_name").unwrap();
    assert_eq!(new, 1);
    let (old, name) = (
        |name| ("old_name", Value::Text(name)),
        |name| ("new_name", Value::Text(name)),
    );
    let read = |_: &mut Header| {};
    assert!(shows(&[old("a"), name("b")], read));
    // Where a text lies in the record is no part of it.
    assert!(!shows(&[old("long"), name("b")], read));
    assert!(shows(&[old("a"), name("c")], read));
    for state in [
        |header: &mut Header| header.cut = 1 << 1,
        |header: &mut Header| header.unread = 1 << 1,
    ] {
        assert!(shows(&[name("b")], state));
        assert!(shows(&[name("b")], state));
    }
    // Not to be there is a value.
    assert!(shows(&[old("a")], read));
    assert!(!shows(&[old("a")], read));
}

#[test]
fn numbers_and_results_tell_records_apart() {
    let told = |ret| {
        let own = Header {
            flags: HAS_RET,
            ret,
            ..header(1, "x")
        };
        record(
            "security_file_open",
            own,
            &[("dev", Value::Number(ret as u64 & 7))],
        )
    };
    for (per, expected) in [
        (Per::Ret, [true, true, true, false]),
        (Per::Field("dev"), [true, true, false, false]),
    ] {
        let limits = Limits {
            first: Some(1),
            per: Some(per),
            ..Limits::default()
        };
        let mut limiter = Limiter::new(limits);
        let lets = [0, 1, 8, 0].map(|ret| {
            let (event, bytes) = told(ret);
            Told::new(event, bytes).with(|facts, _| limiter.lets(facts))
        });
        assert_eq!(lets, expected, "{per:?}");
    }
}
