//! The kernel's judgement of records next to the engine's: it may keep too much, never too little.
//!
//! Plans of random filters are run on random records by the program itself (BPF_PROG_TEST_RUN), and
//! the same filters by the engine.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use support::root;
use tracehound_engine::filter::{Filters, parse};
use tracehound_engine::{Clock, Engine, Selection};
use tracehound_probes::Judge;
use tracehound_schema::narrow::{LATE, Plan};
use tracehound_schema::record::{Builder, HAS_RET, Header, IN_INTERRUPT, Record, comm};
use tracehound_schema::sample::Random;
use tracehound_schema::{Event, Kind, all, by_name, sample};

#[expect(dead_code, reason = "each test file uses a part")]
mod support;

fn below(random: &mut Random, limit: usize) -> usize {
    random.below(limit as u64) as usize
}

fn one<T: Copy>(random: &mut Random, of: &[T]) -> T {
    of[below(random, of.len())]
}

/// What may be asked of a field of this kind, of values that random records have.
fn questions(kind: &Kind) -> &'static [&'static str] {
    match kind {
        Kind::I32 | Kind::I64 => &["=0", "!=1", "<0", ">=2", "=-1..1", "=15,2", "=-1"],
        Kind::U32 | Kind::U64 | Kind::Pid | Kind::Uid | Kind::Size | Kind::Addr => {
            &["=0", "!=1", "<2", ">=2", "=1..15", "=15,2", ">4294967294"]
        }
        Kind::Bool => &["=true", "=false"],
        Kind::Mode => &["=0", "!=2", " has 0x2"],
        Kind::Flags(_) | Kind::CapSet | Kind::SigSet => &[" has 0x2", "=0", "!=2", " has 1"],
        Kind::Path => &[
            "=/a/ab",
            "=/etc/*",
            "=*/ab",
            "=*.so",
            "!=*.so",
            "=/x/*,/etc/*",
            "=/etc/a*",
            "=*b",
            "!=/etc/*",
            "=/*/x",
            "!=/b",
            "=/b",
            "=*/etc/x",
            "=*a/x",
        ],
        Kind::Str => &[
            "=ab",
            "=a*",
            "=*so",
            "!=etc",
            "=a*x",
            "=x,etc,ab",
            "!=a*",
            "=\"\"",
        ],
        Kind::SockAddr => &[
            "=10.0.0.0/8",
            "=10.0.0.1",
            "!=10.0.0.1:80",
            "=10.0.0.0/31:81..82",
        ],
        Kind::Ip => &["=10.0.0.0/8", "=10.0.0.1", "!=10.0.0.0/31", "=::1"],
        _ => &[],
    }
}

/// What may be asked of who did it, of values like the header's.
fn of_header(header: &Header, random: &mut Random) -> String {
    let facts = [
        ("uid", u64::from(header.uid)),
        ("gid", u64::from(header.gid)),
        ("pid", u64::from(header.pid)),
        ("tid", u64::from(header.tid)),
        ("ppid", u64::from(header.ppid)),
        ("host_pid", u64::from(header.host_pid)),
        ("host_tid", u64::from(header.host_tid)),
        ("host_ppid", u64::from(header.host_ppid)),
        ("mntns", u64::from(header.mnt_ns)),
        ("pidns", u64::from(header.pid_ns)),
        ("cgroup", header.cgroup),
    ];
    if below(random, 3) == 0 {
        return format!("scope.comm{}", of_comm(header, random));
    }
    let (name, number) = one(random, &facts);
    let sign = one(random, &["=", "!=", ">", "<="]);
    format!("scope.{name}{sign}{}", number + below(random, 2) as u64)
}

fn of_comm(header: &Header, random: &mut Random) -> String {
    let own = String::from_utf8_lossy(comm(header)).into_owned();
    let at = below(random, own.len() + 1);
    let of_own = [
        format!("={own}"),
        format!("!={own}"),
        format!("={}*", &own[..at]),
        format!("=*{}", &own[at..]),
        format!("=x{own}"),
        format!("={own}x"),
    ];
    let asked = below(random, 2 * of_own.len());
    of_own.get(asked).cloned().unwrap_or_else(|| {
        let others = ["=sh", "!=sh", "=ba*", "=*sh", "=bash", "!=bash,sh"];
        one(random, &others).to_owned()
    })
}

