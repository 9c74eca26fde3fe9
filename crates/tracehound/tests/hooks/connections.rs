//! Connections: programs that connect with themselves, in both widths.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{run_of, support};

/// What a run of the program says: its numbers, and the arguments of the event.
pub struct Seen {
    notes: BTreeMap<String, i64>,
    pub events: Vec<Value>,
    pub args: Vec<Value>,
}

impl Seen {
    pub fn note(&self, name: &str) -> i64 {
        *self.notes.get(name).unwrap_or_else(|| panic!("no {name}"))
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.notes.keys().map(String::as_str)
    }
}

/// Runs a program in each width.
pub fn runs_of(programs: [&str; 2], event: &str, what: &str) -> Option<Vec<Seen>> {
    programs.iter().map(|name| run(event, name, what)).collect()
}

/// The same, of an event that is wholly read everywhere.
pub fn seen_of(programs: [&str; 2], event: &str, what: &str) -> Option<Vec<Seen>> {
    let runs = runs_of(programs, event, what)?;
    for event in runs.iter().flat_map(|seen| &seen.events) {
        assert!(event.get("unread").is_none(), "{event}");
    }
    Some(runs)
}

fn seen(event: &str, what: &str) -> Option<Vec<Seen>> {
    seen_of(["sockets", "sockets32"], event, what)
}

