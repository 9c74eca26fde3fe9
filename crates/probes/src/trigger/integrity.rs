//! What becomes part of the kernel, as far as it leaves with the process that asked for it.

use std::fs::{self, File};
use std::os::fd::AsRawFd as _;

use super::{Trigger, trigger};

pub(super) const TRIGGERS: &[Trigger] = &[
    trigger("kprobe_attach", probe),
    trigger("kallsyms_lookup_name", probe),
    trigger("call_usermodehelper", ask_for_file_system),
    trigger("proc_create", visit_network),
    trigger("device_add", visit_network),
];

/// A probe that is never switched on, by a perf event that is gone with its descriptor.
fn probe() {
    let kind = fs::read_to_string("/sys/bus/event_source/devices/kprobe/type");
    let Some(kind) = kind.ok().and_then(|kind| kind.trim().parse::<u64>().ok()) else {
        return;
    };
    // perf_event_attr: type and size, the flag `disabled`, the function's name.
    let mut attributes = [0_u64; 16];
    attributes[0] = kind | (size_of_val(&attributes) as u64) << 32;
    attributes[5] = 1;
    attributes[7] = c"vfs_fsync".as_ptr() as u64;
    // SAFETY: the kernel reads as many bytes as they say, and the name, which is ended by NUL.
    unsafe { libc::syscall(libc::SYS_perf_event_open, &attributes, 0, -1, -1, 0) };
}

/// The kernel asks modprobe for a file system that nobody has.
fn ask_for_file_system() {
    let (none, kind) = (c"none".as_ptr(), c"tracehound_prove".as_ptr());
    // SAFETY: every text is ended by NUL; there is no such file system to be mounted.
    unsafe { libc::mount(none, c"/".as_ptr(), kind, 0, std::ptr::null()) };
}

/// A network of its own, and back: the kernel makes its files and its loopback device.
fn visit_network() {
    let Ok(own) = File::open("/proc/self/ns/net") else {
        return;
    };
    // SAFETY: takes and gives numbers, in a process of one thread.
    unsafe {
        if libc::unshare(libc::CLONE_NEWNET) == 0 {
            libc::setns(own.as_raw_fd(), libc::CLONE_NEWNET);
        }
    }
}
