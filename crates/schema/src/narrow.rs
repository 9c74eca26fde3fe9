//! What the kernel may leave out of an event's records: a filter as steps that its programs run.
//!
//! A plan may keep too much, never too little: user space evaluates every record that is kept. A step
//! looks at one value and goes on at another step, always a later one, or ends with the answer. Of
//! a value that was not read nothing is known, and a step that does not know goes on as if the record
//! were wanted.

use crate::record::{HEADER_SIZE, LAYOUT};

/// Most steps of a plan, a power of two.
pub const MOST_STEPS: usize = 64;

/// Most texts of a plan, a power of two.
pub const MOST_TEXTS: usize = 32;

/// Bytes of a text that a step compares at most, a multiple of 8.
pub const TEXT_SIZE: usize = 64;

/// Where a step goes on: the record is not wanted.
pub const DROP: u8 = 254;

/// Where a step goes on: it may be.
pub const PASS: u8 = 255;

/// Behind a plan's number: it can leave records out before they are begun.
pub const EARLY: u32 = 1 << 30;

/// It can when they are complete.
pub const LATE: u32 = 1 << 31;

/// What is known of a task before there is a record (`bpf/narrow/task.h`), as the header names it.
const EARLY_FACTS: &[&str] = &[
    "cpu",
    "tid",
    "pid",
    "host_tid",
    "host_pid",
    "host_ppid",
    "uid",
    "gid",
    "mnt_ns",
    "pid_ns",
    "cgroup",
];

/// Which value a step looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Source {
    /// The slot of a field, by its index.
    Field,
    /// A number of the header, by its offset; [`Step::length`] is its size.
    Header,
    /// The thread's name.
    Comm,
    /// What the call returned.
    Ret,
}

/// What a step compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum What {
    /// A number from `low` to `high`.
    Range,
    /// The same of numbers with a sign.
    SignedRange,
    /// A number of which the bits `low` are `high`.
    Bits,
    /// A text that begins with [`Step::length`] bytes of the step's text; with [`WHOLE`] it has
    /// `low` bytes.
    Start,
    /// A text that ends with them.
    End,
    /// A text of which what comes before the first NUL ends with them: the last name of a path.
    NameEnd,
    /// The address of a host of which the first [`Step::length`] bits are those of `high` and `low`,
    /// in the form of IPv6.
    Host,
    /// The address of a socket of such a host; with [`PORTS`] at one of the ports.
    Socket,
}

/// Set in [`Step::flags`]: the step asks for the opposite.
pub const NOT: u8 = 1;
/// Of a text all of it.
pub const WHOLE: u8 = 2;
/// The text is a path; what begins with NUL is none, and nothing is known of it.
pub const PATH: u8 = 4;
/// The port counts.
pub const PORTS: u8 = 8;
/// A value of zero was not read.
pub const ZERO_UNREAD: u8 = 16;
/// A value of zero is none.
pub const ZERO_ABSENT: u8 = 32;
/// Of a record that is nobody's nothing is known.
pub const OF_THREAD: u8 = 64;

/// One comparison, and where to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Step {
    /// A [`What`].
    pub what: u8,
    /// A [`Source`].
    pub source: u8,
    /// Which field, or where in the header.
    pub place: u16,
    /// [`NOT`] and the others.
    pub flags: u8,
    /// Bytes of the text or number, or bits of the address.
    pub length: u8,
    /// Which text.
    pub text: u8,
    /// Where to go on if it may be so: a step's index, [`PASS`] or [`DROP`].
    pub yes: u8,
    /// Where if it surely is not.
    pub no: u8,
    /// Zero.
    pub pad: [u8; 3],
    /// Ports from and to.
    pub ports: [u16; 2],
    /// See [`What`].
    pub low: u64,
    /// See [`What`].
    pub high: u64,
}

/// The steps for one event, from the first on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The steps, no more than [`MOST_STEPS`].
    pub steps: Vec<Step>,
    /// The texts that they compare with, no more than [`MOST_TEXTS`].
    pub texts: Vec<[u8; TEXT_SIZE]>,
}

/// Bytes of a plan as programs read it (`struct narrow`).
pub const PLAN_SIZE: usize = MOST_STEPS * size_of::<Step>() + MOST_TEXTS * TEXT_SIZE;