/// A filter of an event: questions joined at random.
fn expression(event: &'static Event, header: &Header, random: &mut Random) -> String {
    let mut text = String::new();
    for _ in 0..=below(random, 5) {
        let asked = event.fields.get(below(random, event.fields.len() + 2));
        let part = match asked.map(|field| (field.name, questions(&field.kind))) {
            Some((name, all)) if !all.is_empty() => format!("data.{name}{}", one(random, all)),
            None if event.has_ret && below(random, 2) == 0 => {
                format!("retval{}", one(random, &["=0", "<0", ">1", "!=0"]))
            }
            _ => of_header(header, random),
        };
        let not = one(random, &["", "", "not "]);
        let part = format!("{not}({part})");
        if parse::of_event(event, &part).is_err() {
            continue;
        }
        text = match below(random, 2) {
            _ if text.is_empty() => part,
            0 => format!("({text} and {part})"),
            _ => format!("({text} or {part})"),
        };
    }
    text
}

fn header(event: &Event, random: &mut Random) -> Header {
    let mut header = sample::header(event);
    match below(random, 10) {
        0 => header.flags |= IN_INTERRUPT,
        1 => header.mnt_ns = 0,
        2 => header.host_tid = 0,
        3 => header.cgroup = 0,
        4 => header.flags &= !HAS_RET,
        _ => {}
    }
    let comm = one(
        random,
        &[&b"sh"[..], b"bash", b"eightlng", b"a-name-of-15-by", b""],
    );
    // What is behind the name's end may be anything.
    header.comm = if below(random, 2) == 0 {
        [0; 16]
    } else {
        *b"xshaba bashx\0sh\0"
    };
    header.comm[..comm.len()].copy_from_slice(comm);
    header.comm[comm.len()] = 0;
    header
}

/// Whether the engine shows a record.
fn shows(engine: &mut Engine, record: &[u8]) -> bool {
    let before = engine.shown();
    engine.feed(record).unwrap();
    engine.shown() > before
}

fn engine(event: &'static Event, filters: &Filters) -> Engine {
    Engine::new(&Selection::new(&[event]), None, Vec::new())
        .with_filters(filters.clone(), Clock::default())
}

fn filters(event: &'static Event, text: &str) -> Option<Filters> {
    let parsed = parse::of_event(event, text).ok()?;
    Some(Filters::new(vec![(event, parsed.expr)], None))
}

#[test]
fn the_kernel_leaves_out_only_what_the_filters_surely_exclude() {
    if !root() {
        return;
    }
    let mut judges = Judge::of_each_build().unwrap();
    let mut random = Random::new(0x7ac3_4711);
    let events: Vec<&'static Event> = all().collect();
    let (mut wanted, mut dropped, mut early, mut missed) = (0, 0, 0, 0);
    for round in 0..600 {
        let event = events[below(&mut random, events.len())];
        let text = expression(event, &header(event, &mut random), &mut random);
        let Some(filters) = filters(event, &text) else {
            continue;
        };
        let narrowed = filters.narrowed();
        let Some((_, plan)) = narrowed.first().filter(|_| event.call.is_none()) else {
            continue;
        };
        let mut engine = engine(event, &filters);
        for seed in 0..8 {
            let header = header(event, &mut random);
            let record = sample::wild(event, header, round << 3 | seed);
            let shown = shows(&mut engine, &record);
            let mut keeps = |known| judged(&mut judges, event, plan, &record, known);
            let kept = keeps(u64::MAX);
            let first = keeps(random.next());
            let told = || format!("{}: {text}\n{plan:?}\n{record:x?}", event.name);
            assert!(kept || !shown, "{}", told());
            // What is left out with some fields is left out with all.
            assert!(first || !kept, "{}", told());
            wanted += u32::from(shown);
            dropped += u32::from(!kept);
            early += u32::from(!first);
            missed += u32::from(kept && !shown);
        }
    }
    // It does leave out, and most of what the engine would.
    assert!(
        wanted > 100 && dropped > 100 && early > 25 && missed < dropped,
        "{wanted} wanted, {dropped} dropped, {early} of them early, {missed} not"
    );
}

/// What is known before there is a record is what it would say.
#[test]
fn the_kernel_leaves_out_early_what_records_of_the_task_would_be() {
    if !root() {
        return;
    }
    let mut judges = Judge::of_each_build().unwrap();
    let mut random = Random::new(0x4711);
    let events: Vec<&'static Event> = all().filter(|event| event.call.is_none()).collect();
    let (mut dropped, mut same) = (0, 0);
    for round in 0..600 {
        let event = events[below(&mut random, events.len())];
        let builds = judges.len();
        let judge = &mut judges[round % builds];
        let own = Header {
            flags: HAS_RET,
            ..judge.header().unwrap()
        };
        let text = expression(event, &own, &mut random);
        let Some(filters) = filters(event, &text) else {
            continue;
        };
        let narrowed = filters.narrowed();
        let Some((_, plan)) = narrowed.first() else {
            continue;
        };
        let record = sample::wild(event, own, round as u64);
        let ret = Record::split(&record).unwrap().0.header.ret;
        let early = judge.keeps_caller(event, plan, ret).unwrap();
        let shown = shows(&mut engine(event, &filters), &record);
        let told = || format!("{}: {text}\n{plan:?}\n{record:x?}", event.name);
        assert!(early || !shown, "{}", told());
        // Nothing is left to ask for plans that say so.
        if plan.moments(true) & LATE == 0 {
            let late = judge.keeps(event, plan, &record, u64::MAX).unwrap();
            assert_eq!(early, late, "{}", told());
            same += 1;
        }
        dropped += u32::from(!early);
    }
    assert!(dropped > 50 && same > 50, "{dropped} dropped, {same} early");
}

