//! `lab headers`: the newest kernel headers that the mirrors have, and the table of system calls held
//! to them. The machine's own are those of its release, and older than many a name.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::apt::{Apt, newer};
use super::kernels::Cache;
use crate::workspace::{command, run};

const PACKAGE: &str = "linux-libc-dev";

/// Fetches the headers, unless these are here already, and runs the tests of the schema against them.
pub fn run_headers() -> Result<()> {
    let folder = fetch(&Cache::open()?)?;
    let arguments = ["test", "-p", "tracehound-schema", "--test", "headers"];
    run(command("cargo")
        .args(arguments)
        .args(["--", "--nocapture"])
        .env("TRACEHOUND_HEADERS", folder))
}

fn fetch(cache: &Cache) -> Result<PathBuf> {
    let apt = Apt::new(cache.place("apt"))?;
    apt.update()?;
    let versions = apt.versions(&[PACKAGE.to_owned()])?;
    let versions = versions.into_iter().map(|row| row.1);
    let newest = versions.reduce(|best, next| if newer(&next, &best) { next } else { best });
    let version = newest.context("no mirror of apt's sources has kernel headers")?;
    let folder = cache.place(&format!("headers-{version}"));
    if !folder.exists() {
        eprintln!("lab: fetching {PACKAGE} {version}");
        let unpacked = cache.place("unpacked-headers");
        fs::remove_dir_all(&unpacked).ok();
        apt.unpack(PACKAGE, &version, &unpacked)?;
        // Moved last, so that a cut download never looks like headers.
        fs::rename(&unpacked, &folder)?;
    }
    Ok(folder)
}
