//! `check`: formatting and lints.

use anyhow::Result;

use crate::workspace::{command, run};

/// Runs `check`.
pub fn run_check() -> Result<()> {
    run(command("cargo").args(["fmt", "--check"]))?;
    run(command("cargo").args(["clippy", "--all-targets", "--", "-D", "warnings"]))
}
