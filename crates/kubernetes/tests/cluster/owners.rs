//! Which workload a pod is of.

use super::apiserver::objects::{job, owned, pod, replica_set};
use super::*;

/// A Deployment's, a CronJob's, others', and one of nobody.
fn world() -> World {
    let mut world = World::default();
    let mut add = |name: &str, owner: Option<[&str; 4]>| {
        let mut pod = pod("shop", name, &format!("uid-of-{name}"));
        if let Some(owner) = owner {
            owned(&mut pod.metadata, owner);
        }
        world.pods.push(pod);
    };
    add(
        "web-5d9c-x7",
        Some(["apps/v1", "ReplicaSet", "web-5d9c", "rs1"]),
    );
    add(
        "web-5d9c-x8",
        Some(["apps/v1", "ReplicaSet", "web-5d9c", "rs1"]),
    );
    add(
        "bare-rs-x1",
        Some(["apps/v1", "ReplicaSet", "bare-rs", "rs2"]),
    );
    add(
        "report-29-x1",
        Some(["batch/v1", "Job", "report-29", "job1"]),
    );
    add("once-x1", Some(["batch/v1", "Job", "once", "job2"]));
    add("agent-x1", Some(["apps/v1", "DaemonSet", "agent", "ds1"]));
    add("db-0", Some(["apps/v1", "StatefulSet", "db", "ss1"]));
    add("roll-x1", Some(["apps/v1", "ReplicaSet", "roll", "rs3"]));
    add(
        "kafka-0",
        Some(["core.strimzi.io/v1beta2", "StrimziPodSet", "kafka", "sps1"]),
    );
    // Not Kubernetes' own, though it is called so.
    add(
        "odd-x1",
        Some(["example.org/v1", "ReplicaSet", "odd", "rs9"]),
    );
    add("alone", None);
    for (name, uid) in [("web-5d9c", "rs1"), ("bare-rs", "rs2"), ("roll", "rs3")] {
        world.replica_sets.push(replica_set("shop", name, uid));
    }
    owned(
        &mut world.replica_sets[0].metadata,
        ["apps/v1", "Deployment", "web", "d1"],
    );
    owned(
        &mut world.replica_sets[2].metadata,
        ["argoproj.io/v1alpha1", "Rollout", "roll", "r1"],
    );
    world.jobs = vec![
        job("shop", "report-29", "job1"),
        job("shop", "once", "job2"),
    ];
    owned(
        &mut world.jobs[0].metadata,
        ["batch/v1", "CronJob", "report", "c1"],
    );
    world
}

const OWNERS: [(&str, &str, &str); 11] = [
    ("web-5d9c-x7", "Deployment", "web"),
    ("web-5d9c-x8", "Deployment", "web"),
    ("bare-rs-x1", "ReplicaSet", "bare-rs"),
    ("report-29-x1", "CronJob", "report"),
    ("once-x1", "Job", "once"),
    ("agent-x1", "DaemonSet", "agent"),
    ("db-0", "StatefulSet", "db"),
    ("roll-x1", "Rollout", "roll"),
    ("kafka-0", "StrimziPodSet", "kafka"),
    ("odd-x1", "ReplicaSet", "odd"),
    ("alone", "Pod", "alone"),
];

#[test]
fn each_pod_has_its_workload_by_name_and_by_uid() {
    let server = Server::of(world());
    let (named, unnamed) = (cluster(&server), cluster(&server));
    for (name, kind, workload) in OWNERS {
        let uid = format!("uid-of-{name}");
        for (cluster, question) in [(&named, by_name(name, &uid)), (&unnamed, by_uid(&uid))] {
            let pod = ask(cluster, &question).unwrap();
            assert_eq!((&*pod.name, &*pod.namespace), (name, "shop"));
            assert_eq!(pod.labels["app"], "web");
            assert_eq!(pod.owner.unwrap(), owner(kind, workload));
        }
    }
}

