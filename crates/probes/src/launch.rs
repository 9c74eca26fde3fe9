//! Starting the command to trace, held before its first instruction until it is in scope.

use std::ffi::OsString;
use std::io::{self, PipeReader, PipeWriter, Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command};
use std::thread::{self, JoinHandle};

/// A command that waits in its own process, not yet executed.
pub struct Held {
    pid: u32,
    go: PipeWriter,
    spawning: JoinHandle<io::Result<Child>>,
}

impl Held {
    /// Forks the process for `command`; it inherits the standard streams.
    pub fn new(command: &[OsString]) -> io::Result<Held> {
        let (mut pids, pid_to) = io::pipe()?;
        let (go_from, go) = io::pipe()?;
        let words = command.to_vec();
        // `spawn` returns only when the command is executed, so it runs beside us.
        let spawning = thread::spawn(move || spawn(&words, pid_to, go_from));
        let mut pid = [0; 4];
        if pids.read_exact(&mut pid).is_err() {
            let error = match join(spawning) {
                Err(error) => error,
                Ok(_) => io::Error::other("the command did not start"),
            };
            return Err(error);
        }
        Ok(Held {
            pid: u32::from_ne_bytes(pid),
            go,
            spawning,
        })
    }

    /// The command's process id.
    #[must_use]
    pub const fn pid(&self) -> u32 {
        self.pid
    }

    /// Lets the command run; the error is that of execve(2).
    pub fn release(mut self) -> io::Result<Child> {
        self.go.write_all(&[1])?;
        drop(self.go);
        join(self.spawning)
    }
}

fn join(spawning: JoinHandle<io::Result<Child>>) -> io::Result<Child> {
    spawning
        .join()
        .unwrap_or_else(|_| Err(io::Error::other("the starting thread failed")))
}

fn spawn(words: &[OsString], mut pid_to: PipeWriter, mut go_from: PipeReader) -> io::Result<Child> {
    let (program, arguments) = words
        .split_first()
        .ok_or(io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut command = Command::new(program);
    command.args(arguments);
    let hold = move || {
        pid_to.write_all(&std::process::id().to_ne_bytes())?;
        // A tracer that ends before the release closes the pipe: the command then ends too.
        go_from.read_exact(&mut [0])
    };
    // SAFETY: between fork and exec only write, read and getpid are called, which are safe there.
    unsafe { command.pre_exec(hold) };
    command.spawn()
}
