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
