//! Sockets.

use crate::{run_of, support};

#[test]
fn security_socket_connect_tells_the_address_of_every_family() {
    let event = "security_socket_connect";
    let Some(run) = run_of(event, &[&support::program("connect")]) else {
        return;
    };
    let told: Vec<_> = support::named(&run, event)
        .iter()
        .map(|event| {
            let args = &event["args"];
            assert!(event.get("unread").is_none(), "{event}");
            (args["type"].clone(), args["remote_addr"].clone())
        })
        .collect();
    let wanted = [
        serde_json::json!({"sa_family": "AF_INET", "sin_port": 4711, "sin_addr": "127.0.0.1"}),
        serde_json::json!({"sa_family": "AF_UNIX", "sun_path": "@tracehound-connect"}),
    ];
    for (wanted, kind) in wanted.iter().zip(["SOCK_DGRAM", "SOCK_STREAM"]) {
        let found = told.iter().find(|told| told.1 == *wanted);
        assert_eq!(found.unwrap_or_else(|| panic!("{told:?}")).0, kind);
    }
}

/// The arguments of an event while the program makes sockets.
fn arguments(event: &str) -> Option<Vec<serde_json::Value>> {
    let run = run_of(event, &[&support::program("connect")])?;
    let events = support::named(&run, event);
    Some(events.iter().map(|event| event["args"].clone()).collect())
}

#[test]
fn security_socket_create_tells_family_and_kind() {
    let Some(told) = arguments("security_socket_create") else {
        return;
    };
    let is = |args: &serde_json::Value, family: &str, kind: &str| {
        args["family"] == family && args["type"] == kind && args["kern"] == 0
    };
    let count = |family, kind| told.iter().filter(|args| is(args, family, kind)).count();
    assert_eq!(count("AF_UNIX", "SOCK_STREAM"), 2, "{told:?}");
    assert_eq!(count("AF_INET", "SOCK_DGRAM"), 1, "{told:?}");
}

#[test]
fn security_socket_bind_tells_the_address() {
    let Some(told) = arguments("security_socket_bind") else {
        return;
    };
    let address = serde_json::json!({"sa_family": "AF_UNIX", "sun_path": "@tracehound-connect"});
    let wanted = serde_json::json!({"sockfd": 3, "local_addr": address});
    assert_eq!(told, [wanted]);
}

#[test]
fn security_socket_listen_tells_where_and_how_many() {
    let Some(told) = arguments("security_socket_listen") else {
        return;
    };
    let address = serde_json::json!({"sa_family": "AF_UNIX", "sun_path": "@tracehound-connect"});
    let wanted = serde_json::json!({"sockfd": 3, "local_addr": address, "backlog": 1});
    assert_eq!(told, [wanted]);
}
