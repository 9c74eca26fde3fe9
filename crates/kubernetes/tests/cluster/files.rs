//! Files that say how to reach a cluster, with what can be wrong in them.

use std::os::unix::fs::PermissionsExt as _;

use super::apiserver::TOKEN;
use super::apiserver::objects::pod;
use super::*;

fn open(text: &str, context: Option<&str>) -> Result<Cluster, Error> {
    let path = path();
    std::fs::write(&path, text).unwrap();
    let place = Place::File {
        path,
        context: context.map(str::to_owned),
    };
    Cluster::open(place, Some("node1".to_owned()))
}

fn world() -> World {
    World {
        pods: vec![pod("shop", "web", "u1")],
        ..World::default()
    }
}

#[test]
fn what_is_wrong_is_said_with_place_and_remedy_and_without_the_token() {
    let server = Server::of(World::default());
    let good = server.text(TOKEN);
    let authority = |text: &str| {
        let line = text
            .lines()
            .find(|line| line.contains("certificate-authority"));
        line.unwrap().to_owned()
    };
    let broken = path();
    std::fs::write(&broken, "no certificate").unwrap();
    let no_authority = format!("    certificate-authority: {}", broken.display());
    let cases = [
        (
            good.replace("current-context: test\n", ""),
            None,
            "no current-context; name one",
        ),
        (good.clone(), Some("other"), "has no context \"other\""),
        (good.clone(), Some("lost"), "has no cluster \"nowhere\""),
        (
            good.replace("    token:", "   - token:"),
            None,
            "is no kubeconfig",
        ),
        (
            good.replace("token: ", "token: [a, "),
            None,
            "is no kubeconfig",
        ),
        ("\0\x01".to_owned(), None, "is no kubeconfig"),
        (String::new(), None, "no current-context"),
        (
            good.replace("https://127.0.0.1", "https://[x"),
            None,
            "cluster url",
        ),
        (
            good.replace("token: ", "tokenFile: /nowhere/"),
            None,
            "token file /nowhere/",
        ),
        (
            good.replace(&authority(&good), &no_authority),
            None,
            "certificate",
        ),
        (
            good.replace(&authority(&good), "    certificate-authority: /nowhere/ca"),
            None,
            "/nowhere/ca",
        ),
    ];
    for (text, context, said) in cases {
        let error = open(&text, context).expect_err(said);
        let all = format!("{error} {error:?}");
        assert!(error.to_string().contains(said), "{said}: {error}");
        assert!(error.to_string().contains("tracehound-kube-"), "{error}");
        assert!(!all.contains(TOKEN) || text.contains("tokenFile"), "{all}");
    }
}

#[test]
fn nodes_have_names() {
    let server = Server::of(World::default());
    let path = server.kubeconfig(path());
    let place = Place::File {
        path,
        context: None,
    };
    let error = Cluster::open(place, Some("a,metadata.namespace=b".to_owned())).unwrap_err();
    assert!(
        error.to_string().contains("is no name of a node"),
        "{error}"
    );
}

/// A program that prints a credential.
fn plugin(server: &Server, script: &str) -> Cluster {
    let program = path();
    std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
    let exec = format!(
        "exec: {{apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always, command: {}}}",
        program.display()
    );
    open(
        &server
            .text(TOKEN)
            .replace(&format!("token: {TOKEN}"), &exec),
        None,
    )
    .unwrap()
}

#[test]
fn a_credential_plugin_is_run_when_it_is_needed_and_what_it_prints_is_not_told() {
    let server = Server::of(world());
    let credential = |token: &str| {
        format!(
            r#"echo '{{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{{"token":"{token}"}}}}'"#
        )
    };
    let cluster = plugin(&server, &credential(TOKEN));
    assert_eq!(ask(&cluster, &by_uid("u1")).unwrap().name, "web");
    for (script, said) in [
        (
            format!("echo {TOKEN}; echo {TOKEN} >&2; exit 3"),
            "credential plugin failed with exit status: 3",
        ),
        (format!("echo '{{{TOKEN}'"), "printed no credential"),
        ("sleep 30".to_owned(), "no answer within 2s"),
    ] {
        let started = std::time::Instant::now();
        let error = ask(&plugin(&server, &script), &by_uid("u1")).unwrap_err();
        assert!(started.elapsed().as_secs() < 10, "it is waited for");
        let all = format!("{error} {error:?}");
        assert!(all.contains(said) && !all.contains(TOKEN), "{said}: {all}");
    }
}

#[test]
fn credentials_that_are_not_accepted_are_read_again() {
    let server = Server::of(world());
    let token = path();
    std::fs::write(&token, "expired").unwrap();
    let file = format!("tokenFile: {}", token.display());
    let text = server
        .text(TOKEN)
        .replace(&format!("token: {TOKEN}"), &file);
    let cluster = open(&text, None).unwrap();
    let error = ask(&cluster, &by_uid("u1")).unwrap_err();
    assert!(
        matches!(error, Error::Refused { code: 401, .. }),
        "{error:?}"
    );
    std::fs::write(&token, TOKEN).unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(15);
    while ask(&cluster, &by_uid("u1")).is_err() {
        assert!(std::time::Instant::now() < deadline, "it is not read again");
        std::thread::sleep(std::time::Duration::from_millis(300));
    }
}
