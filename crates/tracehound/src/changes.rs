//! Policies that change while a run goes on: a signal, their files or somebody on a control socket asks for it.
//!
//! What is new is hooked and proved first, while all else is traced on. Then the engine changes to the new
//! policies between two records, and what nobody wants any more is detached. If anything is wrong with the
//! new ones, the old ones stay.

mod control;
mod watch;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tracehound_engine::{Change, Extras, Selection};
use tracehound_policy::{Policy, named};
use tracehound_probes::{Outcome, Tracer, tells_uts};
use tracehound_schema::Event;

use self::control::{Control, Request};
pub use self::control::{Wish, ask};
use self::watch::Watch;
use crate::failure::{Failure, shown};
use crate::run::{lacks, narrowed};
use crate::worker::Batch;
use crate::{events, policy};

/// Where policies come from, and how others are asked for.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// Whether these are watched.
    pub watches: bool,
    /// Where the control socket is to be.
    pub control: Option<PathBuf>,
    /// Whether there is an output for what the action `record` chooses.
    pub keeps: bool,
    /// What is told beside events.
    pub extras: Extras,
    /// Whether outputs tell which containers processes are in.
    pub containers: bool,
}

/// The policies of a run, and what it takes to change them.
pub struct Changes {
    wanted: Wanted,
    watch: Option<Watch>,
    control: Option<Control>,
    /// Names of the policies in use, with their files and stamps.
    used: Vec<(String, PathBuf, u64)>,
    traced: Vec<&'static Event>,
    next: Option<Next>,
    keeps: bool,
    extras: Extras,
    containers: bool,
    /// Whether what machines are called has been told from the beginning.
    uts: bool,
    quiet: bool,
}

/// Why a policy is refused while the run goes on.
const NO_UTS: &str = "what machines are called (uts) is told only if it was asked for when the run began: \
     start it with such a policy, or --with hostname";

/// Which policies are wanted.
#[derive(Clone, Debug, Default)]
struct Wanted {
    paths: Vec<PathBuf>,
    /// Names that are left out.
    removed: BTreeSet<String>,
}

/// Policies on their way into use.
struct Next {
    policies: Vec<Policy>,
    shown: Vec<&'static Event>,
    traced: Vec<&'static Event>,
    /// What it takes the place of, if it fails.
    before: Wanted,
    asked: Option<Request>,
}

impl Changes {
    /// Begins to watch; `None` for a run without policies.
    pub fn new(sources: &Sources, quiet: bool) -> Result<Option<Changes>, Failure> {
        if sources.paths.is_empty() {
            return Ok(None);
        }
        let policies = policy::read(&sources.paths, true)?;
        let absolute = sources.paths.iter().map(|path| absolute(path));
        let wanted = Wanted {
            paths: absolute.collect(),
            removed: BTreeSet::new(),
        };
        let control = sources
            .control
            .as_deref()
            .map(Control::listen)
            .transpose()?;
        let mut changes = Changes {
            watch: None,
            wanted,
            control,
            used: used(&policies),
            traced: Vec::new(),
            next: None,
            keeps: sources.keeps,
            extras: sources.extras,
            containers: sources.containers,
            uts: false,
            quiet,
        };
        if sources.watches {
            changes.watch = Some(Watch::new(&changes.wanted.paths));
        }
        changes.traced = changes.needed_by(&policies).1;
        changes.uts = tells_uts(&changes.traced);
        Ok(Some(changes))
    }

    /// The events to show for policies, and those to trace.
    fn needed_by(&self, policies: &[Policy]) -> (Vec<&'static Event>, Vec<&'static Event>) {
        let (shown, mut traced) = events::needed_by(policies, self.extras);
        if self.containers {
            traced.extend(events::of_containers(&traced));
        }
        (shown, traced)
    }

    /// The events that its policies need.
    pub fn traced(&self) -> &[&'static Event] {
        &self.traced
    }

    /// Goes on with a change, if one is asked for. When all is ready, `batch` gets the last records of
    /// the old policies, and the engine is to have the change next.
    pub fn step(&mut self, tracer: &mut Tracer, asked: bool, batch: &mut Batch) -> Option<Change> {
        if self.next.is_none() {
            let request = self.requested();
            let moved = self.watch.as_mut().is_some_and(Watch::moved);
            if !asked && !moved && request.is_none() {
                return None;
            }
            if !self.begin(tracer, request) {
                return None;
            }
        } else {
            match tracer.added()? {
                Ok(outcomes) => self.tell_lacks(&outcomes),
                Err(error) => {
                    self.fail(&error.to_string());
                    return None;
                }
            }
        }
        self.change(tracer, batch)
    }

    /// What somebody on the socket wants changed; others are answered.
    fn requested(&mut self) -> Option<Request> {
        let request = self.control.as_mut()?.next()?;
        match &request.wish {
            Wish::List => {
                request.answer(Ok(&self.list()));
                None
            }
            _ => Some(request),
        }
    }

