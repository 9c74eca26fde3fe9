//! Pods by an API server of the test's own, of cgroups made as the kubelet makes them.

use std::process::Output;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::apiserver::objects::{job, owned, pod, replica_set};
use super::apiserver::{Reply, Request, Server, TOKEN, World};
use super::support::{mount_cgroups, root, tracehound};
use super::{Folder, alone, events, one};

const ID: &str = "6a1c6d5b1f2c4f0bb0c9f1f4e0a9a7f6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0";
const OTHER: &str = "7a1c6d5b1f2c4f0bb0c9f1f4e0a9a7f6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0";
const UID: &str = "0d1ef8a5-2c37-4a51-9c3b-7f2f0c9b6a11";
const OTHER_UID: &str = "1d1ef8a5-2c37-4a51-9c3b-7f2f0c9b6a11";

fn world() -> World {
    let (mut web, mut report) = (
        pod("shop", "web-5d9c-x7", UID),
        pod("shop", "report-29-x1", OTHER_UID),
    );
    owned(
        &mut web.metadata,
        ["apps/v1", "ReplicaSet", "web-5d9c", "rs1"],
    );
    owned(&mut report.metadata, ["batch/v1", "Job", "report-29", "j1"]);
    let mut set = replica_set("shop", "web-5d9c", "rs1");
    owned(&mut set.metadata, ["apps/v1", "Deployment", "web", "d1"]);
    let mut job = job("shop", "report-29", "j1");
    owned(&mut job.metadata, ["batch/v1", "CronJob", "report", "c1"]);
    World {
        pods: vec![web, report],
        replica_sets: vec![set],
        jobs: vec![job],
        ..World::default()
    }
}

/// Traces a process in a container of each of two pods, and one that is in none; after a while, since on a busy machine
/// names may take longer than events wait for them.
fn traced(folder: &Folder, server: &Server, options: &[&str]) -> (Vec<Value>, Output) {
    let own = format!("pods-{}", folder.0.file_name().unwrap().to_str().unwrap());
    let (first, second) = (UID.replace('-', "_"), OTHER_UID.replace('-', "_"));
    let script = format!(
        "{} && g=/mnt/{own} && mkdir $g || exit
         inside() {{ mkdir -p $g/$1/$2; bash -c \"echo 0 >$g/$1/$2/cgroup.procs; sleep 0.5; exec $3\"; rmdir $g/$1/$2 $g/$1; }}
         inside kubepods-burstable-pod{first}.slice cri-containerd-{ID}.scope 'cat /etc/hostname'
         inside kubepods-besteffort-pod{second}.slice docker-{OTHER}.scope 'head /etc/hostname'
         wc /etc/hostname; rmdir $g",
        mount_cgroups()
    );
    let lines = folder.path("json");
    let config = server.kubeconfig(folder.path("kubeconfig").into());
    let output = tracehound()
        .args(["-o", &format!("json:{lines}"), "--engine", "none"])
        .args(["--kubernetes-node", "node1", "--kubernetes"])
        .arg(config)
        .args(options)
        .args(["--", "unshare", "-m", "bash", "-c", &script])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let text = std::fs::read_to_string(&lines).unwrap();
    (events(&text), output)
}

fn exec<'e>(all: &'e [Value], comm: &str) -> &'e Value {
    one(all, "sched_process_exec", |event| {
        event["process"]["comm"] == comm
    })
}

fn replayed(raw: &str, options: &[&str]) -> Vec<Value> {
    let output = tracehound()
        .args(["replay", raw, "-o", "json"])
        .args(options)
        .output()
        .unwrap();
    events(&String::from_utf8(output.stdout).unwrap())
}

