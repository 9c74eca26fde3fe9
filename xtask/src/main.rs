//! Developer tasks, each a module: `cargo xtask --help` lists them.

#![forbid(unsafe_code)]

mod bench;
mod bless;
mod check;
mod fuzz;
mod lab;
mod soak;
mod workspace;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Developer tasks of Tracehound")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// What tracing costs, beside other tracers; needs root and the release build: `make bench`
    Bench(bench::Options),
    /// Write the golden files anew, for review
    Bless,
    /// Formatting and lints, as a change must pass them
    Check,
    /// Fuzz a target for a while
    Fuzz(fuzz::Options),
    /// Live tests on stock Debian kernels under qemu
    Lab(lab::Lab),
    /// The process tree while processes come and go; needs root, `make build programs`
    Soak(soak::Options),
}

fn main() -> Result<()> {
    match Cli::parse().task {
        Task::Bench(options) => bench::run_bench(&options),
        Task::Bless => bless::run_bless(),
        Task::Check => check::run_check(),
        Task::Fuzz(options) => fuzz::run_fuzz(&options),
        Task::Lab(options) => lab::run(&options),
        Task::Soak(options) => soak::run_soak(&options),
    }
}
