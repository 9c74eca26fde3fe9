//! Putting a program on a library's functions.

use std::fs::File;
use std::os::fd::AsRawFd as _;

use libbpf_rs::{UprobeMultiOpts, UprobeOpts};
use tracehound_schema::{Event, HookKind, Origin, Rung};

use super::site::Site;
use crate::object::Attached;
use crate::reason::{self, Doing};

/// All processes, present and future.
const ANYONE: i32 = -1;

/// The number of arguments whose registers a probe reads.
pub fn arguments(event: &Event) -> usize {
    let fields = event.fields.iter().map(|field| &field.from);
    let read = fields.filter(|from| matches!(from.origin, Origin::User | Origin::UserRegister));
    let numbers = read.filter_map(|from| from.source.strip_prefix("argument ")?.parse().ok());
    numbers.max().unwrap_or(0)
}

/// Attaches the program in `attached` to `sites` of a library. `number` is the library's for the
/// program, which gets it with the site's depth in a cookie.
pub fn attach(
    attached: &mut Attached,
    rung: &Rung,
    library: &File,
    sites: &[Site],
    number: Option<u32>,
) -> Result<(), String> {
    // The path that surely leads to this very file.
    let path = format!("/proc/self/fd/{}", library.as_raw_fd());
    let cookie = |site: &Site| number.map(|number| u64::from(number) << 32 | u64::from(site.depth));
    let Attached { object, links, .. } = attached;
    let programs = object.iter_mut().flat_map(|object| object.progs_mut());
    let program = programs.into_iter().find(|program| program.autoload());
    let program = program.ok_or_else(|| "the program is gone".to_owned())?;
    if rung.kind == HookKind::UprobeMulti {
        let options = UprobeMultiOpts {
            offsets: sites.iter().map(offset).collect(),
            cookies: sites.iter().filter_map(cookie).collect(),
            ..UprobeMultiOpts::default()
        };
        let link = program.attach_uprobe_multi_with_opts(ANYONE, path, "", options);
        links.push(link.map_err(|error| failed(rung, &error))?);
        return Ok(());
    }
    for site in sites {
        let options = UprobeOpts {
            cookie: cookie(site).unwrap_or(0),
            ..UprobeOpts::default()
        };
        let link = program.attach_uprobe_with_opts(ANYONE, &path, offset(site), options);
        links.push(link.map_err(|error| failed(rung, &error))?);
    }
    Ok(())
}

fn offset(site: &Site) -> usize {
    usize::try_from(site.offset).unwrap_or(usize::MAX)
}

fn failed(rung: &Rung, error: &libbpf_rs::Error) -> String {
    reason::reason(rung, "", Doing::Attaching, error)
}
