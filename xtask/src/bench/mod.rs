//! `bench`: what tracing costs, beside other tracers, in one interleaved run.
//!
//! Single calls first, then whole programs (`workloads`). For the calls, every round runs every configuration once, each beside an untraced run of its own that differences
//! and ratios are taken against, so that what the machine does meanwhile hits both. The traced
//! program is on CPU 0, the tracer on the CPU its configuration names. All tracers follow the command
//! and what it starts, none traces the whole host.

mod beside;
mod columns;
mod configuration;
mod cost;
mod engine;
mod filters;
mod flood;
mod hooks;
mod loss;
mod machine;
mod process;
mod report;
mod rounds;
mod start;
mod stats;
mod table;
mod targets;
mod task;
mod tree;
mod work;
mod workloads;

pub use self::task::{Options, run_bench};
