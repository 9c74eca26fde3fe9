//! The targets of DESIGN section 7, in one place.

/// What one configuration must reach; `None` where nothing is asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// Nanoseconds added to a call that is not selected, at most.
    pub unselected: Option<f64>,
    /// Nanoseconds added to a selected call, at most.
    pub selected: Option<f64>,
    /// Events per second without loss, at least.
    pub rate: Option<f64>,
    /// Nanoseconds of CPU that the tracer needs per event, at most.
    pub tracer: Option<f64>,
    /// Seconds from the start to the first event, at most.
    pub first_event: Option<f64>,
    /// Resident bytes without the rings, at most.
    pub memory: Option<f64>,
}

/// "Nothing" cannot be measured to the last nanosecond; this much is noise.
pub const NOISE: f64 = 5.0;
/// Events per second from one core.
const RATE: f64 = 1.5e6;
/// Part of its CPU that the tracer may need at that rate. It is held against the time per event, as
/// a tracer that gets fewer events has it easier.
const SHARE: f64 = 0.2;
/// Events per second of a recording that a hundred policies are asked about, at least.
pub const REPLAY_POLICIES: f64 = 5e6;
/// Nanoseconds that a filter may add to an event, at most, where the kernel leaves it out.
pub const FILTERED: f64 = 30.0;
/// Events per second from a recording to JSON in a file, at least.
pub const REPLAY_JSON_FILE: f64 = 5e6;

impl Target {
    /// Nothing is asked.
    pub const NONE: Target = Target {
        unselected: None,
        selected: None,
        rate: None,
        tracer: None,
        first_event: None,
        memory: None,
    };
    const OURS: Target = Target {
        first_event: Some(0.3),
        memory: Some(5.0 * 1024.0 * 1024.0),
        ..Target::NONE
    };
    /// No system call event is selected.
    pub const UNARMED: Target = Target {
        unselected: Some(NOISE),
        selected: Some(NOISE),
        ..Target::OURS
    };
    /// Only exits are armed.
    pub const EXIT_ONLY: Target = Target {
        unselected: Some(90.0),
        selected: Some(250.0),
        ..Target::OURS
    };
    /// Entries and exits are armed, and the set is read at entry.
    pub const ENTRY: Target = Target {
        unselected: Some(150.0),
        selected: Some(350.0),
        ..Target::OURS
    };
    /// Exits, at full rate to JSON.
    pub const EXIT_ONLY_JSON: Target = Target {
        rate: Some(RATE),
        tracer: Some(SHARE / RATE * 1e9),
        ..Target::EXIT_ONLY
    };
    /// Entries and exits, at full rate to JSON.
    pub const ENTRY_JSON: Target = Target {
        rate: Some(RATE),
        tracer: Some(SHARE / RATE * 1e9),
        ..Target::ENTRY
    };
}

/// "met" or "not met".
pub const fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "NOT MET" }
}
