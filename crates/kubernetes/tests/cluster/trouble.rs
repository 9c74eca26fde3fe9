//! Servers that do not answer as they should.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::apiserver::objects::{owned, pod};
use super::apiserver::{Reply, Request, TOKEN};
use super::*;

fn one(owner: Option<[&str; 4]>) -> World {
    let mut pod = pod("shop", "web", "u1");
    if let Some(owner) = owner {
        owned(&mut pod.metadata, owner);
    }
    World {
        pods: vec![pod],
        ..World::default()
    }
}

fn replying(reply: Answer) -> Error {
    let server = Server::start(Arc::new(reply));
    ask(&cluster(&server), &by_name("web", "u1")).unwrap_err()
}

#[test]
fn who_is_not_known_is_told_so() {
    let server = Server::of(one(None));
    let path = path();
    std::fs::write(&path, server.text("another-token")).unwrap();
    let place = Place::File {
        path: path.clone(),
        context: None,
    };
    let cluster = Cluster::open(place, Some("node1".to_owned())).unwrap();
    let error = ask(&cluster, &by_name("web", "u1")).unwrap_err();
    assert!(
        matches!(error, Error::Refused { code: 401, .. }),
        "{error:?}"
    );
    let said = format!("{error} {error:?}");
    assert!(
        said.contains("does not know us (401)") && said.contains(path.to_str().unwrap()),
        "{said}"
    );
    assert!(!said.contains("another-token"), "{said}");
    assert!(error.is_of_all() && error.is_answer());
}

#[test]
fn what_is_forbidden_is_said_with_the_remedy() {
    for (verb, question) in [
        ("get pods", by_name("web", "u1")),
        ("list pods", by_uid("u1")),
    ] {
        let mut world = one(None);
        world.forbidden = vec![verb];
        let error = failed(world, &question);
        assert!(
            matches!(error, Error::Refused { code: 403, .. }),
            "{error:?}"
        );
        let said = error.to_string();
        assert!(
            said.contains(&format!("we may not {verb} (403); grant that by a role")),
            "{said}"
        );
    }
}

#[test]
fn a_pod_is_known_although_its_owner_is_not() {
    let mut world = one(Some(["apps/v1", "ReplicaSet", "web-5d9c", "rs1"]));
    world.forbidden = vec!["get replicasets"];
    let server = Server::of(world);
    let pod = ask(&cluster(&server), &by_name("web", "u1")).unwrap();
    assert_eq!(pod.name, "web");
    let said = pod.owner.unwrap_err().to_string();
    assert!(
        said.contains("ReplicaSet shop/web-5d9c: we may not get replicasets (403)"),
        "{said}"
    );
    // The set is gone, the pod goes.
    let server = Server::of(one(Some(["apps/v1", "ReplicaSet", "web-5d9c", "rs1"])));
    let pod = ask(&cluster(&server), &by_name("web", "u1")).unwrap();
    let said = pod.owner.unwrap_err().to_string();
    assert!(
        said.contains("there is no ReplicaSet shop/web-5d9c"),
        "{said}"
    );
}

#[test]
fn a_pod_that_is_not_there_is_asked_for_again_by_others() {
    let error = failed(one(None), &by_name("other", "u2"));
    assert!(
        error.is_early() && error.to_string().contains("there is no Pod shop/other"),
        "{error}"
    );
    let error = failed(one(None), &by_uid("u2"));
    assert_eq!(
        error.to_string().split_once(": ").unwrap().1,
        "node node1 has no pod of uid u2"
    );
    // A node without any is not the one that it runs on: that is the same for all.
    let error = failed(World::default(), &by_uid("u2"));
    assert!(error.is_of_all() && !error.is_early());
    assert!(
        error.to_string().contains("say so by --kubernetes-node"),
        "{error}"
    );
}

#[test]
fn one_that_hangs_costs_its_limit() {
    let started = Instant::now();
    let error = replying(|_| Reply::Silence(Duration::from_secs(30)));
    assert!(error.to_string().contains("no answer within 2s"), "{error}");
    assert!(!error.is_answer() && started.elapsed() < Duration::from_secs(10));
}

