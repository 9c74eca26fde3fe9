//! By a daemon that says what the test wants, of cgroups made by hand.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::support::{mount_cgroups, root, tracehound};
use super::{Folder, alone, events, one};

const ID: &str = "5f1c6d5b1f2c4f0bb0c9f1f4e0a9a7f6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0";
const DIGEST: &str = "sha256:6d5b1f2c4f0bb0c9f1f4e0a9a7f6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e05f1c";

/// Says of each container that it is `web`, after a while.
fn daemon(path: &str, after: Duration) {
    let listener = UnixListener::bind(path).unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || answer(stream, after));
        }
    });
}

fn answer(stream: UnixStream, after: Duration) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    let mut first = String::new();
    while reader.read_line(&mut first)? > 0 {
        let mut line = String::new();
        while reader.read_line(&mut line)? > 2 {
            line.clear();
        }
        thread::sleep(after);
        let body = if first.contains("/containers/json?") {
            json!([{"Id": ID, "Names": ["/web\u{1b}[2J"], "Image": format!("shop/web@{DIGEST}"),
                "ImageID": "sha256:2", "Labels": {"tier": "front"}}])
        } else {
            json!({"Id": "sha256:2"})
        };
        let body = body.to_string();
        let length = body.len();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}"
        )?;
        first.clear();
    }
    Ok(())
}

/// Traces a process in the container, and one that is in none.
fn traced(folder: &Folder, options: &[&str]) -> (Vec<Value>, String) {
    let own = format!(
        "engines-{}",
        folder.0.file_name().unwrap().to_str().unwrap()
    );
    let mount = mount_cgroups();
    let script = format!(
        "{mount} && g=/mnt/{own} && mkdir $g || exit; mkdir $g/docker-{ID}.scope; \
         bash -c \"echo 0 >$g/docker-{ID}.scope/cgroup.procs; exec cat /etc/hostname\"; \
         wc /etc/hostname; rmdir $g/docker-{ID}.scope $g"
    );
    let lines = folder.path("json");
    let output = tracehound()
        .args(["-o", &format!("json:{lines}"), "--engine"])
        .arg(format!("docker={}", folder.path("sock")))
        .args(options)
        .args(["--", "unshare", "-m", "bash", "-c", &script])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let text = std::fs::read_to_string(&lines).unwrap();
    (events(&text), said)
}

fn exec<'e>(all: &'e [Value], comm: &str) -> &'e Value {
    one(all, "sched_process_exec", |event| {
        event["process"]["comm"] == comm
    })
}

#[test]
fn events_have_the_names_that_the_engine_gives() {
    if !root() {
        return;
    }
    let _alone = alone();
    let folder = Folder::new("named");
    daemon(&folder.path("sock"), Duration::ZERO);
    let raw = folder.path("raw");
    let chosen = "sched_process_exec,container_create,container_named";
    let record = format!("raw:{raw}");
    let (all, said) = traced(&folder, &["-e", chosen, "-o", &record, "--with", "labels"]);
    let expected = json!({"id": ID, "name": "web\u{1b}[2J", "image": format!("shop/web@{DIGEST}"),
        "image_digest": DIGEST, "runtime": "docker", "labels": {"tier": "front"}});
    assert_eq!(exec(&all, "cat")["container"], expected, "{said}");
    assert_eq!(exec(&all, "wc")["container"], Value::Null);
    let named = &one(&all, "container_named", |_| true)["args"];
    assert_eq!(named["labels"], json!(["tier=front"]));
    assert_eq!(named.get("why"), None);
    let created = &one(&all, "container_create", |_| true)["args"];
    assert_eq!(created["container_name"], "web\u{1b}[2J");
    assert_eq!(created["container_image_digest"], DIGEST);
    // The account holds, with what the tracer makes itself.
    assert!(said.contains("0 dropped"), "{said}");
    // A recording has the names, and no engine is asked for them.
    std::fs::remove_file(folder.path("sock")).unwrap();
    let replay = |options: &[&str]| {
        let mut command = tracehound();
        let output = command
            .args(["replay", &raw])
            .args(options)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let again = events(&replay(&[
        "-o",
        "json",
        "-e",
        "sched_process_exec",
        "--with",
        "labels",
    ]));
    assert_eq!(exec(&again, "cat")["container"], expected);
    let chosen = replay(&[
        "-o",
        "table",
        "-s",
        "container_image=shop/*",
        "-e",
        "sched_process_exec",
    ]);
    // What an engine says is escaped for terminals.
    assert!(
        chosen.contains(r"(in docker web\x1b[2J 5f1c6d5b1f2c)"),
        "{chosen}"
    );
    assert!(
        !chosen.contains("wc") && !chosen.contains('\u{1b}'),
        "{chosen}"
    );
}

#[test]
fn events_do_not_wait_for_an_engine_that_is_slow() {
    if !root() {
        return;
    }
    let _alone = alone();
    let folder = Folder::new("slow");
    daemon(&folder.path("sock"), Duration::from_secs(5));
    let started = Instant::now();
    let (all, said) = traced(&folder, &["-e", "sched_process_exec,container_named"]);
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "it waited for the engine"
    );
    let expected = json!({"id": ID, "runtime": "docker"});
    assert_eq!(exec(&all, "cat")["container"], expected, "{said}");
    let named = one(&all, "container_named", |_| true);
    assert_eq!(
        named["args"]["why"],
        "tracing ended before there was an answer"
    );
    let unread = named["unread"].as_array().unwrap();
    assert!(unread.contains(&json!("container_name")), "{named}");
}

#[test]
fn nobody_is_asked_where_that_is_not_wanted() {
    let refused = |option: &str| {
        let output = tracehound()
            .args(["--engine", option, "--", "true"])
            .output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused("rkt=/x").contains("unknown kind of --engine"));
    assert!(refused("/run/docker.sock").contains("expected KIND=PATH"));
    if root() {
        let mut command: Command = tracehound();
        let output = command
            .args(["-e", "openat", "--engine", "none", "--", "true"])
            .output();
        assert!(output.unwrap().status.success());
    }
}
