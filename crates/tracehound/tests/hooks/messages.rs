//! What comes over sockets of this machine: a program in both widths.

use std::os::unix::fs::MetadataExt as _;

use serde_json::json;

use crate::at_call_end;
use crate::connections::{Seen, seen_of};

fn seen(event: &str, what: &str) -> impl Iterator<Item = Seen> {
    let runs = seen_of(["messages", "messages32"], event, what);
    runs.into_iter().flatten()
}

#[test]
fn unix_peer_tells_each_of_the_other() {
    for seen in seen("unix_peer", "peers") {
        let name = json!({"sa_family": "AF_UNIX", "sun_path": "@tracehound-messages"});
        let nameless = json!({"sa_family": "AF_UNIX"});
        let of = |role: &str| {
            let all = seen.events.iter();
            let mut own =
                all.filter(|event| (event["args"]["local_addr"] == name) == (role == "server"));
            own.next().unwrap_or_else(|| panic!("no {role}")).clone()
        };
        let (client, server) = (of("client"), of("server"));
        assert_eq!(seen.events.len(), 2);
        let pid = |event: &serde_json::Value| event["process"]["host_pid"].as_u64().unwrap();
        assert_ne!(pid(&client), pid(&server));
        // The child lives under another user.
        let wanted = json!({"sockfd": seen.note("server"), "local_addr": name,
            "remote_addr": nameless, "peer_pid": pid(&client), "peer_uid": 1234, "peer_gid": 1235});
        assert_eq!(server["args"], wanted);
        let wanted = json!({"sockfd": seen.note("listener") + 1, "local_addr": nameless,
            "remote_addr": name, "peer_pid": pid(&server), "peer_uid": 0, "peer_gid": 0});
        assert_eq!(client["args"], wanted);
    }
}

#[test]
fn security_file_receive_tells_the_file_and_who_connected() {
    let event = "security_file_receive";
    for seen in seen(event, "files") {
        let status = std::fs::metadata("/etc/passwd").unwrap();
        assert_eq!(seen.note("inode"), i64::try_from(status.ino()).unwrap());
        let files: Vec<_> = seen.args.iter().map(|args| &args["pathname"]).collect();
        // The second of the first message is the standard input; the last message has none.
        assert_eq!(
            files.len(),
            if at_call_end(event) { 2 } else { 3 },
            "{files:?}"
        );
        let passed = seen
            .args
            .iter()
            .filter(|args| args["pathname"] == "/etc/passwd");
        let passed: Vec<_> = passed.collect();
        assert_eq!(passed.len(), 2, "{files:?}");
        for args in passed {
            assert_eq!(args["inode"], status.ino());
            let flags = args["flags"].as_str().unwrap();
            assert!(flags.contains("O_APPEND"), "{flags}");
            assert_eq!(args["sockfd"], seen.note("server"));
            assert_eq!(args["peer_pid"], seen.events[0]["process"]["host_pid"]);
        }
    }
}

#[test]
fn netlink_send_tells_the_first_message() {
    for seen in seen("netlink_send", "netlink") {
        // NLM_F_REQUEST, with NLM_F_ECHO, with NLM_F_ACK.
        let rows = [(1, 1, 20), (4, 9, 24), (18, 5, 28)];
        let own = json!({"sa_family": "AF_NETLINK", "nl_pid": seen.note("port"),
            "nl_groups": "0x0"});
        let wanted: Vec<_> = rows
            .iter()
            .map(|(kind, flags, length)| {
                json!({"protocol": "NETLINK_ROUTE", "type": kind, "flags": flags,
                    "length": length, "local_addr": own})
            })
            .collect();
        assert_eq!(seen.args, wanted);
    }
}
