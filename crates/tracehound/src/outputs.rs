//! `-o FORMAT[:PATH]`: what events are written to.
//!
//! Planning finds bad usage before anything starts; opening comes when the tracer stands. A start
//! that fails after that leaves no file of ours behind and no file of the user's emptied.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, IsTerminal as _, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use tracehound_engine::recording::{self, Preamble};
use tracehound_engine::{Format, Sink};

use crate::events;
use crate::failure::{Failure, shown};
use crate::file::{Unit, Whole};

/// Where events go when no path is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Default {
    /// Nothing else writes there.
    Stdout,
    /// A traced command has the standard output.
    Stderr,
}

/// One output as the user wants it.
#[derive(Debug, PartialEq, Eq)]
pub struct Planned {
    format: Format,
    target: Target,
}

#[derive(Debug, PartialEq, Eq)]
enum Target {
    Stream(Default),
    Path(PathBuf),
}

impl Planned {
    /// Whether it takes records as they come.
    pub fn is_raw(&self) -> bool {
        self.format == Format::Raw
    }

    /// Whether it is to know which containers processes are in.
    pub fn tells_containers(&self) -> bool {
        self.format.tells_containers()
    }

    /// Whether it takes those that policies' action `record` chooses.
    pub fn takes_chosen(&self) -> bool {
        self.format == Format::Record
    }
}

/// Reads the options; the failure is one of usage.
pub fn plan(texts: &[String], default: Default) -> Result<Vec<Planned>, Failure> {
    let terminal = match default {
        Default::Stdout => io::stdout().is_terminal(),
        Default::Stderr => true,
    };
    let plain = [if terminal { "table" } else { "json" }.to_owned()];
    let texts = if texts.is_empty() { &plain[..] } else { texts };
    let parsed = texts
        .iter()
        .map(|text| parse(text, default))
        .collect::<Result<Vec<_>, _>>()?;
    let writing = parsed.iter().filter(|plan| plan.format != Format::None);
    for (index, plan) in writing.clone().enumerate() {
        let mut before = writing.clone().take(index);
        if before.any(|other| other.target == plan.target) {
            return Err(twice(&plan.target));
        }
    }
    Ok(parsed)
}

fn twice(target: &Target) -> Failure {
    Failure::usage(match target {
        Target::Stream(_) => {
            "two outputs write to the same stream; give one of them a file: -o json:PATH".to_owned()
        }
        Target::Path(path) => {
            let path = shown(path.as_os_str());
            format!("two outputs write to {path}; give each a file of its own")
        }
    })
}

/// Whether a format is that of records themselves.
const fn is_recording(format: Format) -> bool {
    matches!(format, Format::Raw | Format::Record)
}

/// The formats by name.
const FORMATS: [&str; 6] = ["table", "json", "strace", "none", "raw", "record"];

fn parse(text: &str, default: Default) -> Result<Planned, Failure> {
    let (name, path) = match text.split_once(':') {
        Some((name, path)) => (name, Some(Path::new(path))),
        None => (text, None),
    };
    let format = match name {
        "table" => Format::Table,
        "json" => Format::Json,
        "strace" => Format::Strace,
        "none" => Format::None,
        "raw" => Format::Raw,
        "record" => Format::Record,
        other => {
            return Err(events::unknown("output format", other, FORMATS));
        }
    };
    if is_recording(format) && path.is_none() {
        let message = format!("records need a file: -o {name}:PATH");
        return Err(Failure::usage(message));
    }
    if path.is_some_and(|path| path.as_os_str().is_empty()) {
        return Err(Failure::usage(format!("the path after {name}: is empty")));
    }
    if format == Format::None && path.is_some() {
        let message = "the output none writes nothing, so it takes no path; leave the path out";
        return Err(Failure::usage(message.to_owned()));
    }
    let stream = Target::Stream(default);
    let target = path.map_or(stream, |path| Target::Path(path.to_owned()));
    Ok(Planned { format, target })
}

/// Refuses to write over the file that is being read.
pub fn spare(plans: &[Planned], input: &Path) -> Result<(), Failure> {
    let identity = |path: &Path| path.metadata().map(|file| (file.dev(), file.ino())).ok();
    let same = |plan: &&Planned| match &plan.target {
        Target::Path(path) => identity(path).is_some_and(|id| Some(id) == identity(input)),
        Target::Stream(_) => false,
    };
    if plans.iter().any(|plan| same(&plan)) {
        let input = shown(input.as_os_str());
        let message = format!("{input} is read and written at once; write to another file");
        return Err(Failure::usage(message));
    }
    Ok(())
}

/// Open outputs, taken back unless they are kept.
pub struct Outputs {
    sinks: Vec<Sink>,
    created: Vec<PathBuf>,
}

impl Outputs {
    /// Outputs that were opened elsewhere.
    pub const fn of(sinks: Vec<Sink>, created: Vec<PathBuf>) -> Outputs {
        Outputs { sinks, created }
    }

