//! Live tests of what users are called in the namespaces of processes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use support::{Run, named, root, trace, tracehound};

#[expect(dead_code, reason = "each test file uses a part")]
mod support;

/// Files of users and groups, removed in the end.
struct Files(PathBuf);

impl Files {
    fn new(name: &str) -> Files {
        let path = std::env::temp_dir();
        let path = path.join(format!("tracehound-users-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Files(path)
    }

    /// Writes a file and gives what mounts it over one of /etc.
    fn over(&self, name: &str, etc: &str, text: &[u8]) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        format!("mount --bind {} /etc/{etc}", path.display())
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// As user 1234 of group 4321.
const AS: &str = "setpriv --reuid 1234 --regid 4321 --clear-groups";

fn traced(script: &str) -> Run {
    let options = ["--with", "users", "-e", "sched_process_exec,user_named"];
    trace(&options, &["unshare", "-m", "bash", "-c", script])
}

/// The process of the exec whose second argument is this.
fn process<'r>(run: &'r Run, word: &str) -> &'r Value {
    let execs = named(run, "sched_process_exec");
    let mut execs = execs.into_iter();
    let exec = execs.find(|exec| exec["args"]["argv"][1] == word);
    &exec.unwrap_or_else(|| panic!("no {word}: {}", run.text))["process"]
}

/// The same number is another user in another mount namespace.
#[test]
fn a_user_has_the_name_that_its_own_namespace_gives() {
    if !root() {
        return;
    }
    let files = Files::new("own");
    let outer = files.over("outer", "passwd", b"root:x:0:0\nouter:x:1234:4321\n");
    let inner = files.over(
        "inner",
        "passwd",
        b"root:x:0:0\nin\x1bner\xff:x:1234:4321\n",
    );
    let group = files.over("group", "group", b"root:x:0:\ncrowd:x:4321:\n");
    let script = format!(
        "{outer}; {AS} sh -c 'true; sleep 0.61; env outside; true'; \
         unshare -m sh -c '{inner}; {group}; {AS} sh -c \"sleep 0.62; env inside; true\"; true'; \
         {AS} env again; true"
    );
    let run = traced(&script);
    let names = |word| {
        let process = process(&run, word);
        assert_eq!(process["uid"], 1234, "{process}");
        (&process["user"], process.get("group"))
    };
    assert_eq!(names("outside"), (&json!("outer"), None));
    assert_eq!(names("again"), (&json!("outer"), None));
    let inside = (&json!("in\u{1b}ner\\xff"), Some(&json!("crowd")));
    assert_eq!(names("inside"), inside);
    let told = named(&run, "user_named");
    let of = |name: &str| {
        let told = told.iter().filter(|told| told["args"]["user"] == name);
        told.copied().collect::<Vec<_>>()
    };
    assert_eq!(of("outer").len(), 1, "{told:?}");
    let [inner] = of("in\u{1b}ner\\xff")[..] else {
        panic!("{told:?}")
    };
    assert_eq!(inner["args"]["own_uid"], 1234);
    assert_eq!(inner["raw"], json!(["process.user", "user"]));
}

/// Who is nobody outside is root inside.
#[test]
fn numbers_are_those_of_the_own_user_namespace() {
    if !root() {
        return;
    }
    let files = Files::new("map");
    let passwd = files.over("passwd", "passwd", b"root:x:0:0\nalias:x:77:77\n");
    let script = format!(
        "{passwd}; unshare -U --map-user=77 --map-group=78 sh -c 'sleep 0.63; env mapped; true'; \
         unshare -U sh -c 'sleep 0.64; env unmapped; true'; sleep 0.65; env plain; true"
    );
    let run = traced(&script);
    let mapped = process(&run, "mapped");
    assert_eq!(
        (&mapped["uid"], &mapped["user"]),
        (&json!(0), &json!("alias"))
    );
    assert_eq!(process(&run, "plain")["user"], "root");
    assert_eq!(process(&run, "unmapped").get("user"), None);
    let told = named(&run, "user_named");
    let alias = told.iter().find(|told| told["args"]["user"] == "alias");
    let args = &alias.unwrap()["args"];
    assert_eq!(
        (&args["own_uid"], &args["own_gid"]),
        (&json!(77), &json!(78))
    );
    assert_eq!((&args["uid"], &args["gid"]), (&json!(0), &json!(0)));
}

#[test]
fn a_name_that_changes_is_told_again() {
    if !root() {
        return;
    }
    let files = Files::new("changed");
    let passwd = files.over("passwd", "passwd", b"first:x:1234:\n");
    let path = files.0.join("passwd");
    let script = format!(
        "{passwd}; {AS} sh -c 'sleep 0.66; env before; true'; \
         echo second:x:1234: >{}; sleep 1.1; {AS} sh -c 'true; sleep 0.67; env after; true'",
        path.display()
    );
    let run = traced(&script);
    assert_eq!(process(&run, "before")["user"], "first");
    assert_eq!(process(&run, "after")["user"], "second");
}

/// A container's files can be anything, and name nobody then.
#[test]
fn hostile_files_are_not_read() {
    if !root() {
        return;
    }
    let files = Files::new("hostile");
    let place = files.0.display();
    let big = files.over("big", "passwd", &b"big:x:1234:\n".repeat(100_000));
    let script = format!(
        "mkfifo {place}/pipe; \
         unshare -m sh -c 'mount --bind {place}/pipe /etc/passwd; sleep 1.1; sleep 0.68; env pipe; true'; \
         unshare -m sh -c '{big}; {AS} sh -c \"sleep 0.69; env big; true\"'; true"
    );
    let run = traced(&script);
    let whys: Vec<_> = named(&run, "user_named")
        .into_iter()
        .map(|told| told["args"]["why"].clone())
        .collect();
    let expected = [
        json!("/etc/passwd is no plain file"),
        json!("it has more than 1048576 bytes"),
    ];
    for why in expected {
        assert!(whys.contains(&why), "{whys:?}");
    }
    for word in ["pipe", "big"] {
        assert_eq!(process(&run, word).get("user"), None);
    }
}

#[test]
fn ps_tells_users_by_their_own_names() {
    if !root() {
        return;
    }
    let files = Files::new("ps");
    let passwd = files.over("passwd", "passwd", b"root:x:0:0\ncaptain:x:1234:\n");
    let script = format!("{passwd}; exec {AS} sh -c 'echo; read x' tracehound-users-ps");
    let mut child = Command::new("unshare")
        .args(["-m", "bash", "-c", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut byte = [0];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut byte).unwrap();
    let listed = |options: &[&str]| {
        let output = tracehound().arg("ps").args(options).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let (table, json) = (listed(&[]), listed(&["-o", "json"]));
    child.kill().unwrap();
    child.wait().unwrap();
    let find = |text: &str| {
        let mut lines = text.lines();
        let line = lines.find(|line| line.contains("tracehound-users-ps"));
        line.unwrap().to_owned()
    };
    assert!(find(&table).contains(" captain "), "{table}");
    let row: Value = serde_json::from_str(&find(&json)).unwrap();
    assert_eq!(row["process"]["user"], "captain", "{row}");
}
