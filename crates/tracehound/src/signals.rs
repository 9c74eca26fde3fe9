//! Signals that ask the tracer to end, and where they come from.

use anyhow::Context as _;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::SignalsInfo;
use signal_hook::iterator::exfiltrator::WithOrigin;
use signal_hook::low_level::siginfo::Cause;

use crate::failure::Failure;

/// One signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signal {
    /// Its number.
    pub number: i32,
    /// Who sent it.
    pub from: Sender,
}

/// Who sent a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The terminal, which sends it to every process of the foreground, a traced command included.
    Terminal,
    /// A process, which may have sent it to us alone.
    Process,
}

impl Signal {
    /// Whether it asks for the tracing alone to end (Ctrl-\).
    pub const fn quits(self) -> bool {
        self.number == SIGQUIT
    }

    /// Whether it is SIGHUP, and from a process.
    pub fn hangs_up(self) -> bool {
        self.number == SIGHUP && self.from == Sender::Process
    }

    /// The exit code of a program that ends because of it.
    pub fn code(self) -> u8 {
        u8::try_from(128 + self.number).unwrap_or(u8::MAX)
    }
}

/// The signals, caught from now on.
pub struct Signals {
    caught: SignalsInfo<WithOrigin>,
    peeked: Option<Signal>,
    ignored: Vec<i32>,
}

impl Signals {
    /// Takes over SIGINT, SIGTERM, SIGQUIT and, unless nohup(1) has it ignored, SIGHUP.
    pub fn catch() -> Result<Signals, Failure> {
        let ignored = ignored();
        let mut numbers = vec![SIGINT, SIGTERM, SIGQUIT];
        if !ignored.contains(&SIGHUP) {
            numbers.push(SIGHUP);
        }
        let caught = SignalsInfo::new(&numbers).context("taking over signals")?;
        Ok(Signals {
            caught,
            peeked: None,
            ignored,
        })
    }

    /// What the command ignores too, as a shell's background commands ignore Ctrl-C.
    pub fn ignored(&self) -> &[i32] {
        &self.ignored
    }

    /// The first signal that has come and was not taken, if one has.
    pub fn peek(&mut self) -> Option<Signal> {
        self.peeked = self.take();
        self.peeked
    }

    /// Takes the next signal that has come, if one has.
    pub fn take(&mut self) -> Option<Signal> {
        if let Some(signal) = self.peeked.take() {
            return Some(signal);
        }
        let origin = self.caught.pending().next()?;
        let from = match origin.cause {
            Cause::Sent(_) => Sender::Process,
            _ => Sender::Terminal,
        };
        Some(Signal {
            number: origin.signal,
            from,
        })
    }
}

/// Signals that whoever started us had us ignore.
fn ignored() -> Vec<i32> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    let mask = mask.unwrap_or(0);
    (1..=64)
        .filter(|number| mask >> (number - 1) & 1 == 1)
        .collect()
}
