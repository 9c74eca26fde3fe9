//! UDP sockets: a program whose sockets send to each other, in both widths.

use serde_json::{Value, json};

use crate::connections::{Seen, address, port, runs_of};
use crate::rung_of;

/// Two sockets of the program: their name, both addresses as the one that is connected has them, what
/// the other is bound to.
struct Exchange {
    name: &'static str,
    client: &'static str,
    server: &'static str,
}

const EXCHANGES: [Exchange; 4] = [
    Exchange {
        name: "v4",
        client: "127.0.0.1",
        server: "127.0.0.1",
    },
    Exchange {
        name: "v6",
        client: "::1",
        server: "::1",
    },
    Exchange {
        name: "dual",
        client: "127.0.0.1",
        server: "::",
    },
    Exchange {
        name: "mapped",
        client: "::ffff:127.0.0.1",
        server: "127.0.0.1",
    },
];

fn seen() -> impl Iterator<Item = Seen> {
    let programs = ["datagrams", "datagrams32"];
    let seen = runs_of(programs, "udp_socket_close", "");
    seen.into_iter().flatten()
}

/// What is told of the one socket with a port of its own.
fn one(seen: &Seen, local: i64) -> &Value {
    let fits = |event: &&Value| port(&event["args"]["local_addr"]) == local;
    let found: Vec<_> = seen.events.iter().filter(fits).collect();
    assert_eq!(found.len(), 1, "{local}: {:?}", seen.events);
    found[0]
}

/// What went over a socket: bytes and messages that were sent, and received.
fn assert_counts(event: &Value, counts: [i64; 4]) {
    const NAMES: [&str; 4] = [
        "bytes_sent",
        "messages_sent",
        "bytes_received",
        "messages_received",
    ];
    if rung_of("udp_socket_close").ends_with("+sys_exit") {
        assert_eq!(event["unread"], json!(NAMES), "{event}");
        return;
    }
    let told = NAMES.map(|name| event["args"][name].as_i64().unwrap());
    assert_eq!(told, counts, "{event}");
    assert!(event.get("unread").is_none(), "{event}");
}

/// That a socket was there between the shortest and the longest time that the program found.
fn assert_lasted(seen: &Seen, event: &Value, name: &str) {
    let told = event["args"]["duration"].as_i64().unwrap();
    let [least, most] = ["least", "most"].map(|end| seen.note(&format!("{name}-{end}")));
    assert!((least..=most).contains(&told), "{name}: {event}");
}

fn made(seen: &Seen) -> Vec<&'static Exchange> {
    let failed = seen.names().any(|name| name.ends_with("-failed"));
    assert!(!failed, "{:?}", seen.names().collect::<Vec<_>>());
    let made = |row: &&Exchange| {
        seen.names()
            .any(|name| name == format!("{}-server", row.name))
    };
    let made: Vec<_> = EXCHANGES.iter().filter(made).collect();
    assert_eq!(made[0].name, "v4");
    made
}

#[test]
fn udp_socket_close_tells_what_went_over_sockets_of_every_family() {
    for seen in seen() {
        for row in made(&seen) {
            let number = |what| seen.note(&format!("{}-{what}", row.name));
            let (client, server) = (number("client"), number("server"));
            let event = one(&seen, client);
            let remote = if row.name == "dual" {
                "127.0.0.1"
            } else {
                row.client
            };
            assert_eq!(event["args"]["local_addr"], address(row.client, client));
            assert_eq!(event["args"]["remote_addr"], address(remote, server));
            assert_eq!(event["args"]["owned_by"], "CREATED");
            assert_counts(event, [36, 9, 10, 1]);
            assert_lasted(&seen, event, &format!("{}-client", row.name));
            let event = one(&seen, server);
            assert_eq!(event["args"]["local_addr"], address(row.server, server));
            assert!(event["args"].get("remote_addr").is_none(), "{event}");
            assert_counts(event, [10, 1, 35, 9]);
            assert_lasted(&seen, event, &format!("{}-server", row.name));
        }
    }
}

#[test]
fn udp_socket_close_counts_what_children_send() {
    for seen in seen() {
        let event = one(&seen, seen.note("shared-client"));
        assert_eq!(event["process"], seen.events[0]["process"]);
        assert_counts(event, [3, 1, 0, 0]);
        assert_lasted(&seen, event, "shared-client");
    }
}

#[test]
fn udp_socket_close_tells_sockets_that_are_left_open() {
    for seen in seen() {
        // Those that were never bound have no port.
        let fits = |event: &&Value| port(&event["args"]["local_addr"]) == 0;
        let left: Vec<_> = seen.events.iter().filter(fits).collect();
        assert_eq!(left.len(), 2, "{:?}", seen.events);
        let [killed, own] = [left[0], left[1]].map(|event| &event["process"]["host_pid"]);
        assert_eq!(*killed, seen.note("killed"));
        assert_eq!(*own, seen.events[0]["process"]["host_pid"]);
        for event in left {
            assert_eq!(event["args"]["local_addr"], address("0.0.0.0", 0));
            assert_counts(event, [0; 4]);
        }
    }
}
