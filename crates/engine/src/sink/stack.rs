//! How stacks are told: keys of JSON, and lines for people.

use tracehound_schema::record::{FrameFacts, memory};

use super::Item;
use crate::extra::Extra;
use crate::stacks::{Frame, Stack, Stacks};
use crate::text;
use crate::value;

/// Words for what memory a frame is in, where that is no file.
const MEMORY: [(u32, &str); 4] = [
    (memory::UNKNOWN, "unknown"),
    (memory::ANONYMOUS, "anonymous"),
    (memory::VDSO, "vdso"),
    (memory::NONE, "unmapped"),
];

fn memory_word(facts: FrameFacts) -> Option<&'static str> {
    let row = MEMORY.iter().find(|row| row.0 == facts.memory);
    row.map(|row| row.1)
}

fn found<'a>(item: &Item<'a>) -> Option<(&'a Stacks, &'a Stack)> {
    item.stacks.zip(item.stack)
}

/// Appends what is asked for; returns whether bytes of it are not UTF-8.
pub fn json(out: &mut Vec<u8>, item: &Item<'_>) -> bool {
    let Some((stacks, stack)) = found(item) else {
        return false;
    };
    let mut raw = false;
    if item.extras.has(Extra::Caller)
        && let Some(frame) = stacks.caller(stack)
    {
        out.extend_from_slice(b",\"caller\":");
        raw |= json_frame(out, &frame);
    }
    if item.extras.has(Extra::Stack) && !stack.user.is_empty() {
        out.extend_from_slice(b",\"stack\":");
        raw |= json_frames(out, stacks.user(stack));
        if stack.user_cut {
            out.extend_from_slice(b",\"stack_cut\":true");
        }
        if stack.user_lost {
            out.extend_from_slice(b",\"stack_lost\":true");
        }
    }
    if item.extras.has(Extra::KernelStack) {
        raw |= json_kernel(out, stacks, stack);
    }
    raw
}

fn json_kernel(out: &mut Vec<u8>, stacks: &Stacks, stack: &Stack) -> bool {
    if stack.kernel_unread {
        out.extend_from_slice(b",\"kernel_stack_unread\":true");
    }
    if stack.kernel.is_empty() {
        return false;
    }
    out.extend_from_slice(b",\"kernel_stack\":");
    let raw = json_frames(out, stacks.kernel(stack));
    if stack.kernel_cut {
        out.extend_from_slice(b",\"kernel_stack_cut\":true");
    }
    raw
}

fn json_frames<'a>(out: &mut Vec<u8>, frames: impl Iterator<Item = Frame<'a>>) -> bool {
    let mut raw = false;
    for (number, frame) in frames.enumerate() {
        out.push(if number == 0 { b'[' } else { b',' });
        raw |= json_frame(out, &frame);
    }
    out.push(b']');
    raw
}

fn json_frame(out: &mut Vec<u8>, frame: &Frame<'_>) -> bool {
    let mut raw = false;
    out.extend_from_slice(b"{\"ip\":\"");
    text::hex(out, frame.ip);
    out.push(b'"');
    let mut string = |out: &mut Vec<u8>, key: &[u8], bytes: &[u8]| {
        out.extend_from_slice(key);
        raw |= text::json(out, bytes);
        out.push(b'"');
    };
    if let Some(path) = frame.path {
        string(out, b",\"path\":\"", path);
    }
    if let Some(facts) = frame.facts {
        if let Some(word) = memory_word(facts) {
            string(out, b",\"memory\":\"", word.as_bytes());
        }
        if matches!(facts.memory, memory::FILE | memory::VDSO) {
            out.extend_from_slice(b",\"offset\":");
            value::unsigned(out, facts.offset);
        }
    }
    let symbol = frame.symbol;
    if let Some(id) = symbol.and_then(|symbol| symbol.build_id.as_ref()) {
        string(out, b",\"build_id\":\"", id);
    }
    if let Some((name, offset)) = symbol.and_then(|symbol| symbol.name.as_ref()) {
        string(out, b",\"symbol\":\"", name);
        out.extend_from_slice(b",\"symbol_offset\":");
        value::unsigned(out, *offset);
    }
    if symbol.is_none() && is_asked_about(frame) {
        out.extend_from_slice(b",\"symbol_unread\":true");
    }
    out.push(b'}');
    raw
}

/// Whether somebody is asked what is there.
fn is_asked_about(frame: &Frame<'_>) -> bool {
    let of = frame.facts.map(|facts| facts.memory);
    of.is_none_or(|of| matches!(of, memory::FILE | memory::ANONYMOUS))
}

/// Appends a line for each frame, below that of the event.
pub fn lines(out: &mut Vec<u8>, item: &Item<'_>) {
    let Some((stacks, stack)) = found(item) else {
        return;
    };
    if item.extras.has(Extra::KernelStack) {
        if stack.kernel_unread {
            out.extend_from_slice(b"    kernel: its stack could not be read\n");
        }
        stacks
            .kernel(stack)
            .for_each(|frame| line(out, "kernel", &frame));
        cut(out, stack.kernel_cut);
    }
    if item.extras.has(Extra::Stack) {
        stacks.user(stack).for_each(|frame| line(out, "at", &frame));
        cut(out, stack.user_cut);
        if stack.user_lost {
            out.extend_from_slice(b"    lost: the frame pointer leads nowhere\n");
        }
    }
    if item.extras.has(Extra::Caller)
        && let Some(frame) = stacks.caller(stack)
    {
        line(out, "caller", &frame);
    }
}

fn cut(out: &mut Vec<u8>, is_cut: bool) {
    if is_cut {
        out.extend_from_slice(b"    ...\n");
    }
}

fn line(out: &mut Vec<u8>, word: &str, frame: &Frame<'_>) {
    out.extend_from_slice(b"    ");
    out.extend_from_slice(word.as_bytes());
    out.push(b' ');
    text::hex(out, frame.ip);
    if let Some((name, offset)) = frame.symbol.and_then(|symbol| symbol.name.as_ref()) {
        out.push(b' ');
        text::terminal(out, name);
        out.push(b'+');
        text::hex(out, *offset);
    }
    let Some(facts) = frame.facts else {
        out.push(b'\n');
        return;
    };
    out.extend_from_slice(b" (");
    match (frame.path, memory_word(facts)) {
        (Some(path), _) => text::terminal(out, path),
        (None, Some(word)) => out.extend_from_slice(word.as_bytes()),
        (None, None) => out.push(b'?'),
    }
    if matches!(facts.memory, memory::FILE | memory::VDSO) {
        out.push(b'+');
        text::hex(out, facts.offset);
    }
    out.extend_from_slice(b")\n");
}
