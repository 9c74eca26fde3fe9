//! What is mapped, and how its protection changes.

use std::fs::{self, File};
use std::os::fd::AsRawFd as _;
use std::ptr;

use super::{Folder, Trigger, trigger};

pub(super) const TRIGGERS: &[Trigger] = &[
    trigger("security_mmap_file", map_program),
    trigger("security_file_mprotect", change),
    trigger("do_mmap", map_program),
    trigger("shared_object_loaded", map_program),
    trigger("mem_prot_alert", change),
    trigger("security_kernel_read_file", read_no_module),
    trigger("security_kernel_post_read_file", read_no_module),
    trigger("memfd_map_executable", map_memfd),
    trigger("suspicious_syscall_source", call_from_memory),
    trigger("stack_pivot", call_from_elsewhere),
];

const PAGE: usize = 4096;

fn map(file: &File) {
    let access = libc::PROT_READ | libc::PROT_EXEC;
    let fd = file.as_raw_fd();
    // SAFETY: a new mapping that nobody looks at, in a process that is about to end.
    unsafe { libc::mmap(ptr::null_mut(), PAGE, access, libc::MAP_PRIVATE, fd, 0) };
}

/// Maps a page of this program once more.
fn map_program() {
    if let Ok(file) = File::open("/proc/self/exe") {
        map(&file);
    }
}

fn map_memfd() {
    use std::os::fd::FromRawFd as _;

    // SAFETY: the name ends with a NUL.
    let fd = unsafe { libc::memfd_create(c"tracehound-prove".as_ptr(), libc::MFD_CLOEXEC) };
    if fd >= 0 {
        // SAFETY: the descriptor is new and nobody else's.
        let file = unsafe { File::from_raw_fd(fd) };
        let _ = file.set_len(PAGE as u64);
        map(&file);
    }
}

/// Makes a page that could be written executable.
fn change() {
    let access = libc::PROT_READ | libc::PROT_WRITE;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    // SAFETY: a new mapping that nobody looks at, in a process that is about to end.
    let page = unsafe { libc::mmap(ptr::null_mut(), PAGE, access, flags, -1, 0) };
    if page != libc::MAP_FAILED {
        // SAFETY: the page is ours and holds nothing.
        unsafe { libc::mprotect(page, PAGE, libc::PROT_READ | libc::PROT_EXEC) };
    }
}

/// Has the kernel read a file of one byte, which it then finds to be no module.
fn read_no_module() {
    if let Some(folder) = Folder::new()
        && fs::write(folder.file(), "x").is_ok()
        && let Ok(file) = File::open(folder.file())
    {
        let fd = file.as_raw_fd();
        // SAFETY: the parameters are a text that ends with a NUL.
        unsafe { libc::syscall(libc::SYS_finit_module, fd, c"".as_ptr(), 0) };
    }
}

/// Makes a call by an instruction in memory that no file is behind: `mov eax, getppid; syscall; ret`.
#[cfg(target_arch = "x86_64")]
fn call_from_memory() {
    const CODE: [u8; 8] = [0xb8, libc::SYS_getppid as u8, 0, 0, 0, 0x0f, 0x05, 0xc3];
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    let access = libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC;
    // SAFETY: a new mapping, in a process that is about to end.
    let page = unsafe { libc::mmap(ptr::null_mut(), PAGE, access, flags, -1, 0) };
    if page != libc::MAP_FAILED {
        // SAFETY: the page is ours and longer than the code.
        unsafe { ptr::copy_nonoverlapping(CODE.as_ptr(), page.cast(), CODE.len()) };
        // SAFETY: the code is a function that takes nothing and changes what a call may change.
        unsafe {
            std::arch::asm!("call {page}", page = in(reg) page, out("rax") _, out("rcx") _,
                out("r11") _);
        }
    }
}

/// Makes a call while the stack pointer is in the program's data.
#[cfg(target_arch = "x86_64")]
fn call_from_elsewhere() {
    static ELSEWHERE: [u64; 64] = [0; 64];
    let elsewhere = &raw const ELSEWHERE[32];
    // SAFETY: nothing is pushed or popped while the stack pointer is elsewhere; a signal would be,
    // and none is on its way to this process.
    unsafe {
        std::arch::asm!("mov r12, rsp", "mov rsp, {elsewhere}", "syscall", "mov rsp, r12",
            elsewhere = in(reg) elsewhere, inout("rax") libc::SYS_getppid => _, out("rcx") _,
            out("r11") _, out("r12") _);
    }
}
