//! Asking the kernel whether it has a rung's mechanism at all, before our programs are loaded.
//!
//! A kernel without FPROBE or KPROBES loads their programs all the same and refuses to attach them.
//! Checking ours takes the verifier some hundred milliseconds; a program of two instructions takes
//! none. What a policy refuses by kind is refused for every event, so it is asked for once.

use std::ffi::CString;
use std::fs;
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd};
use std::sync::Mutex;

use libbpf_sys as sys;
use tracehound_schema::{Hook, HookKind, Rung};

use crate::object::Refusal;
use crate::reason::{self, Doing};
use crate::types;

/// Kinds of programs that this kernel does not let us load.
static REFUSED: Mutex<Vec<HookKind>> = Mutex::new(Vec::new());

/// The security modules in use, where securityfs is mounted.
const SECURITY_MODULES: &str = "/sys/kernel/security/lsm";
const NO_LSM: &str =
    "bpf is not among the kernel's security modules; lsm= on its command line sets them";

fn lists_bpf(modules: &str) -> bool {
    modules.trim().split(',').any(|module| module == "bpf")
}

/// Why a rung cannot work here, if a trial shows it. The error is a reason to show.
pub fn check(rung: &Rung, hooks: &[Hook]) -> Result<(), String> {
    let first = rung.first.map(|first| Rung::parse(first.0).kind);
    let kinds = [Some(rung.kind), first];
    if kinds.into_iter().flatten().any(is_refused) {
        let error = libbpf_rs::Error::from_raw_os_error(libc::EPERM);
        return Err(reason::reason(rung, "", Doing::Loading, &error));
    }
    if kinds.contains(&Some(HookKind::Kprobe)) && !reason::has_kprobes() {
        let error = libbpf_rs::Error::from_raw_os_error(libc::ENOENT);
        return Err(reason::reason(rung, "", Doing::Attaching, &error));
    }
    let Some(hook) = hooks.first() else {
        return Ok(());
    };
    // Asked for before it is loaded with others: they would all be loaded again.
    if hooks.iter().any(types::lack) {
        let error = libbpf_rs::Error::from_raw_os_error(libc::ESRCH);
        return Err(reason::reason(rung, "", Doing::Loading, &error));
    }
    if rung.kind == HookKind::Lsm
        && fs::read_to_string(SECURITY_MODULES).is_ok_and(|list| !lists_bpf(&list))
    {
        return Err(NO_LSM.to_owned());
    }
    let how = match rung.kind {
        HookKind::KprobeMulti => sys::BPF_TRACE_KPROBE_MULTI,
        HookKind::KprobeSession => sys::BPF_TRACE_KPROBE_SESSION,
        _ => return Ok(()),
    };
    let tried = load(sys::BPF_PROG_TYPE_KPROBE, how, 0).and_then(|program| {
        attach_many(program.as_fd(), how, std::slice::from_ref(&hook.target)).map(drop)
    });
    tried.map_err(|error| {
        let section = format!("{}/{}", hook.section, hook.target);
        let error = libbpf_rs::Error::from(error);
        reason::reason(rung, &section, Doing::Attaching, &error)
    })
}

/// Remembers that the kernel's policy refuses a kind of program.
pub fn learn(rung: &Rung, refusal: &Refusal) {
    // The verifier says EACCES to one program, a policy EPERM to all of their kind.
    let policy = matches!(refusal, Refusal::Kernel(error)
        if reason::code_of(error) == Some(libc::EPERM.into()));
    // Of two programs of different kinds it is not known which was refused.
    if policy
        && rung.first.is_none()
        && let Ok(mut kinds) = REFUSED.lock()
    {
        kinds.push(rung.kind);
    }
}

