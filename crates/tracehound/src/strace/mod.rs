//! `strace`: strace's options and lines, without stopping anything.

mod classes;
mod expression;
mod options;
mod output;
mod plan;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;

use nix::unistd;
use tracehound_probes::{Launch, User};

pub use options::{NOTES, Options, refusal, with_refused};

use tracehound_engine::Extras;
use tracehound_engine::filter::Filters;

use crate::changes::Sources;
use crate::child;
use crate::failure::{Failure, shown};
use crate::names::Whom;
use crate::run::{self, Report, Session};

/// Bytes of each CPU's ring: twice the usual, since every call makes two records.
const RING: usize = 8 << 20;

/// Runs `strace`. Like strace it fails with 1, whatever the reason.
pub fn run(options: &Options) -> Result<u8, Failure> {
    start(options).map_err(Failure::like_strace)
}

fn start(options: &Options) -> Result<u8, Failure> {
    if options.command.is_empty() && options.attach.is_empty() {
        let message = "strace needs a command or -p PID; see `tracehound strace --help`";
        return Err(Failure::usage(message.to_owned()));
    }
    let plan = plan::plan(options)?;
    let session = Session {
        shown: plan.events,
        filters: Filters::default(),
        policies: Sources::default(),
        narrows: false,
        lists: false,
        own: false,
        containers: false,
        whom: Whom::default(),
        rung: None,
        ring_size: RING,
        calls: plan.calls,
        max_events: None,
        duration: None,
        report: Report::Loss,
        launch: launch(options)?,
        attach: options.attach.clone(),
        announces: plan.tells_attaching,
        // Lines of lives say no more than ids and how they end.
        extras: Extras::default(),
        // As with strace, it is the user's own program, and all of it is shown.
        redaction: None,
        whole_lives: false,
    };
    let target = output::Target::of(options)?;
    let format = plan.format;
    run::traced(&session, |preamble, _| {
        output::open(target, format, preamble)
    })
}

fn launch(options: &Options) -> Result<Launch, Failure> {
    let program = child::check(&options.command)?;
    Ok(Launch {
        words: options.command.clone(),
        program: program.map(Into::into),
        environment: options
            .environment
            .iter()
            .map(|text| variable(text))
            .collect(),
        user: options.user.as_deref().map(user).transpose()?,
    })
}

/// A variable to set, or to take out where no value is given.
fn variable(text: &OsStr) -> (OsString, Option<OsString>) {
    let mut parts = text.as_bytes().splitn(2, |byte| *byte == b'=');
    let mut part = || parts.next().map(|part| OsStr::from_bytes(part).to_owned());
    (part().unwrap_or_default(), part())
}

fn user(name: &str) -> Result<User, Failure> {
    let found = unistd::User::from_name(name).ok().flatten();
    let user = found.ok_or_else(|| {
        let name = shown(name.as_ref());
        Failure::usage(format!("no user is called \"{name}\"; see `getent passwd`"))
    })?;
    let name = std::ffi::CString::new(name).map_err(|error| Failure::usage(error.to_string()))?;
    let groups = unistd::getgrouplist(&name, user.gid).unwrap_or_else(|_| vec![user.gid]);
    Ok(User {
        uid: user.uid.as_raw(),
        gid: user.gid.as_raw(),
        groups: groups.into_iter().map(unistd::Gid::as_raw).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_split_at_its_first_sign_whatever_its_bytes() {
        let split = |text: &[u8]| {
            let (name, value) = variable(OsStr::from_bytes(text));
            let value = value.map(|value| value.as_bytes().to_vec());
            (name.as_bytes().to_vec(), value)
        };
        let (name, value) = (b"\xff\xffA".to_vec(), b"b=\xfe".to_vec());
        assert_eq!(split(b"\xff\xffA=b=\xfe"), (name, Some(value)));
        assert_eq!(split(b"A"), (b"A".to_vec(), None));
        assert_eq!(split(b"A="), (b"A".to_vec(), Some(Vec::new())));
    }
}