impl Plan {
    /// When the plan can tell something: [`EARLY`], [`LATE`] or both. What it tells of a record that may
    /// not be the running task's is only known late.
    #[must_use]
    pub fn moments(&self, of_runner: bool) -> u32 {
        let early = of_runner && self.steps.iter().any(Step::is_early);
        let late = !of_runner || !self.steps.iter().all(Step::is_early);
        (u32::from(early) * EARLY) | (u32::from(late) * LATE)
    }

    /// The plan as programs read it. One that is too long would be run in part, which is refused:
    /// then nothing is left out.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(PLAN_SIZE);
        if self.steps.len() <= MOST_STEPS && self.texts.len() <= MOST_TEXTS {
            for step in &self.steps {
                step.write(&mut bytes);
            }
            bytes.resize(MOST_STEPS * size_of::<Step>(), 0);
            for text in &self.texts {
                bytes.extend_from_slice(text);
            }
        }
        bytes.resize(PLAN_SIZE, 0);
        bytes
    }
}

impl Step {
    /// Whether it looks at what is known before there is a record.
    #[must_use]
    pub fn is_early(&self) -> bool {
        match self.source {
            source if source == Source::Header as u8 => {
                let known = |name: &&str| in_header(name).is_some_and(|at| at.0 == self.place);
                EARLY_FACTS.iter().any(known)
            }
            source => source == Source::Comm as u8 || source == Source::Ret as u8,
        }
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&[self.what, self.source]);
        bytes.extend_from_slice(&self.place.to_ne_bytes());
        bytes.extend_from_slice(&[self.flags, self.length, self.text, self.yes, self.no]);
        bytes.extend_from_slice(&self.pad);
        for port in self.ports {
            bytes.extend_from_slice(&port.to_ne_bytes());
        }
        bytes.extend_from_slice(&self.low.to_ne_bytes());
        bytes.extend_from_slice(&self.high.to_ne_bytes());
    }
}

/// Where a number of the header lies, and its size in bytes.
#[must_use]
pub fn in_header(name: &str) -> Option<(u16, u8)> {
    let at = LAYOUT.iter().position(|member| member.name == name)?;
    let start = LAYOUT[at].offset;
    let end = LAYOUT.get(at + 1).map_or(HEADER_SIZE, |next| next.offset);
    Some((u16::try_from(start).ok()?, u8::try_from(end - start).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Step = Step {
        what: 1,
        source: 2,
        place: 0x0403,
        flags: 5,
        length: 6,
        text: 7,
        yes: 8,
        no: 9,
        pad: [0; 3],
        ports: [0x0d0c, 0x0f0e],
        low: 0x1716_1514_1312_1110,
        high: 0x1f1e_1d1c_1b1a_1918,
    };

    #[test]
    fn a_step_is_written_member_by_member() {
        let mut bytes = Vec::new();
        STEP.write(&mut bytes);
        assert_eq!(bytes.len(), size_of::<Step>());
        let offset = std::mem::offset_of!(Step, ports);
        assert_eq!(bytes[offset..offset + 2], 0x0d0cu16.to_ne_bytes());
        let offset = std::mem::offset_of!(Step, high);
        assert_eq!(bytes[offset..], STEP.high.to_ne_bytes());
    }

    #[test]
    fn a_plan_that_is_too_long_leaves_nothing_out() {
        let plan = Plan {
            steps: vec![STEP; MOST_STEPS + 1],
            texts: Vec::new(),
        };
        assert_eq!(plan.bytes(), vec![0; PLAN_SIZE]);
        let plan = Plan {
            steps: vec![STEP; MOST_STEPS],
            texts: vec![[1; TEXT_SIZE]; MOST_TEXTS],
        };
        assert_eq!(plan.bytes().len(), PLAN_SIZE);
        assert_eq!(plan.bytes()[PLAN_SIZE - 1], 1);
    }

    #[test]
    fn numbers_of_the_header_are_found_with_their_sizes() {
        assert_eq!(in_header("abi"), Some((7, 1)));
        assert_eq!(in_header("cgroup").map(|found| found.1), Some(8));
        assert_eq!(in_header("mnt_ns").map(|found| found.1), Some(4));
        assert_eq!(in_header("nobody"), None);
    }
}
