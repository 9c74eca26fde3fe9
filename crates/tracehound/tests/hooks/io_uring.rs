//! Requests of io_uring.

use std::fs;

use crate::{folder, run_of, support};

/// What the program `uring` says of itself, with the events.
fn uring(
    event: &str,
    width: &str,
    polled: bool,
) -> Option<(Vec<serde_json::Value>, String, Vec<i64>)> {
    let folder = folder(&format!("{event}{width}{polled}"));
    let file = folder.join("file").display().to_string();
    let program = support::program(&format!("uring{width}"));
    let mut command = vec![&program[..], &file[..]];
    command.extend(polled.then_some("polled"));
    let run = run_of(event, &command);
    fs::remove_dir_all(&folder).unwrap();
    let run = run?;
    let numbers = run
        .stdout
        .split_whitespace()
        .filter_map(|word| word.parse().ok());
    let events = support::named(&run, event).into_iter().cloned().collect();
    Some((events, file, numbers.collect()))
}

#[test]
fn io_uring_create_tells_the_ring() {
    for polled in [false, true] {
        let Some((events, _, said)) = uring("io_uring_create", "", polled) else {
            return;
        };
        assert_eq!(events.len(), 1, "{events:?}");
        // Making a ring is a call like any other.
        assert!(events[0].get("via").is_none(), "{events:?}");
        let args = &events[0]["args"];
        assert_eq!(args["fd"], said[1], "{args}");
        assert_eq!(args["sq_entries"], 4, "{args}");
        assert_eq!(args["cq_entries"], 8, "{args}");
        assert_eq!(args["flags"] == "IORING_SETUP_SQPOLL", polled, "{args}");
    }
}

#[test]
fn io_uring_submit_req_tells_requests_and_their_files() {
    for width in ["", "32"] {
        let Some((events, file, said)) = uring("io_uring_submit_req", width, false) else {
            return;
        };
        let ours: Vec<_> = events.iter().map(|event| &event["args"]).collect();
        let opcodes: Vec<_> = ours
            .iter()
            .map(|args| args["opcode"].as_str().unwrap())
            .collect();
        let wanted = [
            "IORING_OP_NOP",
            "IORING_OP_WRITE",
            "IORING_OP_READ",
            "IORING_OP_OPENAT",
        ];
        assert_eq!(opcodes, wanted, "{events:?}");
        let marked = events.iter().all(|event| event["via"] == "io_uring");
        assert!(marked, "{events:?}");
        let call = |event: &serde_json::Value| event["syscall"] == "io_uring_enter";
        assert!(events.iter().all(call), "{events:?}");
        // Large numbers are text.
        assert_eq!(ours[0]["user_data"], "1234605616436508552", "{events:?}");
        let data: Vec<_> = ours[1..].iter().map(|args| &args["user_data"]).collect();
        assert_eq!(data, [2, 3, 4], "{events:?}");
        for (at, has) in [(0, false), (1, true), (2, true), (3, false)] {
            assert_eq!(ours[at]["pathname"] == file.as_str(), has, "{events:?}");
            assert_eq!(
                ours[at].get("pathname").is_some_and(|path| !path.is_null()),
                has
            );
            assert_eq!(ours[at]["sq_thread"], false, "{events:?}");
        }
        // Before 5.19 the kernel has the file by then, and not the number.
        if let Some(fd) = ours[1]["fd"].as_i64() {
            assert_eq!(fd, said[2], "{events:?}");
            assert_eq!(ours[2]["fd"], 0, "{events:?}");
        }
        assert_eq!(ours[2]["flags"], "IOSQE_FIXED_FILE", "{events:?}");
    }
}

#[test]
fn io_uring_submit_req_tells_whose_ring_the_kernels_thread_serves() {
    let Some((events, file, said)) = uring("io_uring_submit_req", "", true) else {
        return;
    };
    if events.is_empty() && legacy() {
        println!("skipped: the thread of a ring is not followed on this kernel");
        return;
    }
    let [event] = &events[..] else {
        panic!("{events:?}")
    };
    let args = &event["args"];
    assert_eq!(args["opcode"], "IORING_OP_WRITE", "{event}");
    assert_eq!(args["pathname"], file.as_str(), "{event}");
    assert_eq!(args["sq_thread"], true, "{event}");
    assert_eq!(event["via"], "io_uring", "{event}");
    assert_eq!(args["owner_pid"], said[0], "{event}");
    assert_eq!(event["process"]["host_pid"], said[0], "{event}");
    assert_ne!(event["process"]["host_tid"], said[0], "{event}");
    // It was never in user mode, and is in no call.
    assert!(event.get("syscall").is_none(), "{event}");
}

/// Whether this is a kernel without storage by task, where scope is not healed.
fn legacy() -> bool {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    release.starts_with("5.10.")
}
