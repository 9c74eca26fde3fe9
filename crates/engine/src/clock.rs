//! From nanoseconds since boot to the time of day.

use std::io::Write as _;

use jiff::Timestamp;

const SECOND: i64 = 1_000_000_000;

/// Where the clock since boot stands against the time of day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// Nanoseconds from 1970 (UTC) to boot.
    pub boot: i64,
}

impl Clock {
    /// Seconds from 1970 to the instant `time` nanoseconds after boot, and nanoseconds beyond them.
    /// Apart, so that no `time` is too large.
    const fn since_1970(self, time: u64) -> (i64, u32) {
        let time = (
            (time / SECOND.unsigned_abs()) as i64,
            (time % SECOND.unsigned_abs()) as i64,
        );
        let second = self.boot.div_euclid(SECOND) + time.0;
        let rest = self.boot.rem_euclid(SECOND) + time.1;
        (second + rest / SECOND, (rest % SECOND) as u32)
    }

    /// Nanoseconds from 1970 to the instant `time` nanoseconds after boot.
    #[must_use]
    pub const fn nanoseconds(self, time: u64) -> i128 {
        self.boot as i128 + time as i128
    }

    /// The instant `time` nanoseconds after boot.
    #[must_use]
    pub fn at(self, time: u64) -> Timestamp {
        let (second, rest) = self.since_1970(time);
        Timestamp::new(second, rest as i32).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// The time since boot of an instant as RFC 3339; `None` if it is none, or before boot.
    #[must_use]
    pub fn time_of(self, text: &str) -> Option<u64> {
        let instant = text.parse::<Timestamp>().ok()?;
        u64::try_from(instant.as_nanosecond() - i128::from(self.boot)).ok()
    }

    /// Appends the instant as RFC 3339 in UTC with nine decimals.
    pub fn write(self, time: u64, out: &mut Vec<u8>) {
        // Writing to a vector cannot fail.
        let _ = write!(out, "{:.9}", self.at(time));
    }

    /// Appends the time of day in UTC with microseconds, for people.
    pub fn write_short(self, time: u64, out: &mut Vec<u8>) {
        Stamp::new(self).write_short(time, out);
    }
}

/// Writes times that mostly lie in the same second as the one before: 30 times faster than
/// formatting each.
#[derive(Debug)]
pub struct Stamp {
    clock: Clock,
    second: i64,
    /// The second as text, `2026-11-24T13:20:48`.
    text: [u8; 19],
}

impl Stamp {
    /// Prepares a writer for times of `clock`.
    #[must_use]
    pub fn new(clock: Clock) -> Stamp {
        let mut stamp = Stamp {
            clock,
            second: i64::MIN,
            text: [b'0'; 19],
        };
        stamp.turn(0);
        stamp
    }

    fn turn(&mut self, second: i64) {
        let at = Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH);
        let text = at.to_string();
        if let Some(start) = text.as_bytes().first_chunk() {
            self.text = *start;
        }
        self.second = second;
    }

    /// Makes the text that of `time`'s second; returns the nanoseconds beyond it.
    #[inline]
    fn seek(&mut self, time: u64) -> u32 {
        let (second, rest) = self.clock.since_1970(time);
        if second != self.second {
            self.turn(second);
        }
        rest
    }

    /// Appends the instant as RFC 3339 in UTC with nine decimals.
    #[inline]
    pub fn write(&mut self, time: u64, out: &mut Vec<u8>) {
        let decimals = self.seek(time);
        let mut text = [b'Z'; 30];
        text[..19].copy_from_slice(&self.text);
        text[19] = b'.';
        digits(&mut text[20..29], decimals);
        out.extend_from_slice(&text);
    }

    /// Appends the time of day in UTC with microseconds, for people.
    pub fn write_short(&mut self, time: u64, out: &mut Vec<u8>) {
        let decimals = self.seek(time);
        let mut text = [b'.'; 15];
        text[..8].copy_from_slice(&self.text[11..]);
        digits(&mut text[9..], decimals / 1000);
        out.extend_from_slice(&text);
    }
}

fn digits(out: &mut [u8], mut value: u32) {
    for digit in out.iter_mut().rev() {
        *digit = b'0' + (value % 10) as u8;
        value /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cached_seconds_agree_with_jiff() {
        let clock = Clock { boot: -1 };
        let mut stamp = Stamp::new(clock);
        for day in (0..40_000).step_by(97) {
            let time = day * 86_400_000_000_000 + 3_723_123_456_789;
            let (mut cached, mut plain) = (Vec::new(), Vec::new());
            stamp.write(time, &mut cached);
            clock.write(time, &mut plain);
            assert_eq!(
                String::from_utf8(cached).unwrap(),
                String::from_utf8(plain.clone()).unwrap()
            );
            let text = String::from_utf8(plain).unwrap();
            assert_eq!(text.parse::<Timestamp>().unwrap(), clock.at(time), "{text}");
        }
    }

    #[test]
    fn the_time_of_day_has_microseconds() {
        let mut out = Vec::new();
        Clock { boot: 0 }.write_short(3_723_000_456_999, &mut out);
        assert_eq!(out, b"01:02:03.000456");
    }

    #[test]
    fn no_time_is_too_large() {
        for boot in [i64::MIN, -1, i64::MAX] {
            let (clock, mut cached, mut plain) = (Clock { boot }, Vec::new(), Vec::new());
            Stamp::new(clock).write(u64::MAX, &mut cached);
            clock.write(u64::MAX, &mut plain);
            assert_eq!(cached, plain);
        }
        let mut out = Vec::new();
        Clock { boot: 0 }.write(u64::MAX, &mut out);
        assert_eq!(out, b"2554-07-21T23:34:33.709551615Z");
    }
}
