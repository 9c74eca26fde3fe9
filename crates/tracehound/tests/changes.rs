//! Policies that change while a run goes on: no event of those that stay is lost or told twice.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{program, root, row, tracehound};

#[expect(dead_code, reason = "each test file uses a part")]
mod support;

/// A tracer of `numbered`, with its policies, its control socket and its output in a folder.
struct Run {
    folder: PathBuf,
    tracer: Child,
    _alone: MutexGuard<'static, ()>,
}

/// One after another: guests have little memory for what is told of so many calls.
static ALONE: Mutex<()> = Mutex::new(());

/// What a run told.
#[derive(Default)]
struct Told {
    /// The numbers of the calls, in order.
    numbers: Vec<u64>,
    /// Lines by event.
    lines: HashMap<String, u32>,
    /// Whether all calls were told by their policy alone.
    steady: bool,
}

/// Every call of a number.
const STEADY: &str = "type: policy\nname: steady\nscope: [comm=n*]\nrules:\n  - event: lseek\n";
/// Hooks that the other does not need.
const MORE: &str = "type: policy\nname: more\nscope: [comm=n*]\nrules:\n  - event: umask\n  \
    - event: task_rename\n    filters: [data.new_name=n*]\n";

impl Run {
    fn start(name: &str, options: &[&str]) -> Run {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let name = format!("tracehound-changes-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::remove_dir_all(&folder).ok();
        fs::create_dir_all(folder.join("policies")).unwrap();
        fs::write(folder.join("policies/steady.yaml"), STEADY).unwrap();
        let tracer = tracehound()
            .arg("-p")
            .arg(folder.join("policies"))
            .arg("--control")
            .arg(folder.join("control"))
            .arg("-o")
            .arg(format!("json:{}", folder.join("out").display()))
            .args(["--stats"])
            .args(options)
            .arg("--")
            .arg(program("numbered"))
            .arg(folder.join("end"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let run = Run {
            folder,
            tracer,
            _alone: alone,
        };
        run.wait_for("\"lseek\"");
        run
    }

    /// Waits until a text comes in the output that was not there before.
    fn wait_for(&self, text: &str) {
        let deadline = Instant::now() + Duration::from_secs(30);
        let length = || fs::metadata(self.folder.join("out")).map_or(0, |facts| facts.len());
        let from = length();
        loop {
            // The last of it is enough, and there is much.
            let start = from.max(length().saturating_sub(1 << 20));
            let mut part = Vec::new();
            if let Ok(mut file) = File::open(self.folder.join("out")) {
                file.seek(SeekFrom::Start(start)).unwrap();
                file.read_to_end(&mut part).unwrap();
            }
            if String::from_utf8_lossy(&part).contains(text) {
                return;
            }
            assert!(Instant::now() < deadline, "{text} did not come");
            sleep(Duration::from_millis(20));
        }
    }

    fn ask(&self, words: &[&str]) -> Output {
        let (action, rest) = words.split_first().unwrap();
        tracehound()
            .args(["policy", action, "--control"])
            .arg(self.folder.join("control"))
            .args(rest)
            .output()
            .unwrap()
    }

    /// What is answered, which must be yes.
    fn told(&self, words: &[&str]) -> String {
        let output = self.ask(words);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{words:?}: {error}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.folder.join(name), text).unwrap();
        self.path(name)
    }

    /// Ends it; what was told, and what the tracer said. Each number was told once.
    fn end(self) -> (Told, String) {
        let (told, calls, said) = self.finish();
        let all: Vec<u64> = (0..calls).collect();
        assert!(told.numbers == all && told.steady, "{said}");
        (told, said)
    }

    /// Ends it; what was told, how many calls there were, and what the tracer said.
    fn finish(mut self) -> (Told, u64, String) {
        self.write("end", "");
        let mut counted = String::new();
        let mut output = self.tracer.stdout.take().unwrap();
        output.read_to_string(&mut counted).unwrap();
        let mut said = String::new();
        let mut error = self.tracer.stderr.take().unwrap();
        error.read_to_string(&mut said).unwrap();
        assert!(self.tracer.wait().unwrap().success(), "{said}");
        let mut told = Told {
            steady: true,
            ..Told::default()
        };
        for line in BufReader::new(File::open(self.folder.join("out")).unwrap()).lines() {
            let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
            let event = line["event"].as_str().unwrap();
            if event == "lseek" {
                told.numbers.push(line["args"]["offset"].as_u64().unwrap());
                told.steady &= line["policies"] == serde_json::json!(["steady"]);
            }
            *told.lines.entry(event.to_owned()).or_default() += 1;
        }
        (told, counted.trim().parse().unwrap(), said)
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.tracer.kill().ok();
        self.tracer.wait().ok();
        fs::remove_dir_all(&self.folder).ok();
    }
}

#[test]
fn what_an_unchanged_policy_wants_is_told_once_each_while_others_come_and_go() {
    if !root() {
        return;
    }
    let run = Run::start("others", &[]);
    let more = run.write("more.yaml", MORE);
    let mut changes = 0;
    // Where a machine is emulated, one takes long.
    let rounds = if std::env::var_os("TRACEHOUND_LAB").is_some() {
        1
    } else {
        3
    };
    for _ in 0..rounds {
        assert_eq!(run.told(&["add", &more]), "2 policies in use\n");
        run.wait_for("\"umask\"");
        run.wait_for("\"task_rename\"");
        assert_eq!(run.told(&["remove", "more"]), "1 policy in use\n");
        changes += 2;
    }
    let (told, said) = run.end();
    assert_eq!(
        said.matches("policies have changed").count(),
        changes,
        "{said}"
    );
    let calls = told.numbers.len() as u32;
    // The other's came while it was there, and only then.
    for event in ["umask", "task_rename"] {
        let told = told.lines.get(event).copied().unwrap_or(0);
        assert!(told > 0 && told < calls / 100, "{event}: {told}\n{said}");
        let made = row(&said, event);
        assert_eq!(made[3..], [0, 0], "{said}");
    }
    assert!(
        said.contains("balances") && !said.contains("DOES NOT"),
        "{said}"
    );
}

#[test]
fn a_signal_and_a_changed_file_have_policies_read_again() {
    if !root() {
        return;
    }
    let run = Run::start("files", &[]);
    run.write("policies/more.yaml", MORE);
    run.wait_for("\"umask\"");
    // What is wrong changes nothing.
    run.write(
        "policies/more.yaml",
        "type: policy\nname: more\nrules: [{event: umsk}]\n",
    );
    sleep(Duration::from_millis(600));
    run.wait_for("\"umask\"");
    fs::remove_file(run.path("policies/more.yaml")).unwrap();
    sleep(Duration::from_millis(600));
    let list = run.told(&["list"]);
    assert!(
        list.starts_with("steady\t") && list.lines().count() == 1,
        "{list}"
    );
    let (_, said) = run.end();
    assert!(
        said.contains("more.yaml:3:17: ") && said.contains("umask"),
        "{said}"
    );
    assert_eq!(
        said.matches("policies stay as they are").count(),
        1,
        "{said}"
    );
    assert_eq!(said.matches("policies have changed").count(), 2, "{said}");

    let run = Run::start("signal", &["--no-watch"]);
    run.write("policies/more.yaml", MORE);
    sleep(Duration::from_millis(600));
    assert_eq!(run.told(&["list"]).lines().count(), 1);
    let tracer = run.tracer.id().to_string();
    Command::new("kill")
        .args(["-HUP", &tracer])
        .status()
        .unwrap();
    run.wait_for("\"umask\"");
    run.end();
}

/// What the kernel leaves out changes with the policies.
#[test]
fn what_the_kernel_leaves_out_for_one_policy_is_told_for_the_next() {
    if !root() {
        return;
    }
    let run = Run::start("narrowed", &[]);
    run.write("policies/steady.yaml", &STEADY.replace("comm=n*", "comm=x"));
    let size = || fs::metadata(run.path("out")).unwrap().len();
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut before = 0;
    while std::mem::replace(&mut before, size()) != size() {
        assert!(Instant::now() < deadline, "calls are still told");
        sleep(Duration::from_millis(300));
    }
    run.write("policies/steady.yaml", STEADY);
    run.wait_for("\"lseek\"");
    let (told, calls, said) = run.finish();
    assert_eq!(said.matches("policies have changed").count(), 2, "{said}");
    let gap = |pair: &&[u64]| pair[1] != pair[0] + 1;
    let gaps = told.numbers.windows(2).filter(gap).count();
    assert_eq!(gaps, 1, "{said}");
    assert_eq!(told.numbers.last().map(|last| last + 1), Some(calls));
    // The rest is accounted for as left out.
    let [made, delivered, _, dropped, missed] = row(&said, "lseek")[..] else {
        panic!("{said}");
    };
    assert!(made >= calls && dropped + missed == 0, "{said}");
    assert_eq!(delivered, told.numbers.len() as u64, "{said}");
}

/// Its programs do not look at names, so nothing could ever be known of them.
#[test]
fn a_policy_that_needs_what_was_not_asked_for_is_refused() {
    if !root() {
        return;
    }
    let of_web = "type: policy\nname: web\nscope: [uts=web-1]\nrules:\n  - event: umask\n";
    let mut run = Run::start("uts", &[]);
    let web = run.write("web.yaml", of_web);
    let output = run.ask(&["add", &web]);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{error}");
    assert!(error.contains("--with hostname"), "{error}");
    assert!(!run.told(&["list"]).contains("web\t"));
    run.end();
    run = Run::start("uts", &["--with", "hostname"]);
    let web = run.write("web.yaml", of_web);
    run.told(&["add", &web]);
    run.wait_for("\"lseek\"");
    run.end();
}

#[test]
fn a_socket_that_is_misused_disturbs_nobody() {
    if !root() {
        return;
    }
    let run = Run::start("misuse", &[]);
    let socket = run.path("control");
    let connect = || UnixStream::connect(&socket).unwrap();
    let idle: Vec<UnixStream> = (0..20).map(|_| connect()).collect();
    drop(idle);
    let mut long = connect();
    // The tracer closes the connection: how much it takes of it is its own affair.
    long.write_all(&[b'x'; 100_000]).ok();
    let mut garbage = connect();
    garbage.write_all(b"\x1b[2J\xff\n").unwrap();
    let mut answer = String::new();
    garbage.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "error\nwrite list, reload, add PATH or remove NAME");
    for (words, hint) in [
        (
            &["remove", "nobody"][..],
            "no policy in use is named \"nobody\"",
        ),
        (&["add", "/nowhere.yaml"], "/nowhere.yaml"),
        (&["add", &run.path("policies")], ""),
        (&["reload"], ""),
    ] {
        let output = run.ask(words);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            output.status.success(),
            hint.is_empty(),
            "{words:?} {error}"
        );
        assert!(error.contains(hint), "{words:?} {error}");
    }
    run.end();
}

#[test]
fn a_socket_that_cannot_be_made_or_reached_is_named() {
    let usage = |options: &[&str]| {
        let output = tracehound().args(options).output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (code, error) = usage(&["policy", "list", "--control", "/nowhere/socket"]);
    assert_eq!(code, Some(1), "{error}");
    assert!(
        error.contains("no run answers at /nowhere/socket"),
        "{error}"
    );
    let (code, error) = usage(&["-e", "close", "--control", "/nowhere/socket", "--", "true"]);
    assert_eq!(code, Some(2), "{error}");
    let file = std::env::temp_dir().join(format!("tracehound-socket-{}", std::process::id()));
    fs::write(&file, STEADY).unwrap();
    let path = file.to_str().unwrap();
    let (code, error) = usage(&["-p", path, "--control", path, "--", "true"]);
    assert_eq!(code, Some(2), "{error}");
    assert!(error.contains("is not a socket"), "{error}");
    fs::remove_file(&file).unwrap();
}
