//! What ends a run, and what becomes of the command then.
//!
//! Ctrl-C goes to the command as well as to us, and what it means is the command's business: a shell
//! goes on, and is traced on. So with a command the tracing ends when the command ends. A signal
//! that a process sends to us is passed on to the command; a second one ends us without it. Ctrl-\
//! ends the tracing alone. Without a command any of these signals ends the run.

use std::path::Path;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use tracehound_probes::send_signal;

use crate::child;
use crate::signals::{Sender, Signal, Signals};
use crate::worker::Worker;

/// Between two looks at the command or the engine.
const PAUSE: Duration = Duration::from_millis(2);
/// How long a sink that takes nothing is waited for after the user has asked a second time.
const PATIENCE: Duration = Duration::from_secs(1);

/// Why a run is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The command has ended with this exit code.
    Command(u8),
    /// A signal, the duration or the number of events.
    Stopped,
    /// A second signal: the command is left to itself.
    Left(Signal),
    /// An output is lost.
    Output,
}

/// Watches for the end of a run.
pub struct Ending {
    child: Option<Child>,
    deadline: Option<Instant>,
    signals: Signals,
    /// Processes that were running before; the run is over when all have ended.
    attached: Vec<u32>,
    passed_on: bool,
    until: Option<Instant>,
    /// Whether SIGHUP from a process asks for the policies to be read again, and whether it has come.
    reloads: bool,
    reload: bool,
}

impl Ending {
    /// Starts the clock.
    pub fn new(child: Option<Child>, duration: Option<Duration>, signals: Signals) -> Ending {
        Ending {
            child,
            deadline: duration.and_then(|duration| Instant::now().checked_add(duration)),
            signals,
            attached: Vec::new(),
            passed_on: false,
            until: None,
            reloads: false,
            reload: false,
        }
    }

    /// Has SIGHUP, unless the terminal is hung up, ask for the policies to be read again.
    pub const fn reloading(mut self, reloads: bool) -> Ending {
        self.reloads = reloads;
        self
    }

    /// Whether that has been asked for since the last call.
    pub const fn reload(&mut self) -> bool {
        std::mem::replace(&mut self.reload, false)
    }

    /// Ends the run with the last of these processes too.
    pub fn watching(mut self, attached: &[u32]) -> Ending {
        self.attached = attached.to_vec();
        self
    }

    /// Whether the attached processes have all ended.
    fn deserted(&mut self) -> bool {
        if self.attached.is_empty() {
            return false;
        }
        let runs = |pid: &u32| Path::new(&format!("/proc/{pid}")).exists();
        self.attached.retain(runs);
        self.attached.is_empty()
    }

    /// Whether the run is over, and why.
    pub fn over(&mut self, worker: &Worker) -> Option<End> {
        if let Some(end) = self.ended() {
            return Some(end);
        }
        while let Some(signal) = self.signals.take() {
            if self.reloads && signal.hangs_up() {
                self.reload = true;
                continue;
            }
            if self.child.is_none() || signal.quits() {
                return Some(End::Stopped);
            }
            if let Some(end) = self.pass_on(signal) {
                return Some(end);
            }
        }
        let late = self.deadline.is_some_and(|at| Instant::now() >= at);
        (late || worker.full() || self.deserted()).then_some(End::Stopped)
    }

    fn ended(&mut self) -> Option<End> {
        let status = self.child.as_mut()?.try_wait();
        let status = status.ok().flatten()?;
        self.child = None;
        Some(End::Command(child::code(status)))
    }

    fn pass_on(&mut self, signal: Signal) -> Option<End> {
        let child = self.child.as_ref()?;
        if signal.from == Sender::Terminal {
            return None;
        }
        if std::mem::replace(&mut self.passed_on, true) {
            return Some(End::Left(signal));
        }
        send_signal(child, signal.number);
        None
    }

    /// Waits until `done`; false if the user asks to end and it still takes its time.
    pub fn drained(&mut self, mut done: impl FnMut() -> bool) -> bool {
        loop {
            if done() {
                return true;
            }
            if self.signals.take().is_some() {
                self.until.get_or_insert_with(|| Instant::now() + PATIENCE);
            }
            if self.until.is_some_and(|until| Instant::now() >= until) {
                return false;
            }
            thread::sleep(PAUSE);
        }
    }

    /// Waits for a command that outlives its tracing; gives the exit code of the run.
    pub fn wait(mut self, end: End, quiet: bool) -> u8 {
        let mut end = end;
        if self.child.is_some() && !quiet {
            eprintln!("tracehound: the command goes on untraced");
        }
        while self.child.is_some() && !matches!(end, End::Left(_)) {
            let left = self.signals.take().and_then(|signal| self.pass_on(signal));
            if let Some(over) = self.ended().or(left) {
                end = over;
            }
            thread::sleep(PAUSE);
        }
        match end {
            End::Command(code) => code,
            End::Stopped | End::Output => 0,
            End::Left(signal) => signal.code(),
        }
    }
}
