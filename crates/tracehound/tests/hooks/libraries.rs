//! What loaded libraries define, and what loaded files hash to.

use serde_json::{Value, json};

use crate::support::{self, Run, program, root, trace};
use crate::{folder, is_available};

/// Traces an event of the program that maps files.
fn loads(event: &str, program: &str, words: &[&str]) -> Option<Run> {
    let rung = std::env::var_os("TRACEHOUND_RUNG").is_some();
    if !root() || rung || !is_available("shared_object_loaded") {
        return None;
    }
    let command = [&[program][..], words].concat();
    let run = trace(&["-e", event], &command);
    assert_eq!(run.code, Some(0), "{}", run.stats);
    Some(run)
}

/// What is told of files of a name.
fn of<'a>(run: &'a Run, event: &str, name: &str) -> Vec<&'a Value> {
    let named = support::named(run, event);
    let args = named.into_iter().map(|event| &event["args"]);
    args.filter(|args| {
        let paths = [&args["library_path"], &args["loaded_path"]];
        let of = |path: &&Value| path.as_str().is_some_and(|path| path.ends_with(name));
        paths.iter().any(of)
    })
    .collect()
}

fn sha256(path: &str) -> String {
    let output = std::process::Command::new("sha256sum").arg(path).output();
    let text = String::from_utf8(output.unwrap().stdout).unwrap();
    text.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn symbols_loaded_says_what_a_library_stands_in_for() {
    for width in ["", "32"] {
        let library = program(&format!("hides{width}.so"));
        let words = [&library[..], &program("common.so")];
        let loader = program(&format!("loads{width}"));
        let Some(run) = loads("symbols_loaded", &loader, &words) else {
            return;
        };
        let told = of(&run, "symbols_loaded", ".so");
        assert_eq!(told.len(), 1, "{}", run.text);
        let path = std::fs::canonicalize(&library).unwrap();
        assert_eq!(told[0]["library_path"], path.to_str().unwrap());
        assert_eq!(
            told[0]["symbols"],
            json!(["accept4", "readdir", "readdir64"])
        );
        assert_eq!(told[0]["sha256"], sha256(&library));
        assert_eq!(told[0].get("why"), None);
    }
}

/// What has taken a library's place is not told as the library: its last name is gone, by which it changed.
#[test]
fn symbols_loaded_is_not_deceived_by_another_file_at_the_path() {
    let folder = folder("loaded");
    let copy = |from: &str, to: &str| {
        let to = folder.join(to);
        std::fs::copy(program(from), &to).unwrap();
        to.to_str().unwrap().to_owned()
    };
    let (first, second) = (copy("common.so", "first.so"), copy("hides.so", "second.so"));
    let words = [&first[..], "-r", &second, "-w"];
    let run = loads("symbols_loaded", &program("loads"), &words);
    std::fs::remove_dir_all(&folder).unwrap();
    let Some(run) = run else { return };
    // Nothing is told if the file was read before it was replaced.
    for args in of(&run, "symbols_loaded", "first.so") {
        assert_eq!(args["why"], "the file was changed since", "{}", run.text);
        assert_eq!(args.get("symbols"), None, "{}", run.text);
    }
}

#[test]
fn symbols_loaded_says_why_it_read_nothing() {
    let folder = folder("unread");
    let file = folder.join("text.so");
    std::fs::write(&file, "this is no library").unwrap();
    let run = loads(
        "symbols_loaded",
        &program("loads"),
        &[file.to_str().unwrap()],
    );
    std::fs::remove_dir_all(&folder).unwrap();
    let Some(run) = run else { return };
    let events = support::named(&run, "symbols_loaded");
    let told = events
        .iter()
        .find(|event| event["args"]["why"] == "the file is no ELF file");
    let told = told.unwrap_or_else(|| panic!("{}", run.text));
    assert_eq!(told["unread"], json!(["symbols", "sha256"]), "{told}");
}

/// Loads two libraries with words between; what is told of the second.
fn collisions(between: &[&str]) -> Option<Vec<Value>> {
    let (first, second) = (program("hides.so"), program("common.so"));
    let words = [&[&first[..]], between, &[&second]].concat();
    let run = loads("symbols_collision", &program("loads"), &words)?;
    let told = of(&run, "symbols_collision", "common.so");
    Some(told.into_iter().cloned().collect())
}

#[test]
fn symbols_collision_says_what_two_libraries_define() {
    for between in [&[][..], &["-f"]] {
        let Some(told) = collisions(between) else {
            return;
        };
        let path = std::fs::canonicalize(program("hides.so")).unwrap();
        assert_eq!(told.len(), 1, "{between:?}: {told:?}");
        assert_eq!(told[0]["collision_path"], path.to_str().unwrap());
        assert_eq!(told[0]["symbols"], json!(["th_common"]));
    }
}

#[test]
fn symbols_collision_forgets_what_a_program_before_had() {
    let told = collisions(&["-e"]).unwrap_or_default();
    assert_eq!(told, Vec::<Value>::new());
}

/// As it is done in earnest.
#[test]
fn symbols_collision_sees_a_library_before_the_c_library() {
    let library = format!("LD_PRELOAD={}", program("hides.so"));
    let words = [&library[..], &program("loads")];
    let Some(run) = loads("symbols_collision", "env", &words) else {
        return;
    };
    let told = of(&run, "symbols_collision", "libc.so.6");
    let hides = |args: &&&Value| {
        args["collision_path"]
            .as_str()
            .is_some_and(|path| path.ends_with("hides.so"))
    };
    let args = told
        .iter()
        .find(hides)
        .unwrap_or_else(|| panic!("{}", run.text));
    assert_eq!(args["symbols"], json!(["accept4", "readdir", "readdir64"]));
}

/// What programs and libraries are told to hash to.
fn hashed(run: &Run, path: &str) -> Vec<Value> {
    let events = support::named(run, "file_hashed").into_iter();
    let own = events.map(|event| event["args"].clone());
    own.filter(|args| args["pathname"] == path).collect()
}

#[test]
fn file_hashed_tells_programs_once_and_libraries_that_are_told() {
    let folder = folder("hashed");
    let copy = folder.join("program");
    std::fs::copy(program("loads"), &copy).unwrap();
    let (copy, library) = (copy.to_str().unwrap(), program("common.so"));
    let script = format!("{copy} {library}; {copy} {library}; echo >> {copy}; {copy} {library}");
    let first = sha256(copy);
    let run = loads("file_hashed,shared_object_loaded", "sh", &["-c", &script]);
    let last = sha256(copy);
    std::fs::remove_dir_all(&folder).unwrap();
    let Some(run) = run else { return };
    let library = std::fs::canonicalize(&library).unwrap();
    let told = hashed(&run, library.to_str().unwrap());
    assert_eq!(told.len(), 1, "{}", run.text);
    assert_eq!(told[0]["sha256"], sha256(library.to_str().unwrap()));
    let told = hashed(&run, copy);
    // The first can have been changed before it was read, which is told then.
    let [before, after] = &told[..] else {
        panic!("{}", run.text);
    };
    assert_eq!(after["sha256"], last, "{}", run.text);
    if before.get("why").is_none() {
        assert_eq!(before["sha256"], first, "{}", run.text);
    } else {
        assert_eq!(before["why"], "the file was changed since");
        assert_eq!(before.get("sha256"), None);
    }
}

/// A program that was hashed before is known by its hash from its exec on.
#[test]
fn events_tell_their_programs_hash() {
    if !root() || std::env::var_os("TRACEHOUND_RUNG").is_some() || !is_available("openat") {
        return;
    }
    let options = [
        "-e",
        "openat.data.pathname=/etc/hostname",
        "--with",
        "hashes",
    ];
    let script = "cat /etc/passwd; sleep 2; exec cat /etc/hostname";
    let run = trace(&options, &["sh", "-c", script]);
    let events = support::named(&run, "openat");
    assert_eq!(events.len(), 1, "{}\n{}", run.text, run.stats);
    let process = &events[0]["process"];
    let file = process["exe"].as_str().unwrap();
    assert_eq!(process["exe_sha256"], sha256(file), "{}", run.text);
}

/// dpkg's lists of a mount namespace of its own, in which one package has sleep.
const LISTS: &str = "mount -t tmpfs lists /var/lib && mkdir -p /var/lib/dpkg/info && \
    printf 'Package: sleeper\\nStatus: install ok installed\\nArchitecture: amd64\\nVersion: 1:2-3\\n' \
        > /var/lib/dpkg/status && \
    printf '/.\\n/bin\\n/bin/sleep\\n/usr/bin/sleep\\n' > /var/lib/dpkg/info/sleeper.list";

fn traces_own_lists(event: &str, script: &str, options: &[&str]) -> Option<Run> {
    if !root() || std::env::var_os("TRACEHOUND_RUNG").is_some() || !is_available("openat") {
        return None;
    }
    let options = [&["-e", event], options].concat();
    let script = format!("{LISTS} && {script}");
    let run = trace(&options, &["unshare", "-m", "sh", "-c", &script]);
    assert_eq!(run.code, Some(0), "{}", run.stats);
    Some(run)
}

#[test]
fn file_packaged_tells_whose_list_has_a_program() {
    let folder = folder("packaged");
    let copy = folder.join("sleep");
    let sleep = std::fs::canonicalize("/bin/sleep").unwrap();
    std::fs::copy(&sleep, &copy).unwrap();
    let script = format!("{0} 0.2; {0} 0.2; {1} 0.2", sleep.display(), copy.display());
    let run = traces_own_lists("file_packaged", &script, &[]);
    std::fs::remove_dir_all(&folder).unwrap();
    let Some(run) = run else { return };
    let of = |path: &std::path::Path| -> Vec<Value> {
        let events = support::named(&run, "file_packaged").into_iter();
        let args = events.map(|event| event["args"].clone());
        args.filter(|args| args["pathname"] == path.to_str().unwrap())
            .collect()
    };
    let told = of(&sleep);
    assert_eq!(told.len(), 1, "{}", run.text);
    let values =
        ["manager", "package", "version", "architecture", "why"].map(|name| told[0].get(name));
    let expected = ["dpkg", "sleeper", "1:2-3", "amd64"].map(Value::from);
    let expected: Vec<_> = expected.iter().map(Some).chain([None]).collect();
    assert_eq!(values[..], expected, "{}", run.text);
    let told = of(&copy);
    assert_eq!(told.len(), 1, "{}", run.text);
    for absent in ["manager", "package", "why", "unread"] {
        assert_eq!(told[0].get(absent), None, "{}", run.text);
    }
}

/// As with hashes: a program that was asked about before is known by its package from its exec on.
#[test]
fn events_tell_their_programs_package() {
    let folder = folder("of-package");
    let copy = folder.join("cat");
    std::fs::copy("/bin/cat", &copy).unwrap();
    let script = format!(
        "sleep 0.1; {0} /etc/passwd; sleep 0.5; {0} /etc/hostname; sleep 0.1 < /etc/hostname; true",
        copy.display()
    );
    let openat = "openat.data.pathname=/etc/hostname";
    let more = ["-e", "nanosleep,clock_nanosleep", "--with", "packages"];
    let run = traces_own_lists(openat, &script, &more);
    std::fs::remove_dir_all(&folder).unwrap();
    let Some(run) = run else { return };
    let of = |comm: &str| {
        let lines = run.text.lines().rev();
        let mut events = lines.filter_map(|line| serde_json::from_str::<Value>(line).ok());
        events
            .find(|event| {
                event["process"]["comm"] == comm && event["event"] != "sched_process_exec"
            })
            .unwrap_or_else(|| panic!("{}", run.text))["process"]["exe_package"]
            .clone()
    };
    let expected =
        json!({"manager": "dpkg", "name": "sleeper", "version": "1:2-3", "architecture": "amd64"});
    assert_eq!(of("sleep"), expected, "{}", run.text);
    let process = support::named(&run, "openat");
    let process = &process.last().unwrap()["process"];
    assert!(process["exe_package"].is_null(), "{}", run.text);
    assert!(process.as_object().unwrap().contains_key("exe_package"));
}
