//! Filters over records that are made here; what they say is compared with what JSON says.

mod around;
mod errors;
mod evaluator;
mod index;
mod model;
mod narrow;
mod pods;
mod property;
mod truths;

use tracehound_schema::record::{ENTRY, Record};
use tracehound_schema::{Event, by_name, sample};

use super::{Facts, Parsed, Scratch, Truth, parse};
use crate::calls::{Call, Phase};
use crate::clock::Clock;
use crate::plan::{Plan, Selection};
use crate::recording::Preamble;
use crate::sink::{Format, Item, Sink};
use crate::world::World;

const CLOCK: Clock = Clock {
    boot: 1_795_461_315_000_000_000,
};

fn event(name: &str) -> &'static Event {
    by_name(name).unwrap()
}

/// A record that is told: its line of JSON, and what expressions are of it.
struct Told {
    event: &'static Event,
    bytes: Vec<u8>,
    world: World,
}

impl Told {
    fn new(event: &'static Event, bytes: Vec<u8>) -> Told {
        Told {
            event,
            bytes,
            world: World::new(),
        }
    }

    fn example(name: &str) -> Told {
        let event = event(name);
        Told::new(event, sample::record(event))
    }

    fn with<T>(&self, use_it: impl FnOnce(&Facts<'_>, Phase) -> T) -> T {
        let record = Record::split(&self.bytes).unwrap().0;
        let plan = Plan::new(self.event, &Selection::new(&[self.event]));
        let is_entry = record.header.flags & ENTRY != 0;
        let phase = if is_entry && !plan.event.call.is_some_and(|row| row.never_returns) {
            Phase::Unfinished
        } else {
            Phase::Exit
        };
        let call = self.event.call.map(|row| {
            let prepared = plan.prepared(row, &record.header);
            if is_entry {
                Call::new(prepared, Some(&record), None)
            } else {
                Call::new(prepared, None, Some(&record))
            }
        });
        let facts = Facts {
            event: self.event,
            record: &record,
            call: call.as_ref(),
            world: &self.world,
            clock: CLOCK,
        };
        use_it(&facts, phase)
    }

    fn json(&self) -> serde_json::Value {
        let out = Shared::default();
        let preamble = Preamble {
            clock: CLOCK,
            boot_id: "6576a333".to_owned(),
            hierarchy: 0,
        };
        let mut sink = Sink::new(Format::Json, Box::new(out.clone()), &preamble);
        self.with(|facts, phase| {
            let item = Item {
                event: facts.event,
                record: facts.record,
                redaction: None,
                redacted: 0,
                left_out: 0,
                programs: &facts.world.programs,
                hosts: &facts.world.hosts,
                processes: &facts.world.processes,
                files: None,
                users: None,
                stacks: None,
                stack: None,
                extras: crate::Extras::default(),
                cgroups: &facts.world.cgroups,
                mismatch: None,
                call: facts.call,
                phase,
                policies: super::Policies::default(),
            };
            sink.item(&item).unwrap();
        });
        sink.flush().unwrap();
        serde_json::from_slice(&out.0.lock().unwrap()).unwrap()
    }

    fn is(&self, parsed: &Parsed) -> Truth {
        self.with(|facts, _| parsed.expr.check(facts, &mut Scratch::default()))
    }

    fn says(&self, text: &str) -> Truth {
        let parsed = parse::of_event(self.event, text).unwrap_or_else(|fault| {
            panic!("{fault}\n{}", fault.shown(text));
        });
        self.is(&parsed)
    }
}

#[derive(Clone, Default)]
struct Shared(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
