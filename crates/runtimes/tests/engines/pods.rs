//! Pods, of engines that tell them and of such that do not.

use std::sync::Arc;
use std::time::Instant;

use k8s_cri::v1::runtime_service_server::RuntimeServiceServer;
use tracehound_kubernetes::{Cluster, Place as Where, Pod};

use super::apiserver::objects::{owned, pod, replica_set};
use super::apiserver::{Reply, Request, Server, World};
use super::cri::{Engine, UID};
use super::trouble::silent;
use super::*;

fn server() -> Server {
    let mut web = pod("shop", "web-5d", UID);
    owned(&mut web.metadata, ["apps/v1", "ReplicaSet", "web", "rs1"]);
    let mut set = replica_set("shop", "web", "rs1");
    owned(
        &mut set.metadata,
        ["apps/v1", "Deployment", "web-deployment", "d1"],
    );
    Server::of(World {
        pods: vec![web],
        replica_sets: vec![set],
        ..World::default()
    })
}

fn cluster(server: &Server) -> Arc<Cluster> {
    let place = Where::File {
        path: server.kubeconfig(socket()),
        context: None,
    };
    Arc::new(Cluster::open(place, Some("node1".to_owned())).unwrap())
}

fn told(runtimes: &Runtimes, uid: Option<&str>, count: usize) -> Vec<Told> {
    let ask = Ask {
        id: ID.to_owned(),
        engine: None,
        pod: uid.map(str::to_owned),
    };
    assert!(runtimes.ask(ask));
    let next = || runtimes.answer_within(Duration::from_secs(20)).unwrap();
    let all = (0..count).map(|_| next().told).collect();
    assert!(runtimes.answer_within(Duration::from_millis(50)).is_none());
    all
}

fn check(pod: &Pod) {
    let owner = pod.owner.as_ref().unwrap();
    assert_eq!((&*pod.name, &*pod.namespace), ("web-5d", "shop"));
    assert_eq!(
        (&*owner.kind, &*owner.name),
        ("Deployment", "web-deployment")
    );
}

#[test]
fn a_pod_that_the_engine_names_is_asked_for_by_its_name() {
    let path = socket();
    serve!(path, RuntimeServiceServer::new(Engine));
    let server = server();
    let engines = places(&[(Kind::Cri, &path)]);
    let runtimes = Runtimes::start(engines, Some(cluster(&server))).unwrap();
    assert_eq!(runtimes.pods(), Some(true));
    // By its name, whether the cgroup tells its uid or the engine alone.
    for uid in [None, Some(UID)] {
        let all = told(&runtimes, uid, 2);
        let [Told::Named(Ok(_), true), Told::Pod(Ok(pod))] = &all[..] else {
            panic!("{all:?}");
        };
        check(pod);
    }
    let asked = server.paths();
    assert_eq!(asked[0], "/api/v1/namespaces/shop/pods/web-5d");
    assert_eq!(asked.len(), 2, "{asked:?}");
    std::fs::remove_file(path).unwrap();
}

#[test]
fn without_an_engine_the_uid_is_enough() {
    let runtimes = Runtimes::start(Places::default(), Some(cluster(&server()))).unwrap();
    let all = told(&runtimes, Some(UID), 1);
    let [Told::Pod(Ok(pod))] = &all[..] else {
        panic!("{all:?}");
    };
    check(pod);
    // Neither engine nor pod: there is nothing to be told.
    assert!(told(&runtimes, None, 0).is_empty());
}

#[test]
fn a_container_of_no_pod_has_none() {
    let path = socket();
    super::docker::docker(&path, |_| {
        (200, format!(r#"[{{"Id":"{ID}","Names":["/web"]}}]"#))
    });
    let server = server();
    let engines = places(&[(Kind::Docker, &path)]);
    let runtimes = Runtimes::start(engines, Some(cluster(&server))).unwrap();
    let all = told(&runtimes, None, 1);
    assert!(matches!(&all[..], [Told::Named(Ok(_), false)]), "{all:?}");
    assert!(server.paths().is_empty());
    std::fs::remove_file(path).unwrap();
}

#[test]
fn an_engine_that_hangs_does_not_keep_the_pod_from_being_known() {
    let path = socket();
    silent(&path, b"");
    let engines = places(&[(Kind::Cri, &path)]);
    let runtimes = Runtimes::start(engines, Some(cluster(&server()))).unwrap();
    let started = Instant::now();
    let ask = Ask {
        id: ID.to_owned(),
        engine: None,
        pod: Some(UID.to_owned()),
    };
    assert!(runtimes.ask(ask));
    let first = runtimes.answer_within(Duration::from_secs(20)).unwrap();
    assert!(matches!(first.told, Told::Pod(Ok(_))), "{first:?}");
    assert!(started.elapsed() < Duration::from_secs(2));
    let second = runtimes.answer_within(Duration::from_secs(20)).unwrap();
    assert!(matches!(second.told, Told::Named(Err(_), _)), "{second:?}");
    std::fs::remove_file(path).unwrap();
}

#[test]
fn a_server_that_hangs_is_not_waited_for_again_and_engines_go_on() {
    let path = socket();
    serve!(path, RuntimeServiceServer::new(Engine));
    let hangs = Server::start(Arc::new(|_: &Request| {
        Reply::Silence(Duration::from_secs(30))
    }));
    let engines = places(&[(Kind::Cri, &path)]);
    let runtimes = Runtimes::start(engines, Some(cluster(&hangs))).unwrap();
    let started = Instant::now();
    let mut engine = 0;
    for _ in 0..100 {
        let ask = Ask {
            id: ID.to_owned(),
            engine: None,
            pod: Some(UID.to_owned()),
        };
        assert!(runtimes.ask(ask));
    }
    for _ in 0..200 {
        let answer = runtimes.answer_within(Duration::from_secs(20)).unwrap();
        match answer.told {
            Told::Named(named, true) => engine += u32::from(named.is_ok()),
            Told::Pod(Err(error)) => assert!(error.to_string().contains("no answer within 2s")),
            told => panic!("{told:?}"),
        }
    }
    assert_eq!(engine, 100);
    assert_eq!(runtimes.pods(), Some(false));
    // They would take 12 s if they stood in a queue.
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
    std::fs::remove_file(path).unwrap();
}
