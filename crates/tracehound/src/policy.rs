//! `policy`: policies on the command line, checked and explained.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use tracehound_engine::redact::{BuiltIn, Redaction};
use tracehound_engine::{Engine, Extras};
use tracehound_policy::{Error, Policy as Loaded, explain, load};

use crate::changes::{self, Wish};
use crate::cli::{Asked, Policy, PolicyAction};
use crate::failure::Failure;
use crate::{events, outputs, replay};

mod needs;

/// Runs `policy`.
pub fn run(options: &Policy) -> Result<u8, Failure> {
    match &options.action {
        PolicyAction::Check { paths } => {
            let policies = read(paths, true)?;
            let texts: Vec<String> = policies.iter().map(told).collect();
            outputs::print(texts.join("\n").as_bytes())
        }
        PolicyAction::Test {
            paths,
            recording,
            outputs,
        } => test(paths, recording, outputs),
        PolicyAction::Add { run, path } => {
            let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            ask(run, &Wish::Add(path))
        }
        PolicyAction::Remove { run, name } => ask(run, &Wish::Remove(name.clone())),
        PolicyAction::Reload { run } => ask(run, &Wish::Reload),
        PolicyAction::List { run } => ask(run, &Wish::List),
    }
}

/// A policy in words, with what it takes of the kernel.
fn told(policy: &Loaded) -> String {
    let (_, traced) = events::needed_by(std::slice::from_ref(policy), Extras::default());
    explain(policy) + &needs::of(policy, &traced)
}

fn ask(run: &Asked, wish: &Wish) -> Result<u8, Failure> {
    let answer = changes::ask(&run.control, wish)?;
    outputs::print(answer.as_bytes())
}

/// Nothing in the recording fits a policy.
const NOTHING: u8 = 1;

/// Holds policies against a recording.
fn test(paths: &[PathBuf], recording: &Path, outputs: &[String]) -> Result<u8, Failure> {
    let policies = read(paths, false)?;
    let selected = tracehound_policy::selected(&policies);
    let filters = tracehound_policy::filters(policies);
    let engine = replay::play(
        recording,
        &replay::Wanted {
            selected,
            filters,
            extras: Extras::default(),
            redaction: Redaction::new(BuiltIn::Environment),
            max: None,
        },
        outputs,
    )?;
    eprint!("{}", summary(&engine, false));
    let fits = engine.counted().any(|rule| rule.fits > 0);
    Ok(if fits { 0 } else { NOTHING })
}

/// Refuses policies that have records kept where nothing keeps them.
pub fn check_recorded(policies: &[Loaded], kept: bool) -> Result<(), Failure> {
    let records = |policy: &&Loaded| policy.rules.iter().any(|rule| rule.actions.records);
    match policies.iter().find(records).filter(|_| !kept) {
        None => Ok(()),
        Some(policy) => Err(Failure::usage(format!(
            "policy {} has the action record, which needs a file: -o record:PATH",
            policy.name
        ))),
    }
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
    static BEGAN: OnceLock<Option<i128>> = OnceLock::new();
    let began = *BEGAN.get_or_init(|| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
        i128::try_from(now.as_nanos()).ok()
    });
    load(paths, began.filter(|_| lives)).map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(Error::to_string).collect();
        Failure::usage(errors.join("\n"))
    })
}