    /// The start has worked: the files are written from now on.
    pub fn keep(mut self) -> Vec<Sink> {
        self.created.clear();
        std::mem::take(&mut self.sinks)
    }
}

impl Drop for Outputs {
    fn drop(&mut self) {
        for path in &self.created {
            // An empty file stays where even removing it fails; the start's own error is told.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Opens every output. `go_on` is asked while a named pipe has no reader.
pub fn open(
    plans: Vec<Planned>,
    preamble: &Preamble,
    mut go_on: impl FnMut() -> Result<(), Failure>,
) -> Result<Outputs, Failure> {
    let mut outputs = Outputs {
        sinks: Vec::with_capacity(plans.len()),
        created: Vec::new(),
    };
    let mut files = Vec::new();
    for Planned { format, target } in plans {
        let whole = match &target {
            Target::Stream(Default::Stdout) => stream(format, io::stdout().as_fd())?,
            Target::Stream(Default::Stderr) => stream(format, io::stderr().as_fd())?,
            Target::Path(path) => {
                let file = named(path, &mut outputs.created, &mut go_on)?;
                let about = file.metadata().map_err(|error| unwritable(path, &error))?;
                if about.is_file() && files.contains(&(about.dev(), about.ino())) {
                    return Err(twice(&target));
                }
                files.push((about.dev(), about.ino()));
                replacing(format, file, preamble)?
            }
        };
        outputs
            .sinks
            .push(Sink::new(format, Box::new(whole), preamble));
    }
    Ok(outputs)
}

/// A standard stream. Written as a file, so that a full disk cannot cut a line there either.
fn stream(format: Format, stream: BorrowedFd<'_>) -> Result<Whole, Failure> {
    let file = stream.try_clone_to_owned().map_err(Failure::output)?;
    Ok(Whole::new(File::from(file), unit(format)))
}

fn replacing(format: Format, file: File, preamble: &Preamble) -> Result<Whole, Failure> {
    let mut prefix = Vec::new();
    if is_recording(format) {
        recording::write(preamble, &mut prefix).map_err(Failure::output)?;
    }
    Ok(Whole::replacing(file, unit(format), prefix))
}

const fn unit(format: Format) -> Unit {
    match format {
        Format::Raw | Format::Record => Unit::Record,
        _ => Unit::Line,
    }
}

fn named(
    path: &Path,
    created: &mut Vec<PathBuf>,
    go_on: &mut impl FnMut() -> Result<(), Failure>,
) -> Result<File, Failure> {
    let new = OpenOptions::new().write(true).create_new(true).open(path);
    match new {
        Ok(file) => {
            created.push(path.to_owned());
            Ok(file)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => existing(path, go_on),
        Err(error) => Err(unwritable(path, &error)),
    }
}

/// Opens what is there. A named pipe waits for its reader, but not without asking.
fn existing(path: &Path, go_on: &mut impl FnMut() -> Result<(), Failure>) -> Result<File, Failure> {
    let pipe = path.metadata().is_ok_and(|file| file.file_type().is_fifo());
    let mut how = OpenOptions::new();
    // A link that leads nowhere has a name already, and its file is made.
    how.write(true).create(true).truncate(false);
    if pipe {
        how.custom_flags(libc::O_NONBLOCK);
    }
    loop {
        match how.open(path) {
            Err(error) if pipe && error.raw_os_error() == Some(libc::ENXIO) => {
                go_on()?;
                thread::sleep(Duration::from_millis(5));
            }
            result => return result.map_err(|error| unwritable(path, &error)),
        }
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    let remedy = match error.kind() {
        ErrorKind::NotFound => "its folder does not exist; make it first",
        ErrorKind::IsADirectory => "name a file in it",
        ErrorKind::NotADirectory => "a part of the path is a file; choose another path",
        ErrorKind::StorageFull => "free some space or choose another path",
        _ => "choose another path",
    };
    let path = shown(path.as_os_str());
    anyhow::anyhow!("cannot write to {path}: {error}; {remedy}").into()
}

/// Prints a finished text to the standard output.
pub fn print(bytes: &[u8]) -> Result<u8, Failure> {
    let result = io::stdout()
        .write_all(bytes)
        .and_then(|()| io::stdout().flush());
    match result {
        // `| head` is a normal way to read a page.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(0),
        Err(error) => Err(Failure::output(error)),
        Ok(()) => Ok(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_and_paths_are_parsed() {
        let parse = |text| parse(text, Default::Stdout);
        assert_eq!(
            parse("raw:a:b").unwrap(),
            Planned {
                format: Format::Raw,
                target: Target::Path("a:b".into())
            }
        );
        assert!(parse("json").is_ok());
        assert!(parse("raw").is_err());
        assert!(parse("json:").is_err());
        assert!(parse("none:a").is_err());
        assert!(parse("xml").is_err());
    }
}
