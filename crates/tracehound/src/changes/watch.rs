//! Noticing that files of policies change.
//!
//! Editors and orchestrators put a new file, or a new symbolic link, in the place of the old one: so folders are
//! watched, and of a file the folder that it is in.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use inotify::{Inotify, WatchMask};

/// How long nothing must happen before files are read: they are often written in several steps.
const REST: Duration = Duration::from_millis(200);

/// Watches the folders of policies.
pub struct Watch {
    inotify: Option<Inotify>,
    since: Option<Instant>,
}

impl Watch {
    /// Begins to watch. What cannot be watched is told.
    pub fn new(paths: &[PathBuf]) -> Watch {
        let inotify = Inotify::init();
        if let Err(error) = &inotify {
            eprintln!("tracehound: changes of policy files are not noticed: {error}");
        }
        let inotify = inotify.ok();
        if let Some(inotify) = &inotify {
            for folder in folders(paths) {
                let mask = WatchMask::CLOSE_WRITE
                    | WatchMask::MOVE
                    | WatchMask::CREATE
                    | WatchMask::DELETE
                    | WatchMask::MOVE_SELF;
                if let Err(error) = inotify.watches().add(&folder, mask) {
                    let folder = folder.to_string_lossy();
                    let folder = folder.escape_debug();
                    eprintln!("tracehound: changes in {folder} are not noticed: {error}");
                }
            }
        }
        Watch {
            inotify,
            since: None,
        }
    }

    /// Whether anything has changed, and nothing more has for a while.
    pub fn moved(&mut self) -> bool {
        if let Some(inotify) = &mut self.inotify {
            let mut buffer = [0; 4096];
            // Nothing to read is an error, too.
            if let Ok(mut events) = inotify.read_events(&mut buffer)
                && events.next().is_some()
            {
                self.since = Some(Instant::now());
            }
        }
        let rested = self.since.is_some_and(|since| since.elapsed() >= REST);
        if rested {
            self.since = None;
        }
        rested
    }
}

/// Each path's folder, and that of what it points at.
fn folders(paths: &[PathBuf]) -> BTreeSet<PathBuf> {
    let mut folders = BTreeSet::new();
    for path in paths {
        if path.is_dir() {
            folders.insert(path.clone());
            continue;
        }
        let real = fs::canonicalize(path).ok();
        for file in [Some(path.clone()), real].into_iter().flatten() {
            let folder = file.parent().map(Path::to_owned);
            folders.insert(folder.unwrap_or_else(|| PathBuf::from(".")));
        }
    }
    folders
}
