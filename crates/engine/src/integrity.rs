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

/// Checks a record; `None` if nothing speaks against it.
#[must_use]
pub fn check(event: &Event, record: &Record<'_>) -> Option<Mismatch> {
    event.checks.iter().find_map(|check| match check {
        Check::SigMask => sigmask(event, record),
    })
}

fn sigmask(event: &Event, record: &Record<'_>) -> Option<Mismatch> {
    let read = |name| {
        let index = event.field_index(name)?;
        matches!(record.state(index), State::Read)
            .then(|| record.slot(index))
            .flatten()
    };
    let set = read("set")?;
    if let Some(user) = read("set_user")
        && (user ^ set) & !sigset::UNBLOCKABLE != 0
    {
        let cause = "the set was rewritten between the tracer's read and the kernel's copy";
        return Some(Mismatch {
            field: "set",
            user,
            kernel: set,
            cause,
        });
    }
    if record.header.ret != 0 {
        return None;
    }
    let (how, before, after) = (
        read("how")?,
        read("blocked_before")?,
        read("blocked_after")?,
    );
    let how = how as i64;
    // The legacy call is the one without a set size.
    let legacy = event
        .field_index("sigsetsize")
        .is_some_and(|i| record.state(i) == State::Absent);
    if sigset::apply(how, before, set, legacy) == Some(after) {
        return None;
    }
    let kernel = match how {
        0 => after & !before,
        1 => before & !after,
        _ if legacy => after & 0xffff_ffff,
        _ => after,
    };
    let cause = "the set was rewritten under the call by another thread or a shared mapping";
    Some(Mismatch {
        field: "set",
        user: set,
        kernel,
        cause,
    })
}

/// The `argument_mismatch` event for a record.
#[must_use]
pub fn record_of(event: &Event, header: &Header, mismatch: &Mismatch) -> Vec<u8> {
    let kind = by_name("argument_mismatch").expect("the catalogue has argument_mismatch");
    let header = Header {
        unread: 0,
        cut: 0,
        absent: 0,
        late: 0,
        kernel: 0,
        flags: 0,
        ret: 0,
        rung: 0,
        ..*header
    };
    Builder::new(kind.id, kind.fields.len(), header)
        .tail(0, event.name.as_bytes())
        .tail(1, mismatch.field.as_bytes())
        .slot(2, mismatch.user)
        .slot(3, mismatch.kernel)
        .tail(4, mismatch.cause.as_bytes())
        .build()
}
