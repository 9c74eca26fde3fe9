//! Threads that come and go, and signals.

use std::collections::HashMap;

use tracehound_schema::Event;
use tracehound_schema::record::{Record, State};

use super::call;
use super::options::{Message, Only};
use super::signal::{self, Fields};
use super::state::Strace;
use crate::sink::Item;
use crate::value;

/// SIGSTOP, which stops in any case, and those that stop unless they are handled.
const STOPPING: [u64; 4] = [19, 20, 21, 22];

/// The events that are told otherwise than by their names and values.
#[derive(Debug)]
pub struct Events {
    deliver: Option<Fields>,
    generate: Option<Fields>,
    exit: Option<Fields>,
    exec: Option<Fields>,
    fork: Option<Fields>,
}

impl Events {
    pub fn new() -> Events {
        Events {
            deliver: Fields::of("signal_deliver"),
            generate: Fields::of("signal_generate"),
            exit: Fields::of("sched_process_exit"),
            exec: Fields::of("sched_process_exec"),
            fork: Fields::of("sched_process_fork"),
        }
    }

    /// Whether a signal that has a name was taken.
    pub fn is_delivery(&self, item: &Item<'_>) -> bool {
        let fields = self.deliver.as_ref();
        fields.is_some_and(|fields| {
            let number = fields.get(item.record, "sig");
            fields.id() == item.event.id && number.is_some_and(|number| (1..=64).contains(&number))
        })
    }

    pub fn is_exec(&self, item: &Item<'_>) -> bool {
        is(self.exec.as_ref(), item.event)
    }

    pub fn is_sending(&self, item: &Item<'_>) -> bool {
        is(self.generate.as_ref(), item.event)
    }

    /// The thread that ignores the signal which the item tells of.
    pub fn ignored_by(&self, item: &Item<'_>) -> Option<u32> {
        let fields = self
            .generate
            .as_ref()
            .filter(|own| own.id() == item.event.id)?;
        let ignored = fields.get(item.record, "result") == Some(1);
        let tid = fields.get(item.record, "target_host_tid")?;
        u32::try_from(tid).ok().filter(|_| ignored)
    }

    /// The lines of a signal that was taken.
    pub fn delivered(&self, item: &Item<'_>, wanted: u64) -> Option<Vec<Vec<u8>>> {
        let fields = self.deliver.as_ref()?;
        let number = fields.get(item.record, "sig")?;
        let line = self.line(fields, item.record, wanted)?;
        let stops = STOPPING.contains(&number)
            && (number == STOPPING[0] || fields.get(item.record, "handler") == Some(0));
        let mut lines = vec![line];
        if stops {
            let mut line = b"--- stopped by ".to_vec();
            value::signal_name(&mut line, number as u8);
            line.extend_from_slice(b" ---\n");
            lines.push(line);
        }
        Some(lines)
    }

    /// A signal that was sent to a thread, to be taken.
    pub fn sent(&self, item: &Item<'_>) -> Option<(u32, u64)> {
        let fields = self.generate.as_ref()?;
        let sent = fields.get(item.record, "result") == Some(0);
        let tid = u32::try_from(fields.get(item.record, "target_host_tid")?).ok()?;
        Some((tid, fields.get(item.record, "sig")?)).filter(|_| sent)
    }

    /// The signal that was taken.
    pub fn taken(&self, item: &Item<'_>) -> Option<u64> {
        self.deliver.as_ref()?.get(item.record, "sig")
    }

    /// The line of a signal that is ignored.
    pub fn not_taken(&self, item: &Item<'_>, wanted: u64) -> Option<Vec<u8>> {
        self.line(self.generate.as_ref()?, item.record, wanted)
    }

    fn line(&self, fields: &Fields, record: &Record<'_>, wanted: u64) -> Option<Vec<u8>> {
        let number = fields.get(record, "sig")?;
        let bit = number.checked_sub(1).filter(|bit| *bit < 64)?;
        if wanted >> bit & 1 == 0 {
            return None;
        }
        let mut line = b"--- ".to_vec();
        signal::write(&mut line, fields, record);
        line.extend_from_slice(b" ---\n");
        Some(line)
    }
}

fn is(fields: Option<&Fields>, event: &Event) -> bool {
    fields.is_some_and(|fields| fields.id() == event.id)
}

/// Signals that were sent and not taken yet, by thread, with their lines. One that ends its process
/// is never taken: the kernel kills the threads at once.
#[derive(Debug, Default)]
pub struct Sent(HashMap<u32, (u64, Vec<u8>)>);

impl Sent {
    pub fn keep(&mut self, tid: u32, signal: u64, line: Vec<u8>) {
        self.0.insert(tid, (signal, line));
    }

    /// Forgets a signal that some thread has taken.
    pub fn taken(&mut self, signal: u64) {
        self.0.retain(|_, (own, _)| *own != signal);
    }

    /// The line of the signal that ended a thread, if that was not taken.
    pub fn ended(&mut self, tid: u32, signal: u64) -> Option<Vec<u8>> {
        let (own, line) = self.0.remove(&tid)?;
        Some(line).filter(|_| own == signal)
    }
}

/// Lines of ignored signals that wait for the end of their thread's call.
#[derive(Debug, Default)]
pub struct Ignored(HashMap<u32, Vec<Vec<u8>>>);

impl Ignored {
    pub fn keep(&mut self, tid: u32, line: Vec<u8>) {
        self.0.entry(tid).or_default().push(line);
    }

    pub fn take(&mut self, tid: u32) -> Vec<Vec<u8>> {
        if self.0.is_empty() {
            return Vec::new();
        }
        self.0.remove(&tid).unwrap_or_default()
    }
}

