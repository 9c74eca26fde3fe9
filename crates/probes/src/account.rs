//! The account: what became of every event, per event and cause.

use std::borrow::Cow;

use tracehound_schema::Event;

use crate::library::Report;

/// What became of one event's records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Times the hook fired for the event while tracing.
    pub made: u64,
    /// Not wanted: outside the scope, the tracer's own, or of a snapshot and told live.
    pub filtered: u64,
    /// Lost because a ring was full.
    pub dropped: u64,
    /// Lost because the kernel did not run the program (it was running on that CPU already).
    pub missed: u64,
    /// Read by the tracer.
    pub delivered: u64,
}

impl Count {
    /// Whether everything made is accounted for.
    #[must_use]
    pub const fn balances(&self) -> bool {
        self.made == self.filtered + self.dropped + self.missed + self.delivered
    }
}

/// The account of a run.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// One row per event that had a program, and one for the beginnings of calls (`NAME entry`)
    /// where any were made.
    pub rows: Vec<(Cow<'static, str>, Count)>,
    /// The libraries that library events were probed in.
    pub libraries: Report,
}

impl Account {
    /// Whether every row balances.
    #[must_use]
    pub fn balances(&self) -> bool {
        self.rows.iter().all(|row| row.1.balances())
    }

    /// The beginnings of a call's event, if there were any.
    pub(crate) fn beginnings(&mut self, event: &'static Event, count: Count) {
        if count != Count::default() {
            self.rows
                .push((format!("{} entry", event.name).into(), count));
        }
    }

    /// What the programs that serve all calls missed: of which calls is not known.
    pub(crate) fn missed(&mut self, missed: u64) {
        if missed > 0 {
            let count = Count {
                made: missed,
                missed,
                ..Count::default()
            };
            self.rows.push(("(any call)".into(), count));
        }
    }

    /// What the tracer made itself, all of which it has.
    pub(crate) fn own(&mut self, event: &'static Event, made: u64) {
        let count = Count {
            made,
            delivered: made,
            ..Count::default()
        };
        self.row(event, count);
    }

    pub(crate) fn row(&mut self, event: &'static Event, count: Count) {
        self.rows.push((event.name.into(), count));
    }
}