/// Whether the kernel's policy refuses a kind of program. Where it does not, it gets as far as looking for
/// the function, which is none.
fn is_refused(kind: HookKind) -> bool {
    let Ok(mut refused) = REFUSED.lock() else {
        return false;
    };
    if refused.contains(&kind) {
        return true;
    }
    let tried = match kind {
        HookKind::Fentry => load(sys::BPF_PROG_TYPE_TRACING, sys::BPF_TRACE_FENTRY, 1),
        HookKind::Lsm => load(sys::BPF_PROG_TYPE_LSM, sys::BPF_LSM_MAC, 1),
        _ => return false,
    };
    let refuses = tried.is_err_and(|error| error.raw_os_error() == Some(libc::EPERM));
    if refuses {
        refused.push(kind);
    }
    refuses
}

/// Loads a program that does nothing; `types` is the number of the function's type where it has one.
fn load(kind: sys::bpf_prog_type, how: sys::bpf_attach_type, types: u32) -> io::Result<OwnedFd> {
    let mut zero = sys::bpf_insn {
        code: (sys::BPF_ALU64 | sys::BPF_MOV | sys::BPF_K) as u8,
        ..Default::default()
    };
    zero.set_dst_reg(sys::BPF_REG_0 as u8);
    let exit = sys::bpf_insn {
        code: (sys::BPF_JMP | sys::BPF_EXIT) as u8,
        ..Default::default()
    };
    let program = [zero, exit];
    let mut options = sys::bpf_prog_load_opts {
        sz: size_of::<sys::bpf_prog_load_opts>() as sys::size_t,
        expected_attach_type: how,
        attach_btf_id: types,
        ..Default::default()
    };
    // SAFETY: the instructions, their number, both names and the options live through the call.
    let fd = unsafe {
        sys::bpf_prog_load(
            kind,
            c"trial".as_ptr(),
            c"Dual BSD/GPL".as_ptr(),
            program.as_ptr(),
            program.len() as sys::size_t,
            &raw mut options,
        )
    };
    owned(fd)
}

/// Attaches a program to functions, all of which the kernel must have; closing the result
/// detaches it.
pub fn attach_many(
    program: BorrowedFd<'_>,
    how: sys::bpf_attach_type,
    functions: &[String],
) -> io::Result<OwnedFd> {
    let names: Result<Vec<CString>, _> = functions
        .iter()
        .map(|name| CString::new(name.as_str()))
        .collect();
    let names = names.map_err(io::Error::other)?;
    let mut functions: Vec<_> = names.iter().map(|name| name.as_ptr()).collect();
    let mut options = sys::bpf_link_create_opts {
        sz: size_of::<sys::bpf_link_create_opts>() as sys::size_t,
        ..Default::default()
    };
    options.__bindgen_anon_1.kprobe_multi = sys::bpf_link_create_opts__bindgen_ty_1__bindgen_ty_2 {
        cnt: functions.len() as u32,
        syms: functions.as_mut_ptr(),
        ..Default::default()
    };
    // SAFETY: the program is open; the options and the names they point at live through the call.
    let fd = unsafe { sys::bpf_link_create(program.as_raw_fd(), 0, how, &raw const options) };
    owned(fd)
}

fn owned(fd: i32) -> io::Result<OwnedFd> {
    if fd < 0 {
        return Err(io::Error::from_raw_os_error(-fd));
    }
    // SAFETY: the kernel has just opened it for us and nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_the_verifier_refuses_is_none_of_a_refused_kind() {
        let rung = Rung::parse("uprobe.multi");
        let refused = |code| {
            let error = libbpf_rs::Error::from_raw_os_error(code);
            learn(&rung, &Refusal::Kernel(error));
            is_refused(rung.kind)
        };
        assert!(!refused(libc::EACCES));
        assert!(refused(libc::EPERM));
    }

    #[test]
    fn the_module_is_looked_for_by_its_whole_name() {
        assert!(lists_bpf("lockdown,capability,landlock,bpf\n"));
        assert!(!lists_bpf("lockdown,bpfx\n"));
    }
}
