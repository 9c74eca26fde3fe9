//! Execution.

use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::support::{Run, named, program};
use crate::{at_call_end, folder, is_available, run_of, rung_of};

/// Whether the kernel's file is told, and not only the call.
fn has_binary() -> bool {
    static HAS: OnceLock<bool> = OnceLock::new();
    *HAS.get_or_init(|| rung_of("process_execute_failed").contains('+'))
}

fn failed(run: &Run) -> Vec<&Value> {
    let own = |event: &&Value| {
        event["process"]["comm"]
            .as_str()
            .unwrap()
            .starts_with("execs")
    };
    let events = named(run, "process_execute_failed");
    events.into_iter().filter(own).collect()
}

type Name = Option<&'static str>;

/// The calls of `execs fail`: the error, the path, and the files that the kernel came to.
const FAILURES: [(&str, Name, Name, Name); 14] = [
    ("ENOENT", Some("none"), None, None),
    ("ENOTDIR", Some("plain/none"), None, None),
    ("EACCES", Some("plain"), None, None),
    ("EACCES", Some("."), None, None),
    ("ELOOP", Some("loop"), None, None),
    ("ENAMETOOLONG", Some("ddd"), None, None),
    ("EFAULT", None, None, None),
    ("E2BIG", Some("text"), None, None),
    ("EFAULT", Some("text"), None, None),
    ("ENOEXEC", Some("text"), Some("text"), None),
    ("ENOENT", Some("script"), Some("script"), None),
    ("ENOEXEC", Some("chain"), Some("chain"), Some("text")),
    ("ENOEXEC", Some("text"), Some("text"), None),
    ("ENOENT", Some("none"), None, None),
];

