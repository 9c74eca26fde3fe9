//! The measurements as tables, each number beside its command and its target.

use super::configuration::{CONFIGURATIONS, Configuration, Tool};
use super::cost::{self, Cost};
use super::engine::{self, REPLAYS, Recording, Replay, Throughput};
use super::flood::{self, Flood};
use super::machine::Facts;
use super::start::Start;
use super::stats::Spread;
use super::table::Table;
use super::targets::verdict;
use super::{Samples, Size};

/// Everything that was measured.
pub struct Report<'a> {
    /// Where.
    pub machine: Facts,
    /// How much.
    pub size: &'a Size,
    /// Of each configuration.
    pub samples: &'a [Samples],
    /// What was replayed.
    pub recording: &'a Recording,
    /// Of each way of replaying, a value per round.
    pub replays: &'a [Vec<Throughput>],
}

const MISSING: &str = "-";
const MIB: f64 = (1 << 20) as f64;

impl Report<'_> {
    /// The whole report.
    pub fn text(&self, markdown: bool) -> String {
        let mut tables = vec![self.machine(), self.costs(), self.floods()];
        tables.extend([self.replayed(), self.starts(), self.memory()]);
        if !markdown {
            tables.insert(1, commands());
        }
        let tables: Vec<String> = tables.iter().map(|table| table.text(markdown)).collect();
        tables.concat()
    }

    fn machine(&self) -> Table {
        let row = |(name, value): &(&str, String)| vec![(*name).to_owned(), value.clone()];
        let mut notes = vec![format!(
            "{} rounds; a number is the median over rounds, with [least..greatest].",
            self.size.rounds
        )];
        for (row, samples) in CONFIGURATIONS.iter().zip(self.samples) {
            let failure = samples.failure.iter();
            notes.extend(failure.map(|reason| format!("{}: {reason}", row.name)));
        }
        Table {
            title: "Machine",
            notes,
            head: vec!["what", "value"],
            rows: self.machine.iter().map(row).collect(),
            commands_apart: false,
        }
    }

    fn costs(&self) -> Table {
        let notes = [
            format!(
                "CMD is `{}`: on CPU 0, under SCHED_FIFO, medians over its batches.",
                cost::shown()
            ),
            "getppid is not selected, rt_sigprocmask is. Nanoseconds per call; added and ratio are to the untraced run just before.".to_owned(),
            "All tracers follow the command and its children, none the whole host.".to_owned(),
        ];
        let call = ["added", "ratio", "target"];
        let mut head = vec!["getppid"];
        head.extend(call);
        head.push("rt_sigprocmask");
        head.extend(call);
        self.table("Cost per call", notes, &head, |row, samples| {
            let mut cells = costs_of(samples, |cost| cost.getppid, row.target.unselected);
            let selected = costs_of(samples, |cost| cost.sigprocmask, row.target.selected);
            cells.extend(selected);
            cells
        })
    }

    fn floods(&self) -> Table {
        let notes = [
            format!(
                "CMD is `{} {}`: rt_sigprocmask as fast as it goes, on CPU 0. OUT is a file in the page cache.",
                flood::PROGRAM, self.size.flood_seconds
            ),
            "Lost is what was made and did not arrive: by Tracehound's account, which must sum up to what the program made; by lines of the output for the others.".to_owned(),
            "CPU is what the tracer uses of one while the calls are made; drain is from the last call to the tracer's end.".to_owned(),
        ];
        let head = [
            "made/s",
            "delivered/s",
            "lost %",
            "target",
            "tracer CPU %",
            "target",
            "drain ms",
        ];
        self.table("Full rate", notes, &head, flood_of)
    }

    fn replayed(&self) -> Table {
        let notes = vec![
            format!(
                "REC is a recording of {} events, {:.0} bytes each, in the page cache, made by `{}`.",
                self.recording.events,
                self.recording.bytes as f64 / self.recording.events as f64,
                engine::shown_recorder(self.size.record_seconds)
            ),
            "Decode, checks and format on one CPU, from the start of the process to its end."
                .to_owned(),
        ];
        let rows = REPLAYS.iter().zip(self.replays);
        Table {
            title: "Engine, from a recording",
            notes,
            head: vec![
                "output",
                "ns/event",
                "events/s",
                "bytes/event",
                "target",
                "command",
            ],
            rows: rows
                .map(|(replay, times)| replay_of(replay, times))
                .collect(),
            commands_apart: false,
        }
    }

    fn starts(&self) -> Table {
        let notes = [
            format!(
                "CMD is `{} 0`, which makes one call and ends; OUT and /dev/null are /dev/stderr here, a pipe.",
                flood::PROGRAM
            ),
            "Milliseconds from the start of the tracer to the program's main, to the first event in the pipe, to the tracer's end.".to_owned(),
        ];
        let head = ["main", "first event", "target", "end"];
        self.table("Start and end", notes, &head, |row, samples| {
            let of = |get: fn(&Start) -> f64| Spread::of(samples.starts.iter().map(get));
            let events = samples.starts.iter().filter_map(|start| start.event);
            let event = Spread::of(events.map(|event| 1e3 * event));
            let target = row.target.first_event.map(|target| 1e3 * target);
            vec![
                shown(of(|start| 1e3 * start.program), 1),
                shown(event, 1),
                at_most(target, event, ""),
                shown(of(|start| 1e3 * start.end), 1),
            ]
        })
    }

    fn memory(&self) -> Table {
        let notes = [
            "MiB of the tracer when the last call of \"Full rate\" was made, with default rings."
                .to_owned(),
            "RSS counts a ring's data twice, as it is mapped twice; by PSS it is there once. The first column is RSS without the rings.".to_owned(),
        ];
        let head = [
            "without rings",
            "target",
            "anonymous",
            "RSS",
            "PSS",
            "rings (PSS)",
        ];
        self.table("Memory", notes, &head, |row, samples| {
            let of = |get: fn(&Flood) -> f64| {
                Spread::of(samples.floods.iter().map(|flood| get(flood) / MIB))
            };
            let own = of(|flood| flood.memory.without_rings());
            vec![
                shown(own, 1),
                at_most(row.target.memory.map(|target| target / MIB), own, ""),
                shown(of(|flood| flood.memory.anonymous), 1),
                shown(of(|flood| flood.memory.resident), 1),
                shown(of(|flood| flood.memory.proportional), 1),
                shown(of(|flood| flood.memory.rings), 1),
            ]
        })
    }

    /// A row per configuration: its name, what `cells` gives, its command.
    fn table<const N: usize>(
        &self,
        title: &'static str,
        notes: [String; N],
        columns: &[&'static str],
        cells: impl Fn(&Configuration, &Samples) -> Vec<String>,
    ) -> Table {
        let row = |(row, samples): (&Configuration, &Samples)| {
            let mut all = vec![row.name.to_owned()];
            all.extend(cells(row, samples));
            all.push(format!("`{}`", row.shown()));
            all
        };
        let mut head = vec!["configuration"];
        head.extend(columns);
        head.push("command");
        Table {
            title,
            notes: notes.to_vec(),
            head,
            rows: CONFIGURATIONS.iter().zip(self.samples).map(row).collect(),
            commands_apart: true,
        }
    }
}