/// What every build of the program says, which is the same.
fn judged(judges: &mut [Judge], event: &Event, plan: &Plan, record: &[u8], known: u64) -> bool {
    let mut keep = |judge: &mut Judge| judge.keeps(event, plan, record, known).unwrap();
    let all: Vec<bool> = judges.iter_mut().map(&mut keep).collect();
    assert!(all.iter().all(|one| *one == all[0]), "{all:?}");
    all[0]
}

/// What random records do not have: long texts, names and addresses of other families.
#[test]
fn the_kernel_compares_as_the_engine_does_at_the_edges() {
    if !root() {
        return;
    }
    let mut judges = Judge::of_each_build().unwrap();
    let long = "n".repeat(70);
    let pathname = |tail: &[u8]| ("security_file_open", "pathname", tail.to_vec());
    let address = |tail: &[u8]| ("security_socket_connect", "remote_addr", tail.to_vec());
    let mut v6 = vec![10, 0, 1, 187, 0, 0, 0, 0];
    v6.extend([
        0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0,
    ]);
    let mut mapped = vec![10, 0, 1, 187, 0, 0, 0, 0];
    mapped.extend([
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1, 0, 0, 0, 0,
    ]);
    let values = [
        pathname(b""),
        pathname(b"passwd\0etc\0"),
        pathname(b"passwd (deleted)\0etc\0"),
        pathname(b"passwd\0etc\0(unreachable)\0"),
        pathname(b"\0pipe:[4711]"),
        pathname(b"\0/etc/passwd"),
        pathname(format!("{long}\0etc\0").as_bytes()),
        pathname(format!("passwd\0{long}\0").as_bytes()),
        address(&[2, 0, 0, 53, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]),
        address(&[2, 0, 0, 53, 10]),
        address(&v6),
        address(&mapped),
        address(b"\x01\0/run/socket\0"),
        address(b"\x10\0\0\0\x01\0\0\0\0\0\0\0"),
    ];
    let asked = [
        "=/",
        "=/etc/passwd",
        "!=/etc/passwd",
        "=/etc/*",
        "!=/etc/*",
        "=*passwd",
        "!=*passwd",
        "=*/passwd",
        "!=*/passwd",
        "=*/etc/passwd",
        "=*deleted)",
        "=pipe:*",
        "=(unreachable)*",
        "=/LONG/passwd",
        "!=/LONG/passwd",
        "=/LONG/*",
        "=*LONG",
        "!=*LONG",
        "=/etc/LONG",
        "=10.0.0.0/8",
        "!=10.0.0.0/8",
        "=10.0.0.1:53",
        "=10.0.0.1:443",
        "=2001:db8::/32",
        "=[2001:db8::1]:443",
        "!=[2001:db8::1]:443",
        "=::/0",
        "=0.0.0.0/0",
        "=/run/*",
    ];
    let (mut compared, mut dropped) = (0, 0);
    for (name, field, tail) in &values {
        let event = by_name(name).unwrap();
        let index = event.field_index(field).unwrap();
        for asked in asked {
            let text = format!("data.{field}{}", asked.replace("LONG", &long));
            let Some(filters) = filters(event, &text) else {
                continue;
            };
            let record = absent_but(event, index, tail);
            let shown = shows(&mut engine(event, &filters), &record);
            let narrowed = filters.narrowed();
            let Some((_, plan)) = narrowed.first() else {
                continue;
            };
            let kept = judged(&mut judges, event, plan, &record, u64::MAX);
            assert!(kept || !shown, "{text} of {tail:x?}");
            compared += 1;
            dropped += u32::from(!kept);
        }
    }
    assert!(compared > 150 && dropped > 70, "{dropped} of {compared}");
}

/// A record with no more than one field.
fn absent_but(event: &Event, index: usize, tail: &[u8]) -> Vec<u8> {
    let count = event.fields.len();
    let builder = Builder::new(event.id, count, sample::header(event));
    let others = (0..count).filter(|other| *other != index);
    let builder = others.fold(builder, Builder::absent);
    builder.tail(index, tail).build()
}
