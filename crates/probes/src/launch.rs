//! Starting the command to trace, held before its first instruction until it is in scope.

use std::ffi::OsString;
use std::io::{self, PipeReader, PipeWriter, Read as _, Write as _};
use std::os::fd::{AsRawFd as _, RawFd};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use crate::machine;

/// Signals for which the tracer has handlers of its own, or the default action because it must wait
/// for children.
const TAKEN: [i32; 5] = [
    libc::SIGINT,
    libc::SIGQUIT,
    libc::SIGTERM,
    libc::SIGHUP,
    libc::SIGCHLD,
];

/// A command and what it is given.
#[derive(Clone, Debug, Default)]
pub struct Launch {
    /// Its words, the name that it is called by first.
    pub words: Vec<OsString>,
    /// The file to run, where that is not found by the name.
    pub program: Option<OsString>,
    /// Variables to set, or to take out of its environment.
    pub environment: Vec<(OsString, Option<OsString>)>,
    /// Who it runs as, if not as the tracer.
    pub user: Option<User>,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
    /// Supplementary groups.
    pub groups: Vec<u32>,
}

impl User {
    /// Makes the calling process the user's. Run between fork and exec.
    fn assume(&self) -> io::Result<()> {
        // SAFETY: a system call that reads as many numbers as it is told there are.
        let groups = unsafe { libc::setgroups(self.groups.len(), self.groups.as_ptr()) };
        // SAFETY: a system call with a number.
        let gid = groups == 0 && unsafe { libc::setgid(self.gid) } == 0;
        // SAFETY: a system call with a number.
        let uid = gid && unsafe { libc::setuid(self.uid) } == 0;
        if uid {
            Ok(())
        } else {
            Err(io::Error::last_os_error())
        }
    }
}

/// Who gives the child when the command is executed, or why it is not.
type Spawned = Receiver<io::Result<Child>>;

/// A command that waits in its own process, not yet executed.
pub struct Held {
    pid: u32,
    go: PipeWriter,
    spawned: Spawned,
}

impl Held {
    /// Forks the process for a command; it inherits the standard streams, and ignores the signals
    /// that whoever started the tracer had it ignore.
    pub fn new(launch: &Launch, ignored: &[i32]) -> io::Result<Held> {
        let (pids, pid_to) = io::pipe()?;
        let (go_from, go) = io::pipe()?;
        let (launch, ignored) = (launch.clone(), ignored.to_vec());
        let (tell, spawned) = channel();
        // `spawn` returns only when the command is executed, so it runs beside us.
        let ours = go.as_raw_fd();
        thread::spawn(move || stand_by(&tell, || spawn(&launch, ignored, pid_to, go_from, ours)));
        let (pid, spawned) = identified(pids, spawned)?;
        Ok(Held { pid, go, spawned })
    }

    /// The command's process id.
    #[must_use]
    pub const fn pid(&self) -> u32 {
        self.pid
    }

