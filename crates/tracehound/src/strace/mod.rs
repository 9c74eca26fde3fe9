//! `strace`: strace's options and lines, without stopping anything.

mod classes;
mod expression;
mod options;
mod output;
mod plan;

use std::ffi::OsString;

use nix::unistd;
use tracehound_probes::{Launch, User};

pub use options::{NOTES, Options, refusal, with_refused};

use tracehound_engine::filter::Filters;

use crate::child;
use crate::failure::{Failure, shown};
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
    let variable = |text: &OsString| {
        let bytes = text.as_encoded_bytes();
        let at = bytes.iter().position(|byte| *byte == b'=');
        match at {
            Some(at) => {
                let text = text.to_string_lossy();
                let (name, value) = text.split_at(at);
                (name.into(), Some(value[1..].into()))
            }
            None => (text.clone(), None),
        }
    };
    Ok(Launch {
        words: options.command.clone(),
        program: program.map(Into::into),
        environment: options.environment.iter().map(variable).collect(),
        user: options.user.as_deref().map(user).transpose()?,
    })
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
