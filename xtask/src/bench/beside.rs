//! What it costs to tell more beside each event, and to hide what is secret: replays of one recording, with each choice
//! and without.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use tracehound_schema::by_name;
use tracehound_schema::record::{Builder, Header};

use super::stats::Spread;
use super::table::Table;
use super::task::progress;
use super::tree::{EXECS, begin, forked, header, parent_of, replay};
use super::work::Work;

/// Living processes.
const COUNT: u32 = 1_000;
/// The cgroup of the container that they are in.
const CGROUP: u64 = 7;
const USER: u64 = 1000;
const MNT_NS: u32 = 77;
const USER_NS: u64 = 78;
const CONTAINER: &str = "5f1c6d5b1f2c4f0bb0c9f1f4e0a9a7f6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0";
const ENV: &[u8] =
    b"PATH=/usr/bin:/bin\0HOME=/root\0LANG=C.UTF-8\0DB_PASSWORD=hunter2\0TERM=xterm\0";
const ARGV: &[u8] = b"program\0--user=me\0--password=hunter2\0https://me:hunter2@host/\0";

/// What is chosen, by its words.
const CHOICES: &[&[&str]] = &[
    &["--with", "ancestors"],
    &["--with", "session"],
    &["--with", "hashes"],
    &["--with", "users"],
    &["--with", "labels"],
    &["--with", "ancestors,session,hashes,users,labels"],
    &["--env", "*"],
    &["--env", "*", "--redact", "none"],
    &["--redact", "argv"],
];

/// Measures and prints the table.
pub fn run(rounds: u32, markdown: bool) -> Result<()> {
    let work = Work::create()?;
    let [bare, contained] = ["bare", "contained"].map(|name| work.file(name));
    write(&bare, false).context("writing a recording")?;
    write(&contained, true).context("writing a recording")?;
    let mut base = Vec::new();
    let mut container = Vec::new();
    let mut samples = vec![Vec::new(); CHOICES.len()];
    for round in 1..=rounds {
        progress(&format!("round {round} of {rounds}"));
        base.push(replay(&bare, &[])?.0);
        container.push(replay(&contained, &[])?.0);
        for (samples, words) in samples.iter_mut().zip(CHOICES) {
            samples.push(replay(&contained, words)?.0);
        }
    }
    progress("");
    for path in [&bare, &contained] {
        fs::remove_file(path).ok();
    }
    let mut rows = vec![
        row("nothing, in no container", &base, &base),
        row("a container with name, image and pod", &container, &base),
    ];
    let chosen = CHOICES.iter().zip(&samples);
    rows.extend(chosen.map(|(words, samples)| row(&words.join(" "), samples, &container)));
    let table = Table {
        title: "Beside each event",
        notes: vec![format!(
            "Replays of {EXECS} execs to JSON (`-e sched_process_exec -o json:/dev/null`), {rounds} rounds, by {COUNT} processes. \
             The container is compared with none, the others with the container alone. Every record is of another \
             process than the one before and an exec, so its text is made anew: the dearest case."
        )],
        head: vec!["told", "ns per exec", "added", "ratio"],
        rows,
        commands_apart: false,
    };
    print!("{}", table.text(markdown));
    Ok(())
}

fn row(name: &str, samples: &[f64], base: &[f64]) -> Vec<String> {
    let cell = |values: Vec<f64>, digits: usize| {
        Spread::of(values).map_or_else(|| "-".to_owned(), |spread| format!("{spread:.digits$}"))
    };
    let pairs = || samples.iter().zip(base);
    vec![
        name.to_owned(),
        cell(samples.to_vec(), 0),
        cell(pairs().map(|(one, base)| one - base).collect(), 0),
        cell(pairs().map(|(one, base)| one / base).collect(), 2),
    ]
}

/// What a field of a record gets.
#[derive(Clone, Copy)]
enum Value<'v> {
    Number(u64),
    Text(&'v [u8]),
}
use Value::{Number, Text};

/// A record with these fields; others are absent.
fn record(name: &str, header: Header, fields: &[(&str, Value<'_>)]) -> Result<Vec<u8>> {
    let event = by_name(name).with_context(|| format!("no event is called {name}"))?;
    let mut builder = Builder::new(event.id, event.fields.len(), header);
    for (index, field) in event.fields.iter().enumerate() {
        let value = fields.iter().find(|row| row.0 == field.name);
        builder = match value.map(|row| row.1) {
            Some(Number(number)) => builder.slot(index, number),
            Some(Text(text)) => builder.tail(index, text),
            None => builder.absent(index),
        };
    }
    Ok(builder.build())
}

fn write(path: &Path, contained: bool) -> Result<()> {
    let mut file = begin(path)?;
    let cgroup = format!("/docker/{CONTAINER}");
    let place = |header: Header| Header {
        uid: USER as u32,
        gid: USER as u32,
        mnt_ns: MNT_NS,
        cgroup: if contained { CGROUP } else { CGROUP + 1 },
        ..header
    };
    let mut time = u64::from(COUNT) * 2000;
    let first = [
        (
            "existing_cgroup",
            vec![
                ("cgroup_id", Number(CGROUP)),
                ("cgroup_path", Text(cgroup.as_bytes())),
                ("hierarchy_id", Number(0)),
            ],
        ),
        (
            "container_named",
            vec![
                ("container_id", Text(CONTAINER.as_bytes())),
                ("container_name", Text(b"web")),
                ("container_image", Text(b"docker.io/library/nginx:1")),
                ("labels", Text(b"tier=front\0version=1\0")),
                ("pod_name", Text(b"web-5d9c")),
                ("pod_namespace", Text(b"shop")),
                ("pod_labels", Text(b"app=web\0")),
            ],
        ),
        (
            "user_named",
            vec![
                ("user_ns", Number(USER_NS)),
                ("uid", Number(USER)),
                ("gid", Number(USER)),
                ("user", Text(b"www-data")),
                ("group", Text(b"www-data")),
            ],
        ),
        (
            "file_hashed",
            vec![
                ("dev", Number(8)),
                ("inode", Number(99)),
                ("ctime", Number(1)),
                ("sha256", Text(CONTAINER.as_bytes())),
            ],
        ),
    ];
    for (name, fields) in &first {
        file.write_all(&record(name, place(header(1, 0, time)), fields)?)?;
        time += 1;
    }
    let fork = by_name("sched_process_fork").context("no event is called sched_process_fork")?;
    for number in 0..COUNT {
        let (pid, parent) = (number + 2, parent_of(number, COUNT));
        file.write_all(&forked(fork, place(header(parent, 1, time)), pid))?;
        time += 1;
    }
    let fields = [
        ("pathname", Text(b"program\0bin\0usr\0")),
        ("dev", Number(8)),
        ("inode", Number(99)),
        ("ctime", Number(1)),
        ("user_ns", Number(USER_NS)),
        ("argv", Text(ARGV)),
        ("env", Text(ENV)),
        ("session", Number(2)),
        ("login_uid", Number(USER)),
    ];
    for number in 0..EXECS {
        let number = number % COUNT;
        let own = place(header(number + 2, parent_of(number, COUNT), time));
        file.write_all(&record("sched_process_exec", own, &fields)?)?;
        time += 1;
    }
    file.flush()?;
    Ok(())
}