fn commands() -> Table {
    let row = |row: &Configuration| vec![row.name.to_owned(), row.shown()];
    Table {
        title: "Commands",
        notes: Vec::new(),
        head: vec!["configuration", "command"],
        rows: CONFIGURATIONS.iter().map(row).collect(),
        commands_apart: false,
    }
}

fn costs_of(samples: &Samples, get: fn(&Cost) -> f64, target: Option<f64>) -> Vec<String> {
    let pairs = || samples.costs.iter();
    let added = Spread::of(pairs().map(|pair| get(&pair.traced) - get(&pair.bare)));
    let ratio = Spread::of(pairs().map(|pair| get(&pair.traced) / get(&pair.bare)));
    vec![
        shown(Spread::of(pairs().map(|pair| get(&pair.traced))), 0),
        shown(added, 0),
        shown(ratio, 2),
        at_most(target, added, "+"),
    ]
}

fn flood_of(row: &Configuration, samples: &Samples) -> Vec<String> {
    let of = |get: fn(&Flood) -> f64| Spread::of(samples.floods.iter().map(get));
    let delivered = |flood: &Flood| flood.delivered.map(|count| count as f64 / flood.seconds);
    let lost = |flood: &Flood| {
        flood
            .lost()
            .map(|lost| 100.0 * lost as f64 / flood.made as f64)
    };
    let rate = Spread::of(samples.floods.iter().filter_map(delivered));
    let lost = Spread::of(samples.floods.iter().filter_map(lost));
    let cpu = of(|flood| 100.0 * flood.cpu);
    let rate_met = row.target.rate.zip(rate.zip(lost));
    let rate_met = rate_met.map(|(target, (rate, lost))| {
        let met = rate.median >= target && lost.high == 0.0;
        format!("{target:.0}, 0 lost: {}", verdict(met))
    });
    let traced = row.tool != Tool::Bare;
    vec![
        shown(of(|flood| flood.made as f64 / flood.seconds), 0),
        shown(rate, 0),
        shown(lost, 2),
        rate_met.unwrap_or_else(|| MISSING.to_owned()),
        shown(cpu.filter(|_| traced), 1),
        at_most(row.target.cpu.map(|target| 100.0 * target), cpu, ""),
        shown(of(|flood| 1e3 * flood.drain).filter(|_| traced), 1),
    ]
}

fn replay_of(replay: &Replay, times: &[Throughput]) -> Vec<String> {
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

fn shown(spread: Option<Spread>, digits: usize) -> String {
    spread.map_or_else(|| MISSING.to_owned(), |spread| format!("{spread:.digits$}"))
}

/// A limit and whether the median keeps it.
fn at_most(limit: Option<f64>, value: Option<Spread>, sign: &str) -> String {
    limit.zip(value).map_or_else(
        || MISSING.to_owned(),
        |(limit, value)| format!("{sign}{limit:.0}: {}", verdict(value.median <= limit)),
    )
}

#[cfg(test)]
mod tests {
    use super::super::cost::Pair;
    use super::*;

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
        let cells = costs_of(&samples(100.0, 350.0), |cost| cost.getppid, Some(250.0));
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
        let cells = costs_of(&samples(100.0, 351.0), |cost| cost.getppid, Some(250.0));
        assert_eq!(cells[3], "+250: NOT MET");
    }

    #[test]
    fn what_was_not_measured_has_no_number_and_no_verdict() {
        let cells = costs_of(&Samples::default(), |cost| cost.getppid, Some(250.0));
        assert_eq!(cells, ["-"; 4]);
    }
}
