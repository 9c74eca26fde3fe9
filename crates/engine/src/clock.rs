//! From nanoseconds since boot to the time of day.

use jiff::Timestamp;

/// Where the clock since boot stands against the time of day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// Nanoseconds from 1970 (UTC) to boot.
    pub boot: i64,
}

impl Clock {
    /// The instant `time` nanoseconds after boot.
    #[must_use]
    pub fn at(self, time: u64) -> Timestamp {
        let nanoseconds = i128::from(self.boot) + i128::from(time);
        Timestamp::from_nanosecond(nanoseconds).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Appends the instant as RFC 3339 in UTC with nine decimals.
    pub fn write(self, time: u64, out: &mut Vec<u8>) {
        let at = self.at(time);
        let seconds = at.as_second();
        let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil(days);
        digits(out, year, 4);
        out.push(b'-');
        digits(out, month, 2);
        out.push(b'-');
        digits(out, day, 2);
        out.push(b'T');
        hour(out, rest);
        out.push(b'.');
        digits(out, i64::from(at.subsec_nanosecond()), 9);
        out.push(b'Z');
    }

    /// Appends the time of day in UTC with microseconds, for people.
    pub fn write_short(self, time: u64, out: &mut Vec<u8>) {
        let at = self.at(time);
        hour(out, at.as_second().rem_euclid(86_400));
        out.push(b'.');
        digits(out, i64::from(at.subsec_nanosecond()) / 1000, 6);
    }
}

fn hour(out: &mut Vec<u8>, second: i64) {
    digits(out, second / 3600, 2);
    out.push(b':');
    digits(out, second / 60 % 60, 2);
    out.push(b':');
    digits(out, second % 60, 2);
}

fn digits(out: &mut Vec<u8>, value: i64, width: u32) {
    for place in (0..width).rev() {
        let digit = value / 10i64.pow(place) % 10;
        out.push(b'0' + u8::try_from(digit).unwrap_or(0));
    }
}

/// Year, month and day of a number of days since 1970-01-01 in the proleptic Gregorian calendar.
///
/// Years are counted from 1 March, so that the leap day is the last; jiff does the same but formats
/// 20 times slower than a record may cost.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_agree_with_jiff() {
        for day in (0..40_000).step_by(97) {
            let clock = Clock { boot: 0 };
            let time = day * 86_400_000_000_000 + 3_723_123_456_789;
            let mut out = Vec::new();
            clock.write(time, &mut out);
            let text = String::from_utf8(out).unwrap();
            assert_eq!(text.parse::<Timestamp>().unwrap(), clock.at(time), "{text}");
        }
    }
}
