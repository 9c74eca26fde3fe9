//! What the two servers have in common: how they are put under load and stopped.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

/// Runs a load generator to its end and gives what it printed.
pub fn load(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("running {name}"))?;
    let output = child.wait_with_output();
    let output = output.with_context(|| format!("waiting for {name}"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "{name}: {}: {}",
        output.status,
        errors.trim()
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Asks the server that wrote its process id to a file to end; it has not ended before, or its tracer
/// and with it the run would have.
pub fn stop(pid_file: &Path) -> Result<()> {
    let doing = || format!("reading {}", pid_file.display());
    let text = fs::read_to_string(pid_file).with_context(doing)?;
    let pid: u32 = text.trim().parse().with_context(doing)?;
    let status = Command::new("kill")
        .args(["-TERM", &pid.to_string()])
        .status()
        .context("running kill")?;
    ensure!(status.success(), "the server is gone already");
    Ok(())
}
