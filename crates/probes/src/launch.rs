//! Starting the command to trace, held before its first instruction until it is in scope.

use std::ffi::OsString;
use std::io::{self, PipeReader, PipeWriter, Read as _, Write as _};
use std::os::fd::{AsRawFd as _, RawFd};
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
        let ours = go.as_raw_fd();
        let spawning = thread::spawn(move || spawn(&words, pid_to, go_from, ours));
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

/// Sends a signal to a process that we started and have not waited for.
pub fn send_signal(child: &Child, signal: i32) {
    let Ok(pid) = i32::try_from(child.id()) else {
        return;
    };
    // SAFETY: a system call with two numbers; the process id is our child's, which is not reaped
    // before `child` is. That it may have ended meanwhile is no failure.
    unsafe { libc::kill(pid, signal) };
}

fn restore(signal: i32) {
    // SAFETY: a zeroed action asks for nothing and has room for the kernel's answer.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: with no new action the call only fills in the current one.
    unsafe { libc::sigaction(signal, std::ptr::null(), &raw mut action) };
    if action.sa_sigaction != libc::SIG_IGN {
        // SAFETY: the default action needs nothing of ours.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
}

fn join(spawning: JoinHandle<io::Result<Child>>) -> io::Result<Child> {
    spawning
        .join()
        .unwrap_or_else(|_| Err(io::Error::other("the starting thread failed")))
}

fn spawn(
    words: &[OsString],
    mut pid_to: PipeWriter,
    mut go_from: PipeReader,
    ours: RawFd,
) -> io::Result<Child> {
    let (program, arguments) = words
        .split_first()
        .ok_or(io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut command = Command::new(program);
    command.args(arguments);
    let hold = move || {
        // Our handlers are still in place here; a Ctrl-C must end the command instead.
        for signal in [libc::SIGINT, libc::SIGQUIT, libc::SIGTERM, libc::SIGHUP] {
            restore(signal);
        }
        // The fork's copy of our end would keep the pipe open after our death.
        // SAFETY: closes a descriptor of this process alone, which nothing in it uses.
        unsafe { libc::close(ours) };
        pid_to.write_all(&std::process::id().to_ne_bytes())?;
        // A tracer that ends before the release closes the pipe: the command then ends too.
        go_from.read_exact(&mut [0])
    };
    // SAFETY: between fork and exec only write, read, close, getpid and sigaction are
    // called, which are safe there.
    unsafe { command.pre_exec(hold) };
    command.spawn()
}
