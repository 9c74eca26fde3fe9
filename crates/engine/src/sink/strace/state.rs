//! The format's state, and what becomes of each item.

use std::collections::{HashMap, HashSet};

use tracehound_schema::Abi;
use tracehound_schema::record::Header;

use super::lead::Lead;
use super::life::{Events, Ignored, Sent};
use super::options::{Message, Only, Options, Others, Prefix, Status};
use super::summary::Summary;
use super::{call, hand};
use crate::calls::{Call, Phase};
use crate::recording::Preamble;
use crate::sink::{Item, Text};

/// The calls that start a command.
const EXEC: [&str; 2] = ["execve", "execveat"];
/// SIGKILL in a set.
const KILL: u64 = 1 << 8;

/// A call whose line has begun.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    pub name: &'static str,
    /// Arguments that have been written.
    pub written: usize,
    /// Whether these are all.
    pub whole: bool,
    /// Where the line ends now.
    pub column: usize,
    /// Whether something stands on the line; a call can be pending unseen.
    pub shown: bool,
}

/// The format's state.
pub struct Strace {
    pub(super) options: Options,
    pub(super) signals: u64,
    pub(super) events: Events,
    pub(super) lead: Lead,
    /// The thread whose line is unfinished at the end of what was written.
    pub(super) open: Option<u32>,
    pub(super) pending: HashMap<u32, Pending>,
    /// The threads that are traced, as far as they are known.
    pub(super) threads: HashSet<u32>,
    pub(super) ignored: Ignored,
    pub(super) sent: Sent,
    abis: HashMap<u32, Abi>,
    /// What `restart_syscall(2)` goes on with.
    pub(super) interrupted: HashMap<u32, &'static str>,
    summary: Summary,
}

impl Strace {
    /// Prepares the format.
    #[must_use]
    pub fn new(options: Options, preamble: &Preamble) -> Strace {
        Strace {
            lead: Lead::new(preamble.clock, &options),
            // The kernel tells of a SIGKILL that is taken; strace sees only the end.
            signals: match options.others {
                Others::Woven => options.signals & !KILL,
                Others::Told => options.signals,
            },
            options,
            events: Events::new(),
            open: None,
            pending: HashMap::new(),
            threads: HashSet::new(),
            ignored: Ignored::default(),
            sent: Sent::default(),
            abis: HashMap::new(),
            interrupted: HashMap::new(),
            summary: Summary::default(),
        }
    }

    /// The thread that an item's line belongs to.
    pub(super) fn thread(&self, item: &Item<'_>) -> u32 {
        self.events
            .ignored_by(item)
            .unwrap_or(item.record.header.host_tid)
    }

    fn wanted(&mut self, tid: u32, item: &Item<'_>) -> bool {
        if self.options.from_exec {
            let begins = item
                .call
                .is_some_and(|call| EXEC.contains(&call.prepared.row.name));
            if !begins && !self.events.is_exec(item) {
                return false;
            }
            self.options.from_exec = false;
            self.threads.insert(tid);
        }
        match &self.options.only {
            Only::All => true,
            Only::These(threads) => threads.contains(&tid),
            Only::First => {
                self.options.only = Only::These(vec![tid]);
                true
            }
        }
    }

    /// Begins a line, after ending an unfinished one.
    pub(super) fn begin(&mut self, out: &mut Vec<u8>, tid: u32, time: u64) -> usize {
        self.leave(out);
        let start = out.len();
        match self.options.prefix {
            Prefix::Always => self.lead.thread(out, tid),
            Prefix::Several if self.threads.len() > 1 => self.lead.several(out, tid),
            _ => {}
        }
        self.lead.times(out, time);
        start
    }

    /// Ends an unfinished line.
    pub(super) fn leave(&mut self, out: &mut Vec<u8>) {
        if self.open.take().is_some() {
            out.extend_from_slice(b" <unfinished ...>\n");
        }
    }

    fn call(&mut self, out: &mut Vec<u8>, item: &Item<'_>, call: &Call<'_>) {
        let header = &item.record.header;
        if self.options.hidden.contains(&(item.event.id, call.abi())) {
            return;
        }
        self.threads.insert(header.host_tid);
        match item.phase {
            Phase::Enter => self.enter(out, item, call),
            Phase::Exit if call.ret.is_some() || !call.prepared.row.never_returns => {
                self.exit(out, item, call);
            }
            Phase::Unfinished | Phase::Exit => {
                self.unfinished(out, header, call);
                // Where ends of threads are told, that is what ends the line; until then nobody knows
                // why the call has no end.
                if !self.woven() {
                    self.cut_off(out, header.host_tid, header.time);
                }
            }
        }
    }

    fn enter(&mut self, out: &mut Vec<u8>, item: &Item<'_>, call: &Call<'_>) {
        let header = &item.record.header;
        let tid = header.host_tid;
        self.runs_as(out, header);
        let mut pending = Pending {
            name: call.prepared.row.spelled(call.abi()),
            written: 0,
            whole: false,
            column: 0,
            shown: self.options.begins_lines(),
        };
        if pending.shown {
            let start = self.begin(out, tid, header.time);
            let printer = call::Printer::new(self, item.event.id, call, tid);
            (pending.written, pending.whole) = printer.first_half(out, header);
            pending.column = out.len() - start;
            self.open = Some(tid);
        }
        self.pending.insert(tid, pending);
    }

