//! The cells of a row: medians with spreads, and verdicts on targets.

use super::configuration::{Configuration, Tool};
use super::cost::Cost;
use super::engine::{Replay, Throughput};
use super::flood::Flood;
use super::process::Memory;
use super::rounds::Samples;
use super::start::Start;
use super::stats::Spread;
use super::targets::verdict;

/// What stands where there is no number.
pub const MISSING: &str = "-";
const MIB: f64 = (1 << 20) as f64;

/// Of "Cost per call": for the call that is not selected, then for the one that is.
pub fn costs_of(row: &Configuration, samples: &Samples) -> Vec<String> {
    let mut cells = cost_of(samples, |cost| cost.getppid, row.target.unselected);
    let selected = cost_of(samples, |cost| cost.sigprocmask, row.target.selected);
    cells.extend(selected);
    cells
}

fn cost_of(samples: &Samples, get: fn(&Cost) -> f64, target: Option<f64>) -> Vec<String> {
    let pairs = || samples.costs.iter();
    let added = Spread::of(pairs().map(|pair| get(&pair.traced) - get(&pair.bare)));
    let ratio = Spread::of(pairs().map(|pair| get(&pair.traced) / get(&pair.bare)));
    vec![
        shown(Spread::of(pairs().map(|pair| get(&pair.traced))), 0),
        shown(added, 0),
        shown(ratio, 2),
        at_most(target, added, ("+", 0)),
    ]
}

/// Of "Full rate"; `bare` is the untraced flood of the same rounds.
pub fn flood_of(row: &Configuration, samples: &Samples, bare: &[Flood]) -> Vec<String> {
    let of = |get: fn(&Flood) -> f64| Spread::of(samples.floods.iter().map(get));
    let delivered = |flood: &Flood| flood.delivered.map(|count| count as f64 / flood.seconds);
    let lost = |flood: &Flood| {
        flood
            .lost()
            .map(|lost| 100.0 * lost as f64 / flood.made as f64)
    };
    let made = |flood: &Flood| flood.made as f64 / flood.seconds;
    let pairs = samples.floods.iter().zip(bare);
    let ratio = Spread::of(pairs.map(|(traced, bare)| made(traced) / made(bare)));
    let rate = Spread::of(samples.floods.iter().filter_map(delivered));
    let lost = Spread::of(samples.floods.iter().filter_map(lost));
    let cpu = of(|flood| 100.0 * flood.cpu);
    let each = Spread::of(samples.floods.iter().filter_map(Flood::tracer_time));
    let rate_met = row.target.rate.zip(rate.zip(lost));
    let rate_met = rate_met.map(|(target, (rate, lost))| {
        let met = rate.median >= target && lost.high == 0.0;
        format!("{target:.0}, 0 lost: {}", verdict(met))
    });
    let traced = row.tool != Tool::Bare;
    vec![
        shown(Spread::of(samples.floods.iter().map(made)), 0),
        shown(ratio, 3),
        shown(rate, 0),
        shown(lost, 2),
        rate_met.unwrap_or_else(|| MISSING.to_owned()),
        shown(cpu.filter(|_| traced), 1),
        shown(each, 0),
        at_most(row.target.tracer, each, ("", 0)),
        shown(of(|flood| 1e3 * flood.drain).filter(|_| traced), 1),
    ]
}

/// Of "Start and end".
pub fn starts_of(row: &Configuration, samples: &Samples) -> Vec<String> {
    let of = |get: fn(&Start) -> f64| Spread::of(samples.starts.iter().map(get));
    let events = samples.starts.iter().filter_map(|start| start.event);
    let event = Spread::of(events.map(|event| 1e3 * event));
    let target = row.target.first_event.map(|target| 1e3 * target);
    vec![
        shown(of(|start| 1e3 * start.program), 1),
        shown(event, 1),
        at_most(target, event, ("", 0)),
        shown(of(|start| 1e3 * start.end), 1),
    ]
}

/// Of "Memory"; without a tracer there is none to look at.
pub fn memory_of(row: &Configuration, samples: &Samples) -> Vec<String> {
    let floods = || samples.floods.iter().filter(|_| row.tool != Tool::Bare);
    let of = |get: fn(&Memory) -> f64| Spread::of(floods().map(|flood| get(&flood.memory) / MIB));
    let own = of(Memory::without_rings);
    vec![
        shown(own, 1),
        at_most(row.target.memory.map(|target| target / MIB), own, ("", 0)),
        shown(of(|memory| memory.anonymous), 1),
        shown(of(|memory| memory.resident), 1),
        shown(of(|memory| memory.proportional), 1),
        shown(of(|memory| memory.rings), 1),
    ]
}

/// Of "Engine, from a recording".
pub fn replay_of(replay: &Replay, times: &[Throughput]) -> Vec<String> {
    let rate = Spread::of(times.iter().map(|time| 1e9 / time.nanoseconds));
    let bytes = Spread::of(times.iter().filter_map(|time| time.bytes));
    let met = replay
        .target
        .zip(rate)
        .map(|(target, rate)| format!("{target:.0}: {}", verdict(rate.median >= target)));
    vec![
        replay.output.to_owned(),
        shown(Spread::of(times.iter().map(|time| time.nanoseconds)), 1),
        shown(rate, 0),
        bytes.map_or_else(
            || MISSING.to_owned(),
            |bytes| format!("{:.0}", bytes.median),
        ),
        met.unwrap_or_else(|| MISSING.to_owned()),
        format!("`{}`", replay.shown()),
    ]
}

/// A spread with so many digits.
pub fn shown(spread: Option<Spread>, digits: usize) -> String {
    spread.map_or_else(|| MISSING.to_owned(), |spread| format!("{spread:.digits$}"))
}

/// A limit and whether the median keeps it.
pub fn at_most(limit: Option<f64>, value: Option<Spread>, form: (&str, usize)) -> String {
    let (sign, digits) = form;
    limit.zip(value).map_or_else(
        || MISSING.to_owned(),
        |(limit, value)| format!("{sign}{limit:.digits$}: {}", verdict(value.median <= limit)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::cost::Pair;

    fn samples(bare: f64, traced: f64) -> Samples {
        let cost = |time| Cost {
            getppid: time,
            sigprocmask: time,
        };
        let pair = Pair {
            bare: cost(bare),
            traced: cost(traced),
        };
        Samples {
            costs: vec![pair],
            ..Samples::default()
        }
    }

    #[test]
    fn a_cost_is_held_against_the_run_beside_it() {
        let cells = cost_of(&samples(100.0, 350.0), |cost| cost.getppid, Some(250.0));
        let expected = [
            "350 [350..350]",
            "250 [250..250]",
            "3.50 [3.50..3.50]",
            "+250: met",
        ];
        assert_eq!(cells, expected);
    }

    #[test]
    fn a_missed_target_stands_out() {
        let cells = cost_of(&samples(100.0, 351.0), |cost| cost.getppid, Some(250.0));
        assert_eq!(cells[3], "+250: NOT MET");
    }

    #[test]
    fn what_was_not_measured_has_no_number_and_no_verdict() {
        let cells = cost_of(&Samples::default(), |cost| cost.getppid, Some(250.0));
        assert_eq!(cells, ["-"; 4]);
    }
}
