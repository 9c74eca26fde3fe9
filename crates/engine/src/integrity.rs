//! Argument integrity: what an event declares must hold between its fields.

use tracehound_schema::record::{Builder, Header, Record, State};
use tracehound_schema::{Check, Event, by_name, sigset};

/// User memory and the kernel cannot both be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The field meant.
    pub field: &'static str,
    /// What user memory held when it was read.
    pub user: u64,
    /// The kernel's copy, or the smallest set that explains what the kernel did.
    pub kernel: u64,
    /// The likely cause.
    pub cause: &'static str,
}

/// A check of one event with its fields found.
#[derive(Clone, Copy, Debug)]
pub enum Checker {
    /// [`Check::SigMask`].
    SigMask(SigMask),
}

impl Checker {
    /// Prepares an event's checks; one whose fields the event lacks is left out.
    #[must_use]
    pub fn of(event: &Event) -> Vec<Checker> {
        let prepare = |check: &Check| match check {
            Check::SigMask => SigMask::new(event).map(Checker::SigMask),
        };
        event.checks.iter().filter_map(prepare).collect()
    }

    /// Checks a record; `None` if nothing speaks against it.
    #[must_use]
    #[inline]
    pub fn check(&self, record: &Record<'_>) -> Option<Mismatch> {
        match self {
            Checker::SigMask(fields) => fields.check(record),
        }
    }
}

/// The fields of a signal mask change.
#[derive(Clone, Copy, Debug)]
pub struct SigMask {
    how: usize,
    set: usize,
    set_user: usize,
    before: usize,
    after: usize,
    size: usize,
}

fn read(record: &Record<'_>, index: usize) -> Option<u64> {
    if record.state(index) == State::Read {
        record.slot(index)
    } else {
        None
    }
}

impl SigMask {
    fn new(event: &Event) -> Option<SigMask> {
        Some(SigMask {
            how: event.field_index("how")?,
            set: event.field_index("set")?,
            set_user: event.field_index("set_user")?,
            before: event.field_index("blocked_before")?,
            after: event.field_index("blocked_after")?,
            size: event.field_index("sigsetsize")?,
        })
    }

    fn check(&self, record: &Record<'_>) -> Option<Mismatch> {
        let set = read(record, self.set)?;
        let mismatch = |user, kernel, cause| Mismatch {
            field: "set",
            user,
            kernel,
            cause,
        };
        if let Some(user) = read(record, self.set_user)
            && (user ^ set) & !sigset::UNBLOCKABLE != 0
        {
            let cause = "the set was rewritten between the tracer's read and the kernel's copy";
            return Some(mismatch(user, set, cause));
        }
        let how = read(record, self.how)? as i64;
        let (before, after) = (read(record, self.before), read(record, self.after)?);
        // A refused call changes nothing; one that fails at storing the old set has changed the mask.
        if record.header.ret != 0 && before.is_none_or(|before| before == after) {
            return None;
        }
        // The legacy call is the one without a set size.
        let legacy = record.state(self.size) == State::Absent;
        let explained = before.map_or_else(
            || sigset::can_lead_to(how, set, after, legacy),
            |before| sigset::apply(how, before, set, legacy) == Some(after),
        );
        if explained {
            return None;
        }
        let kernel = match (how, before) {
            (0, Some(before)) => after & !before,
            (1, Some(before)) => before & !after,
            // What of it can have been passed.
            (0, None) => set & after,
            (1, None) => set & !after,
            _ if legacy => after & 0xffff_ffff,
            _ => after,
        };
        let cause = "the set was rewritten under the call by another thread or a shared mapping";
        Some(mismatch(set, kernel, cause))
    }
}

/// The `argument_mismatch` event for a record.
#[must_use]
pub fn record_of(event: &Event, header: &Header, mismatch: &Mismatch) -> Vec<u8> {
    let kind = by_name("argument_mismatch").expect("the catalogue has argument_mismatch");
    Builder::new(kind.id, kind.fields.len(), header.derived())
        .tail(0, event.name.as_bytes())
        .tail(1, mismatch.field.as_bytes())
        .slot(2, mismatch.user)
        .slot(3, mismatch.kernel)
        .tail(4, mismatch.cause.as_bytes())
        .build()
}
