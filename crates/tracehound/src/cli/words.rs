//! Words behind options: what they mean, and what is wrong with others.

use std::time::Duration;

use tracehound_schema::Abi;

/// A length of time with its unit, at least a millisecond.
pub fn duration(text: &str) -> Result<Duration, String> {
    let split = text
        .find(|char: char| !char.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: u64 = number
        .parse()
        .map_err(|_| "write a number and ms, s, m or h: 10s".to_owned())?;
    let scale = match unit {
        "ms" => 1,
        "s" | "" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        other => return Err(format!("unknown unit {other:?}: use ms, s, m or h")),
    };
    match number.checked_mul(scale) {
        Some(0) => Err("no time at all; give 1ms or more".to_owned()),
        Some(time) => Ok(Duration::from_millis(time)),
        None => Err("too long".to_owned()),
    }
}

/// A convention of system calls by its name.
pub fn abi(text: &str) -> Result<Abi, String> {
    let known = Abi::ALL.map(Abi::name);
    let found = Abi::ALL.into_iter().find(|abi| abi.name() == text);
    found.ok_or_else(|| format!("known are {}", known.join(", ")))
}

/// A kernel's version as its first two numbers, which is how far calls are dated.
pub fn kernel(text: &str) -> Result<(u32, u32), String> {
    let mut numbers = text.split('.').map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Ok((major, minor)),
        (Some(Ok(major)), None) => Ok((major, 0)),
        _ => Err("write a version such as 5.10".to_owned()),
    }
}

/// A size in bytes, or with K or M, that a ring can have.
pub fn ring_size(text: &str) -> Result<usize, String> {
    let (number, scale) = match text.as_bytes().last() {
        Some(b'K' | b'k') => (&text[..text.len() - 1], 1 << 10),
        Some(b'M' | b'm') => (&text[..text.len() - 1], 1 << 20),
        _ => (text, 1),
    };
    let number: usize = number
        .parse()
        .map_err(|_| "write a size such as 64K or 4M".to_owned())?;
    let size = number.checked_mul(scale).unwrap_or(0);
    if !size.is_power_of_two() || !(4096..=1 << 30).contains(&size) {
        return Err("must be a power of two from 4K to 1024M".to_owned());
    }
    Ok(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_take_units() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        assert!(duration("2y").is_err());
        assert!(duration("").is_err());
        assert!(duration("0s").is_err());
    }

    #[test]
    fn ring_sizes_are_powers_of_two() {
        assert_eq!(ring_size("64K"), Ok(65_536));
        assert!(ring_size("65K").is_err());
        assert!(ring_size("1K").is_err());
        assert!(ring_size("M").is_err());
    }
}