fn run(event: &str, name: &str, what: &str) -> Option<Seen> {
    let run = run_of(event, &[&support::program(name), what])?;
    let note = |line: &str| {
        let mut words = line.strip_prefix("note ")?.split(' ');
        let name = words.next()?.to_owned();
        Some((name, words.next()?.parse().unwrap()))
    };
    let events = support::named(&run, event);
    Some(Seen {
        events: events.iter().map(|event| (*event).clone()).collect(),
        notes: run.stdout.lines().filter_map(note).collect(),
        args: events.iter().map(|event| event["args"].clone()).collect(),
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

pub fn address(ip: &str, port: i64) -> Value {
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

/// The port of an address of either family; 0 for none.
pub fn port(address: &Value) -> i64 {
    let port = address["sin_port"].as_i64();
    port.or(address["sin6_port"].as_i64()).unwrap_or(0)
}

/// What is told of the sockets with these ports, in order.
fn between(seen: &Seen, local: &[i64], remote: &[i64]) -> Vec<Value> {
    let fits = |args: &&Value| {
        local.contains(&port(&args["local_addr"])) && remote.contains(&port(&args["remote_addr"]))
    };
    seen.args.iter().filter(fits).cloned().collect()
}

/// From one state to another, and by what the owner is known.
fn step(args: &Value) -> [&str; 3] {
    ["old_state", "new_state", "owned_by"].map(|name| args[name].as_str().unwrap())
}

/// The numbers at a connection's end.
fn assert_ends(args: &Value, sent: i64, received: i64) {
    assert_eq!(args["new_state"], "TCP_CLOSE", "{args}");
    assert_eq!(args["bytes_sent"], sent, "{args}");
    assert_eq!(args["bytes_received"], received, "{args}");
    assert_eq!(args["retransmits"], 0, "{args}");
    let lasted = args["duration"].as_u64().unwrap();
    assert!((1..60_000_000_000).contains(&lasted), "{args}");
}

/// All of it is the program's, whatever the interrupt hit.
fn assert_own(seen: &Seen) {
    for event in &seen.events {
        assert_eq!(
            event["process"]["comm"].as_str().unwrap().get(..7),
            Some("sockets"),
            "{event}"
        );
        assert_eq!(
            event["process"]["host_pid"], seen.events[0]["process"]["host_pid"],
            "{event}"
        );
        assert!(event.get("in_interrupt").is_none(), "{event}");
    }
}

#[test]
fn sock_state_tells_a_connection_by_both_of_its_ends() {
    for seen in seen("sock_state", "connections").into_iter().flatten() {
        assert_own(&seen);
        for row in made(&seen) {
            let number = |what| seen.note(&format!("{}-{what}", row.name));
            let (server, client) = (number("port"), number("client"));
            // The client has no port yet when it begins.
            let all = between(&seen, &[client, 0], &[server]);
            let steps: Vec<_> = all.iter().map(step).collect();
            let wanted = [
                ["TCP_CLOSE", "TCP_SYN_SENT", "CONNECTED"],
                ["TCP_SYN_SENT", "TCP_ESTABLISHED", "CONNECTED"],
                ["TCP_ESTABLISHED", "TCP_FIN_WAIT1", "CONNECTED"],
            ];
            assert_eq!(steps[..3], wanted, "{all:?}");
            assert_ends(all.last().unwrap(), 5, 3);
            // The listener's own steps are the first and the last.
            let mut all = between(&seen, &[server], &[client, 0]);
            let listener = [all.remove(0), all.pop().unwrap()];
            assert_eq!(
                listener.each_ref().map(step),
                [
                    ["TCP_CLOSE", "TCP_LISTEN", "LISTENS"],
                    ["TCP_LISTEN", "TCP_CLOSE", "LISTENS"],
                ]
            );
            let steps: Vec<_> = all.iter().map(step).collect();
            let wanted = [
                ["TCP_LISTEN", "TCP_SYN_RECV", "LISTENS"],
                ["TCP_SYN_RECV", "TCP_ESTABLISHED", "LISTENS"],
                ["TCP_ESTABLISHED", "TCP_CLOSE_WAIT", "ACCEPTED"],
                ["TCP_CLOSE_WAIT", "TCP_LAST_ACK", "ACCEPTED"],
                ["TCP_LAST_ACK", "TCP_CLOSE", "ACCEPTED"],
            ];
            assert_eq!(steps, wanted, "{all:?}");
            assert_ends(all.last().unwrap(), 3, 5);
        }
    }
}

#[test]
fn sock_state_counts_what_is_sent_again() {
    for seen in seen("sock_state", "lost").into_iter().flatten() {
        let (server, client) = (seen.note("lost-port"), seen.note("lost-client"));
        let all = between(&seen, &[client], &[server]);
        let last = all.last().unwrap();
        assert_eq!(step(last), ["TCP_ESTABLISHED", "TCP_CLOSE", "CONNECTED"]);
        assert_eq!(last["retransmits"], seen.note("retransmits"));
        assert_eq!(last["bytes_sent"], 1);
        assert_eq!(last["bytes_received"], 0);
    }
}

#[test]
fn tcp_retransmit_skb_tells_each_segment_that_is_sent_again() {
    for seen in seen("tcp_retransmit_skb", "lost").into_iter().flatten() {
        assert_own(&seen);
        let wanted = json!({"state": "TCP_ESTABLISHED", "owned_by": "CONNECTED",
            "local_addr": address("127.0.0.1", seen.note("lost-client")),
            "remote_addr": address("127.0.0.1", seen.note("lost-port"))});
        let count = seen.note("retransmits");
        assert!(count > 0);
        assert!(
            seen.args.iter().all(|args| *args == wanted),
            "{:?}",
            seen.args
        );
        // One more may come before the socket is closed.
        let told = i64::try_from(seen.args.len()).unwrap();
        assert!((count..=count + 1).contains(&told), "{told}, not {count}");
    }
}

#[test]
fn tcp_receive_reset_tells_who_is_refused_and_who_is_broken_off() {
    for seen in seen("tcp_receive_reset", "reset").into_iter().flatten() {
        assert_own(&seen);
        let states: Vec<_> = seen.args.iter().map(|args| &args["state"]).collect();
        assert_eq!(states, ["TCP_SYN_SENT", "TCP_ESTABLISHED"]);
        let refused = address("127.0.0.1", seen.note("refused-port"));
        assert_eq!(seen.args[0]["remote_addr"], refused);
        let wanted = json!({"state": "TCP_ESTABLISHED", "owned_by": "CONNECTED",
            "local_addr": address("127.0.0.1", seen.note("reset-client")),
            "remote_addr": address("127.0.0.1", seen.note("reset-port"))});
        assert_eq!(seen.args[1], wanted);
        // ECONNREFUSED and ECONNRESET: what the program got.
        assert_eq!([seen.note("refused"), seen.note("reset")], [111, 104]);
    }
}

#[test]
fn tcp_send_reset_tells_who_breaks_off() {
    for seen in seen("tcp_send_reset", "reset").into_iter().flatten() {
        assert_own(&seen);
        let wanted = json!({"state": "TCP_CLOSE", "owned_by": "ACCEPTED",
            "local_addr": address("127.0.0.1", seen.note("reset-port")),
            "remote_addr": address("127.0.0.1", seen.note("reset-client"))});
        assert_eq!(seen.args, [wanted]);
    }
}
