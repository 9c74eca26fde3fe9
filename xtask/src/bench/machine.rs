//! The machine and the versions that numbers belong to.

use std::fs;
use std::path::{Path, PathBuf};

use super::configuration::TRACEHOUND;
use super::process;
use super::table::Table;
use crate::workspace::{command, root};

/// Describes the machine as it is now.
pub fn table() -> Table {
    let mut notes = vec!["A number is the median over rounds, with [least..greatest].".to_owned()];
    if busy() {
        notes.push("THE MACHINE WAS BUSY when this began: the numbers are rough.".to_owned());
    }
    Table {
        title: "Machine",
        notes,
        head: vec!["what", "value"],
        rows: facts()
            .into_iter()
            .map(|(name, value)| vec![name.to_owned(), value])
            .collect(),
        commands_apart: false,
    }
}

/// Lines of "name", "value".
fn facts() -> Vec<(&'static str, String)> {
    let load = read("/proc/loadavg");
    let load: Vec<&str> = load.split_whitespace().take(3).collect();
    vec![
        ("date", said("date", &["-u", "+%Y-%m-%d %H:%M UTC"])),
        ("commit", said("git", &["describe", "--always", "--dirty"])),
        ("CPU", cpu(&read("/proc/cpuinfo"))),
        ("CPUs", process::cpus().to_string()),
        ("hypervisor", said("systemd-detect-virt", &["--vm"])),
        ("memory", memory(&read("/proc/meminfo"))),
        ("kernel", read("/proc/sys/kernel/osrelease")),
        ("mitigations", mitigations()),
        ("load before", load.join(" ")),
        ("tracehound", said(TRACEHOUND, &["--version"])),
        ("rung of sigprocmask", rung("sigprocmask")),
        ("rung of rt_sigprocmask", rung("rt_sigprocmask")),
        ("strace", said("strace", &["-V"])),
        ("perf", said("perf", &["--version"])),
        ("bpftrace", said("bpftrace", &["--version"])),
    ]
}

/// Whether something else was running, by the load of the last minute.
fn busy() -> bool {
    let load = read("/proc/loadavg");
    let load = load
        .split(' ')
        .next()
        .and_then(|word| word.parse::<f64>().ok());
    load.is_some_and(|load| load > 0.7)
}

/// Whether a program can be run.
pub fn installed(program: &str) -> bool {
    find(program).is_some()
}

/// Where a program is.
pub fn find(program: &str) -> Option<PathBuf> {
    if program.contains('/') {
        return Some(root().join(program)).filter(|path| path.exists());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut paths = std::env::split_paths(&path).map(|folder| folder.join(program));
    paths.find(|path| path.exists())
}

/// The first line that a program prints, on standard error if there is none on its output.
pub fn said(program: &str, arguments: &[&str]) -> String {
    if !installed(program) {
        return "not installed".to_owned();
    }
    match command(program).args(arguments).output() {
        Err(error) => error.to_string(),
        Ok(output) => {
            let text = [output.stdout, output.stderr].concat();
            let text = String::from_utf8_lossy(&text);
            text.lines().next().unwrap_or("says nothing").to_owned()
        }
    }
}

/// The first rung that works is the one that is used.
fn rung(event: &str) -> String {
    said(TRACEHOUND, &["doctor", "--rungs", event])
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path)
        .unwrap_or_default()
        .trim()
        .to_owned()
}

/// The value of `key` in lines of `key : value`.
fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let mut pairs = text.lines().filter_map(|line| line.split_once(':'));
    pairs
        .find(|(name, _)| name.trim() == key)
        .map(|(_, value)| value.trim())
}

fn cpu(cpuinfo: &str) -> String {
    let of = |key| value(cpuinfo, key).unwrap_or("?");
    format!(
        "{}, family {} model {}, {} MHz",
        of("model name"),
        of("cpu family"),
        of("model"),
        of("cpu MHz")
    )
}

fn memory(meminfo: &str) -> String {
    let total = value(meminfo, "MemTotal").and_then(|text| text.strip_suffix(" kB"));
    let total = total.and_then(|number| number.parse::<f64>().ok());
    total.map_or_else(
        || "?".to_owned(),
        |kilobytes| format!("{:.1} GiB", kilobytes / 1024.0 / 1024.0),
    )
}

fn mitigations() -> String {
    let Ok(files) = fs::read_dir("/sys/devices/system/cpu/vulnerabilities") else {
        return "unknown".to_owned();
    };
    let mut lines: Vec<String> = files
        .flatten()
        .map(|file| (file.file_name(), read(file.path())))
        .filter(|(_, state)| state != "Not affected")
        .map(|(name, state)| format!("{}: {state}", name.to_string_lossy()))
        .collect();
    lines.sort_unstable();
    lines.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_is_described_by_its_first_core() {
        let text = "processor\t: 0\ncpu family\t: 26\nmodel\t\t: 2\nmodel name\t: AMD EPYC\ncpu MHz\t\t: 2596.120\n\nprocessor\t: 1\nmodel name\t: other\n";
        assert_eq!(cpu(text), "AMD EPYC, family 26 model 2, 2596.120 MHz");
    }

    #[test]
    fn memory_is_in_gibibytes() {
        assert_eq!(memory("MemTotal:       25165824 kB\n"), "24.0 GiB");
        assert_eq!(memory(""), "?");
    }

    #[test]
    fn a_program_that_is_not_there_is_not_installed() {
        assert!(installed("sh"));
        assert!(!installed("no-such-program"));
        assert_eq!(said("no-such-program", &[]), "not installed");
    }
}
