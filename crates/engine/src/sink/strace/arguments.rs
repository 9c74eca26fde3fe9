//! Arguments that strace writes in ways of its own.

use std::io::Write as _;

use tracehound_schema::Abi;
use tracehound_schema::types::Type;

use crate::calls::{self, Call, Human, Number, Print, Quoting, Shape, Side, Style};
use crate::text;

/// Writes an argument of a call.
type Writer = fn(&mut Vec<u8>, &Call<'_>, usize, Style);

/// The calls and their arguments.
static WRITERS: &[(&[&str], &str, Writer)] = &[
    (&["getrandom"], "buf", random),
    (&["poll", "ppoll", "ppoll_time64"], "fds", polled),
    (
        &["utimensat", "utimensat_time64", "utimes", "futimesat"],
        "times",
        file_times,
    ),
    (
        &["mbind", "set_mempolicy", "get_mempolicy"],
        "nodemask",
        nodes,
    ),
    (&["migrate_pages"], "old_nodes", nodes),
    (&["migrate_pages"], "new_nodes", nodes),
    (&["ioprio_set"], "ioprio", priority),
    (&["mmap2"], "pgoffset", pages),
    (&["sendfile", "sendfile64"], "offset", moved),
    (&["splice", "copy_file_range"], "off_in", read_only),
    (&["splice", "copy_file_range"], "off_out", read_only),
    (&["listxattr", "llistxattr", "flistxattr"], "list", sized),
    (&["getxattr", "lgetxattr", "fgetxattr"], "value", sized),
    (&["recvmsg"], "msg", received),
    (&["clone3"], "cl_args", clone),
    (&["ioctl"], "arg", requested),
    (&["set_thread_area", "get_thread_area"], "u_info", segment),
];

/// The writer of an argument, if it has one of its own.
pub fn writer(call: &Call<'_>, index: usize) -> Option<Writer> {
    let name = call.prepared.row.name;
    let argument = call.args().get(index)?.name;
    let found = WRITERS
        .iter()
        .find(|(calls, own, _)| *own == argument && calls.contains(&name));
    found.map(|row| row.2)
}

/// Random bytes, always in hexadecimal.
fn random(out: &mut Vec<u8>, call: &Call<'_>, index: usize, style: Style) {
    let style = Style {
        quoting: Quoting::Hex,
        ..style
    };
    calls::argument(call, index, &mut Human::new(out, style));
}

/// A call that has not returned has written nothing.
fn early<'c>(call: &Call<'c>) -> Call<'c> {
    Call {
        ret: None,
        exit: None,
        ..*call
    }
}

/// What the call reads of an argument that it overwrites.
pub fn read_only(out: &mut Vec<u8>, call: &Call<'_>, index: usize, style: Style) {
    calls::argument(&early(call), index, &mut Human::new(out, style));
}

/// `[0] => [20]`.
fn moved(out: &mut Vec<u8>, call: &Call<'_>, index: usize, style: Style) {
    read_only(out, call, index, style);
    if call.succeeded() && call.number(index).value != 0 {
        out.extend_from_slice(b" => ");
        calls::side(call, index, Side::After, &mut Human::new(out, style));
    }
}

/// What is asked for only.
fn polled(out: &mut Vec<u8>, call: &Call<'_>, index: usize, style: Style) {
    let address = call.number(index).value;
    let count = call.named("nfds", None).map_or(0, |count| count.value);
    let found = count
        .checked_mul(8)
        .and_then(|length| call.memory.read(Side::Before, address, length));
    let (Some(found), Some(kind)) = (found, events(call.kind(index))) else {
        return read_only(out, call, index, style);
    };
    let mut list = Human::new(out, style);
    list.open(Shape::List);
    for (place, pollfd) in found.bytes.as_chunks::<8>().0.iter().enumerate() {
        if !list.item(place) {
            list.rest();
            break;
        }
        let [a, b, c, d, low, high, ..] = *pollfd;
        let fd = i32::from_ne_bytes([a, b, c, d]);
        list.open(Shape::Struct);
        list.member("fd");
        list.descriptor(fd, false, call);
        if fd >= 0 {
            list.member("events");
            let events = u16::from_ne_bytes([low, high]);
            list.words(kind, Number::new(u64::from(events), 16));
        }
        list.close(Shape::Struct);
    }
    list.close(Shape::List);
}

