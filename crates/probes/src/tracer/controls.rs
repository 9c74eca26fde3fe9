//! What all programs of a run are told.

use libbpf_rs::{MapCore as _, MapFlags};

use crate::beside::Beside;
use crate::error::Error;
use crate::object::Maps;
use crate::preempt;

/// Whether records are made, and of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// None are.
    Idle,
    /// Of what the tracer and its child do.
    Proving,
    /// Of what is wanted; what started before this time, since boot, is told by a snapshot.
    Live(u64),
}

/// What does not change between phases (`struct control` of `bpf/record.h`).
#[derive(Clone, Copy, Debug)]
pub(super) struct Controls {
    /// Only tasks in scope are wanted.
    pub scoped: bool,
    /// Number of processors.
    pub cpus: usize,
    /// Bytes of content to copy at most.
    pub content: u32,
    /// A bit for each event of processes' lives that is selected.
    pub chosen: u32,
    /// Which of them can be selected later.
    pub choosable: u32,
    /// What is told beside records.
    pub beside: Beside,
    /// Whether what plans exclude is left out, once records are of what is wanted.
    pub narrows: bool,
    /// Whether what the tracer does itself is told, too.
    pub own: bool,
}

impl Controls {
    /// Tells the programs that have these maps.
    pub fn tell(self, maps: &Maps, phase: Phase) -> Result<(), Error> {
        let narrows = self.narrows && matches!(phase, Phase::Live(_));
        let told = self.own && matches!(phase, Phase::Live(_));
        // Nobody has the last id.
        let own = if told { u32::MAX } else { std::process::id() };
        let (phase, live_since) = match phase {
            Phase::Idle => (0, 0),
            Phase::Proving => (1, 0),
            Phase::Live(since) => (2, since),
        };
        let values = [
            phase,
            own,
            u32::from(self.scoped),
            self.cpus as u32,
            u32::from(preempt::preempts()),
            self.content,
            self.chosen,
            u32::from(narrows),
        ];
        let bytes: Vec<u8> = values
            .iter()
            .flat_map(|value| value.to_ne_bytes())
            .chain(u64::to_ne_bytes(live_since))
            .collect();
        maps.controls
            .update(&0u32.to_ne_bytes(), &bytes, MapFlags::ANY)
            .map_err(Error::bpf("setting the phase"))
    }
}