    /// Says that a process has come to run under another convention.
    fn runs_as(&mut self, out: &mut Vec<u8>, header: &Header) {
        let abi = Abi::from_byte(header.abi);
        let before = self.abis.insert(header.host_pid, abi);
        let own = if cfg!(target_arch = "aarch64") {
            Abi::Aarch64
        } else {
            Abi::X86_64
        };
        let silent = self.options.silent(Message::Personality) || !self.options.lines;
        if silent || before.unwrap_or(own) == abi {
            return;
        }
        let name = match abi {
            Abi::I386 => "32 bit",
            Abi::X32 => "x32",
            _ => "64 bit",
        };
        self.begin(out, header.host_tid, header.time);
        let text = format!("[ Process PID={} runs in {name} mode. ]\n", header.host_tid);
        out.extend_from_slice(text.as_bytes());
    }

    fn unfinished(&mut self, out: &mut Vec<u8>, header: &Header, call: &Call<'_>) {
        let tid = header.host_tid;
        let shown = self.pending.get(&tid).is_some_and(|pending| pending.shown);
        let staged = self.options.lines && !shown && self.options.shows(Status::Unfinished);
        if staged && call::uses_path(call, &self.options.paths) {
            self.pending.remove(&tid);
            let start = self.begin(out, tid, header.time);
            let id = tracehound_schema::by_name(call.prepared.row.name).map_or(0, |event| event.id);
            let printer = call::Printer::new(self, id, call, tid);
            let (_, whole) = printer.first_half(out, header);
            out.extend_from_slice(if whole { b")" } else { b" <unfinished ...>)" });
            call::pad(out, start, self.options.column);
            out.extend_from_slice(b" = ?\n");
        }
    }

    fn exit(&mut self, out: &mut Vec<u8>, item: &Item<'_>, call: &Call<'_>) {
        let header = &item.record.header;
        let tid = header.host_tid;
        let pending = self.pending.remove(&tid);
        let failed = call.ret.is_some_and(|ret| (-4095..0).contains(&ret));
        if self.options.table.is_some() {
            let name = call.prepared.row.spelled(call.abi());
            let took = call.duration().unwrap_or(0);
            self.summary.add(name, item.event.id, took, failed);
        }
        let status = if failed {
            Status::Failed
        } else {
            Status::Successful
        };
        let shown = self.options.lines
            && self.options.shows(status)
            && call::uses_path(call, &self.options.paths);
        if shown {
            self.second_half(out, item, call, pending.filter(|pending| pending.shown));
        }
        if let Some(ret) = call.ret {
            self.remember_interruption(tid, call.prepared.row.name, ret);
        }
        for line in self.ignored.take(tid) {
            self.begin(out, tid, header.time);
            out.extend_from_slice(&line);
        }
    }

    fn remember_interruption(&mut self, tid: u32, name: &'static str, ret: i64) {
        if ret == call::RESTART_BLOCK && name != call::RESTART {
            self.interrupted.insert(tid, name);
        }
    }

    fn second_half(
        &mut self,
        out: &mut Vec<u8>,
        item: &Item<'_>,
        call: &Call<'_>,
        pending: Option<Pending>,
    ) {
        let header = &item.record.header;
        let tid = header.host_tid;
        let (mut start, mut column, mut written) = (out.len(), 0, None);
        match pending {
            Some(pending) if self.open == Some(tid) => {
                column = pending.column;
                written = Some(pending.written);
            }
            Some(pending) => {
                start = self.begin(out, tid, header.time);
                out.extend_from_slice(format!("<... {} resumed>", pending.name).as_bytes());
                written = Some(pending.written);
            }
            None => start = self.begin(out, tid, call.enter.unwrap_or(header.time)),
        }
        self.open = None;
        let printer = call::Printer::new(self, item.event.id, call, tid);
        let written = match written {
            Some(written) => written,
            None => printer.first_half(out, header).0,
        };
        printer.second_half(out, written);
        out.push(b')');
        call::pad(out, start, self.options.column.saturating_sub(column));
        printer.result(out);
        if let (Some(precision), Some(took)) = (self.options.took, call.duration()) {
            out.extend_from_slice(b" <");
            super::lead::seconds(out, took, precision);
            out.push(b'>');
        }
        out.push(b'\n');
    }

    fn other(&mut self, out: &mut Vec<u8>, item: &Item<'_>) {
        if !self.options.lines || (self.woven() && hand::told_by_row(item)) {
            return;
        }
        let header = &item.record.header;
        let start = self.begin(out, header.host_tid, header.time);
        hand::write(out, item, self.lead.clock(), start + self.options.column);
    }
}

impl Text for Strace {
    fn wants_beginnings(&self) -> bool {
        true
    }

    fn event(&mut self, out: &mut Vec<u8>, item: &Item<'_>) {
        let tid = self.thread(item);
        if !self.wanted(tid, item) {
            return;
        }
        if let Some(call) = item.call {
            self.call(out, item, call);
        } else if self.events.is_delivery(item) {
            if let Some(signal) = self.events.taken(item) {
                self.sent.taken(signal);
            }
            self.signal(out, item);
        } else if self.woven() && self.events.is_sending(item) {
            self.sending(out, item, tid);
        } else if !self.life(out, item) {
            self.other(out, item);
        }
    }

    fn ending(&mut self, out: &mut Vec<u8>) {
        if let Some(tid) = self.open.take() {
            self.pending.remove(&tid);
            out.extend_from_slice(b" <detached ...>\n");
        }
        if let Some(table) = &self.options.table {
            self.summary.write(out, table);
        }
    }
}

impl Strace {
    pub(super) fn woven(&self) -> bool {
        self.options.others == Others::Woven
    }

    /// Forgets a thread that has ended, and its process with the last one.
    pub(super) fn forget(&mut self, header: &Header, process: bool) {
        let tid = header.host_tid;
        self.threads.remove(&tid);
        self.ignored.take(tid);
        self.interrupted.remove(&tid);
        if process {
            self.abis.remove(&header.host_pid);
        }
    }
}
