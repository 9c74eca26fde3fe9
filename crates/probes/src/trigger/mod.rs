//! What the proving child does so that hooks fire: for each hook event one harmless act.
//!
//! An act touches nothing that was there before: files in a folder of its own, mounts in a mount
//! namespace of its own, names and users set to what they are. It runs in the child, which ends
//! afterwards, so it need not put anything back but what outlives a process. What it cannot do it
//! leaves; the hook is then said not to have fired.
//!
//! An event that nothing harmless makes has none, and says why in its block (`unproved`).

mod exec;
mod files;
mod integrity;
mod io_uring;
mod memory;
mod mounts;
mod objects;
mod paths;
mod processes;
mod signal;
mod sockets;

use std::fs;
use std::path::PathBuf;

/// What makes an event.
struct Trigger {
    /// The event.
    event: &'static str,
    /// Does the thing.
    act: fn(),
}

/// A row of a family's table.
const fn trigger(event: &'static str, act: fn()) -> Trigger {
    Trigger { event, act }
}

static FAMILIES: [&[Trigger]; 11] = [
    processes::TRIGGERS,
    signal::TRIGGERS,
    files::TRIGGERS,
    io_uring::TRIGGERS,
    sockets::TRIGGERS,
    integrity::TRIGGERS,
    exec::TRIGGERS,
    paths::TRIGGERS,
    mounts::TRIGGERS,
    memory::TRIGGERS,
    objects::TRIGGERS,
];

fn all() -> impl Iterator<Item = &'static Trigger> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

/// Does what `events` tell of; of other events there is nothing to do.
pub fn pull<'a>(events: impl Iterator<Item = &'a str>) {
    for event in events {
        if let Some(trigger) = all().find(|trigger| trigger.event == event) {
            (trigger.act)();
        }
    }
}

/// A folder that is gone when the act is over.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Option<Folder> {
        let name = format!("tracehound-prove-{}", std::process::id());
        let places = [std::env::temp_dir(), "/dev/shm".into(), "/run".into()];
        let mut folders = places.into_iter().map(|place| place.join(&name));
        folders
            .find(|folder| fs::create_dir(folder).is_ok())
            .map(Folder)
    }

    fn file(&self) -> PathBuf {
        self.0.join("file")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind is empty and in the way of nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use tracehound_schema::{MadeBy, all as events};

    /// Proved by what the child is and does anyway.
    const BY_THE_WAY: &[&str] = &[
        "sched_process_fork",
        "sched_process_exec",
        "sched_process_exit",
        "load_elf_phdrs",
        "do_exit",
        "signal_generate",
        "signal_deliver",
        "sys_enter",
        "sys_exit",
    ];

    #[test]
    fn every_hook_event_has_a_trigger_or_says_why_not() {
        for event in events().filter(|event| event.made_by == MadeBy::Hook) {
            let has = super::all().any(|trigger| trigger.event == event.name);
            let other = BY_THE_WAY.contains(&event.name) || !event.unproved.is_empty();
            assert!(has != other, "{}", event.name);
        }
    }

    #[test]
    fn triggers_are_of_events() {
        for trigger in super::all() {
            let event = tracehound_schema::by_name(trigger.event);
            assert!(event.is_some(), "{}", trigger.event);
        }
    }
}
