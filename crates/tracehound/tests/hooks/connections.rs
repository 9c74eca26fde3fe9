//! Connections: programs that connect with themselves, in both widths.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{run_of, support};

const PROGRAMS: [&str; 2] = ["sockets", "sockets32"];

/// What a run of the program says: its numbers, and the arguments of the event.
struct Seen {
    notes: BTreeMap<String, i64>,
    args: Vec<Value>,
}

impl Seen {
    fn note(&self, name: &str) -> i64 {
        *self.notes.get(name).unwrap_or_else(|| panic!("no {name}"))
    }
}

/// Runs the program in each width.
fn seen(event: &str, what: &str) -> Option<Vec<Seen>> {
    PROGRAMS.iter().map(|name| run(event, name, what)).collect()
}

fn run(event: &str, name: &str, what: &str) -> Option<Seen> {
    let run = run_of(event, &[&support::program(name), what])?;
    let note = |line: &str| {
        let mut words = line.strip_prefix("note ")?.split(' ');
        let name = words.next()?.to_owned();
        Some((name, words.next()?.parse().unwrap()))
    };
    let args = |event: &&Value| {
        assert!(event.get("unread").is_none(), "{event}");
        event["args"].clone()
    };
    Some(Seen {
        notes: run.stdout.lines().filter_map(note).collect(),
        args: support::named(&run, event).iter().map(args).collect(),
    })
}

/// A connection of the program: its name, what the listener is bound to, where the client goes, and
/// both as the socket that was accepted has them.
struct Connection {
    name: &'static str,
    bound: &'static str,
    to: &'static str,
    local: &'static str,
}

const CONNECTIONS: [Connection; 4] = [
    Connection {
        name: "v4",
        bound: "127.0.0.1",
        to: "127.0.0.1",
        local: "127.0.0.1",
    },
    Connection {
        name: "v6",
        bound: "::1",
        to: "::1",
        local: "::1",
    },
    Connection {
        name: "dual",
        bound: "::",
        to: "127.0.0.1",
        local: "::ffff:127.0.0.1",
    },
    Connection {
        name: "mapped",
        bound: "127.0.0.1",
        to: "::ffff:127.0.0.1",
        local: "127.0.0.1",
    },
];

/// Those that the machine can make; one without IPv6 makes the first.
fn made(seen: &Seen) -> impl Iterator<Item = &'static Connection> {
    assert!(seen.notes.contains_key("v4-port"), "{:?}", seen.notes);
    let failed = seen.notes.keys().any(|name| name.ends_with("-failed"));
    assert!(!failed, "{:?}", seen.notes);
    CONNECTIONS
        .iter()
        .filter(|row| seen.notes.contains_key(&format!("{}-port", row.name)))
}

fn address(ip: &str, port: i64) -> Value {
    if ip.contains(':') {
        return json!({"sa_family": "AF_INET6", "sin6_port": port, "sin6_flowinfo": 0,
            "sin6_addr": ip, "sin6_scope_id": 0});
    }
    json!({"sa_family": "AF_INET", "sin_port": port, "sin_addr": ip})
}

fn local(name: &str) -> Value {
    json!({"sa_family": "AF_UNIX", "sun_path": name})
}

#[test]
fn security_socket_accept_tells_who_waits_and_where() {
    for seen in seen("security_socket_accept", "connections")
        .into_iter()
        .flatten()
    {
        let wanted: Vec<_> = made(&seen)
            .map(|row| {
                let number = |what| seen.note(&format!("{}-{what}", row.name));
                json!({"sockfd": number("listener"),
                    "local_addr": address(row.bound, number("port"))})
            })
            .collect();
        assert_eq!(seen.args, wanted);
    }
}

#[test]
fn socket_accept_tells_both_ends() {
    for seen in seen("socket_accept", "connections").into_iter().flatten() {
        let wanted: Vec<_> = made(&seen)
            .map(|row| {
                let number = |what| seen.note(&format!("{}-{what}", row.name));
                json!({"sockfd": number("listener"),
                    "local_addr": address(row.local, number("port")),
                    "remote_addr": address(row.local, number("client"))})
            })
            .collect();
        assert_eq!(seen.args, wanted);
    }
}

#[test]
fn socket_accept_tells_unix_sockets() {
    for seen in seen("socket_accept", "duplicates").into_iter().flatten() {
        let wanted = json!({"sockfd": seen.note("unix-listener"),
            "local_addr": local("@tracehound-sockets"), "remote_addr": {"sa_family": "AF_UNIX"}});
        assert_eq!(seen.args, [wanted]);
    }
}

#[test]
fn socket_dup_tells_every_way_to_duplicate() {
    const WAYS: [&str; 10] = [
        "dup",
        "dup2",
        "dup3",
        "fcntl",
        "fcntl-cloexec",
        "compat-dup",
        "compat-dup2",
        "compat-dup3",
        "compat-fcntl",
        "compat-fcntl64",
    ];
    for seen in seen("socket_dup", "duplicates").into_iter().flatten() {
        let dup = |new: &str| {
            json!({"oldfd": seen.note("unix-client"), "newfd": seen.note(new),
                "remote_addr": local("@tracehound-sockets")})
        };
        let mut wanted: Vec<_> = WAYS.into_iter().map(dup).collect();
        let lone = seen.note("lone") + 1;
        wanted.push(json!({"oldfd": lone, "newfd": seen.note("lone-dup")}));
        assert_eq!(seen.args, wanted);
    }
}

#[test]
fn security_socket_setsockopt_tells_the_option_by_every_way_in() {
    for seen in seen("security_socket_setsockopt", "options")
        .into_iter()
        .flatten()
    {
        let nowhere = address("0.0.0.0", 0);
        let option = |socket: &str, level: &str, option: i32| {
            json!({"sockfd": seen.note(socket), "level": level, "optname": option,
                "local_addr": nowhere})
        };
        // SO_REUSEADDR, TCP_NODELAY, SO_KEEPALIVE by socketcall, IP_TTL by the i386 call.
        let wanted = [
            option("udp", "SOL_SOCKET", 2),
            option("tcp", "SOL_TCP", 1),
            option("udp", "SOL_SOCKET", 9),
            option("udp", "SOL_IP", 2),
        ];
        assert_eq!(seen.args, wanted);
    }
}

#[test]
fn net_tcp_connect_tells_hosts_of_both_families() {
    for seen in seen("net_tcp_connect", "connections").into_iter().flatten() {
        let wanted: Vec<_> = made(&seen)
            .map(|row| {
                let port = seen.note(&format!("{}-port", row.name));
                json!({"dst": row.to, "dst_port": port})
            })
            .collect();
        assert_eq!(seen.args, wanted);
    }
}

#[test]
fn net_tcp_connect_is_no_other_protocol() {
    // The program connects a datagram socket and one of this machine.
    let Some(run) = run_of("net_tcp_connect", &[&support::program("connect")]) else {
        return;
    };
    assert!(support::named(&run, "net_tcp_connect").is_empty());
}
