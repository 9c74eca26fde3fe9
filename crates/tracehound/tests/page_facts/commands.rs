//! What the pages tell a reader to run or read, tried.

use std::collections::HashSet;
use std::process::Command;

use serde_json::Value;
use tracehound_schema::{Event, MadeBy, all, by_name};

use crate::{root, source, tracehound};

/// The events that an event's own command yields, run from the source folder.
fn run(event: &Event) -> Vec<Value> {
    let file = std::env::temp_dir().join(format!(
        "tracehound-{}-{}.json",
        event.name,
        std::process::id()
    ));
    let command = event.page.command;
    let rest = command
        .strip_prefix("sudo tracehound ")
        .unwrap_or_else(|| panic!("{}: {command} does not run the tracer", event.name));
    let program = tracehound().get_program().to_string_lossy().into_owned();
    let script = format!("'{program}' -o 'json:{}' {rest}", file.display());
    // A machine may have no socket but this.
    let _socket = std::os::unix::net::UnixDatagram::unbound();
    let output = Command::new("sh")
        .args(["-c", &script])
        .current_dir(source())
        .output()
        .unwrap();
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    std::fs::remove_file(&file).ok();
    assert!(
        !text.is_empty(),
        "{command}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    text.lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect()
}

#[test]
fn the_command_of_each_page_yields_the_event() {
    if !root("tracing") {
        return;
    }
    // Pages of system calls are derived: their command waits for whoever makes the call. What the tracer
    // does not do to a machine, a test does not.
    let events = all().filter(|event| event.call.is_none() && event.unproved.is_empty());
    let events: Vec<&Event> = events.collect();
    let hooked = hooked(&events);
    for event in events {
        if !is_available(event, &hooked) {
            println!("skipped: this kernel has no rung of {}", event.name);
            continue;
        }
        // A race needs two CPUs at the same time, which a busy machine may not give at once.
        let race = event.page.command.contains("programs/race");
        let tries = if race { 20 } else { 1 };
        let seen = (0..tries).any(|_| run(event).iter().any(|line| line["event"] == event.name));
        assert!(seen, "{}: {}", event.name, event.page.command);
    }
}

/// Without which file there is nothing for an event to tell.
const NEEDED: &[(&str, &str)] = &[("existing_module", "/proc/modules")];

/// Whether an event needs a hook that not every kernel has.
fn is_asked(event: &Event) -> bool {
    [MadeBy::Hook, MadeBy::Snapshot].contains(&event.made_by)
}

/// Those of which this kernel has a rung.
fn hooked(events: &[&Event]) -> HashSet<String> {
    let asked = events.iter().filter(|event| is_asked(event));
    let names: Vec<&str> = asked.map(|event| event.name).collect();
    let mut doctor = tracehound();
    doctor.args(["doctor", "--all-rungs", &names.join(",")]);
    let output = String::from_utf8(doctor.output().unwrap().stdout).unwrap();
    let first = |line: &str| line.split(' ').next().map(str::to_owned);
    let found: HashSet<String> = output.lines().filter_map(first).collect();
    assert!(!found.is_empty(), "this kernel has hooks");
    found
}

/// Whether this kernel has a rung of a hook event; others have one everywhere.
fn is_available(event: &Event, hooked: &HashSet<String>) -> bool {
    let needed = NEEDED.iter().find(|row| row.0 == event.name);
    (!is_asked(event) || hooked.contains(event.name))
        && needed.is_none_or(|row| std::path::Path::new(row.1).exists())
}

#[test]
fn related_events_exist() {
    for event in all() {
        for name in event.page.related {
            assert!(by_name(name).is_some(), "{}: {name}", event.name);
        }
    }
}

/// `make TARGET` and files that pages name are there.
#[test]
fn make_targets_and_documents_exist() {
    let makefile = std::fs::read_to_string(source().join("Makefile")).unwrap();
    for event in all() {
        let texts = event
            .page
            .issues
            .iter()
            .chain([&event.page.use_case, &event.page.purpose]);
        for target in texts
            .flat_map(|text| text.split('`'))
            .filter_map(|text| text.strip_prefix("make "))
        {
            let rule = makefile
                .lines()
                .any(|line| line.starts_with(&format!("{target}:")));
            assert!(rule, "{}: make {target}", event.name);
        }
        for path in event
            .page
            .sources
            .iter()
            .filter(|path| path.starts_with("docs/"))
        {
            assert!(source().join(path).exists(), "{}: {path}", event.name);
        }
    }
}

/// The hand-written C marks as unread exactly the fields whose pages say that they can be.
#[test]
fn fields_that_can_be_unread_are_those_that_pages_name() {
    for event in all().filter(|event| event.made_by == MadeBy::Hand) {
        let path = source().join(format!("crates/probes/bpf/hand/{}.h", event.name));
        let code = std::fs::read_to_string(path).unwrap();
        for field in event.fields.iter().filter(|field| !field.from.hidden) {
            let mark = format!("put_unread(rec, FIELD_{}_{},", event.name, field.name);
            let told = !field.from.unread.is_empty();
            assert_eq!(code.contains(&mark), told, "{}.{}", event.name, field.name);
        }
    }
}

#[test]
fn the_page_says_which_hook_this_kernel_gives() {
    if !root("trying hooks") {
        return;
    }
    let output = tracehound()
        .args(["events", "show", "sigprocmask"])
        .output()
        .unwrap();
    let page = String::from_utf8(output.stdout).unwrap();
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    assert!(
        page.contains(&format!("Here is kernel {}.", release.trim())),
        "{page}"
    );
    assert_eq!(page.matches("Here: used: ").count(), 1, "{page}");
    assert!(!page.contains('\x1b'), "no escapes into a pipe");
}
