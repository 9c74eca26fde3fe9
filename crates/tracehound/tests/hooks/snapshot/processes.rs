//! Processes and sockets, compared with /proc and with this process's own.

use std::collections::{HashMap, HashSet};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::{Sleeper, named, read, snapshot_of};
use crate::support::{root, tracehound};
use crate::{folder, is_available};

fn stat(path: &str) -> std::fs::Metadata {
    std::fs::metadata(path).unwrap()
}

#[test]
fn existing_process_tells_what_proc_tells() {
    let sleeper = Sleeper::new(Command::new("sleep").arg0("a sleeper").args(["1000", "0"]));
    let Some(events) = snapshot_of(&["existing_process"]) else {
        return;
    };
    let pid = sleeper.0.id();
    let ours: Vec<_> = events
        .iter()
        .filter(|event| event["process"]["host_pid"] == pid)
        .collect();
    let [event] = ours[..] else {
        panic!("{ours:?}");
    };
    let args = &event["args"];
    let exe = std::fs::read_link(format!("/proc/{pid}/exe")).unwrap();
    assert_eq!(args["pathname"], exe.to_str().unwrap(), "{event}");
    assert_eq!(event["process"]["exe"], args["pathname"], "{event}");
    let file = stat(exe.to_str().unwrap());
    assert_eq!(args["inode"], file.ino(), "{event}");
    assert_eq!(
        args["inode_mode"],
        format!("S_IFREG|0{:o}", file.mode() & 0o7777)
    );
    assert_eq!(
        args["argv"],
        serde_json::json!(["a sleeper", "1000", "0"]),
        "{event}"
    );
    assert_eq!(args["threads"], 1, "{event}");
    assert_eq!(args["kernel_thread"], false, "{event}");
    assert_eq!(event["process"]["host_ppid"], std::process::id(), "{event}");
    let own = events
        .iter()
        .find(|event| event["process"]["host_pid"] == std::process::id())
        .unwrap();
    assert!(own["args"]["threads"].as_u64().unwrap() >= 2, "{own}");
    let kernels: Vec<_> = events
        .iter()
        .filter(|event| event["args"]["kernel_thread"] == true)
        .collect();
    assert!(!kernels.is_empty());
    for kernel in kernels {
        let args = kernel["args"].as_object().unwrap();
        assert!(!args.contains_key("pathname"), "{kernel}");
        assert!(!args.contains_key("argv"), "{kernel}");
        assert_eq!(kernel.get("unread"), None, "{kernel}");
    }
}

/// What tells that a process is there, comes and goes.
const LIVES: [&str; 3] = [
    "existing_process",
    "sched_process_fork",
    "sched_process_exit",
];

/// A process that creates others, of which some outlive the snapshot.
fn forker() -> Sleeper {
    let script = "while :; do sleep 0.4 & sleep 0.003; done";
    Sleeper::new(
        Command::new("sh")
            .args(["-c", script])
            .stdout(Stdio::null()),
    )
}

/// Whoever was created by a process after tracing began, and ended, is told to be created.
fn none_ends_uncreated(creator: u32, events: &[Value]) {
    let began = events[0]["time"].as_str();
    let created: HashSet<u64> = named(events, "sched_process_fork")
        .iter()
        .filter_map(|fork| fork["args"]["child_pid"].as_u64())
        .collect();
    let exits = named(events, "sched_process_exit");
    let own = exits
        .iter()
        .filter(|exit| exit["process"]["host_ppid"] == creator);
    let new: Vec<_> = own
        .filter(|exit| exit["process"]["start"].as_str() > began)
        .collect();
    assert!(!new.is_empty());
    for exit in new {
        let pid = exit["process"]["host_pid"].as_u64().unwrap();
        assert!(created.contains(&pid), "{exit}");
    }
}

