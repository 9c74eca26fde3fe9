//! What the process tree costs: replays of recordings in which so many processes are forked and execute a
//! program each, with ancestors told and without.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tracehound_engine::Clock;
use tracehound_engine::recording::{self, Preamble};
use tracehound_schema::record::{Builder, Header};
use tracehound_schema::{Event, by_name};

use super::configuration::TRACEHOUND;
use super::stats::Spread;
use super::table::Table;
use super::task::progress;
use super::work::Work;
use crate::workspace::command;

/// Living processes.
const COUNTS: [u32; 3] = [1_000, 10_000, 100_000];
/// Execs in each recording, so that times can be told from that of the start.
pub const EXECS: u32 = 400_000;
/// Generations below the first process.
const DEEP: u32 = 8;
/// Bytes of each process's arguments.
const ARGV: usize = 100;

const WITH: &[&str] = &["--with", "ancestors"];

/// One replay: nanoseconds an exec, and bytes of memory at most.
pub type Sample = (f64, f64);

/// Measures and prints the table.
pub fn run(rounds: u32, markdown: bool) -> Result<()> {
    let work = Work::create()?;
    let mut rows = Vec::new();
    for count in COUNTS {
        let path = work.file(&format!("processes-{count}"));
        write(&path, count).context("writing a recording")?;
        let mut samples = [Vec::new(), Vec::new()];
        for round in 1..=rounds {
            progress(&format!("{count} processes, round {round} of {rounds}"));
            for (samples, with) in samples.iter_mut().zip([&[][..], WITH]) {
                samples.push(replay(&path, with)?);
            }
        }
        fs::remove_file(&path).ok();
        rows.push(row(count, &samples));
    }
    progress("");
    let table = Table {
        title: "Process tree",
        notes: vec![format!(
            "Replays of {EXECS} execs to JSON (`-e sched_process_exec -o json:/dev/null`), {rounds} rounds, by so many \
             processes of {DEEP} generations, each with arguments of its own of {ARGV} bytes; with `--with ancestors` and \
             without. Every exec may change what is told of ancestors, so no text of them can be kept: the dearest case. \
             Memory is the most that is resident."
        )],
        head: vec![
            "processes",
            "ns per exec",
            "with ancestors",
            "added",
            "MiB",
            "with ancestors",
            "bytes per process",
        ],
        rows,
        commands_apart: false,
    };
    print!("{}", table.text(markdown));
    Ok(())
}

fn row(count: u32, samples: &[Vec<Sample>; 2]) -> Vec<String> {
    let [without, with] = samples;
    let of = |samples: &[Sample], get: fn(&Sample) -> f64| Spread::of(samples.iter().map(get));
    let cell = |spread: Option<Spread>, digits: usize| match spread {
        Some(spread) => format!("{spread:.digits$}"),
        None => "-".to_owned(),
    };
    let time: fn(&Sample) -> f64 = |sample| sample.0;
    let memory: fn(&Sample) -> f64 = |sample| sample.1 / f64::from(1 << 20);
    let pairs = || without.iter().zip(with);
    let added = Spread::of(pairs().map(|(one, other)| other.0 - one.0));
    let each = Spread::of(pairs().map(|(one, other)| (other.1 - one.1) / f64::from(count)));
    vec![
        count.to_string(),
        cell(of(without, time), 0),
        cell(of(with, time), 0),
        cell(added, 0),
        cell(of(without, memory), 1),
        cell(of(with, memory), 1),
        cell(each, 0),
    ]
}

/// A process of the recording.
pub fn header(pid: u32, parent: u32, time: u64) -> Header {
    let start = |pid: u32| u64::from(pid) * 1000;
    Header {
        time,
        nr: -1,
        host_pid: pid,
        host_tid: pid,
        pid,
        tid: pid,
        host_ppid: parent,
        ppid: parent,
        start: start(pid),
        leader_start: start(pid),
        parent_start: start(parent),
        comm: *b"program\0\0\0\0\0\0\0\0\0",
        ..Header::default()
    }
}

