//! `--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, …} ---`.

use tracehound_schema::record::{Record, State};
use tracehound_schema::{Abi, Event, by_name, names, syscalls};

use crate::calls;
use crate::text;
use crate::value;

/// Where an event has the parts of a signal's information.
#[derive(Debug)]
pub struct Fields {
    event: &'static Event,
}

impl Fields {
    /// The fields of an event that tells of a signal.
    pub fn of(event: &str) -> Option<Fields> {
        by_name(event).map(|event| Fields { event })
    }

    pub const fn id(&self) -> u16 {
        self.event.id
    }

    /// A field's value, if it has one.
    pub fn get(&self, record: &Record<'_>, name: &str) -> Option<u64> {
        let index = self.event.field_index(name)?;
        let there = record.state(index) == State::Read;
        record.slot(index).filter(|_| there)
    }
}

/// Appends what stands between `---` and `---`.
pub fn write(out: &mut Vec<u8>, fields: &Fields, record: &Record<'_>) {
    let get = |name| fields.get(record, name);
    let signal = get("sig").unwrap_or(0) as u8;
    let code = get("code").unwrap_or(0) as i32;
    value::signal_name(out, signal);
    out.extend_from_slice(b" {si_signo=");
    value::signal_name(out, signal);
    out.extend_from_slice(b", si_code=");
    match names::signal_code(signal, code) {
        Some(name) => out.extend_from_slice(name.as_bytes()),
        None => text::number(out, code),
    }
    if let Some(errno) = get("errno").filter(|errno| *errno != 0) {
        out.extend_from_slice(b", si_errno=");
        match value::error_name((errno as i64).wrapping_neg()) {
            Some(name) => out.extend_from_slice(name.as_bytes()),
            None => text::number(out, errno),
        }
    }
    let sender = get("sender_pid").is_some();
    for (name, field) in [("si_pid", "sender_pid"), ("si_uid", "sender_uid")] {
        if let Some(value) = get(field) {
            member(out, name);
            text::number(out, value as i32);
        }
    }
    child(out, code, &get);
    rest(out, sender, &get);
    if let Some(number) = get("syscall") {
        refused(out, number, &get);
    }
    out.push(b'}');
}

fn member(out: &mut Vec<u8>, name: &str) {
    out.extend_from_slice(b", ");
    out.extend_from_slice(name.as_bytes());
    out.push(b'=');
}

/// What a SIGCHLD tells of the child.
fn child(out: &mut Vec<u8>, code: i32, get: &impl Fn(&'static str) -> Option<u64>) {
    let Some(status) = get("status") else {
        return;
    };
    member(out, "si_status");
    let exited = names::CLD_CODE.rows.first().map(|row| row.0);
    match u8::try_from(status) {
        Ok(signal) if exited != Some(i64::from(code)) && signal > 0 => {
            value::signal_name(out, signal);
        }
        _ => text::number(out, status as i32),
    }
    for (name, field) in [("si_utime", "utime"), ("si_stime", "stime")] {
        if let Some(value) = get(field) {
            member(out, name);
            calls::ticks(out, value as i64);
        }
    }
}

/// Faults, timers, queued values and input.
fn rest(out: &mut Vec<u8>, sender: bool, get: &impl Fn(&'static str) -> Option<u64>) {
    if let Some(address) = get("addr") {
        member(out, "si_addr");
        address_of(out, address);
    }
    if let Some(timer) = get("timerid") {
        member(out, "si_timerid");
        match timer {
            0 => out.push(b'0'),
            timer => text::hex(out, timer & u64::from(u32::MAX)),
        }
    }
    if let Some(overrun) = get("overrun") {
        member(out, "si_overrun");
        text::number(out, overrun as i32);
    }
    // Of a queued signal no value at all is the usual case, of a timer it is part of the story.
    if let Some(value) = get("value").filter(|value| *value != 0 || !sender) {
        member(out, "si_int");
        text::number(out, value as i32);
        member(out, "si_ptr");
        address_of(out, value);
    }
    if let Some(band) = get("band") {
        member(out, "si_band");
        text::number(out, band as i64);
    }
    if let Some(fd) = get("fd") {
        member(out, "si_fd");
        text::number(out, fd as i32);
    }
}

fn address_of(out: &mut Vec<u8>, address: u64) {
    if address == 0 {
        out.extend_from_slice(b"NULL");
    } else {
        text::hex(out, address);
    }
}

/// A system call that a filter turned into SIGSYS.
fn refused(out: &mut Vec<u8>, number: u64, get: &impl Fn(&'static str) -> Option<u64>) {
    let arch = get("arch").unwrap_or(0);
    if let Some(address) = get("call_addr") {
        member(out, "si_call_addr");
        address_of(out, address);
    }
    let arch = names::AUDIT_ARCH.name(arch as i64);
    let abi = match arch {
        Some("AUDIT_ARCH_I386") => Abi::I386,
        Some("AUDIT_ARCH_AARCH64") => Abi::Aarch64,
        _ => Abi::X86_64,
    };
    member(out, "si_syscall");
    let row = u16::try_from(number).ok();
    match row.and_then(|number| syscalls::by_number(abi, number)) {
        Some(row) => {
            out.extend_from_slice(b"__NR_");
            out.extend_from_slice(row.name.as_bytes());
        }
        None => text::number(out, number as i32),
    }
    member(out, "si_arch");
    match arch {
        Some(name) => out.extend_from_slice(name.as_bytes()),
        None => text::hex(out, get("arch").unwrap_or(0)),
    }
}
