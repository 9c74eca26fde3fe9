//! Names, credentials and cgroups.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::mounts::in_mounted;
use super::{Trigger, trigger};

pub(super) const TRIGGERS: &[Trigger] = &[
    trigger("task_rename", rename),
    trigger("commit_creds", set_group),
    trigger("cgroup_mkdir", make_cgroup),
    trigger("cgroup_rmdir", make_cgroup),
    trigger("cgroup_attach_task", enter_cgroup),
    trigger("sched_switch", wait),
    // To set the group it is asked whether the caller may set any.
    trigger("cap_capable", set_group),
    trigger("switch_task_ns", enter_namespace),
    trigger("security_task_setrlimit", set_limit),
    trigger("set_fs_pwd", stay),
    trigger("security_settime64", set_no_time),
    trigger("security_task_prctl", rename),
    trigger("ptrace_attach", attach),
    trigger("process_vm_rw", read_nothing),
    trigger("ptrace_may_access", look),
];

fn rename() {
    // SAFETY: the name is ended by NUL.
    unsafe { libc::prctl(libc::PR_SET_NAME, c"prove".as_ptr()) };
}

/// To the group that it has: the kernel makes new credentials all the same.
fn set_group() {
    // SAFETY: takes and gives numbers.
    unsafe { libc::syscall(libc::SYS_setgid, libc::getgid()) };
}

fn wait() {
    thread::sleep(Duration::from_millis(1));
}

fn make_cgroup() {
    in_cgroup(|_, _| {});
}

/// Goes into the cgroup and back to where it was.
fn enter_cgroup() {
    in_cgroup(|mounted, group| {
        let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let own = own.lines().find_map(|line| line.strip_prefix("0::/"));
        let Some(own) = own else { return };
        // What cannot be done is not seen, and told so.
        let _ = fs::write(group.join("cgroup.procs"), "0");
        let _ = fs::write(mounted.join(own).join("cgroup.procs"), "0");
    });
}

/// Acts with a hierarchy that is mounted for this child alone, and a cgroup that is removed again.
fn in_cgroup(act: impl FnOnce(&Path, &Path)) {
    in_mounted(c"cgroup2", |mounted| {
        let mounted = Path::new(OsStr::from_bytes(mounted.to_bytes()));
        let group = mounted.join(format!("tracehound-prove-{}", std::process::id()));
        if fs::create_dir(&group).is_ok() {
            act(mounted, &group);
            let _ = fs::remove_dir(&group);
        }
    });
}

fn enter_namespace() {
    // SAFETY: takes a number.
    unsafe { libc::unshare(libc::CLONE_NEWUTS) };
}

/// To the limit that it has.
fn set_limit() {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the limit is this function's own.
    unsafe {
        if libc::getrlimit(libc::RLIMIT_CORE, &raw mut limit) == 0 {
            libc::setrlimit(libc::RLIMIT_CORE, &raw const limit);
        }
    }
}

fn stay() {
    // SAFETY: the path is ended by NUL.
    unsafe { libc::chdir(c".".as_ptr()) };
}

/// Neither time nor zone: the kernel asks whether it may be set, and sets nothing.
fn set_no_time() {
    let none = std::ptr::null::<u8>();
    // SAFETY: null pointers are not looked at.
    unsafe { libc::syscall(libc::SYS_settimeofday, none, none) };
}

/// To itself, which is refused.
fn attach() {
    let none = std::ptr::null_mut::<libc::c_void>();
    // SAFETY: takes numbers; nobody is traced.
    unsafe { libc::ptrace(libc::PTRACE_SEIZE, libc::getpid(), none, none) };
}

fn read_nothing() {
    let none = std::ptr::null();
    // SAFETY: lists of no pieces are not looked at.
    unsafe { libc::process_vm_readv(libc::getpid(), none, 0, none, 0, 0) };
}

/// Into the tracer, its parent.
fn look() {
    let parent = std::os::unix::process::parent_id();
    // What is read does not matter.
    let _ = fs::read(format!("/proc/{parent}/environ"));
}