/// The parent of each: so many generations, each as large as the others.
pub fn parent_of(number: u32, count: u32) -> u32 {
    let generation = (count / DEEP).max(1);
    match number.checked_sub(generation) {
        Some(above) => above + 2,
        None => 1,
    }
}

/// Begins a recording of cgroups of version 2.
pub fn begin(path: &Path) -> Result<BufWriter<File>> {
    let mut file = BufWriter::new(File::create(path)?);
    let preamble = Preamble {
        clock: Clock { boot: 0 },
        boot_id: "01234567-89ab-cdef-0123-456789abcdef".to_owned(),
        hierarchy: 0,
    };
    recording::write(&preamble, &mut file)?;
    Ok(file)
}

fn write(path: &Path, count: u32) -> Result<()> {
    let event = |name| by_name(name).with_context(|| format!("no event is called {name}"));
    let (fork, exec) = (event("sched_process_fork")?, event("sched_process_exec")?);
    let mut file = begin(path)?;
    let mut time = u64::from(count) * 2000;
    for number in 0..count {
        let (pid, parent) = (number + 2, parent_of(number, count));
        file.write_all(&forked(fork, header(parent, 1, time), pid))?;
        time += 1;
    }
    for number in 0..EXECS {
        let number = number % count;
        let own = header(number + 2, parent_of(number, count), time);
        file.write_all(&executed(exec, own))?;
        time += 1;
    }
    file.flush()?;
    Ok(())
}

/// The record of a fork.
pub fn forked(event: &Event, parent: Header, child: u32) -> Vec<u8> {
    let fields = [
        ("child_tid", u64::from(child)),
        ("child_pid", u64::from(child)),
        ("child_ns_pid", u64::from(child)),
        ("leader_start_time", u64::from(child) * 1000),
        ("parent_process_pid", u64::from(parent.host_pid)),
        ("parent_process_start_time", parent.leader_start),
    ];
    let builder = Builder::new(event.id, event.fields.len(), parent);
    let slots = fields
        .iter()
        .filter_map(|(name, value)| Some((event.field_index(name)?, *value)));
    slots
        .fold(builder, |builder, (index, value)| {
            builder.slot(index, value)
        })
        .build()
}

fn executed(event: &Event, own: Header) -> Vec<u8> {
    let argv = format!("program\0{:0width$}\0", own.pid, width = ARGV - 9);
    let mut builder = Builder::new(event.id, event.fields.len(), own);
    for (index, field) in event.fields.iter().enumerate() {
        builder = match field.name {
            "pathname" => builder.tail(index, b"program\0bin\0usr\0"),
            "argv" => builder.tail(index, argv.as_bytes()),
            _ => builder.absent(index),
        };
    }
    builder.build()
}

/// Replays a recording with so many execs, told with these words.
pub fn replay(path: &Path, with: &[&str]) -> Result<Sample> {
    let words = ["-e", "sched_process_exec", "-o", "json:/dev/null"];
    let start = Instant::now();
    let mut child = command(TRACEHOUND)
        .arg("replay")
        .arg(path)
        .args(words)
        .args(with)
        .stderr(Stdio::null())
        .spawn()
        .context("replaying")?;
    let mut most = 0.0;
    let status = loop {
        if let Some(bytes) = peak(child.id()) {
            most = bytes;
        }
        if let Some(status) = child.try_wait().context("waiting for the replay")? {
            break status;
        }
        thread::sleep(Duration::from_millis(1));
    };
    let time = start.elapsed();
    ensure!(status.success(), "the replay ended with {status}");
    Ok((time.as_nanos() as f64 / f64::from(EXECS), most))
}

/// The most memory that a process has had so far.
fn peak(pid: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.split_ascii_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_have_so_many_generations() {
        for count in COUNTS {
            let mut number = count - 1;
            let mut generations = 1;
            while let parent @ 2.. = parent_of(number, count) {
                number = parent - 2;
                generations += 1;
            }
            assert_eq!(generations, DEEP, "{count}");
        }
    }
}
