//! `bless`: writes the golden files anew, for review.

use anyhow::Result;

use crate::workspace::{command, run};

/// Runs `bless`.
pub fn run_bless() -> Result<()> {
    let arguments = ["test", "-q", "-p", "tracehound-engine", "--test", "golden"];
    run(command("cargo")
        .args(arguments)
        .env("TRACEHOUND_BLESS", "1"))?;
    run(command("git").args(["status", "--short", "crates/engine/tests/golden"]))
}
