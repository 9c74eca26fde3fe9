//! What was there before tracing.

use std::collections::{HashMap, HashSet};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use libbpf_rs::query::{LinkInfoIter, MapInfoIter, ProgInfoIter};
use libbpf_rs::{MapCore as _, MapHandle, MapType};
use serde_json::Value;

use crate::{folder, is_available, seconds, support};
use support::{root, tracehound};

/// What the tracer tells of the whole machine when it has just begun; `None` where it cannot.
fn snapshot_of(events: &[&str]) -> Option<Vec<Value>> {
    if !root()
        || !events
            .iter()
            .all(|event| !has_rungs(event) || is_available(event))
    {
        return None;
    }
    let mut command = tracehound();
    for event in events {
        command.args(["-e", event]);
    }
    if let Ok(rung) = std::env::var("TRACEHOUND_RUNG") {
        command.args(["--rung", &rung]);
    }
    command.args(["--stats", "--duration", "300ms", "-o", "json"]);
    Some(read(&mut command))
}

fn has_rungs(event: &str) -> bool {
    let event = tracehound_schema::by_name(event).unwrap();
    !event.ladder.is_empty()
}

/// The events that a run gives; its account balances, and it loses nothing.
fn read(command: &mut Command) -> Vec<Value> {
    let output = command.output().unwrap();
    let stats = String::from_utf8(output.stderr).unwrap();
    assert!(stats.contains("balances"), "{stats}");
    assert!(!stats.contains("DOES NOT"), "{stats}");
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

/// The events of a name.
fn named<'e>(events: &'e [Value], name: &str) -> Vec<&'e Value> {
    let found = events.iter().filter(|event| event["event"] == name);
    found.collect()
}

/// A process that ends with the test.
struct Sleeper(Child);

