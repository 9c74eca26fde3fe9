//! Times, structures and offsets as 32-bit callers pass them.

use serde_json::{Value, json};

use crate::expect::Seen;

/// More calls than trampolines are used for.
const EVENTS: &str = "memfd_create,clock_gettime32,clock_gettime,clock_getres_time32,clock_getres,nanosleep,clock_nanosleep_time32,clock_nanosleep,gettimeofday,time,setitimer,futex_time32,futex,old_select,select,pwrite64,pread64,llseek,ftruncate64,truncate64,fadvise64_64,fadvise64,sync_file_range,readahead,fallocate,pwritev,preadv,pwritev2,preadv2,stat,stat64,newfstatat,fstat64";

/// The offset of most calls: beyond 32 bits.
const FAR: u64 = (1 << 32) + 2;

fn vectors(last: usize) -> Value {
    json!([{"iov_base": "ab", "iov_len": 2}, {"iov_base": "cde", "iov_len": last}])
}

fn agrees(name: &str) {
    // Its calls are more than can have programs on their own functions.
    if std::env::var("TRACEHOUND_RUNG").is_ok_and(|rung| rung == "fentry+fexit") {
        println!("skipped: fentry+fexit serves 32 calls at the most");
        return;
    }
    let Some(seen) = Seen::of(name, EVENTS) else {
        return;
    };
    let note = |name| seen.said.note(name);
    let fd = note("fd");
    let word = seen.said.address("word");
    let time = |sec: i64, nsec: i64| json!({"tv_sec": sec, "tv_nsec": nsec});
    let small = |sec: i64, usec: i64| json!({"tv_sec": sec, "tv_usec": usec});
    let interval = |each: Value, first: Value| json!({"args": {"which": "ITIMER_REAL", "new_value": {"it_interval": each, "it_value": first}}});
    let waited =
        json!({"args": {"nfds": 0, "timeout": small(0, 1000)}, "after": {"timeout": small(0, 0)}});
    let device = |label: &str| {
        let state = &seen.line(label)["args"]["statbuf"];
        let mode = format!("S_IFCHR|{:04o}", note("mode"));
        let known = [
            ("st_ino", json!(note("ino"))),
            ("st_nlink", json!(note("nlink"))),
            ("st_uid", json!(note("uid"))),
            ("st_gid", json!(note("gid"))),
            ("st_mode", json!(mode)),
            ("st_rdev", json!("1:3")),
        ];
        for (member, value) in known {
            assert_eq!(state[member], value, "{label}: {member} of {state}");
        }
        state.clone()
    };
    let file = seen.line("fstat64")["args"]["statbuf"].clone();
    // What the last pwritev has left.
    assert_eq!(file["st_size"], json!(FAR + 5));
    let content = |text: &str, count: i32| json!({"args": {"fd": fd, "buf": text, "count": count, "offset": FAR}});
    let scattered = |last: usize| json!({"args": {"fd": fd, "iov": vectors(last), "iovcnt": 2, "pos_l": 2, "pos_h": 1}});
    let mut flagged = scattered(3);
    flagged["args"]["flags"] = json!("0x0");
    // Some kernels' file systems refuse it, others read.
    let mut nowait =
        json!({"args": {"fd": fd, "iovcnt": 2, "pos_l": 2, "pos_h": 1, "flags": "RWF_NOWAIT"}});
    if seen.said.ret("preadv2") < 0 {
        nowait["unwritten"] = json!(["iov"]);
    } else {
        nowait["args"]["iov"] = vectors(16);
    }
    seen.agrees("i386", &[
        ("memfd_create", "memfd_create", "", json!({"args": {"name": "far", "flags": "MFD_CLOEXEC"}})),
        ("clock_gettime", "clock_gettime32", "", json!({"args": {"which_clock": "CLOCK_REALTIME", "tp": time(note("narrow_sec"), note("narrow_nsec"))}})),
        ("clock_gettime64", "clock_gettime", "", json!({"args": {"clockid": "CLOCK_MONOTONIC", "tp": time(note("wide_sec"), note("wide_nsec"))}})),
        ("clock_getres", "clock_getres_time32", "", json!({"args": {"which_clock": "CLOCK_REALTIME", "tp": time(0, note("res_nsec"))}})),
        ("clock_getres64", "clock_getres", "", json!({"args": {"clockid": "CLOCK_REALTIME", "res": time(0, note("res_nsec"))}})),
        ("nanosleep", "nanosleep", "", json!({"args": {"req": time(0, 1000)}})),
        ("clock_nanosleep", "clock_nanosleep_time32", "", json!({"args": {"which_clock": "CLOCK_MONOTONIC", "flags": "0x0", "rqtp": time(0, 1000)}})),
        ("clock_nanosleep64", "clock_nanosleep", "", json!({"args": {"clockid": "CLOCK_MONOTONIC", "flags": "0x0", "request": time(0, 2000)}})),
        ("gettimeofday", "gettimeofday", "", json!({"args": {"tv": small(note("day_sec"), note("day_usec")), "tz": {"tz_minuteswest": 0, "tz_dsttime": 0}}})),
        ("time", "time", "", json!({"args": {"tloc": note("time")}})),
        ("setitimer", "setitimer", "", interval(small(1, 2), small(1000, 3))),
        ("setitimer-off", "setitimer", "", interval(small(0, 0), small(0, 0))),
        ("futex", "futex_time32", "", json!({"args": {"uaddr": word, "op": "FUTEX_WAIT", "val": 1, "utime": time(1, 5)}})),
        ("futex64", "futex", "", json!({"args": {"uaddr": word, "futex_op": "FUTEX_WAIT", "val": 1, "timeout": time(1, 7)}})),
        ("select", "old_select", "", waited.clone()),
        ("_newselect", "select", "", waited),
        ("pwrite64", "pwrite64", "", content("far away", 8)),
        ("pread64", "pread64", "", content("far away", 16)),
        ("_llseek", "llseek", "", json!({"args": {"fd": fd, "offset_high": 1, "offset_low": 5, "result": note("result"), "whence": "SEEK_SET"}})),
        ("ftruncate64", "ftruncate64", "", json!({"args": {"fd": fd, "length": FAR}})),
        ("truncate64", "truncate64", "", json!({"args": {"path": format!("/proc/self/fd/{fd}"), "length": FAR}})),
        ("fadvise64_64", "fadvise64_64", "", json!({"args": {"fd": fd, "offset": FAR, "len": 3_u64 << 32, "advice": "POSIX_FADV_DONTNEED"}})),
        ("fadvise64", "fadvise64", "", json!({"args": {"fd": fd, "offset": FAR, "len": 4096, "advice": "POSIX_FADV_WILLNEED"}})),
        ("sync_file_range", "sync_file_range", "", json!({"args": {"fd": fd, "offset": FAR, "nbytes": 4096, "flags": "SYNC_FILE_RANGE_WRITE"}})),
        ("readahead", "readahead", "", json!({"args": {"fd": fd, "offset": FAR, "count": 4096}})),
        ("fallocate", "fallocate", "", json!({"args": {"fd": fd, "mode": "FALLOC_FL_KEEP_SIZE", "offset": FAR, "len": 4096}})),
        ("pread64-negative", "pread64", "", json!({"args": {"fd": fd, "count": 16, "offset": -2}, "unwritten": ["buf"]})),
        ("pwritev", "pwritev", "", scattered(3)),
        ("preadv", "preadv", "", scattered(16)),
        ("pwritev2", "pwritev2", "", flagged),
        ("preadv2", "preadv2", "", nowait),
        ("stat", "stat", "", json!({"args": {"pathname": "/dev/null", "statbuf": device("stat")}})),
        ("stat64", "stat64", "", json!({"args": {"pathname": "/dev/null", "statbuf": device("stat64")}})),
        ("fstatat64", "newfstatat", "", json!({"args": {"dirfd": "AT_FDCWD", "pathname": "/dev/null", "statbuf": device("fstatat64"), "flags": "AT_SYMLINK_NOFOLLOW"}})),
        ("fstat64", "fstat64", "", json!({"args": {"fd": fd, "statbuf": file}})),
    ]);
}

#[test]
fn formats_of_a_32_bit_program_are_its_own() {
    agrees("formats32");
}

#[test]
fn formats_of_32_bit_calls_of_a_64_bit_program_are_theirs() {
    agrees("formats");
}
