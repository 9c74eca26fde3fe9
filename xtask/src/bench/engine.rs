//! The engine alone: a recording through each format.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};

use super::configuration::TRACEHOUND;
use super::flood::{PROGRAM, parse_account};
use super::targets::{REPLAY_JSON_FILE, REPLAY_POLICIES};
use super::work::Work;
use crate::workspace::command;

/// A way of replaying.
#[derive(Debug)]
pub struct Replay {
    /// What `-o` is given.
    pub output: &'static str,
    /// What `-e` is given.
    pub events: &'static str,
    /// What `--with` is given; nothing if it is empty.
    pub with: &'static str,
    /// So many policies instead, each about other threads' calls of the same event.
    pub policies: usize,
    /// Fewer events than the recording has, so that the file stays in the page cache.
    pub most: Option<u64>,
    /// What DESIGN section 7 asks: events per second.
    pub target: Option<f64>,
}

const fn replay(output: &'static str) -> Replay {
    Replay {
        output,
        events: "sigprocmask",
        with: "",
        policies: 0,
        most: None,
        target: None,
    }
}

const fn policies(policies: usize, target: Option<f64>) -> Replay {
    Replay {
        policies,
        target,
        ..replay("none")
    }
}

/// All ways that are measured.
pub const REPLAYS: &[Replay] = &[
    replay("none"),
    Replay {
        events: "sigprocmask.args.set has SIGTERM and scope.comm=none and data.how=SIG_BLOCK",
        ..replay("none")
    },
    policies(1, None),
    policies(10, None),
    policies(100, Some(REPLAY_POLICIES)),
    policies(1000, None),
    replay("json:/dev/null"),
    Replay {
        with: "ancestors",
        ..replay("json:/dev/null")
    },
    replay("table:/dev/null"),
    replay("strace:/dev/null"),
    Replay {
        most: Some(1_000_000),
        target: Some(REPLAY_JSON_FILE),
        ..replay("json:OUT")
    },
];

/// A recording made in this run.
pub struct Recording {
    path: PathBuf,
    /// Events of the selected kind in it.
    pub events: u64,
    /// Its size in bytes.
    pub bytes: u64,
}

/// One replay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Throughput {
    /// Nanoseconds per event, the start of the process included.
    pub nanoseconds: f64,
    /// Bytes written per event; `None` where nothing is kept.
    pub bytes: Option<f64>,
}

/// The words that make the recording.
fn recorder(path: &str, calls: u64) -> Vec<String> {
    let calls = calls.to_string();
    let raw = format!("raw:{path}");
    let words = ["taskset", "-c", "1", TRACEHOUND, "-e", "sigprocmask"];
    let more = [
        "--with",
        "ancestors",
        "--ring-size",
        "64M",
        "--stats",
        "-o",
        &raw,
        "--",
    ];
    let words = words.into_iter().chain(more).chain([PROGRAM, "0", &calls]);
    words.map(str::to_owned).collect()
}

/// Records a flood of calls; the engine does not care how fast they were made.
pub fn record(work: &Work, calls: u64) -> Result<Recording> {
    let path = work.file("recording");
    let words = recorder(&path.display().to_string(), calls);
    let output = command(&words[0])
        .args(&words[1..])
        .stdin(Stdio::null())
        .output()
        .context("making the recording")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "making the recording: {}",
        said.trim()
    );
    let account = parse_account(&said, "sigprocmask")
        .with_context(|| format!("no account of the recording in: {}", said.trim()))?;
    let bytes = fs::metadata(&path).context("looking at the recording")?;
    Ok(Recording {
        path,
        events: account.delivered,
        bytes: bytes.len(),
    })
}

/// The command that makes the recording, as one would type it.
pub fn shown_recorder(calls: u64) -> String {
    recorder("REC", calls).join(" ")
}

impl Replay {
    fn words(&self, recording: &str, policies: &str, out: &str) -> Vec<String> {
        let output = self.output.replace("OUT", out);
        let mut words = ["taskset", "-c", "1", TRACEHOUND, "replay", recording].to_vec();
        words.extend(match self.policies {
            0 => ["-e", self.events],
            _ => ["-p", policies],
        });
        if !self.with.is_empty() {
            words.extend(["--with", self.with]);
        }
        words.extend(["-o", &output]);
        let most = self.most.map(|most| most.to_string());
        words.extend(most.iter().flat_map(|most| ["--max-events", most]));
        words.into_iter().map(str::to_owned).collect()
    }

    /// The command as one would type it.
    pub fn shown(&self) -> String {
        let folder = match self.policies {
            1 => "1 POLICY".to_owned(),
            many => format!("{many} POLICIES"),
        };
        let words = self.words("REC", &folder, "OUT");
        let quoted = words.iter().map(|word| match word.contains(' ') {
            true => format!("'{word}'"),
            false => word.clone(),
        });
        quoted.collect::<Vec<_>>().join(" ")
    }

    /// Writes the policies, if they are not there yet.
    fn write(&self, folder: &Path) -> Result<()> {
        if self.policies == 0 || folder.is_dir() {
            return Ok(());
        }
        fs::create_dir(folder).context("making the folder of policies")?;
        for number in 0..self.policies {
            let text = format!(
                "type: policy\nname: p{number}\nscope: [comm=name{number}]\nrules:\n  \
                 - event: sigprocmask\n    filters: [data.how=SIG_BLOCK]\n"
            );
            let path = folder.join(format!("{number}.yaml"));
            fs::write(path, text).context("writing a policy")?;
        }
        Ok(())
    }

    /// Replays once.
    pub fn run(&self, recording: &Recording, work: &Work) -> Result<Throughput> {
        let out = work.file("out");
        let folder = work.file(&format!("policies-{}", self.policies));
        self.write(&folder)?;
        let words = self.words(
            &recording.path.display().to_string(),
            &folder.display().to_string(),
            &out.display().to_string(),
        );
        let start = Instant::now();
        let status = Command::new(&words[0])
            .args(&words[1..])
            .current_dir(crate::workspace::root())
            .status()
            .context("replaying")?;
        let time = start.elapsed();
        ensure!(status.success(), "{}: {status}", words.join(" "));
        let events = self
            .most
            .map_or(recording.events, |most| most.min(recording.events));
        let kept = self.output.contains("OUT");
        let size = kept.then(|| fs::metadata(&out)).transpose();
        let size = size.context("looking at the output")?;
        let bytes = size.map(|file| file.len() as f64 / events as f64);
        // The next run then finds the same free memory.
        let _ = fs::remove_file(&out);
        Ok(Throughput {
            nanoseconds: time.as_nanos() as f64 / events as f64,
            bytes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replay_to_a_file_names_it_and_its_limit() {
        let file = REPLAYS.iter().find(|row| row.most.is_some()).unwrap();
        let words = file.words("/r", "", "/o").join(" ");
        assert!(
            words.ends_with("replay /r -e sigprocmask -o json:/o --max-events 1000000"),
            "{words}"
        );
    }
}