#[test]
fn process_execute_failed_says_what_and_why() {
    let folder = folder("fail");
    let place = folder.display().to_string();
    for name in ["execs", "execs32"] {
        let command = [&program(name), "fail", &place];
        let Some(run) = run_of("process_execute_failed", &command) else {
            break;
        };
        let events = failed(&run);
        assert_eq!(events.len(), FAILURES.len(), "{}", run.text);
        for (event, (error, path, binary, interpreter)) in events.iter().zip(FAILURES) {
            let args = &event["args"];
            assert_eq!(event["error"], error, "{event}");
            match (path, args["pathname"].as_str()) {
                (Some(path), Some(told)) => assert!(told.starts_with(path), "{event}"),
                (path, told) => assert_eq!(path, told, "{event}"),
            }
            is_told(event, "binary.path", binary, &place);
            is_told(event, "interpreter_path", interpreter, &place);
            assert_eq!(args["kernel_invoked"], false, "{event}");
            assert_eq!(args["stdin_type"], "S_IFCHR", "{event}");
        }
        binary_is(events[9], &folder.join("text"));
        arguments_are_told(&events);
        std::fs::remove_dir_all(&folder).unwrap();
        std::fs::create_dir(&folder).unwrap();
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A path of the kernel's: there, absent, or unread on rungs without it.
fn is_told(event: &Value, field: &str, name: Option<&str>, place: &str) {
    let told = event["args"][field].as_str();
    let unread = event["unread"].as_array();
    let unread = unread.is_some_and(|fields| fields.iter().any(|own| own == field));
    if has_binary() {
        let path = name.map(|name| format!("{place}/{name}"));
        assert_eq!(told, path.as_deref(), "{event}");
    }
    assert_eq!(unread, !has_binary(), "{event}");
}

fn binary_is(event: &Value, path: &std::path::Path) {
    use std::os::unix::fs::MetadataExt as _;
    if !has_binary() {
        return;
    }
    let facts = std::fs::metadata(path).unwrap();
    let args = &event["args"];
    assert_eq!(args["binary.inode_number"], facts.ino(), "{event}");
    assert_eq!(args["binary.inode_mode"], "S_IFREG|0755", "{event}");
    let number = format!("{}:{}", facts.dev() >> 8 & 0xfff, facts.dev() & 0xff);
    assert_eq!(args["binary.device_id"], number, "{event}");
}

fn arguments_are_told(events: &[&Value]) {
    for event in events.iter().filter(|event| event["error"] == "ENOEXEC") {
        assert_eq!(
            event["args"]["argv"],
            json!(["first", "second word", ""]),
            "{event}"
        );
        assert_eq!(event["args"]["envp"], json!(["KEY=value"]), "{event}");
    }
    let flagged = &events[12]["args"];
    assert_eq!(flagged["flags"], "AT_SYMLINK_NOFOLLOW", "{flagged}");
    assert!(flagged["dirfd"].as_i64().unwrap() > 2, "{flagged}");
    assert_eq!(events[0]["args"]["dirfd"], -100);
    // Null instead of a list.
    assert!(events[13]["args"].get("argv").is_none(), "{}", events[13]);
    // A list that cannot be read, and one with a text that is too large.
    let has = |event: &Value, state: &str, field: &str| {
        let fields = event[state].as_array();
        fields.is_some_and(|fields| fields.iter().any(|own| own == field))
    };
    assert!(has(events[8], "unread", "argv"), "{}", events[8]);
    assert!(has(events[7], "cut", "argv"), "{}", events[7]);
}

/// What the call was given is gone with the old program, and is not made up.
#[test]
fn process_execute_failed_tells_no_more_than_is_left() {
    let folder = folder("lost");
    let command = [&program("execs"), "lost", &folder.display().to_string()];
    if let Some(run) = run_of("process_execute_failed", &command) {
        assert_eq!(run.code, Some(139), "{}", run.stats);
        let told = named(&run, "process_execute_failed");
        let event = told.last().unwrap();
        let unread = event["unread"].as_array().unwrap();
        for field in ["dirfd", "flags", "pathname", "argv", "envp"] {
            assert!(unread.iter().any(|own| own == field), "{field}: {event}");
        }
        is_told(
            event,
            "binary.path",
            Some("lost"),
            &folder.display().to_string(),
        );
        assert!(event["error"].is_string(), "{event}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

/// An exec that succeeds leaves nothing that a later failure could be told with.
#[test]
fn process_execute_failed_tells_no_file_of_an_exec_before() {
    let script = "/nowhere/first; exec sh -c '/nowhere/second; true'";
    let Some(run) = run_of("process_execute_failed", &["sh", "-c", script]) else {
        return;
    };
    let events = named(&run, "process_execute_failed");
    let paths: Vec<_> = events
        .iter()
        .map(|event| &event["args"]["pathname"])
        .collect();
    assert!(paths.contains(&&json!("/nowhere/second")), "{paths:?}");
    for event in events {
        assert!(
            event["args"].get("binary.path").is_none_or(Value::is_null),
            "{event}"
        );
    }
}

#[test]
fn security_bprm_check_says_which_files_an_exec_comes_to() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder("check");
    let script = folder.join("script");
    std::fs::write(&script, "#!/bin/sh\nexit 3\n").unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = script.display().to_string();
    let command = format!("KEY=value {path} word; true");
    if let Some(run) = run_of("security_bprm_check", &["sh", "-c", &command]) {
        let events = named(&run, "security_bprm_check");
        let shell = std::path::Path::new("/bin/sh").canonicalize().unwrap();
        let shell = shell.display().to_string();
        // At the tracepoint the exec is over: the last file alone.
        let over = rung_of("security_bprm_check").ends_with("/sched_process_exec");
        let files: Vec<_> = events[events.len() - if over { 1 } else { 2 }..].to_vec();
        let paths: Vec<_> = files
            .iter()
            .map(|event| event["args"]["pathname"].clone())
            .collect();
        let words = if over {
            assert_eq!(paths, [json!(shell)], "{files:?}");
            json!(["/bin/sh", path, "word"])
        } else {
            assert_eq!(paths, [json!(path), json!(shell)], "{files:?}");
            json!([path, "word"])
        };
        for event in files {
            assert_eq!(event["args"]["argv"], words, "{event}");
            let env = event["args"]["envp"].as_array().unwrap();
            assert!(env.iter().any(|text| text == "KEY=value"), "{event}");
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn load_elf_phdrs_says_which_files_a_program_is_made_of() {
    use std::os::unix::fs::MetadataExt as _;
    let path = program("execs");
    let Some(run) = run_of("load_elf_phdrs", &[&path, "end"]) else {
        return;
    };
    let events = named(&run, "load_elf_phdrs");
    let whole = std::path::Path::new(&path).canonicalize().unwrap();
    let own = events
        .iter()
        .position(|event| event["args"]["pathname"] == whole.display().to_string())
        .unwrap_or_else(|| panic!("{}", run.text));
    let facts = std::fs::metadata(&path).unwrap();
    assert_eq!(events[own]["args"]["inode"], facts.ino(), "{}", events[own]);
    if rung_of("load_elf_phdrs").ends_with("/load_elf_phdrs") {
        let loader = events[own + 1]["args"]["pathname"].as_str().unwrap();
        assert!(loader.contains("/ld-"), "{loader}");
    }
}

#[test]
fn do_exit_says_what_a_thread_ends_with() {
    let script = "(exit 7); sh -c 'kill -9 $$'; exit 0";
    let Some(run) = run_of("do_exit", &["sh", "-c", script]) else {
        return;
    };
    let events = named(&run, "do_exit");
    let values: Vec<_> = events
        .iter()
        .map(|event| event["args"]["returnValue"].clone())
        .collect();
    assert_eq!(values, [json!(7 << 8), json!(9), json!(0)], "{events:?}");
    assert!(!at_call_end("do_exit") && is_available("do_exit"));
}
