//! Calls with x32's own numbers: structures with pointers of 32 bits, offsets of 64.

use serde_json::json;

use crate::expect::Seen;

const EVENTS: &str = "writev,pwritev,pwritev2,rt_sigaction,execve,getpid";

#[test]
fn x32_calls_with_numbers_of_their_own_are_told() {
    // A kernel without x32 refuses them before any function of theirs runs.
    if let Some(rung) = std::env::var("TRACEHOUND_RUNG")
        .ok()
        .filter(|rung| !rung.contains("tp"))
    {
        println!("skipped: {rung} sees what the kernel serves, and few are built with x32");
        return;
    }
    let Some(seen) = Seen::of("x32", EVENTS) else {
        return;
    };
    let fd = seen.said.note("fd");
    let iov = json!([{"iov_base": "ab", "iov_len": 2}, {"iov_base": "cde", "iov_len": 3}]);
    let action = json!({"sa_handler": "SIG_IGN", "sa_flags": "SA_NODEFER",
        "sa_mask": ["SIGUSR2", "SIGRT_8"]});
    seen.agrees("x32", &[
        ("writev", "writev", "", json!({"args": {"fd": fd, "iov": iov, "iovcnt": 2}})),
        ("pwritev", "pwritev", "", json!({"args": {"fd": fd, "iov": iov, "iovcnt": 2, "pos_l": 0x1_0000_0002_i64}})),
        ("pwritev2", "pwritev2", "", json!({"args": {"fd": fd, "iov": iov, "iovcnt": 2, "pos_l": -1, "flags": "RWF_APPEND"}})),
        ("rt_sigaction", "rt_sigaction", "", json!({"args": {"signum": "SIGUSR1", "act": action, "sigsetsize": 8}})),
        ("execve", "execve", "", json!({"args": {"pathname": "/nowhere", "argv": ["/nowhere", "second"], "envp": []}})),
        ("getpid", "getpid", "", json!({"args": {}})),
        ("writev-64", "writev", "", json!({"args": {"fd": fd, "iovcnt": 0}})),
    ]);
}