    fn list(&self) -> String {
        let line = |(name, path, _): &(String, PathBuf, u64)| {
            format!("{}\t{}\n", name.escape_debug(), shown(path.as_os_str()))
        };
        self.used.iter().map(line).collect()
    }

    /// Reads what is wanted now and begins to hook it; true if there is nothing to wait for.
    fn begin(&mut self, tracer: &mut Tracer, asked: Option<Request>) -> bool {
        let before = self.wanted.clone();
        let read = self.read(asked.as_ref());
        let policies = match read {
            Ok(policies) => policies,
            Err(message) => {
                self.wanted = before;
                self.refuse(asked, &message);
                return false;
            }
        };
        if used(&policies) == self.used {
            if let Some(request) = asked {
                request.answer(Ok("nothing has changed\n"));
            }
            return false;
        }
        let (shown, traced) = self.needed_by(&policies);
        if tells_uts(&traced) && !self.uts {
            self.wanted = before;
            self.refuse(asked, NO_UTS);
            return false;
        }
        let mut both = self.traced.clone();
        both.extend(&traced);
        self.next = Some(Next {
            policies,
            shown,
            traced: traced.clone(),
            before,
            asked,
        });
        let added = tracer
            .choose_lives(&both)
            .and_then(|()| tracer.add(&traced));
        match added {
            Ok(waits) => !waits,
            Err(error) => {
                self.fail(&error.to_string());
                false
            }
        }
    }

    fn read(&mut self, asked: Option<&Request>) -> Result<Vec<Policy>, String> {
        let read =
            |paths: &[PathBuf]| policy::read(paths, true).map_err(|failure| failure.to_string());
        match asked.map(|request| &request.wish) {
            Some(Wish::Add(path)) => {
                for one in read(std::slice::from_ref(path))? {
                    self.wanted.removed.remove(&one.name);
                }
                if !self.wanted.paths.contains(path) {
                    self.wanted.paths.push(path.clone());
                }
            }
            Some(Wish::Remove(name)) => {
                if !self.used.iter().any(|used| used.0 == *name) {
                    return Err(format!("no policy in use is named {name:?}"));
                }
                self.wanted.removed.insert(name.clone());
            }
            _ => {}
        }
        let mut policies = read(&self.wanted.paths)?;
        policies.retain(|one| !self.wanted.removed.contains(&one.name));
        let kept = policy::check_recorded(&policies, self.keeps);
        kept.map_err(|failure| failure.to_string())?;
        Ok(policies)
    }

    fn tell_lacks(&self, outcomes: &[Outcome]) {
        for lack in lacks(outcomes.iter()) {
            eprintln!("tracehound: going on without {lack}");
        }
    }

    fn change(&mut self, tracer: &mut Tracer, batch: &mut Batch) -> Option<Change> {
        // What is recorded from now on the new policies are asked about.
        let gone_on = tracer
            .narrow_nothing()
            .and_then(|()| tracer.go_on(&mut batch.bytes));
        match gone_on {
            Ok(count) => batch.records = count as u64,
            Err(error) => {
                self.fail(&error.to_string());
                return None;
            }
        }
        let next = self.next.as_ref()?;
        Some(Change {
            selection: Selection::new(&next.shown),
            policies: named(next.policies.clone()),
        })
    }

    /// The engine has the change: what nobody wants any more is detached.
    pub fn settle(&mut self, tracer: &mut Tracer) {
        let Some(next) = self.next.take() else {
            return;
        };
        let kept = tracer.keep(&next.traced);
        let filters = tracehound_policy::filters(next.policies.clone());
        let narrowed = narrowed(&filters, &next.traced);
        let settled = kept
            .and_then(|()| tracer.choose_lives(&next.traced))
            .and_then(|()| tracer.narrow(&narrowed));
        if let Err(error) = settled {
            eprintln!("tracehound: {error}: more is traced than policies want");
        }
        self.used = used(&next.policies);
        self.traced = next.traced;
        if self.watch.is_some() {
            self.watch = Some(Watch::new(&self.wanted.paths));
        }
        let count = self.used.len();
        let said = format!(
            "{count} {} in use\n",
            if count == 1 { "policy" } else { "policies" }
        );
        if !self.quiet {
            eprint!("tracehound: policies have changed: {said}");
        }
        if let Some(request) = next.asked {
            request.answer(Ok(&said));
        }
    }

    /// What was begun cannot be: things stay as they are.
    fn fail(&mut self, message: &str) {
        if let Some(next) = self.next.take() {
            self.wanted = next.before;
            self.refuse(next.asked, message);
        }
    }

    fn refuse(&self, asked: Option<Request>, message: &str) {
        eprintln!("tracehound: policies stay as they are: {message}");
        if let Some(request) = asked {
            request.answer(Err(message));
        }
    }
}

fn used(policies: &[Policy]) -> Vec<(String, PathBuf, u64)> {
    let row = |policy: &Policy| (policy.name.clone(), policy.path.clone(), policy.stamp);
    policies.iter().map(row).collect()
}

/// A path that means the same wherever it is read.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
