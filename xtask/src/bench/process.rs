//! What a running process uses, from /proc.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::workspace::command;

/// Memory of a process, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Memory {
    /// Resident, with every mapping of a page counted.
    pub resident: f64,
    /// Resident and its own: heap and stacks.
    pub anonymous: f64,
    /// Resident, shared pages counted by share.
    pub proportional: f64,
    /// The part of `proportional` that is BPF maps: the rings.
    pub rings: f64,
    /// The part of `resident` that is BPF maps; a ring's data is mapped twice.
    pub rings_resident: f64,
}

impl Memory {
    /// Resident bytes without the rings.
    pub fn without_rings(&self) -> f64 {
        self.resident - self.rings_resident
    }
}

/// The longest that one run of a tracer may take; strace needs a few seconds.
const LIMIT: Duration = Duration::from_secs(60);

/// A process that is killed when this has lived for a minute, so that no tool can hold up the rest.
pub struct Limit {
    _over: Sender<()>,
}

impl Limit {
    /// Watches the process until this is dropped.
    pub fn set(pid: u32) -> Limit {
        Limit::kill_late(pid.to_string())
    }

    /// Watches all processes of a group.
    pub fn set_group(id: i32) -> Limit {
        Limit::kill_late(format!("-{id}"))
    }

    fn kill_late(whom: String) -> Limit {
        let (over, ended) = channel::<()>();
        thread::spawn(move || {
            if ended.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout) {
                // The run then fails with the signal as its reason.
                let _ = Command::new("kill").args(["-KILL", "--", &whom]).status();
            }
        });
        Limit { _over: over }
    }
}

/// CPUs that this process may use.
pub fn cpus() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Nanoseconds of CPU that a process' threads have used; children are not counted.
pub fn cpu_time(pid: u32) -> Result<u64> {
    let folder = format!("/proc/{pid}/task");
    let mut total = 0;
    for task in fs::read_dir(&folder).with_context(|| format!("reading {folder}"))? {
        let path = task
            .with_context(|| format!("reading {folder}"))?
            .path()
            .join("schedstat");
        // A thread may have ended between the two.
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        total += text
            .split_whitespace()
            .next()
            .and_then(|word| word.parse::<u64>().ok())
            .unwrap_or(0);
    }
    Ok(total)
}

/// What all CPUs have done since the machine was started, in ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Machine {
    idle: u64,
    all: u64,
}

impl Machine {
    /// The part of all CPUs that was not idle between two looks.
    pub fn busy_until(&self, later: &Machine) -> f64 {
        let idle = later.idle.saturating_sub(self.idle);
        let all = later.all.saturating_sub(self.all);
        1.0 - idle as f64 / all.max(1) as f64
    }
}

/// Looks at all CPUs.
pub fn machine() -> Result<Machine> {
    let text = fs::read_to_string("/proc/stat").context("reading /proc/stat")?;
    parse_stat(&text).context("reading /proc/stat: its first line is not as expected")
}

/// "cpu user nice system idle iowait irq softirq steal guest guest_nice"; guests are in user too.
fn parse_stat(text: &str) -> Option<Machine> {
    let numbers = text.lines().next()?.strip_prefix("cpu ")?;
    let times: Vec<u64> = numbers
        .split_whitespace()
        .take(8)
        .map_while(|word| word.parse().ok())
        .collect();
    let idle = times.get(3)? + times.get(4)?;
    Some(Machine {
        idle,
        all: times.iter().sum(),
    })
}

/// Memory of a process now.
pub fn memory(pid: u32) -> Result<Memory> {
    let path = format!("/proc/{pid}/smaps");
    let text = fs::read_to_string(&path).with_context(|| format!("reading {path}"))?;
    Ok(parse_smaps(&text))
}

fn parse_smaps(text: &str) -> Memory {
    let mut memory = Memory::default();
    let mut ring = false;
    for line in text.lines() {
        let Some((key, value)) = line.split_once(':').filter(|(key, _)| !key.contains(' ')) else {
            // A mapping's first line: "7f00-7f10 rw-p 00000000 00:0e 12   anon_inode:bpf-map".
            ring = line.contains("bpf-map");
            continue;
        };
        let kilobytes = value
            .trim()
            .strip_suffix(" kB")
            .and_then(|number| number.trim().parse::<f64>().ok());
        let bytes = kilobytes.unwrap_or(0.0) * 1024.0;
        match key {
            "Rss" => {
                memory.resident += bytes;
                memory.rings_resident += if ring { bytes } else { 0.0 };
            }
            "Pss" => {
                memory.proportional += bytes;
                memory.rings += if ring { bytes } else { 0.0 };
            }
            "Anonymous" => memory.anonymous += bytes,
            _ => {}
        }
    }
    memory
}

/// Runs a command that is given the usual time; what it says.
pub fn said_by(words: &[impl AsRef<str>]) -> Result<String> {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    let shown = words.join(" ");
    let child = command(words[0])
        .args(&words[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("running {shown}"))?;
    let _limit = Limit::set(child.id());
    let output = child.wait_with_output().context("waiting for the tracer")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "{shown}: {}: {}",
        output.status,
        errors.trim()
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMAPS: &str = "\
55d0a0000000-55d0a0010000 r-xp 00000000 fe:00 12   /usr/bin/x
Size:                 64 kB
Rss:                  40 kB
Pss:                  20 kB
Anonymous:             4 kB
7f0000000000-7f0000801000 r--s 00001000 00:0e 17   anon_inode:bpf-map
Rss:                8192 kB
Pss:                4096 kB
Anonymous:             0 kB
7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0    [stack]
Rss:                  12 kB
Pss:                  12 kB
Anonymous:            12 kB
VmFlags: rd wr mr mw me gd ac
";

    #[test]
    fn rings_are_told_from_the_rest() {
        let memory = parse_smaps(SMAPS);
        assert_eq!(memory.resident, 8244.0 * 1024.0);
        assert_eq!(memory.rings_resident, 8192.0 * 1024.0);
        assert_eq!(memory.without_rings(), 52.0 * 1024.0);
        assert_eq!(memory.proportional, 4128.0 * 1024.0);
        assert_eq!(memory.rings, 4096.0 * 1024.0);
        assert_eq!(memory.anonymous, 16.0 * 1024.0);
    }

    #[test]
    fn a_machine_is_busy_when_it_neither_idles_nor_waits_for_a_disk() {
        let before = parse_stat("cpu  10 0 10 70 10 0 0 0 5 0\ncpu0 1 1 1 1\n").unwrap();
        let after = parse_stat("cpu  40 0 20 80 20 5 5 10 30 0\n").unwrap();
        // Of 80 ticks 20 were idle or waiting.
        assert_eq!(before.busy_until(&after), 0.75);
        assert_eq!(parse_stat("intr 5\n"), None);
    }

    #[test]
    fn our_own_time_and_memory_can_be_read() {
        let pid = std::process::id();
        assert!(cpu_time(pid).is_ok());
        assert!(memory(pid).unwrap().resident > 0.0);
    }
}