#[test]
fn no_more_is_asked_than_is_needed() {
    let server = Server::of(world());
    let cluster = cluster(&server);
    for _ in 0..3 {
        for name in ["web-5d9c-x7", "web-5d9c-x8"] {
            ask(&cluster, &by_name(name, &format!("uid-of-{name}"))).unwrap();
        }
    }
    let paths = server.paths();
    let expected = [
        "/api/v1/namespaces/shop/pods/web-5d9c-x7",
        "/apis/apps/v1/namespaces/shop/replicasets/web-5d9c",
        "/api/v1/namespaces/shop/pods/web-5d9c-x8",
    ];
    assert_eq!(paths, expected);
    let asked = server.asked.lock().unwrap();
    // What pods are made of stays where it is.
    let metadata = |request: &&apiserver::Request| {
        request.headers["accept"].contains("as=PartialObjectMetadata;")
    };
    assert!(asked.iter().all(|request| metadata(&request)), "{asked:?}");
}

#[test]
fn many_at_once_ask_once() {
    let server = Server::of(world());
    let cluster = cluster(&server);
    let pods = wait(async {
        let questions: Vec<_> = OWNERS.iter().cycle().take(110).collect();
        let mut all = Vec::new();
        for (name, ..) in questions {
            let question = by_uid(&format!("uid-of-{name}"));
            let cluster = &cluster;
            all.push(Box::pin(
                async move { cluster.pod(&question).await.is_ok() },
            ));
        }
        futures_util::future::join_all(all).await
    });
    assert!(pods.iter().all(|found| *found), "{pods:?}");
    let paths = server.paths();
    let lists = paths
        .iter()
        .filter(|path| path.starts_with("/api/v1/pods?"));
    assert_eq!(lists.count(), 1, "{paths:#?}");
    // Three ReplicaSets and two Jobs.
    assert_eq!(paths.len(), 6, "{paths:#?}");
}

#[test]
fn a_list_in_parts_is_read_to_its_end() {
    let world = World { part: 3, ..world() };
    let server = Server::of(world);
    let pod = ask(&cluster(&server), &by_uid("uid-of-alone")).unwrap();
    assert_eq!(pod.owner.unwrap(), owner("Pod", "alone"));
    let paths = server.paths();
    assert_eq!(paths.len(), 4, "{paths:?}");
    assert!(
        paths
            .iter()
            .all(|path| path.contains("fieldSelector=spec.nodeName%3Dnode1")),
        "{paths:?}"
    );
}

#[test]
fn a_pod_of_the_kubelets_own_files_is_found_by_its_hash() {
    let hash = "8f2c6f1d7d0e4b1a9a5d1b0c3e2f4a6b";
    let mut mirror = pod("kube-system", "etcd-node1", "0d1ef8a5");
    owned(&mut mirror.metadata, ["v1", "Node", "node1", "n1"]);
    let annotation = ("kubernetes.io/config.hash".to_owned(), hash.to_owned());
    mirror.metadata.annotations = Some([annotation].into());
    let world = World {
        pods: vec![mirror],
        ..World::default()
    };
    let server = Server::of(world);
    for cluster in [cluster(&server), cluster(&server)] {
        let pod = ask(&cluster, &by_uid(hash)).unwrap();
        assert_eq!(
            (&*pod.name, pod.owner.unwrap()),
            ("etcd-node1", owner("Node", "node1"))
        );
    }
    let named = Ask {
        uid: Some(hash.to_owned()),
        name: Some(("etcd-node1".to_owned(), "kube-system".to_owned())),
    };
    assert!(ask(&cluster(&server), &named).is_ok());
}

#[test]
fn another_pod_of_the_same_name_is_not_it() {
    let error = failed(world(), &by_name("db-0", "uid-of-an-older-one"));
    assert!(
        error
            .to_string()
            .contains("is another than that of uid uid-of-an-older-one"),
        "{error}"
    );
}

#[test]
fn another_replica_set_of_the_same_name_is_not_its_owner() {
    let mut world = world();
    world.replica_sets[0].metadata.uid = Some("newer".to_owned());
    let server = Server::of(world);
    let pod = ask(&cluster(&server), &by_uid("uid-of-web-5d9c-x7")).unwrap();
    let error = pod.owner.unwrap_err().to_string();
    assert!(error.contains("no ReplicaSet web-5d9c any more"), "{error}");
}

#[test]
fn names_that_are_none_are_not_asked_for() {
    let server = Server::of(world());
    let cluster = cluster(&server);
    for name in ["../../secrets/x", "a?b", ""] {
        let pod = ask(&cluster, &by_name(name, "uid-of-alone")).unwrap();
        assert_eq!(pod.name, "alone");
    }
    assert!(
        server
            .paths()
            .iter()
            .all(|path| path.starts_with("/api/v1/pods?")),
        "{:?}",
        server.paths()
    );
}
