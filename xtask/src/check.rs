//! `check`: formatting and lints.

use anyhow::Result;

use crate::workspace::{command, run};

/// Runs `check`.
pub fn run_check() -> Result<()> {
    run(command("cargo").args(["fmt", "--check"]))?;
    // The fuzz targets are a workspace of their own.
    run(command("cargo").args(["fmt", "--check", "--manifest-path", "fuzz/Cargo.toml"]))?;
    run(command("cargo").args(["clippy", "--all-targets", "--", "-D", "warnings"]))
}