    /// Lets the command run; the error is that of execve(2).
    pub fn release(mut self) -> io::Result<Child> {
        // Nobody reads it if a signal has ended the command meanwhile; then its status says so.
        let _ = self.go.write_all(&[1]);
        drop(self.go);
        result(&self.spawned)
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

/// The process id that the held process says, and who gives the child. A signal may have ended it
/// before it could; then its end is the command's.
fn identified(mut pids: PipeReader, spawned: Spawned) -> io::Result<(u32, Spawned)> {
    let mut pid = [0; 4];
    if pids.read_exact(&mut pid).is_ok() {
        return Ok((u32::from_ne_bytes(pid), spawned));
    }
    let child = result(&spawned)?;
    let pid = child.id();
    let (tell, spawned) = channel();
    tell.send(Ok(child)).map_err(io::Error::other)?;
    Ok((pid, spawned))
}

fn result(spawned: &Spawned) -> io::Result<Child> {
    let failed = |_| Err(io::Error::other("the starting thread failed"));
    spawned.recv().unwrap_or_else(failed)
}

/// Starts the command and stays: to the kernel its parent is this thread, whose end would send it
/// the signal that it may have asked for with `PR_SET_PDEATHSIG`.
fn stand_by(tell: &Sender<io::Result<Child>>, spawn: impl FnOnce() -> io::Result<Child>) {
    let child = spawn();
    let started = child.is_ok();
    // Nobody waits for it if the tracer gives up meanwhile.
    let heard = tell.send(child).is_ok();
    if !started || !heard {
        return;
    }
    loop {
        thread::park();
    }
}

fn spawn(
    launch: &Launch,
    ignored: Vec<i32>,
    mut pid_to: PipeWriter,
    mut go_from: PipeReader,
    ours: RawFd,
) -> io::Result<Child> {
    let (name, arguments) = launch
        .words
        .split_first()
        .ok_or(io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut command = Command::new(launch.program.as_ref().unwrap_or(name));
    command.arg0(name).args(arguments);
    for (variable, value) in &launch.environment {
        match value {
            Some(value) => command.env(variable, value),
            None => command.env_remove(variable),
        };
    }
    let user = launch.user.clone();
    let hold = move || {
        // Our handlers are still in place here; a Ctrl-C must end the command instead.
        for signal in TAKEN {
            let ignores = ignored.contains(&signal);
            let action = if ignores {
                libc::SIG_IGN
            } else {
                libc::SIG_DFL
            };
            // SAFETY: neither action needs anything of ours.
            unsafe { libc::signal(signal, action) };
        }
        // The fork's copy of our end would keep the pipe open after our death.
        // SAFETY: closes a descriptor of this process alone, which nothing in it uses.
        unsafe { libc::close(ours) };
        machine::give_files_back()?;
        user.as_ref().map_or(Ok(()), User::assume)?;
        pid_to.write_all(&std::process::id().to_ne_bytes())?;
        // A tracer that ends before the release closes the pipe: the command then ends too.
        // The end of this read is left out of the trace; a call behind it would be told as the command's.
        go_from.read_exact(&mut [0])
    };
    // SAFETY: between fork and exec only write, read, close, getpid, signal and the calls that set ids
    // and limits are made, which are safe there.
    unsafe { command.pre_exec(hold) };
    command.spawn()
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;
    use std::time::Duration;

    use super::*;

    fn words(words: &[&str]) -> Launch {
        Launch {
            words: words.iter().map(OsString::from).collect(),
            ..Launch::default()
        }
    }

    #[test]
    fn a_command_that_ends_while_it_is_held_keeps_its_status() {
        let held = Held::new(&words(&["true"]), &[]).unwrap();
        // SAFETY: a system call with two numbers; the process is a child that nobody has waited for.
        unsafe { libc::kill(held.pid() as i32, libc::SIGTERM) };
        // Long enough for the pipe's other end to be closed.
        thread::sleep(Duration::from_millis(200));
        let status = held.release().unwrap().wait().unwrap();
        assert_eq!(status.signal(), Some(libc::SIGTERM));
    }

    #[test]
    fn a_command_that_ends_before_it_says_its_id_keeps_its_status() {
        let (pids, pid_to) = io::pipe().unwrap();
        let (tell, spawned) = channel();
        let child = Command::new("sh").args(["-c", "kill -KILL $$"]).spawn();
        let id = child.as_ref().unwrap().id();
        tell.send(child).unwrap();
        drop(pid_to);
        let (pid, spawned) = identified(pids, spawned).unwrap();
        assert_eq!(pid, id);
        let status = result(&spawned).unwrap().wait().unwrap();
        assert_eq!(status.signal(), Some(libc::SIGKILL));
    }

    #[test]
    fn a_command_that_is_not_executed_has_the_reason() {
        let held = Held::new(&words(&["/nowhere/at all"]), &[]).unwrap();
        let error = held.release().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