/// The type of what a `struct pollfd` asks for and answers.
pub fn events(kind: &Type) -> Option<&'static Type> {
    let Type::InOut(Type::Array(Type::Struct(pollfd), _)) = kind else {
        return None;
    };
    let member = pollfd
        .members
        .iter()
        .find(|member| member.name == "revents");
    member.map(|member| match &member.kind {
        Type::Wide(_, inner) => *inner,
        kind => kind,
    })
}

/// `UTIME_NOW` and `UTIME_OMIT` (`include/linux/stat.h`).
const NOW: i64 = (1 << 30) - 1;
const OMIT: i64 = (1 << 30) - 2;

/// Two times, with the dates that they are.
fn file_times(out: &mut Vec<u8>, call: &Call<'_>, index: usize, style: Style) {
    let wide = matches!(call.abi(), Abi::X86_64 | Abi::Aarch64 | Abi::X32)
        || call.prepared.row.spelled(call.abi()).ends_with("time64");
    let (size, member) = if wide {
        (16, "tv_nsec")
    } else {
        (8, "tv_nsec")
    };
    let member = if call.prepared.row.name == "utimensat" {
        member
    } else {
        "tv_usec"
    };
    let address = call.number(index).value;
    let found = call.memory.read(Side::Before, address, 2 * size);
    let Some(found) = found.filter(|found| found.whole && address != 0) else {
        return calls::argument(call, index, &mut Human::new(out, style));
    };
    out.push(b'[');
    for (place, time) in found.bytes.chunks_exact(size as usize).enumerate() {
        if place > 0 {
            out.extend_from_slice(b", ");
        }
        let (seconds, rest) = time.split_at(time.len() / 2);
        file_time(out, number(seconds), number(rest), member);
    }
    out.push(b']');
}

fn number(bytes: &[u8]) -> i64 {
    match *bytes {
        [a, b, c, d] => i64::from(i32::from_ne_bytes([a, b, c, d])),
        [a, b, c, d, e, f, g, h] => i64::from_ne_bytes([a, b, c, d, e, f, g, h]),
        _ => 0,
    }
}

fn file_time(out: &mut Vec<u8>, seconds: i64, rest: i64, member: &str) {
    let nanoseconds = member == "tv_nsec";
    if nanoseconds && rest == NOW {
        return out.extend_from_slice(b"UTIME_NOW");
    }
    if nanoseconds && rest == OMIT {
        return out.extend_from_slice(b"UTIME_OMIT");
    }
    // Writing to a vector cannot fail.
    let _ = write!(out, "{{tv_sec={seconds}, {member}={rest}}}");
    let width = if nanoseconds { 9 } else { 6 };
    let fits = (0..10_i64.pow(width)).contains(&rest);
    let at = jiff::Timestamp::from_second(seconds).ok().filter(|_| fits);
    if let Some(at) = at.filter(|_| seconds != 0 || rest != 0) {
        let _ = write!(out, " /* {}", at.strftime("%Y-%m-%dT%H:%M:%S"));
        if rest != 0 {
            let _ = write!(out, ".{rest:0width$}", width = width as usize);
        }
        out.extend_from_slice(b"+0000 */");
    }
}

