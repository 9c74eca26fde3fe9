//! Where the lines go: standard error, a file, a file for each thread, a command's standard input.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tracehound_engine::recording::Preamble;
use tracehound_engine::{Sink, strace};

use super::options::Options;
use crate::failure::{Failure, shown};
use crate::outputs::Outputs;

/// Where the lines go.
pub enum Target {
    /// Standard error.
    Stream,
    /// A file, written anew or appended to.
    File(PathBuf, bool),
    /// A file for each thread: the path, a dot and its id.
    Files(OsString, bool),
    /// The standard input of a command.
    Command(OsString),
}

impl Target {
    /// What `-o`, `-A` and `-ff` ask for.
    pub fn of(options: &Options) -> Result<Target, Failure> {
        let separate = options.follow > 1 || options.output_separately;
        let append = options.output_append_mode;
        let Some(text) = &options.output else {
            return Ok(Target::Stream);
        };
        match text.as_bytes() {
            [] => Err(Failure::usage("the path after -o is empty".to_owned())),
            [b'|' | b'!', command @ ..] if separate => {
                let command = shown(OsStr::from_bytes(command));
                let message = format!("-ff writes a file for each thread, not to {command}");
                Err(Failure::usage(message))
            }
            [b'|' | b'!', command @ ..] => Ok(Target::Command(OsStr::from_bytes(command).into())),
            _ if separate => Ok(Target::Files(text.clone(), append)),
            _ => Ok(Target::File(text.into(), append)),
        }
    }
}

/// Opens the target.
pub fn open(
    target: Target,
    options: strace::Options,
    preamble: &Preamble,
) -> Result<Outputs, Failure> {
    let format = strace::Strace::new(options, preamble);
    let mut created = Vec::new();
    let sink = match target {
        Target::Stream => Sink::strace(format, Box::new(io::stderr())),
        Target::File(path, append) => {
            let new = !path.exists();
            let file = file(&path, append).map_err(|error| unwritable(&path, &error))?;
            if new {
                created.push(path);
            }
            Sink::strace(format, Box::new(file))
        }
        Target::Files(start, append) => {
            let mut opened = HashSet::new();
            let opener = move |thread: u32| {
                let mut path = start.clone();
                path.push(format!(".{thread}"));
                // An id that comes again goes on in the file that it has.
                let again = !opened.insert(thread);
                let file = file(Path::new(&path), append || again)?;
                Ok(Box::new(file) as Box<dyn Write + Send>)
            };
            let separate = strace::Separate::new(format, Box::new(opener));
            Sink::separate(separate, Box::new(io::stderr()))
        }
        Target::Command(command) => Sink::strace(format, Box::new(Pipe::start(&command)?)),
    };
    Ok(Outputs::of(vec![sink], created))
}

fn file(path: &Path, append: bool) -> io::Result<File> {
    let mut how = OpenOptions::new();
    how.create(true);
    if append {
        how.append(true);
    } else {
        how.write(true).truncate(true);
    }
    how.open(path)
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    let path = shown(path.as_os_str());
    anyhow::anyhow!("cannot write to {path}: {error}; choose another path").into()
}

/// A command that reads the lines.
struct Pipe(Child);

impl Pipe {
    fn start(command: &OsStr) -> Result<Pipe, Failure> {
        let child = Command::new("/bin/sh")
            .arg("-c")
            .arg(command)
            .stdin(Stdio::piped())
            .spawn();
        child.map(Pipe).map_err(|error| {
            let command = shown(command);
            anyhow::anyhow!("cannot start {command}: {error}; check the command after -o").into()
        })
    }

    fn input(&mut self) -> io::Result<&mut std::process::ChildStdin> {
        self.0
            .stdin
            .as_mut()
            .ok_or(io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.input()?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.input()?.flush()
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // Its own status is its own business.
        let _ = self.0.wait();
    }
}
