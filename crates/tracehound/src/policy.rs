//! `policy`: policies on the command line, checked and explained.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use tracehound_engine::Engine;
use tracehound_policy::{Error, Policy as Loaded, explain, load};

use crate::cli::{Policy, PolicyAction};
use crate::failure::Failure;
use crate::{outputs, replay};

/// Runs `policy`.
pub fn run(options: &Policy) -> Result<u8, Failure> {
    match &options.action {
        PolicyAction::Check { paths } => {
            let policies = read(paths, true)?;
            let texts: Vec<String> = policies.iter().map(explain).collect();
            outputs::print(texts.join("\n").as_bytes())
        }
        PolicyAction::Test {
            paths,
            recording,
            outputs,
        } => test(paths, recording, outputs),
    }
}

/// Nothing in the recording fits a policy.
const NOTHING: u8 = 1;

/// Holds policies against a recording.
fn test(paths: &[PathBuf], recording: &Path, outputs: &[String]) -> Result<u8, Failure> {
    let policies = read(paths, false)?;
    let selected = tracehound_policy::selected(&policies);
    let filters = tracehound_policy::filters(policies);
    let engine = replay::play(recording, &selected, filters, outputs, None)?;
    eprint!("{}", summary(&engine, false));
    let fits = engine.counted().any(|rule| rule.fits > 0);
    Ok(if fits { 0 } else { NOTHING })
}

/// What became of each rule, or only of those that are to be counted.
pub fn summary(engine: &Engine, counting_only: bool) -> String {
    let rules = engine.counted();
    let told = rules.filter(|rule| rule.counts || !counting_only);
    told.map(|rule| {
        let (policy, name) = (rule.policy, rule.rule.escape_debug());
        let mut line = format!("policy {policy}: {name}: {} fit", rule.fits);
        if rule.unsure > 0 {
            line += &format!(", {} of them perhaps (not all was read)", rule.unsure);
        }
        if rule.let_through < rule.fits {
            line += &format!(", {} within limits", rule.let_through);
        }
        line + "\n"
    })
    .collect()
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