/// `[0x00000000000001, 0000000000000000]`.
fn nodes(out: &mut Vec<u8>, call: &Call<'_>, index: usize, style: Style) {
    let bits = ["maxnode", "maxnodes"]
        .iter()
        .find_map(|name| call.named(name, None));
    let word = u64::from(tracehound_schema::layout::word(call.structures()));
    let words = bits.map_or(0, |bits| bits.value.saturating_sub(1).div_ceil(word * 8));
    let side = match call.kind(index) {
        Type::Out(_) if !call.succeeded() => return read_only(out, call, index, style),
        Type::Out(_) => Side::After,
        _ => Side::Before,
    };
    let address = call.number(index).value;
    let found = words
        .checked_mul(word)
        .and_then(|length| call.memory.read(side, address, length));
    let Some(found) = found.filter(|found| found.whole && address != 0) else {
        return calls::argument(call, index, &mut Human::new(out, style));
    };
    out.push(b'[');
    for (place, bytes) in found.bytes.chunks_exact(word as usize).enumerate() {
        if place > 0 {
            out.extend_from_slice(b", ");
        }
        if place >= style.string && style.abbreviates {
            out.extend_from_slice(b"...");
            break;
        }
        let width = 2 * word as usize;
        let mask = u64::from_ne_bytes(std::array::from_fn(|at| {
            bytes.get(at).copied().unwrap_or(0)
        }));
        let _ = match mask {
            0 => write!(out, "{mask:0width$x}"),
            mask => write!(out, "{mask:#0width$x}"),
        };
    }
    out.push(b']');
}

/// `IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 4)`.
pub fn priority(out: &mut Vec<u8>, call: &Call<'_>, index: usize, _style: Style) {
    priority_of(out, call.number(index).value);
}

/// The same for a number.
pub fn priority_of(out: &mut Vec<u8>, value: u64) {
    let class = match value >> 13 {
        0 => "IOPRIO_CLASS_NONE",
        1 => "IOPRIO_CLASS_RT",
        2 => "IOPRIO_CLASS_BE",
        3 => "IOPRIO_CLASS_IDLE",
        _ => return text::hex(out, value),
    };
    let _ = write!(out, "IOPRIO_PRIO_VALUE({class}, {})", value & 0x1fff);
}

/// An offset that the call is passed in pages.
fn pages(out: &mut Vec<u8>, call: &Call<'_>, index: usize, _style: Style) {
    match call.number(index).value << 12 {
        0 => out.push(b'0'),
        offset => text::hex(out, offset),
    }
}

/// Where no room was passed nothing was written.
fn sized(out: &mut Vec<u8>, call: &Call<'_>, index: usize, style: Style) {
    if call.named("size", None).is_some_and(|size| size.value == 0) {
        return read_only(out, call, index, style);
    }
    calls::argument(call, index, &mut Human::new(out, style));
}

/// What stands behind the argument of a request is shown where the request is known, else its address.
fn requested(out: &mut Vec<u8>, call: &Call<'_>, index: usize, style: Style) {
    match call.kind(index) {
        Type::In(Type::Bytes(_)) | Type::Out(Type::Bytes(_)) | Type::InOut(Type::Bytes(_)) => {
            Human::new(out, style).hex(call.number(index).value);
        }
        _ => calls::argument(call, index, &mut Human::new(out, style)),
    }
}

/// A message as it was received, with the room that there was for the name.
fn received(out: &mut Vec<u8>, call: &Call<'_>, index: usize, style: Style) {
    let address = call.number(index).value;
    let word = u64::from(tracehound_schema::layout::word(call.structures()));
    let room = call
        .memory
        .read(Side::Before, address.wrapping_add(word), 4);
    let room = room.map(|found| number(found.bytes));
    if !call.succeeded() {
        match room.filter(|_| address != 0) {
            Some(room) => {
                let _ = write!(out, "{{msg_namelen={room}}}");
            }
            None => read_only(out, call, index, style),
        }
        return;
    }
    let start = out.len();
    calls::side(call, index, Side::After, &mut Human::new(out, style));
    let Some(room) = room else {
        return;
    };
    let label = b"msg_namelen=";
    let place = out[start..]
        .windows(label.len())
        .position(|bytes| bytes == label);
    let Some(place) = place.map(|place| start + place + label.len()) else {
        return;
    };
    let own = format!("{room}");
    if !out[place..].starts_with(own.as_bytes())
        || out.get(place + own.len()).is_some_and(u8::is_ascii_digit)
    {
        out.splice(place..place, format!("{room} => ").into_bytes());
    }
}