impl Strace {
    /// Tells an event of a thread's life; false if it is none.
    pub(super) fn life(&mut self, out: &mut Vec<u8>, item: &Item<'_>) -> bool {
        if is(self.events.exit.as_ref(), item.event) {
            self.end(out, item);
        } else if is(self.events.fork.as_ref(), item.event) {
            self.fork(out, item);
            return self.woven();
        } else if is(self.events.exec.as_ref(), item.event) {
            self.exec(out, item);
            return self.woven();
        } else {
            return false;
        }
        true
    }

    /// A signal that a thread takes.
    pub(super) fn signal(&mut self, out: &mut Vec<u8>, item: &Item<'_>) {
        let header = &item.record.header;
        let Some(line) = self.events.delivered(item, self.signals) else {
            return;
        };
        if self.options.lines {
            for part in line {
                self.begin(out, header.host_tid, header.time);
                out.extend_from_slice(&part);
            }
        }
    }

    /// A signal that is sent, which is told when it is taken, if it is.
    pub(super) fn sending(&mut self, out: &mut Vec<u8>, item: &Item<'_>, tid: u32) {
        if self.events.ignored_by(item).is_some() {
            // A sender that is traced does not make the receiver so.
            if self.threads.contains(&tid) {
                self.ignored(out, item, tid);
            }
            return;
        }
        if let Some((target, signal)) = self.events.sent(item)
            && let Some(line) = self.events.not_taken(item, self.signals)
        {
            self.sent.keep(target, signal, line);
        }
    }

    /// A signal that nobody takes: told when the thread's call is over, as strace does.
    fn ignored(&mut self, out: &mut Vec<u8>, item: &Item<'_>, tid: u32) {
        let Some(line) = self.events.not_taken(item, self.signals) else {
            return;
        };
        if !self.options.lines {
            return;
        }
        if self.pending.contains_key(&tid) {
            self.ignored.keep(tid, line);
        } else {
            self.begin(out, tid, item.record.header.time);
            out.extend_from_slice(&line);
        }
    }

    fn fork(&mut self, out: &mut Vec<u8>, item: &Item<'_>) {
        let fields = self.events.fork.as_ref();
        let child = fields.and_then(|fields| fields.get(item.record, "child_tid"));
        let Some(child) = child.and_then(|child| u32::try_from(child).ok()) else {
            return;
        };
        if self.options.only != Only::All {
            return;
        }
        self.threads.insert(item.record.header.host_tid);
        self.threads.insert(child);
        if self.options.lines && !self.options.silent(Message::Attach) {
            self.leave(out);
            out.extend_from_slice(format!("strace: Process {child} attached\n").as_bytes());
        }
    }

    /// A thread that replaces the program becomes its process's first thread.
    fn exec(&mut self, out: &mut Vec<u8>, item: &Item<'_>) {
        let header = &item.record.header;
        let fields = self.events.exec.as_ref();
        let old = fields.and_then(|fields| fields.get(item.record, "old_tid"));
        let old = old.and_then(|old| u32::try_from(old).ok());
        let Some(old) = old.filter(|old| *old != header.host_tid) else {
            return;
        };
        self.threads.remove(&old);
        let Some(pending) = self.pending.remove(&old) else {
            return;
        };
        if self.open == Some(old) {
            self.leave(out);
        }
        self.pending.insert(header.host_tid, pending);
        if self.options.lines && !self.options.silent(Message::ThreadExecve) {
            self.begin(out, header.host_tid, header.time);
            let text = format!("+++ superseded by execve in pid {old} +++\n");
            out.extend_from_slice(text.as_bytes());
        }
    }

    fn end(&mut self, out: &mut Vec<u8>, item: &Item<'_>) {
        let header = &item.record.header;
        let get = |name| {
            let index = item.event.field_index(name)?;
            let there = item.record.state(index) == State::Read;
            item.record.slot(index).filter(|_| there)
        };
        // The end of a child that was there before the tracer is its parent's business.
        if self.woven() && !self.threads.contains(&header.host_tid) {
            return;
        }
        self.cut_off(out, header.host_tid, header.time);
        let signal = get("signal_code").unwrap_or(0);
        let untold = self.sent.ended(header.host_tid, signal);
        if let Some(line) = untold.filter(|_| self.options.lines) {
            self.begin(out, header.host_tid, header.time);
            out.extend_from_slice(&line);
        }
        if self.options.lines && !self.options.silent(Message::Exit) {
            self.begin(out, header.host_tid, header.time);
            if signal == 0 {
                let code = get("exit_code").map_or("?".to_owned(), |code| code.to_string());
                out.extend_from_slice(format!("+++ exited with {code} +++\n").as_bytes());
            } else {
                out.extend_from_slice(b"+++ killed by ");
                value::signal_name(out, signal as u8);
                if get("core_dumped").is_some_and(|dumped| dumped != 0) {
                    out.extend_from_slice(b" (core dumped)");
                }
                out.extend_from_slice(b" +++\n");
            }
        }
        self.forget(header, get("process_group_exit") == Some(1));
    }

    /// Ends the line of a call that a thread died in.
    pub(super) fn cut_off(&mut self, out: &mut Vec<u8>, tid: u32, time: u64) {
        let Some(pending) = self.pending.remove(&tid).filter(|pending| pending.shown) else {
            return;
        };
        let (mut start, mut column) = (out.len(), pending.column);
        if self.open.take_if(|open| *open == tid).is_none() {
            start = self.begin(out, tid, time);
            column = 0;
            out.extend_from_slice(format!("<... {} resumed>", pending.name).as_bytes());
        }
        out.extend_from_slice(if pending.whole {
            b")"
        } else {
            b" <unfinished ...>)"
        });
        call::pad(out, start, self.options.column.saturating_sub(column));
        out.extend_from_slice(b" = ?\n");
    }
}