/// Detaching many hooks takes a while; a run ends for all of them at once.
#[test]
fn a_run_ends_at_once_for_all_hooks() {
    if !root() || !is_available("sched_process_fork") {
        return;
    }
    let forker = forker();
    let mut command = tracehound();
    for event in LIVES
        .iter()
        .chain(&["tag=fs_file_attr", "tag=proc", "tag=lsm_hooks"])
    {
        command.args(["-e", event]);
    }
    command.args(["--stats", "--duration", "300ms", "-o", "json"]);
    let events = read(&mut command);
    none_ends_uncreated(forker.0.id(), &events);
}

/// Each process that outlives the snapshot is told once: by it, or by its fork.
#[test]
fn existing_process_and_forks_tell_each_process_once() {
    let forker = forker();
    let events = snapshot_of(&LIVES);
    let Some(events) = events else { return };
    let pid = forker.0.id();
    drop(forker);
    let mut told: HashMap<u64, (usize, usize)> = HashMap::new();
    for event in &events {
        let process = &event["process"];
        match event["event"].as_str().unwrap() {
            "existing_process" if process["host_ppid"] == pid => {
                told.entry(process["host_pid"].as_u64().unwrap())
                    .or_default()
                    .0 += 1;
            }
            "sched_process_fork" if process["host_pid"] == pid => {
                told.entry(event["args"]["child_pid"].as_u64().unwrap())
                    .or_default()
                    .1 += 1;
            }
            _ => {}
        }
    }
    let existed = told.values().filter(|told| **told == (1, 0)).count();
    let forked = told.values().filter(|told| **told == (0, 1)).count();
    assert!(existed > 0 && forked > 0, "{existed} {forked}");
    assert_eq!(existed + forked, told.len(), "{told:?}");
    none_ends_uncreated(pid, &events);
    let first = events
        .iter()
        .position(|event| event["event"] != "existing_process");
    let behind = &events[first.unwrap()..];
    assert!(named(behind, "existing_process").is_empty());
}

#[test]
fn existing_socket_tells_addresses_states_and_descriptors() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let client = TcpStream::connect(address).unwrap();
    let (server, _) = listener.accept().unwrap();
    let place = folder("existing-socket");
    let unix = std::os::unix::net::UnixDatagram::bind(place.join("s")).unwrap();
    let v6 = std::net::UdpSocket::bind("[::1]:0").ok();
    let events = snapshot_of(&["existing_socket"]);
    let bound = place.join("s").display().to_string();
    std::fs::remove_dir_all(&place).unwrap();
    let Some(events) = events else { return };
    let of = |fd: i32| {
        let own = |event: &&Value| {
            event["process"]["host_pid"] == std::process::id() && event["args"]["fd"] == fd
        };
        let found: Vec<_> = events.iter().filter(own).collect();
        assert_eq!(found.len(), 1, "{found:?}");
        let args = &found[0]["args"];
        let link = std::fs::read_link(format!("/proc/self/fd/{fd}")).unwrap();
        assert_eq!(
            link.to_str().unwrap(),
            format!("socket:[{}]", args["inode"])
        );
        args.clone()
    };
    let listens = of(listener.as_raw_fd());
    assert_eq!(listens["state"], "TCP_LISTEN");
    assert_eq!(
        (&listens["family"], &listens["type"]),
        (&"AF_INET".into(), &"SOCK_STREAM".into())
    );
    assert_eq!(listens["protocol"], 6);
    assert_eq!(listens["local_addr"]["sin_port"], address.port());
    assert_eq!(listens.get("remote_addr"), None);
    let (at_client, at_server) = (of(client.as_raw_fd()), of(server.as_raw_fd()));
    assert_eq!(at_client["state"], "TCP_ESTABLISHED");
    assert_eq!(at_client["remote_addr"]["sin_port"], address.port());
    assert_eq!(at_client["local_addr"], at_server["remote_addr"]);
    let unix = of(unix.as_raw_fd());
    assert_eq!(unix["local_addr"]["sun_path"], bound.as_str());
    if let Some(v6) = v6 {
        let told = of(v6.as_raw_fd());
        let port = v6.local_addr().unwrap().port();
        assert_eq!(told["local_addr"]["sin6_addr"], "::1");
        assert_eq!(told["local_addr"]["sin6_port"], port);
        assert_eq!(told["protocol"], 17);
    }
}
