//! Live tests of processes' lives: forks, execs and exits with all that is told of them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use support::{Run, named, program, root, trace, tracehound};

#[expect(dead_code, reason = "each test file uses a part")]
mod support;

const EXEC: &str = "sched_process_exec";
const FORK: &str = "sched_process_fork";
const EXIT: &str = "sched_process_exit";

/// A folder that is gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("tracehound-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path.canonicalize().unwrap())
    }

    fn script(&self, name: &str, text: &str) -> String {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path.display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn execs(command: &[&str]) -> Run {
    trace(&["-e", EXEC, "--env", "*"], command)
}

/// The arguments of the last exec.
fn last(run: &Run) -> &Value {
    &named(run, EXEC)
        .last()
        .unwrap_or_else(|| panic!("{}", run.stats))["args"]
}

/// The number behind a word that the program printed.
fn printed(run: &Run, word: &str) -> u64 {
    let line = run.stdout.lines().find_map(|line| line.strip_prefix(word));
    line.unwrap().trim().parse().unwrap()
}

/// The loader that a program names, as its file says it.
fn loader_of(program: &str) -> PathBuf {
    let bytes = fs::read(program).unwrap();
    let at = bytes.windows(4).position(|four| four == b"/lib").unwrap();
    let text = bytes[at..].split(|byte| *byte == 0).next().unwrap();
    Path::new(std::str::from_utf8(text).unwrap())
        .canonicalize()
        .unwrap()
}

/// What is told of a file, by the names of the fields, is what the file system says.
fn is_file(args: &Value, path: &Path, names: [&str; 4]) {
    let facts = fs::metadata(path).unwrap();
    let [pathname, dev, inode, ctime] = names;
    assert_eq!(args[pathname], path.display().to_string(), "{args}");
    assert_eq!(args[inode], facts.ino(), "{args}");
    let number = format!("{}:{}", facts.dev() >> 8 & 0xfff, facts.dev() & 0xff);
    assert_eq!(args[dev], number, "{args}");
    let text = args[ctime].as_str().unwrap();
    let fraction = format!(".{:09}Z", facts.ctime_nsec());
    assert!(
        text.ends_with(&fraction) || facts.ctime_nsec() == 0,
        "{text}"
    );
    let seconds = facts.ctime().rem_euclid(60);
    assert_eq!(&text[17..19], format!("{seconds:02}"), "{text}");
}

#[test]
fn an_exec_tells_its_files_and_what_surrounds_it() {
    if !root() {
        return;
    }
    let folder = Folder::new("surroundings");
    for name in ["execs", "execs32"] {
        let path = program(name);
        if !Path::new(&path).exists() {
            continue;
        }
        let path = Path::new(&path).canonicalize().unwrap();
        let path = path.to_str().unwrap();
        let script = format!(
            "cd {}; KEY='a value' exec {path} end '' </dev/null",
            folder.0.display()
        );
        let run = execs(&["sh", "-c", &script]);
        let args = last(&run);
        is_file(args, Path::new(path), ["pathname", "dev", "inode", "ctime"]);
        let names = [
            "interpreter_pathname",
            "interpreter_dev",
            "interpreter_inode",
            "interpreter_ctime",
        ];
        is_file(args, &loader_of(path), names);
        let mode = fs::metadata(path).unwrap().mode();
        let text = format!("S_IFREG|0{:o}", mode & 0o7777);
        assert_eq!(args["inode_mode"], text, "{args}");
        assert_eq!(args["cmdpath"], path, "{args}");
        assert_eq!(args["interp"], path, "{args}");
        assert_eq!(args["argv"], serde_json::json!([path, "end", ""]), "{args}");
        assert_eq!(args["stdin_type"], "S_IFCHR", "{args}");
        assert_eq!(args["stdin_path"], "/dev/null", "{args}");
        assert_eq!(args["prev_comm"], "sh", "{args}");
        assert_eq!(args["pwd"], folder.0.display().to_string(), "{args}");
        assert_eq!(args["invoked_from_kernel"], false, "{args}");
        let env = args["env"].as_array().unwrap();
        assert!(env.iter().any(|text| text == "KEY=a value"), "{args}");
        assert_eq!(args["source"], "0x0", "{args}");
    }
}

#[test]
fn an_exec_without_standard_input_tells_none() {
    if !root() {
        return;
    }
    let path = program("execs");
    let run = execs(&["sh", "-c", &format!("exec {path} end <&-")]);
    let args = last(&run);
    assert!(args.get("stdin_type").is_none(), "{args}");
    assert!(args.get("stdin_path").is_none(), "{args}");
}

#[test]
fn an_exec_of_a_script_tells_the_chain() {
    if !root() {
        return;
    }
    let folder = Folder::new("chain");
    let inner = folder.script("inner", "#!/bin/sh\nexit 5\n");
    let outer = folder.script("outer", &format!("#!{inner} option\n"));
    let run = execs(&[&outer, "argument"]);
    assert_eq!(run.code, Some(5));
    let args = last(&run);
    assert_eq!(args["cmdpath"], outer, "{args}");
    assert_eq!(args["interp"], "/bin/sh", "{args}");
    let shell = Path::new("/bin/sh").canonicalize().unwrap();
    assert_eq!(args["pathname"], shell.display().to_string(), "{args}");
    let words = serde_json::json!(["/bin/sh", inner, "option", outer, "argument"]);
    assert_eq!(args["argv"], words, "{args}");
}

#[test]
fn an_exec_from_memory_or_of_a_deleted_file_is_told() {
    if !root() {
        return;
    }
    let folder = Folder::new("deleted");
    let place = folder.0.display().to_string();
    for name in ["execs", "execs32"] {
        let run = execs(&[&program(name), "memfd", &place]);
        let args = last(&run);
        assert_eq!(args["source"], "memfd", "{args}");
        assert_eq!(args["inode"], printed(&run, "inode"), "{args}");
        assert_eq!(args["argv"], serde_json::json!(["execs", "end"]), "{args}");
        let run = execs(&[&program(name), "deleted", &place]);
        let args = last(&run);
        assert_eq!(args["source"], "deleted", "{args}");
        assert_eq!(args["inode"], printed(&run, "inode"), "{args}");
        assert_eq!(
            args["pathname"],
            format!("{place}/gone (deleted)"),
            "{args}"
        );
    }
}

#[test]
fn an_exec_from_the_upper_layer_of_an_overlay_is_told() {
    if !root() {
        return;
    }
    let folder = Folder::new("overlay");
    let path = program("execs");
    let script = format!(
        "cd {}; mount -t tmpfs none . && cd $PWD && mkdir lower upper work merged && \
         cp {path} lower/below && mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work \
         none merged || exit 9; cp {path} merged/above; merged/below end; exec merged/above end",
        folder.0.display()
    );
    let run = execs(&["unshare", "-m", "sh", "-c", &script]);
    if run.code == Some(9) {
        println!("skipped: this kernel has no overlay file system");
        return;
    }
    let source = |name: &str| {
        let exec = named(&run, EXEC).into_iter().find(|event| {
            let path = event["args"]["pathname"].as_str().unwrap();
            path.ends_with(&format!("/merged/{name}"))
        });
        exec.unwrap_or_else(|| panic!("{}", run.text))["args"]["source"].clone()
    };
    assert_eq!(source("below"), "0x0");
    assert_eq!(source("above"), "overlay_upper");
}

#[test]
fn an_exec_of_a_thread_tells_which_it_was() {
    if !root() {
        return;
    }
    let run = execs(&[&program("execs"), "thread"]);
    let exec = *named(&run, EXEC).last().unwrap();
    assert_eq!(exec["args"]["old_tid"], printed(&run, "tid"), "{exec}");
    assert_eq!(exec["process"]["tid"], exec["process"]["pid"], "{exec}");
    assert_ne!(
        exec["args"]["old_tid"], exec["process"]["host_pid"],
        "{exec}"
    );
}

#[test]
fn a_fork_tells_parent_child_and_leader_in_their_namespaces() {
    if !root() {
        return;
    }
    let script = "unshare -p -f sh -c 'echo child $$; exit 3'";
    let run = trace(&["-e", FORK, "-e", EXIT], &["sh", "-c", script]);
    assert_eq!(printed(&run, "child"), 1);
    let forks = named(&run, FORK);
    let first = |event: &&&Value| event["args"]["child_ns_pid"] == 1;
    let fork = forks.iter().find(first).unwrap();
    let (args, process) = (&fork["args"], &fork["process"]);
    assert_eq!(args["child_ns_tid"], 1, "{args}");
    assert_ne!(args["child_pid"], 1, "{args}");
    for (name, of) in [
        ("parent_tid", "host_tid"),
        ("parent_ns_tid", "tid"),
        ("parent_pid", "host_pid"),
        ("parent_ns_pid", "pid"),
        ("parent_process_tid", "host_pid"),
        ("parent_process_ns_tid", "pid"),
        ("parent_process_pid", "host_pid"),
        ("parent_process_ns_pid", "pid"),
        ("parent_start_time", "start"),
        ("parent_process_start_time", "start"),
    ] {
        assert_eq!(args[name], process[of], "{name}: {fork}");
    }
    for (name, of) in [
        ("leader_tid", "child_tid"),
        ("leader_ns_tid", "child_ns_tid"),
        ("leader_pid", "child_pid"),
        ("leader_ns_pid", "child_ns_pid"),
        ("leader_start_time", "start_time"),
    ] {
        assert_eq!(args[name], args[of], "{name}: {fork}");
    }
    // The child's own record agrees with what its parent's fork said of it.
    let exits = named(&run, EXIT);
    let own = |event: &&&Value| event["process"]["host_pid"] == args["child_pid"];
    let exit = exits.iter().find(own).unwrap();
    assert_eq!(exit["process"]["pid"], 1, "{exit}");
    assert_eq!(exit["process"]["start"], args["start_time"], "{exit}");
    assert_eq!(exit["args"]["exit_code"], 3, "{exit}");
}

#[test]
fn a_threads_fork_tells_the_process_that_it_belongs_to() {
    if !root() {
        return;
    }
    let run = trace(
        &["-e", FORK],
        &["sh", "-c", &format!("{} thread; true", program("execs"))],
    );
    let thread = |event: &&&Value| event["args"]["child_tid"] != event["args"]["child_pid"];
    let forks = named(&run, FORK);
    let fork = forks.iter().find(thread).unwrap();
    let (args, process) = (&fork["args"], &fork["process"]);
    assert_eq!(args["child_tid"], printed(&run, "tid"), "{fork}");
    assert_eq!(args["child_pid"], process["host_pid"], "{fork}");
    assert_eq!(args["leader_tid"], process["host_pid"], "{fork}");
    assert_eq!(args["leader_start_time"], process["start"], "{fork}");
    assert_eq!(args["parent_process_pid"], process["host_ppid"], "{fork}");
    assert_ne!(
        args["parent_process_start_time"], args["parent_start_time"],
        "{fork}"
    );
}

#[test]
fn an_exit_tells_its_signal_and_whether_the_process_ends() {
    if !root() {
        return;
    }
    let script = format!("sh -c 'kill -9 $$'; {} thread; exit 4", program("execs"));
    let run = trace(&["-e", EXIT], &["sh", "-c", &script]);
    let exits = named(&run, EXIT);
    let killed = |event: &&&Value| event["args"]["signal_code"] == "SIGKILL";
    let exit = exits.iter().find(killed).unwrap();
    assert_eq!(exit["args"]["exit_code"], 0, "{exit}");
    assert_eq!(exit["args"]["process_group_exit"], true, "{exit}");
    assert_eq!(exit["args"]["core_dumped"], false, "{exit}");
    // The first thread ends when the second executes another program, and the process goes on.
    let ends = |event: &&&&Value| event["args"]["process_group_exit"] == true;
    let of: Vec<_> = exits
        .iter()
        .filter(|exit| exit["process"]["comm"] == "execs")
        .collect();
    assert_eq!(of.len(), 1, "{of:?}");
    assert_eq!(of.iter().filter(ends).count(), 0, "{of:?}");
    let code = |event: &&&Value| event["args"]["exit_code"] == 4;
    assert!(exits.iter().any(|exit| code(&exit)), "{exits:?}");
}

/// Ids come round: what has one again is another process.
#[test]
fn a_process_that_gets_a_used_id_is_another() {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let mut numbers = release
        .split(['.', '-'])
        .map(|part| part.parse::<u32>().unwrap_or(0));
    let version = (numbers.next().unwrap(), numbers.next().unwrap());
    let in_lab = std::env::var_os("TRACEHOUND_LAB").is_some();
    if !root() || version < (6, 14) && !in_lab {
        println!("skipped: the largest id is the whole machine's before 6.14");
        return;
    }
    let script = "mount -t proc proc /proc && echo 400 >/proc/sys/kernel/pid_max || exit 9; \
                  n=0; while [ $n -lt 500 ]; do (exit 7); n=$((n+1)); done; exit 6";
    let command = ["unshare", "-p", "-m", "-f", "sh", "-c", script];
    let run = trace(&["-e", FORK, "-e", EXIT], &command);
    assert_eq!(run.code, Some(6), "{}", run.stats);
    let mut starts: HashMap<(u64, u64), Vec<&str>> = HashMap::new();
    for exit in named(&run, EXIT) {
        let process = &exit["process"];
        let key = (
            process["pid_ns"].as_u64().unwrap(),
            process["pid"].as_u64().unwrap(),
        );
        let start = process["id"].as_str().unwrap();
        let known = starts.entry(key).or_default();
        assert!(!known.contains(&start), "{exit}");
        known.push(start);
    }
    assert!(starts.values().any(|ids| ids.len() > 1), "no id came round");
    // Every child's end belongs to the fork that told it.
    let children: Vec<_> = named(&run, FORK)
        .iter()
        .map(|fork| fork["args"]["start_time"].clone())
        .collect();
    let ended = named(&run, EXIT);
    let ended = ended.iter().filter(|exit| exit["args"]["exit_code"] == 7);
    let found = ended
        .filter(|exit| children.contains(&exit["process"]["start"]))
        .count();
    assert_eq!(found, 500);
}

/// What takes time to read is left out where nobody asked for the event.
#[test]
fn an_exec_that_is_only_needed_is_brief() {
    if !root() {
        return;
    }
    let folder = Folder::new("brief");
    let file = folder.0.join("recording");
    let output = format!("raw:{}", file.display());
    let options = ["-e", "signal_deliver", "-o", &output];
    trace(&options, &["sh", "-c", "env true; env true"]);
    let replay = tracehound()
        .args(["replay", "-e", EXEC, "-o", "json"])
        .arg(&file)
        .output()
        .unwrap();
    let text = String::from_utf8(replay.stdout).unwrap();
    let line = text.lines().last().unwrap();
    let exec: Value = serde_json::from_str(line).unwrap();
    let unread = exec["unread"].as_array().unwrap();
    for name in [
        "env",
        "pwd",
        "interpreter_pathname",
        "stdin_path",
        "prev_comm",
    ] {
        assert!(unread.iter().any(|field| field == name), "{name}: {line}");
    }
    assert_eq!(exec["args"]["argv"], serde_json::json!(["true"]), "{line}");
}