#[test]
fn one_that_is_slow_with_the_owner_tells_the_pod_first() {
    let world = one(Some(["apps/v1", "ReplicaSet", "web-5d9c", "rs1"]));
    let pods = serde_json::to_string(&world.pods[0]).unwrap();
    let server = Server::start(Arc::new(move |request: &Request| {
        if request.target.contains("/pods/") {
            Reply::Json(200, pods.clone())
        } else {
            Reply::Silence(Duration::from_secs(30))
        }
    }));
    let pod = ask(&cluster(&server), &by_name("web", "u1")).unwrap();
    assert_eq!(pod.name, "web");
    assert!(
        matches!(pod.owner, Err(Error::TimedOut { .. })),
        "{:?}",
        pod.owner
    );
}

/// What a server answers.
type Answer = fn(&Request) -> Reply;

#[test]
fn nonsense_is_told_as_such() {
    let nonsense: [(Answer, &str); 6] = [
        (
            |_| Reply::Raw(b"\x1b]0;x\x07 no protocol\r\n\r\n".to_vec()),
            "https://127.0.0.1:",
        ),
        (|_| Reply::Raw(Vec::new()), "https://127.0.0.1:"),
        (
            |_| Reply::Json(200, "{\"metadata\": [\"\x1b[2J\"]}".to_owned()),
            "not what was asked for (line 1",
        ),
        (
            |_| Reply::Json(200, "[".repeat(100_000)),
            "not what was asked for",
        ),
        (
            |_| Reply::Json(500, "\x1b[2J".to_owned()),
            "answered with status 500",
        ),
        (
            |_| Reply::Json(302, String::new()),
            "not what was asked for",
        ),
    ];
    for (reply, said) in nonsense {
        let error = replying(reply).to_string();
        assert!(error.contains(said), "{error}");
        assert!(!error.contains('\x1b'), "{error}");
    }
}

#[test]
fn an_answer_without_end_is_cut_off() {
    let started = Instant::now();
    let error = replying(|_| Reply::Endless(1 << 30)).to_string();
    assert!(error.contains("larger than 16 MiB"), "{error}");
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn one_that_repeats_what_it_was_sent_does_not_make_us_tell_it() {
    let error = replying(|request| Reply::Json(403, request.headers["authorization"].clone()));
    let said = format!("{error} {error:?}");
    assert!(said.contains("(403)") && !said.contains(TOKEN), "{said}");
}

#[test]
fn one_that_is_not_whom_we_trust_is_told_nothing() {
    let (server, other) = (Server::of(one(None)), Server::of(one(None)));
    let path = path();
    let text = server
        .text(TOKEN)
        .replace(&format!(":{}", server.port), &format!(":{}", other.port));
    std::fs::write(&path, text).unwrap();
    let place = Place::File {
        path,
        context: None,
    };
    let cluster = Cluster::open(place, Some("node1".to_owned())).unwrap();
    let error = ask(&cluster, &by_name("web", "u1"))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("certificate-authority did not sign"),
        "{error}"
    );
    assert!(other.paths().is_empty());
}

#[test]
fn nobody_at_the_address_is_told_so() {
    let server = Server::of(one(None));
    let path = path();
    std::fs::write(
        &path,
        server
            .text(TOKEN)
            .replace(&format!(":{}", server.port), ":1"),
    )
    .unwrap();
    let place = Place::File {
        path,
        context: None,
    };
    let cluster = Cluster::open(place, Some("node1".to_owned())).unwrap();
    let error = ask(&cluster, &by_name("web", "u1")).unwrap_err();
    assert!(error.to_string().contains("Connection refused"), "{error}");
    assert!(!error.is_answer());
}

#[test]
fn lists_that_lie_are_bounded() {
    // A list that says that there is always more.
    let server = Server::start(Arc::new(|_: &Request| {
        let list = r#"{"metadata":{"continue":"1"},"items":[]}"#;
        Reply::Json(200, list.to_owned())
    }));
    let error = ask(&cluster(&server), &by_uid("u1")).unwrap_err();
    assert!(error.to_string().contains("more than 16 parts"), "{error}");
    // One whose next part is not there any more.
    let server = Server::start(Arc::new(|request: &Request| {
        if request.target.contains("continue=") {
            return Reply::Json(
                410,
                r#"{"kind":"Status","code":410,"reason":"Expired"}"#.to_owned(),
            );
        }
        Reply::Json(
            200,
            r#"{"metadata":{"continue":"1"},"items":[]}"#.to_owned(),
        )
    }));
    let error = ask(&cluster(&server), &by_uid("u1")).unwrap_err();
    assert!(
        error.is_early() && error.to_string().contains("(410)"),
        "{error}"
    );
}
