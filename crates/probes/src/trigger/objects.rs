//! BPF objects: they are gone with their descriptors.

use super::{Trigger, trigger};

pub(super) const TRIGGERS: &[Trigger] = &[
    trigger("security_bpf", make_map),
    trigger("security_bpf_map", make_map),
    trigger("security_bpf_prog", load_filter),
    trigger("bpf_attach", attach),
];

/// The first attributes of bpf(2), for each command in its own meaning.
type Attributes = [u64; 16];

const MAP_CREATE: i32 = 0;
const PROG_LOAD: i32 = 5;
const RAW_TRACEPOINT_OPEN: i32 = 17;
const SOCKET_FILTER: u64 = 1;
const RAW_TRACEPOINT: u64 = 17;

fn bpf(command: i32, attributes: &Attributes) -> i64 {
    // SAFETY: the kernel reads as many bytes as it is told to; texts and instructions that the
    // attributes point at outlive the call.
    unsafe { libc::syscall(libc::SYS_bpf, command, attributes, size_of::<Attributes>()) }
}

fn make_map() {
    let mut attributes = Attributes::default();
    // An array of one element: its type, the sizes of key and value, the number of elements.
    attributes[0] = 2 | 4 << 32;
    attributes[1] = 8 | 1 << 32;
    bpf(MAP_CREATE, &attributes);
}

fn load_filter() {
    load(SOCKET_FILTER);
}

/// A program that returns 0; its descriptor.
fn load(kind: u64) -> i64 {
    // mov r0, 0; exit.
    static PROGRAM: [u64; 2] = [0xb7, 0x95];
    let mut attributes = Attributes::default();
    attributes[0] = kind | (PROGRAM.len() as u64) << 32;
    attributes[1] = PROGRAM.as_ptr() as u64;
    attributes[2] = c"GPL".as_ptr() as u64;
    bpf(PROG_LOAD, &attributes)
}

/// To a tracepoint that hardly ever fires.
fn attach() {
    let mut attributes = Attributes::default();
    let Ok(program) = u64::try_from(load(RAW_TRACEPOINT)) else {
        return;
    };
    for name in [c"sched_process_hang", c"task_rename"] {
        attributes[0] = name.as_ptr() as u64;
        attributes[1] = program;
        if bpf(RAW_TRACEPOINT_OPEN, &attributes) >= 0 {
            return;
        }
    }
}
