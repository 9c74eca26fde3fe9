//! `policy`: policies on the command line, checked and explained.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use tracehound_policy::{Error, Policy as Loaded, explain, load};

use crate::cli::{Policy, PolicyAction};
use crate::failure::Failure;
use crate::outputs;

/// Runs `policy`.
pub fn run(options: &Policy) -> Result<u8, Failure> {
    let PolicyAction::Check { paths } = &options.action;
    let policies = read(paths, true)?;
    let texts: Vec<String> = policies.iter().map(explain).collect();
    outputs::print(texts.join("\n").as_bytes())
}

/// Reads policies; the failure tells everything that is wrong with them. `lives` if there is a run
/// that processes can begin after.
pub fn read(paths: &[PathBuf], lives: bool) -> Result<Vec<Loaded>, Failure> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    let began = now.and_then(|now| i128::try_from(now.as_nanos()).ok());
    load(paths, began.filter(|_| lives)).map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(Error::to_string).collect();
        Failure::usage(errors.join("\n"))
    })
}
