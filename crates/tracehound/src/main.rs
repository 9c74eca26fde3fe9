//! The command: flags, wiring, exit codes.

#![forbid(unsafe_code)]

mod changes;
mod child;
mod cli;
mod doctor;
mod ending;
mod events;
mod failure;
mod file;
mod filters;
mod kubernetes;
mod list;
mod manual;
mod names;
mod outputs;
mod own;
mod page;
mod policy;
mod ps;
mod redact;
mod replay;
mod run;
mod signals;
mod started;
mod stats;
mod strace;
mod way;
mod with;
mod worker;

use std::process::ExitCode;

use crate::cli::{Cli, Command};
use crate::failure::Failure;

fn main() -> ExitCode {
    // The child that proves hooks live is this program; it must do nothing else first.
    if std::env::args_os()
        .nth(1)
        .is_some_and(|argument| argument == "__prove")
    {
        tracehound_probes::make_calls();
        return ExitCode::SUCCESS;
    }
    match cli::read().and_then(dispatch) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            eprintln!("tracehound: {failure:#}");
            ExitCode::from(failure.code())
        }
    }
}

fn dispatch(cli: Cli) -> Result<u8, Failure> {
    match cli.command {
        Command::Run(options) => run::run(&options),
        Command::Strace(options) => strace::run(&options),
        Command::Events(options) => events::run(&options),
        Command::Replay(options) => replay::run(&options),
        Command::Ps(options) => ps::run(&options),
        Command::Policy(options) => policy::run(&options),
        Command::Doctor(options) => doctor::run(&options),
        Command::Completions { shell } => outputs::print(&manual::completions(shell)),
        Command::Man => outputs::print(manual::page().as_bytes()),
    }
}
