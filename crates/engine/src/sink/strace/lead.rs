//! What stands before a line: the thread and the time.

use std::io::Write as _;

use jiff::tz::TimeZone;

use super::options::{Options, Precision, Stamp};
use crate::clock::Clock;
use crate::text;

const SECOND: u64 = 1_000_000_000;

/// The start of lines.
pub struct Lead {
    clock: Clock,
    zone: TimeZone,
    stamp: Option<Stamp>,
    relative: Option<Precision>,
    last: Option<u64>,
    /// The second that `day` is the text of.
    second: i64,
    day: String,
}

impl Lead {
    pub fn new(clock: Clock, options: &Options) -> Lead {
        let local = matches!(options.stamp, Some(Stamp::Day(_)));
        Lead {
            clock,
            zone: if local {
                TimeZone::system()
            } else {
                TimeZone::UTC
            },
            stamp: options.stamp,
            relative: options.relative,
            last: None,
            second: i64::MIN,
            day: String::new(),
        }
    }

    pub const fn clock(&self) -> Clock {
        self.clock
    }

    /// `N    `.
    pub fn thread(&self, out: &mut Vec<u8>, tid: u32) {
        // Writing to a vector cannot fail.
        let _ = write!(out, "{tid:<5} ");
    }

    /// `[pid     N] `.
    pub fn several(&self, out: &mut Vec<u8>, tid: u32) {
        let _ = write!(out, "[pid {tid:>5}] ");
    }

    /// The time, and the time since the line before.
    pub fn times(&mut self, out: &mut Vec<u8>, time: u64) {
        match self.stamp {
            Some(Stamp::Day(precision)) => self.day(out, time, precision),
            Some(Stamp::Unix(precision)) => {
                let at = self.clock.at(time);
                text::number(out, at.as_second());
                fraction(out, at.subsec_nanosecond().unsigned_abs(), precision);
            }
            None => {}
        }
        if self.stamp.is_some() {
            out.push(b' ');
        }
        let Some(precision) = self.relative else {
            return;
        };
        let last = self.last.replace(time).unwrap_or(time);
        let since = time.saturating_sub(last);
        if self.stamp.is_some() {
            out.extend_from_slice(b"(+");
        }
        let _ = write!(out, "{:>6}", since / SECOND);
        fraction(out, (since % SECOND) as u32, precision);
        out.extend_from_slice(if self.stamp.is_some() { b") " } else { b" " });
    }

    fn day(&mut self, out: &mut Vec<u8>, time: u64, precision: Precision) {
        let at = self.clock.at(time);
        if at.as_second() != self.second {
            self.second = at.as_second();
            let local = self.zone.to_datetime(at);
            self.day = local.strftime("%H:%M:%S").to_string();
        }
        out.extend_from_slice(self.day.as_bytes());
        fraction(out, at.subsec_nanosecond().unsigned_abs(), precision);
    }
}

/// Appends seconds with so many digits behind the point.
pub fn seconds(out: &mut Vec<u8>, nanoseconds: u64, precision: Precision) {
    text::number(out, nanoseconds / SECOND);
    fraction(out, (nanoseconds % SECOND) as u32, precision);
}

fn fraction(out: &mut Vec<u8>, nanoseconds: u32, precision: Precision) {
    let digits = precision.digits();
    if digits > 0 {
        let all = format!("{nanoseconds:09}");
        out.push(b'.');
        out.extend_from_slice(&all.as_bytes()[..digits]);
    }
}