impl Sleeper {
    fn new(command: &mut Command) -> Sleeper {
        Sleeper(command.stdin(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

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

/// Each process that outlives the snapshot is told once: by it, or by its fork.
#[test]
fn existing_process_and_forks_tell_each_process_once() {
    let script = "while :; do sleep 0.4 & sleep 0.003; done";
    let forker = Sleeper::new(
        Command::new("sh")
            .args(["-c", script])
            .stdout(Stdio::null()),
    );
    let events = snapshot_of(&[
        "existing_process",
        "sched_process_fork",
        "sched_process_exit",
    ]);
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
    // Ids are given in turn: of the children none between the first and the last is missing.
    let exits = named(&events, "sched_process_exit");
    for exit in exits
        .iter()
        .filter(|exit| exit["process"]["host_ppid"] == pid)
    {
        let id = exit["process"]["host_pid"].as_u64().unwrap();
        let short = exit["process"]["start"].as_str() > events[0]["time"].as_str();
        assert!(told.contains_key(&id) || !short, "{exit}");
    }
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

/// A tracer at work: its programs, maps and links are there for another to find.
fn at_work() -> Option<Sleeper> {
    if !root() {
        return None;
    }
    let mut command = tracehound();
    command.args(["-q", "-e", "sched_process_exec", "-o", "none"]);
    let before = ProgInfoIter::default().count();
    let sleeper = Sleeper::new(&mut command);
    for _ in 0..600 {
        if ProgInfoIter::default().count() > before {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    // Rungs are tried and given up meanwhile.
    std::thread::sleep(std::time::Duration::from_secs(2));
    Some(sleeper)
}

fn ids(events: &[Value]) -> HashMap<u64, &Value> {
    let id = |event: &Value| event["args"]["id"].as_u64().unwrap();
    events
        .iter()
        .map(|event| (id(event), &event["args"]))
        .collect()
}

#[test]
fn existing_bpf_prog_tells_what_bpf_tells() {
    let Some(_other) = at_work() else { return };
    let before: Vec<_> = ProgInfoIter::default().collect();
    let Some(events) = snapshot_of(&["existing_bpf_prog"]) else {
        return;
    };
    let after: HashSet<u32> = ProgInfoIter::default().map(|prog| prog.id).collect();
    let told = ids(&events);
    let mut compared = 0;
    for prog in before.iter().filter(|prog| after.contains(&prog.id)) {
        let args = told[&u64::from(prog.id)];
        assert_eq!(args["name"], prog.name.to_str().unwrap(), "{args}");
        assert_eq!(args["uid"], prog.created_by_uid, "{args}");
        let tag: String = prog
            .tag
            .0
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(args["tag"], tag, "{args}");
        compared += 1;
    }
    assert!(compared > 0);
    let forks = |event: &&Value| event["args"]["attach_func"] == "sched_process_fork";
    let fork = events.iter().find(forks).unwrap();
    assert_eq!(fork["args"]["prog_type"], "BPF_PROG_TYPE_TRACING", "{fork}");
    assert!(
        fork["args"]["load_time"].as_str() < fork["time"].as_str(),
        "{fork}"
    );
}

#[test]
fn existing_bpf_map_tells_what_bpf_tells() {
    if !root() {
        return;
    }
    let options = libbpf_rs::libbpf_sys::bpf_map_create_opts {
        sz: size_of::<libbpf_rs::libbpf_sys::bpf_map_create_opts>() as _,
        ..Default::default()
    };
    let map = MapHandle::create(MapType::Hash, Some("th_test_map"), 8, 24, 77, &options).unwrap();
    let Some(events) = snapshot_of(&["existing_bpf_map"]) else {
        return;
    };
    let id = map.info().unwrap().info.id;
    let args = ids(&events)[&u64::from(id)];
    assert_eq!(args["name"], "th_test_map", "{args}");
    assert_eq!(args["map_type"], "BPF_MAP_TYPE_HASH", "{args}");
    assert_eq!(
        (&args["key_size"], &args["value_size"]),
        (&8.into(), &24.into())
    );
    assert_eq!(args["max_entries"], 77, "{args}");
    assert!(MapInfoIter::default().any(|map| map.id == id));
}

#[test]
fn existing_bpf_link_tells_what_bpf_tells() {
    let Some(_other) = at_work() else { return };
    let before: Vec<_> = LinkInfoIter::default().collect();
    let Some(events) = snapshot_of(&["existing_bpf_link"]) else {
        return;
    };
    let after: HashSet<u32> = LinkInfoIter::default().map(|link| link.id).collect();
    let told = ids(&events);
    let mut compared = 0;
    for link in before.iter().filter(|link| after.contains(&link.id)) {
        let args = told[&u64::from(link.id)];
        assert_eq!(args["prog_id"], link.prog_id, "{args}");
        compared += 1;
    }
    assert!(compared > 0);
    let iterators = events
        .iter()
        .filter(|event| event["args"]["link_type"] == "BPF_LINK_TYPE_ITER");
    assert!(iterators.count() > 0, "its own is missing");
}

#[test]
fn existing_module_tells_each_line_of_the_kernels_list() {
    let list = std::fs::read_to_string("/proc/modules").unwrap_or_default();
    let Some(events) = snapshot_of(&["existing_module"]) else {
        return;
    };
    assert_eq!(events.len(), list.lines().count());
    for (line, event) in list.lines().zip(&events) {
        let words: Vec<_> = line.split(' ').collect();
        assert_eq!(event["args"]["name"], words[0], "{event}");
        assert_eq!(event["args"]["size"].to_string(), words[1], "{event}");
        assert_eq!(event["args"]["state"], words[4], "{event}");
    }
}

#[test]
fn existing_mount_tells_of_other_namespaces_too() {
    if !root() {
        return;
    }
    let place = folder("existing mount");
    let script = format!(
        "mount -t tmpfs -o size=64k,mode=700 'a b' '{}' && exec sleep 1000",
        place.display()
    );
    let sleeper = Sleeper::new(Command::new("unshare").args(["-m", "sh", "-c", &script]));
    let pid = sleeper.0.id();
    let list = || std::fs::read_to_string(format!("/proc/{pid}/mountinfo")).unwrap();
    for _ in 0..200 {
        if list().contains("existing") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let list = list();
    let link = std::fs::read_link(format!("/proc/{pid}/ns/mnt")).unwrap();
    let events = snapshot_of(&["existing_mount"]).unwrap();
    drop(sleeper);
    std::fs::remove_dir(&place).unwrap();
    let inside: Vec<_> = events
        .iter()
        .filter(|event| link.to_str().unwrap() == format!("mnt:[{}]", event["args"]["mnt_ns"]))
        .collect();
    assert_eq!(inside.len(), list.lines().count());
    let ours = inside
        .iter()
        .find(|event| event["args"]["mountpoint"] == place.to_str().unwrap())
        .unwrap();
    let args = &ours["args"];
    let line = list.lines().find(|line| line.contains("existing")).unwrap();
    let words: Vec<_> = line.split(' ').collect();
    assert_eq!(args["id"].to_string(), words[0], "{args}");
    assert_eq!(args["dev"], words[2], "{args}");
    assert_eq!(
        (&args["type"], &args["source"]),
        (&"tmpfs".into(), &"a b".into())
    );
    assert!(
        args["super_options"].as_str().unwrap().contains("size=64k"),
        "{args}"
    );
    let outside = events
        .iter()
        .any(|event| event["args"]["mnt_ns"] != args["mnt_ns"]);
    assert!(outside);
}

/// The groups of a hierarchy of each version, mounted for the tracer alone.
#[test]
fn existing_cgroup_tells_of_both_versions() {
    if !root() {
        return;
    }
    let place = folder("existing-cgroup");
    let name = format!("th-{}", std::process::id());
    let (one, two) = (place.join("one"), place.join("two"));
    for folder in [&one, &two] {
        std::fs::create_dir(folder).unwrap();
    }
    let program = tracehound().get_program().to_str().unwrap().to_owned();
    let script = format!(
        "mount -t cgroup -o none,name={name} none {one} 2>/dev/null && mkdir -p {one}/{name}/in && stat -c %i {one}/{name}/in >&2
         mount -t cgroup2 none {two} && mkdir {two}/{name} && stat -c %i {two}/{name} >&2
         {program} -q -e existing_cgroup --duration 200ms -o json
         rmdir {one}/{name}/in {one}/{name} {two}/{name}; umount {one} {two}",
        one = one.display(),
        two = two.display()
    );
    let output = Command::new("unshare")
        .args(["-m", "sh", "-c", &script])
        .output()
        .unwrap();
    std::fs::remove_dir_all(&place).ok();
    let text = String::from_utf8(output.stdout).unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let inodes: Vec<u64> = said.lines().filter_map(|line| line.parse().ok()).collect();
    let events: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let told = |path: &str, v2: bool| {
        let found: Vec<_> = events
            .iter()
            .filter(|event| event["args"]["cgroup_path"] == path)
            .filter(|event| (event["args"]["hierarchy_id"] == 0) == v2)
            .collect();
        assert_eq!(found.len(), 1, "{path}: {text} {said}");
        found[0]["args"]["cgroup_id"].as_u64().unwrap()
    };
    // A kernel may be built without the first version.
    let (second, first) = inodes.split_last().unwrap();
    assert_eq!(told(&format!("/{name}"), true), *second);
    if let [first] = first {
        assert_eq!(told(&format!("/{name}/in"), false), *first);
    }
    assert!(
        events
            .iter()
            .any(|event| event["args"]["cgroup_path"] == "/")
    );
    assert!(!Path::new("/sys/fs/cgroup").join(&name).exists());
}

#[test]
fn tracee_info_tells_when_machine_and_tracer_began() {
    let before = std::time::SystemTime::now();
    let Some(events) = snapshot_of(&["tracee_info"]) else {
        return;
    };
    let [event] = &events[..] else {
        panic!("{events:?}");
    };
    let args = &event["args"];
    assert_eq!(args["version"], env!("CARGO_PKG_VERSION"));
    let stat = std::fs::read_to_string("/proc/stat").unwrap();
    let boot = stat
        .lines()
        .find_map(|line| line.strip_prefix("btime "))
        .unwrap();
    let boot: f64 = boot.parse().unwrap();
    // The kernel rounds the time of boot to seconds, down or up.
    assert!(
        (seconds(&args["boot_time"]) - boot).abs() < 2.0,
        "{args} {boot}"
    );
    let before = before
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs_f64();
    let start = seconds(&args["start_time"]);
    assert!(before < start && start < before + 60.0, "{args} {before}");
}

#[test]
fn init_namespaces_tells_what_links_tell() {
    let Some(events) = snapshot_of(&["init_namespaces"]) else {
        return;
    };
    let [event] = &events[..] else {
        panic!("{events:?}");
    };
    let mut compared = 0;
    for name in [
        "cgroup",
        "ipc",
        "mnt",
        "net",
        "pid",
        "pid_for_children",
        "time",
        "time_for_children",
        "user",
        "uts",
    ] {
        // The right to look is not given everywhere, and a kernel need not have them all.
        let Ok(link) = std::fs::read_link(format!("/proc/1/ns/{name}")) else {
            continue;
        };
        let kind = name.trim_end_matches("_for_children");
        let told = format!("{kind}:[{}]", event["args"][name]);
        assert_eq!(link.to_str().unwrap(), told);
        compared += 1;
    }
    println!("compared {compared} namespaces");
}
