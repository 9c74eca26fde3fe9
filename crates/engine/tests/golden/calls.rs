//! System calls as whole outputs: joined, decoded, unfinished.

use super::*;

/// A record of a call by hand: registers, then chunks of state, address and bytes.
fn call(name: &str, header: Header, slots: &[u64], chunks: &[(u8, u64, &[u8])]) -> Vec<u8> {
    let mut builder = Builder::new(event(name).id, 6, header);
    for (index, value) in slots.iter().enumerate() {
        builder = builder.slot(index, *value);
    }
    for (state, address, bytes) in chunks {
        builder = builder.chunk(&Chunk {
            address: *address,
            kind: ChunkKind::Memory,
            state: *state,
            bytes,
        });
    }
    builder.build()
}

#[test]
fn calls_are_joined_and_decoded() {
    let header = |name, flags, time: u64, ret| Header {
        flags,
        time: 5_025_678_901_234 + time,
        ret,
        ..sample::header(event(name))
    };
    let end = HAS_RET | HAS_ENTRY;
    let cwd = (-100i64).cast_unsigned();
    let open = [cwd, 0x1000, 0o2_000_000, 0];
    let missing = (-2i64, [cwd, 0x2000, 0o2_000_102, 0o644]);
    let pointers: Vec<u8> = [0x2000u64, 0x3000, 0]
        .iter()
        .flat_map(|word| word.to_ne_bytes())
        .collect();
    let inet = [2, 0, 0, 80, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
    let exec = [
        (0, 0x1000, &b"/bin/ls\0"[..]),
        (0, 0x2000, b"ls\0"),
        (0, 0x3000, b"a\x1b[2J\xff\0"),
        (0, 0x4000, &pointers),
        (0, 0x5000, &pointers),
    ];
    golden(
        "calls",
        &[
            call(
                "openat",
                header("openat", ENTRY, 0, 0),
                &open,
                &[(0, 0x1000, b"/etc/passwd\0")],
            ),
            call("openat", header("openat", end, 900, 3), &open, &[]),
            call(
                "openat",
                header("openat", end, 1000, missing.0),
                &missing.1,
                &[],
            ),
            call(
                "openat",
                header("openat", HAS_RET, 1100, -2),
                &missing.1,
                &[(chunk::EXIT | chunk::LATE, 0x2000, b"/tmp/x\0")],
            ),
            call(
                "read",
                header("read", HAS_RET, 1200, 11),
                &[3, 0x1000, 4096],
                &[(chunk::EXIT, 0x1000, b"hello")],
            ),
            call(
                "connect",
                header("connect", HAS_RET, 1300, -115),
                &[4, 0x1000, 16],
                &[(0, 0x1000, &inet)],
            ),
            call(
                "execve",
                header("execve", ENTRY, 1400, 0),
                &[0x1000, 0x4000, 0x5000],
                &exec,
            ),
            call(
                "execve",
                header("execve", end, 1500, -13),
                &[0x1000, 0x4000, 0x5000],
                &[],
            ),
            call(
                "nanosleep",
                header("nanosleep", ENTRY, 1600, 0),
                &[0x1000, 0x2000],
                &[(0, 0x1000, &[0; 16])],
            ),
            call(
                "exit_group",
                header("exit_group", ENTRY, 1700, 0),
                &[3],
                &[],
            ),
        ],
    );
}
