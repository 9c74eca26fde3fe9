//! By real engines, with an image of one program that needs no library.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::support::{root, source, tracehound};
use super::{Folder, alone, events, one};

const BUSYBOX: &str = "/bin/busybox";
const IMAGE: &str = "docker.io/library/tracehound:1";

/// Where programs are: those of the system, and what `scripts/setup` has unpacked for tests.
fn folders() -> String {
    let unpacked = source().join("target/engines/usr/bin");
    let own = std::env::var("PATH").unwrap_or_default();
    format!("{own}:/usr/sbin:{}", unpacked.display())
}

fn is_installed(program: &str) -> bool {
    let folders = folders();
    let there = std::env::split_paths(&folders).any(|folder| folder.join(program).exists());
    if !there {
        eprintln!("skipped: {program} is not installed");
    }
    there
}

/// Runs a command that must succeed.
fn run(command: &mut Command) -> Output {
    let command = command.env("PATH", folders()).stdin(Stdio::null());
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    output
}

/// A folder with busybox in it.
fn image(folder: &Folder) -> String {
    let root = folder.path("root");
    std::fs::create_dir_all(Path::new(&root).join("bin")).unwrap();
    std::fs::copy(BUSYBOX, Path::new(&root).join("bin/busybox")).unwrap();
    root
}

/// What is traced of the whole host while `work` runs.
fn traced(folder: &Folder, engine: &str, work: impl FnOnce()) -> Vec<Value> {
    let lines = folder.path("json");
    let mut tracer = tracehound()
        .args([
            "-e",
            "sched_process_exec,container_named",
            "--engine",
            engine,
            "-o",
        ])
        .arg(format!("json:{lines}"))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It traces when it tells of a program.
    let deadline = Instant::now() + Duration::from_secs(60);
    while std::fs::read_to_string(&lines)
        .unwrap_or_default()
        .is_empty()
    {
        assert!(Instant::now() < deadline, "the tracer does not start");
        run(&mut Command::new("true"));
        std::thread::sleep(Duration::from_millis(20));
    }
    work();
    run(Command::new("kill").arg(tracer.id().to_string()));
    tracer.wait().unwrap();
    events(&std::fs::read_to_string(&lines).unwrap())
}

/// The exec of the container's own program.
fn own(all: &[Value]) -> &Value {
    one(all, "sched_process_exec", |event| {
        event["process"]["comm"] == "busybox" && event["container"] != Value::Null
    })
}

#[test]
fn podmans_containers_are_named_however_short_they_live() {
    if !root() || !is_installed("podman") || !is_installed("runc") {
        return;
    }
    let _alone = alone();
    let folder = Folder::new("podman");
    let rootfs = image(&folder);
    let podman = || {
        let mut command = Command::new("podman");
        command.args([
            "--root",
            &folder.path("storage"),
            "--runroot",
            &folder.path("run"),
        ]);
        command.args(["--storage-driver", "vfs", "--runtime", "runc"]);
        command.args(["--cgroup-manager", "cgroupfs", "--events-backend", "none"]);
        command
    };
    let tar = folder.path("image.tar");
    run(Command::new("tar").args(["-C", &rootfs, "-cf", &tar, "."]));
    run(podman().args(["import", "-q", &tar, "localhost/tracehound:1"]));
    let engine = format!("storage={}", folder.path("storage"));
    let all = traced(&folder, &engine, || {
        run(podman()
            .args(["run", "--rm", "--name", "short-lived", "--network", "none"])
            .args([
                "--ulimit",
                "nofile=1024:1024",
                "--ulimit",
                "nproc=1000:1000",
            ])
            .args(["localhost/tracehound:1", "/bin/busybox", "true"]));
    });
    let container = &own(&all)["container"];
    assert_eq!(container["name"], "short-lived");
    assert_eq!(container["image"], "localhost/tracehound:1");
    assert_eq!(container["runtime"], "podman");
    let digest = container["image_digest"].as_str().unwrap();
    assert!(digest.starts_with("sha256:"), "{digest}");
    let id = container["id"].as_str().unwrap();
    let named = one(&all, "container_named", |event| {
        event["args"]["container_id"] == id
    });
    assert_eq!(named["args"]["container_name"], "short-lived");
    run(podman().args(["rmi", "-f", "localhost/tracehound:1"]));
}

/// An image as `docker save` writes it.
fn archive(folder: &Folder) -> String {
    let (rootfs, work) = (image(folder), folder.path("archive"));
    let script = format!(
        r#"mkdir {work} && cd {work} && tar -C {rootfs} -cf layer.tar . || exit
        sum=$(sha256sum layer.tar | cut -d' ' -f1)
        echo '{{"architecture":"amd64","os":"linux","config":{{}},"rootfs":{{"type":"layers","diff_ids":["sha256:'$sum'"]}}}}' >config.json
        echo '[{{"Config":"config.json","RepoTags":["{IMAGE}"],"Layers":["layer.tar"]}}]' >manifest.json
        tar -cf ../archive.tar layer.tar config.json manifest.json"#
    );
    run(Command::new("sh").args(["-c", &script]));
    folder.path("archive.tar")
}

/// A daemon that ends with the test.
struct Daemon(std::process::Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[test]
fn containerds_containers_have_image_and_labels() {
    if !root() || !is_installed("containerd") || !is_installed("ctr") || !is_installed("runc") {
        return;
    }
    let _alone = alone();
    let folder = Folder::new("containerd");
    let socket = folder.path("sock");
    let started = Command::new("containerd")
        .args([
            "--address",
            &socket,
            "--root",
            &folder.path("lib"),
            "--state",
            &folder.path("state"),
        ])
        .args(["--config", "/dev/null"])
        .env("PATH", folders())
        .stderr(Stdio::null())
        .spawn();
    let _daemon = Daemon(started.unwrap());
    let deadline = Instant::now() + Duration::from_secs(60);
    while !Path::new(&socket).exists() {
        assert!(Instant::now() < deadline, "containerd does not start");
        std::thread::sleep(Duration::from_millis(50));
    }
    let ctr = || {
        let mut command = Command::new("ctr");
        command.args(["--address", &socket, "-n", "k8s.io"]);
        command
    };
    let archive = archive(&folder);
    run(ctr().args(["images", "import", "--snapshotter", "native", &archive]));
    let id = format!("{:064x}", std::process::id());
    let engine = format!("containerd={socket}");
    let all = traced(&folder, &engine, || {
        run(ctr()
            .args(["run", "--rm", "--snapshotter", "native"])
            .args([
                "--label",
                "io.kubernetes.pod.name=web-5d",
                "--label",
                "tier=front",
            ])
            .args([IMAGE, &id, "/bin/busybox", "true"]));
    });
    let exec = own(&all);
    let container = &exec["container"];
    assert_eq!(
        (&container["id"], &container["image"]),
        (&json!(id), &json!(IMAGE))
    );
    let digest = container["image_digest"].as_str().unwrap();
    let listed = run(ctr().args(["images", "list"])).stdout;
    assert!(
        String::from_utf8(listed).unwrap().contains(digest),
        "{digest}"
    );
    assert_eq!(exec["k8s"], json!({"pod_name": "web-5d"}));
    let named = one(&all, "container_named", |event| {
        event["args"]["container_id"] == id
    });
    let labels = named["args"]["labels"].as_array().unwrap();
    assert!(labels.contains(&json!("tier=front")), "{named}");
}