/// Bits of clone3(2)'s flags that say what the call is passed, or writes.
const CLONE_PIDFD: u64 = 0x1000;
const CLONE_PARENT_SETTID: u64 = 0x10_0000;
const CLONE_INTO_CGROUP: u64 = 0x2_0000_0000;

/// A member of clone3(2)'s arguments, by its place.
fn clone_member(call: &Call<'_>, at: u64) -> Option<u64> {
    let place = call.number(0).value.wrapping_add(8 * at);
    let found = call.memory.read(Side::Before, place, 8)?;
    Some(number(found.bytes) as u64)
}

/// What clone3(2) is passed.
fn clone(out: &mut Vec<u8>, call: &Call<'_>, index: usize, style: Style) {
    let start = out.len();
    calls::argument(call, index, &mut Human::new(out, style));
    let member = |at| clone_member(call, at);
    let flags = member(0).unwrap_or(0);
    // What is not asked for is not shown.
    if flags & CLONE_INTO_CGROUP == 0 {
        drop_from(out, start, b", cgroup=");
    }
    if member(9) == Some(0) {
        drop_from(out, start, b", set_tid=NULL, set_tid_size=");
    }
}

/// What clone3(2) wrote: ` => {parent_tid=[4243]}`.
pub fn cloned(out: &mut Vec<u8>, call: &Call<'_>) {
    let Some(child) = call.ret.filter(|_| call.succeeded()) else {
        return;
    };
    let member = |at| clone_member(call, at);
    let flags = member(0).unwrap_or(0);
    let mut before = " => {";
    if flags & CLONE_PARENT_SETTID != 0 {
        // It is what the call returns.
        let _ = write!(out, "{before}parent_tid=[{child}]");
        before = ", ";
    }
    let pidfd = member(1).filter(|_| flags & CLONE_PIDFD != 0);
    let pidfd = pidfd.and_then(|pointer| call.memory.read(Side::After, pointer, 4));
    if let Some(found) = pidfd {
        let _ = write!(out, "{before}pidfd=[{}]", number(found.bytes));
        before = ", ";
    }
    if before == ", " {
        out.push(b'}');
    }
}

/// Takes the last members of a structure off.
fn drop_from(out: &mut Vec<u8>, start: usize, label: &[u8]) {
    let found = out[start..]
        .windows(label.len())
        .position(|bytes| bytes == label);
    if let Some(place) = found {
        out.truncate(start + place);
        out.push(b'}');
    }
}

/// A segment of an x86 descriptor table, with the bits of its flags one by one.
fn segment(out: &mut Vec<u8>, call: &Call<'_>, index: usize, style: Style) {
    let found = call.memory.read(Side::Before, call.number(index).value, 16);
    let Some(found) = found.filter(|found| found.whole) else {
        return read_only(out, call, index, style);
    };
    let [entry, base, limit, flags] = found.bytes.as_chunks::<4>().0 else {
        return;
    };
    let flags = u32::from_ne_bytes(*flags);
    let _ = write!(
        out,
        "{{entry_number={}, base_addr={:#x}, limit={:#08x}",
        i32::from_ne_bytes(*entry),
        u32::from_ne_bytes(*base),
        u32::from_ne_bytes(*limit)
    );
    for (name, shift, mask) in SEGMENT_BITS {
        let _ = write!(out, ", {name}={}", flags >> shift & mask);
    }
    out.push(b'}');
}

/// The bit fields of `struct user_desc`: name, first bit, mask.
const SEGMENT_BITS: [(&str, u32, u32); 6] = [
    ("seg_32bit", 0, 1),
    ("contents", 1, 3),
    ("read_exec_only", 3, 1),
    ("limit_in_pages", 4, 1),
    ("seg_not_present", 5, 1),
    ("useable", 6, 1),
];
