//! Events of one name in several policies. Tracee's cases count the packets of `ping`; where packets
//! are not told yet the sockets stand for them.

use crate::case::{Case, Place, hold, seen};

const NOTHING: &[&str] = &[];
const SOCKET: &[(&str, &[&str])] = &[("security_socket_create", NOTHING)];

#[test]
fn policies_share_events() {
    let place = Place::new("shared");
    let [ping, nc] = ["ping", "nc"].map(|name| place.command(name));
    let comm = &["comm=ping"][..];
    let socket = |name| seen(name).by("ping");
    // 105 is setuid.
    let cases = [
        Case::new("7: an event of one name")
            .policy("ping-5", comm, SOCKET)
            .does(&format!("{ping} 105 udp; {nc} udp"))
            .sees(socket("security_socket_create")),
        Case::new("25: an event in two policies")
            .policy("both-3", comm, SOCKET)
            .policy("both-5", comm, SOCKET)
            .sees(socket("security_socket_create").due_to(&["both-3", "both-5"])),
        Case::new("26: and another in one of them")
            .policy("user-3", comm, SOCKET)
            .policy(
                "user-5",
                comm,
                &[("security_socket_create", NOTHING), ("setuid", NOTHING)],
            )
            .sees(socket("security_socket_create").due_to(&["user-3", "user-5"]))
            .sees(socket("setuid").due_to(&["user-5"])),
        Case::new("27: four policies that share two events")
            .policy("four-3", comm, SOCKET)
            .policy("four-5", comm, SOCKET)
            .policy("four-7", comm, &[("sched_process_exec", NOTHING)])
            .policy(
                "four-9",
                comm,
                &[
                    ("sched_process_exec", NOTHING),
                    ("security_socket_connect", NOTHING),
                ],
            )
            .sees(socket("sched_process_exec").due_to(&["four-7", "four-9"]))
            .sees(socket("security_socket_connect").due_to(&["four-9"]))
            .sees(socket("security_socket_create").due_to(&["four-3", "four-5"])),
        Case::new("28: a connection that is refused")
            .policy("connects", &["comm=nc"], &[("net_tcp_connect", NOTHING)])
            .does(&format!("{nc} tcp; {ping} tcp"))
            .sees(seen("net_tcp_connect").by("nc").with("dst", "127.0.0.1")),
    ];
    hold(&place, &cases);
}
