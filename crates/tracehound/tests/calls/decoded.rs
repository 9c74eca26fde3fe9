//! What stands behind pointers, call by call, of a program that makes calls that few programs make.

use serde_json::{Value, json};
use tracehound_schema::record::chunk;

use crate::raw;
use crate::support::{self, program, root};

const EVENTS: &str = "ioctl";

/// The program's calls by 64-bit and by 32-bit code.
fn each(check: fn(&[Value])) {
    if !root() {
        return;
    }
    for name in ["decoded", "decoded32"] {
        let run = support::trace(&["-e", EVENTS], &[&program(name)]);
        let calls: Vec<_> = run.events.into_iter().collect();
        assert!(!calls.is_empty(), "{}", run.stats);
        check(&calls);
    }
}

fn named<'a>(calls: &'a [Value], name: &str) -> Vec<&'a Value> {
    calls.iter().filter(|call| call["event"] == name).collect()
}

#[test]
fn requests_are_read_in_the_direction_of_their_number() {
    each(|calls| {
        let [reads, writes, both, none, entropy] = named(calls, "ioctl")[..] else {
            panic!("{calls:?}");
        };
        assert_eq!(reads["args"]["arg"], "to the kernel", "{reads}");
        assert_eq!(writes["unwritten"], json!(["arg"]), "{writes}");
        assert_eq!(both["args"]["arg"], "in, out\0", "{both}");
        let address = none["args"]["arg"].as_str().unwrap();
        assert!(address.starts_with("0x"), "{none}");
        let number = entropy["args"]["arg"].as_str().unwrap();
        assert_eq!(number.chars().count(), 4, "{entropy}");
        assert_ne!(number, "UUUU", "{entropy}");
    });
}

/// Nothing is copied against the direction.
#[test]
fn what_a_request_writes_is_not_copied_before() {
    if !root() {
        return;
    }
    let run = raw::trace("requests", &["-e", "ioctl"], &[&program("decoded")]);
    let [reads, writes, both, none, entropy] = &run.calls[..] else {
        panic!("{:?}", run.calls);
    };
    let states = |call: &raw::Call| -> Vec<u8> {
        let own = call
            .pieces
            .iter()
            .filter(|piece| piece.address == call.args[2]);
        own.map(|piece| piece.state).collect()
    };
    assert_eq!([states(reads), states(both)], [[0], [0]]);
    assert_eq!([states(writes), states(none)], [[], []] as [[u8; 0]; 2]);
    assert_eq!(states(entropy), [chunk::EXIT]);
}