#[test]
fn events_have_the_workload_of_their_pod() {
    if !root() {
        return;
    }
    let _alone = alone();
    let folder = Folder::new("owned");
    let server = Server::of(world());
    let raw = folder.path("raw");
    let record = format!("raw:{raw}");
    let chosen = "sched_process_exec,pod_named";
    let (all, output) = traced(
        &folder,
        &server,
        &["-e", chosen, "-o", &record, "--with", "labels"],
    );
    let said = String::from_utf8_lossy(&output.stderr);
    let expected = json!({"pod_name": "web-5d9c-x7", "pod_namespace": "shop", "pod_uid": UID,
        "pod_owner_kind": "Deployment", "pod_owner_name": "web", "labels": {"app": "web"}});
    assert_eq!(exec(&all, "cat")["k8s"], expected, "{said}");
    let cron = &exec(&all, "head")["k8s"];
    assert_eq!(
        (&cron["pod_owner_kind"], &cron["pod_owner_name"]),
        (&json!("CronJob"), &json!("report"))
    );
    assert_eq!(exec(&all, "wc").get("k8s"), None);
    let named = one(&all, "pod_named", |event| {
        event["args"]["container_id"] == ID
    });
    assert_eq!(
        named["args"],
        json!({"container_id": ID, "pod_uid": UID, "pod_name": "web-5d9c-x7",
        "pod_namespace": "shop", "pod_labels": ["app=web"], "pod_owner_kind": "Deployment", "pod_owner_name": "web"})
    );
    assert!(
        said.contains("0 dropped") && !said.contains("Kubernetes:"),
        "{said}"
    );
    // A recording has them, for filters too, and nobody is asked.
    let asked = server.paths().len();
    let again = replayed(&raw, &["-e", "sched_process_exec", "--with", "labels"]);
    assert_eq!(exec(&again, "cat")["k8s"], expected);
    for (scope, comm) in [
        ("pod_owner_kind=CronJob", "head"),
        ("pod_owner_name=we*", "cat"),
    ] {
        let some = replayed(
            &raw,
            &[
                "-e",
                "sched_process_exec",
                "-s",
                scope,
                "-s",
                "container=started,new",
            ],
        );
        let names: Vec<_> = some
            .iter()
            .map(|event| event["process"]["comm"].clone())
            .collect();
        assert!(names.contains(&json!(comm)), "{scope}: {names:?}");
        assert!(
            !names.contains(&json!("wc"))
                && !names.contains(&json!(if comm == "cat" { "head" } else { "cat" })),
            "{scope}: {names:?}"
        );
    }
    assert_eq!(server.paths().len(), asked);
}

#[test]
fn events_do_not_wait_for_a_server_that_hangs() {
    if !root() {
        return;
    }
    let _alone = alone();
    let folder = Folder::new("hangs");
    let hangs = Server::start(Arc::new(|_: &Request| {
        Reply::Silence(Duration::from_secs(30))
    }));
    let started = Instant::now();
    let (all, output) = traced(&folder, &hangs, &["-e", "sched_process_exec,pod_named"]);
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "it waited for the server"
    );
    let event = exec(&all, "cat");
    assert_eq!(event["container"]["id"], ID);
    assert_eq!(event["k8s"], json!({"pod_uid": UID}));
    let named = one(&all, "pod_named", |_| true);
    assert!(
        named["unread"]
            .as_array()
            .unwrap()
            .contains(&json!("pod_owner_kind")),
        "{named}"
    );
    assert!(
        named["args"]["why"].as_str().unwrap().contains("answer"),
        "{named}"
    );
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("0 dropped"), "{said}");
}

#[test]
fn what_is_forbidden_is_said_once_and_no_token_is_told() {
    if !root() {
        return;
    }
    let _alone = alone();
    let folder = Folder::new("forbidden");
    let forbidden = World {
        forbidden: vec!["get replicasets", "get jobs"],
        ..world()
    };
    let server = Server::of(forbidden);
    let (all, output) = traced(&folder, &server, &["-e", "sched_process_exec,pod_named"]);
    // The pod is known, its owner is not.
    let expected = json!({"pod_name": "web-5d9c-x7", "pod_namespace": "shop", "pod_uid": UID});
    assert_eq!(exec(&all, "cat")["k8s"], expected);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        said.matches("tracehound: Kubernetes: ").count(),
        1,
        "{said}"
    );
    assert!(
        said.contains("we may not get replicasets (403); grant that by a role"),
        "{said}"
    );
    let lines = std::fs::read_to_string(folder.path("json")).unwrap();
    assert!(!said.contains(TOKEN) && !lines.contains(TOKEN), "{said}");
}

#[test]
fn what_cannot_be_used_is_refused_before_tracing() {
    let folder = Folder::new("refused");
    let server = Server::of(World::default());
    let good = server
        .kubeconfig(folder.path("good").into())
        .display()
        .to_string();
    let bad = folder.path("bad");
    std::fs::write(&bad, format!("users: [{{token: {TOKEN}}}")).unwrap();
    for (options, expected) in [
        (
            vec!["--kubernetes", "/nowhere"],
            "/nowhere: cannot be read: No such file",
        ),
        (vec!["--kubernetes", &*bad], "is no kubeconfig at line 1"),
        (
            vec!["--kubernetes", "in-cluster"],
            "it is for pods with a service account",
        ),
        (
            vec!["--kubernetes", &*good, "--kubernetes-context", "x"],
            "has no context \"x\"",
        ),
        (
            vec!["--kubernetes", &*good, "--kubernetes-node", "a b"],
            "is no name of a node",
        ),
        (
            vec!["--kubernetes", "none", "--kubernetes-context", "x"],
            "name one by --kubernetes FILE",
        ),
        (vec!["--kubernetes-context", "x"], "--kubernetes"),
    ] {
        let output = tracehound()
            .args(&options)
            .args(["--", "true"])
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.replace('\\', "").contains(expected),
            "{options:?}: {said}"
        );
        assert!(!said.contains(TOKEN) && said.lines().count() == 1, "{said}");
    }
}
