//! Limits of a rule, which are ours alone: `sample`, `rate`, `first` and `per`.

use tracehound_engine::filter::{Limits, Per, Rate};
use tracehound_schema::Event;

use crate::error::Problem;
use crate::read::{get, scalar};
use crate::yaml::Node;

/// The keys of a rule that limit it.
pub const KEYS: [&str; 4] = ["sample", "rate", "first", "per"];

/// The limits of a rule for these events.
pub fn limits(rule: &Node, events: &[&'static Event]) -> Result<Limits, Problem> {
    let [sample, rate, first, per] = KEYS.map(|key| get(rule, key));
    let (sample, rate, first, per) = (sample?, rate?, first?, per?);
    if let (Some(per), None) = (per, first) {
        return Err(Problem::new(
            per.place,
            "per goes with first: say how many of each",
        ));
    }
    Ok(Limits {
        sample: sample.map(number).transpose()?,
        rate: rate.map(self::rate).transpose()?,
        first: first.map(number).transpose()?,
        per: per.map(|per| key(per, events)).transpose()?,
    })
}

fn number(node: &Node) -> Result<u64, Problem> {
    let number = scalar(node)?.0.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| Problem::new(node.place, "write a number from 1"))
}

/// `10/s`, `100/m`, `1000/h`.
fn rate(node: &Node) -> Result<Rate, Problem> {
    const SECOND: u64 = 1_000_000_000;
    const TIMES: [(&str, u64); 3] = [("s", SECOND), ("m", 60 * SECOND), ("h", 3600 * SECOND)];
    let (number, unit) = scalar(node)?.0.split_once('/').unwrap_or_default();
    let number = number.trim().parse().ok().filter(|number| *number > 0);
    let time = TIMES.iter().find(|row| row.0 == unit.trim());
    match (number, time) {
        (Some(number), Some((_, time))) if number <= *time => Ok(Rate {
            number,
            time: *time,
        }),
        _ => {
            let message = "write how many in a second, minute or hour: 10/s, 100/m, 1000/h";
            Err(Problem::new(node.place, message))
        }
    }
}

fn key(node: &Node, events: &[&'static Event]) -> Result<Per, Problem> {
    Per::named(scalar(node)?.0, events).map_err(|message| Problem::new(node.place, message))
}
