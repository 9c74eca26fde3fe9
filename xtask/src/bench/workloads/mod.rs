//! What tracing costs whole programs: a build, a key-value store and a web server under load.
//!
//! Each round runs every row once on every workload, and a row's slow-down is against the untraced
//! run of the same round. Nothing is pinned to a CPU: the tracer, the traced programs and what puts
//! them under load share the machine, as they would for a user.

mod build;
mod count;
mod group;
mod measure;
mod report;
mod rounds;
mod row;
mod server;
mod store;
mod web;

pub use self::rounds::{NAMES, Plan, check, run};
pub use self::row::DEFAULT_EVENTS;

use anyhow::Result;

use super::work::Work;
use measure::Running;

/// A program or more that do something for a while, and can be asked to do it again.
trait Workload {
    /// What people read, and `--workload` takes.
    fn name(&self) -> &'static str;
    /// Its table's title.
    fn title(&self) -> &'static str;
    /// The heading of its rates.
    fn rate(&self) -> &'static str;
    /// What it does, for the table.
    fn about(&self) -> String;
    /// The call it makes most, or nearly so.
    fn busy(&self) -> &'static str;
    /// Programs that it needs.
    fn needs(&self) -> Vec<&'static str>;
    /// Units of work in a run that does one part of so many; a build is always whole.
    fn amount(&self, parts: u64) -> u64;
    /// Makes its files; once per bench.
    fn prepare(&self, work: &Work) -> Result<()>;
    /// The command to trace; its words have no spaces, as bpftrace splits there.
    fn command(&self, work: &Work) -> Result<Vec<String>>;
    /// Waits until the traced command is ready to work.
    fn ready(&self, running: &mut Running<'_>) -> Result<()>;
    /// Has it do so many units of work, and comes back when they are done.
    fn work(&self, running: &mut Running<'_>, amount: u64) -> Result<()>;
    /// Asks the traced command to end.
    fn end(&self, running: &mut Running<'_>) -> Result<()>;
}
