//! The measurements as tables, each number beside its command and its target.

use super::columns::{costs_of, flood_of, memory_of, replay_of, starts_of};
use super::configuration::{BARE, CONFIGURATIONS, Configuration};
use super::engine::{self, REPLAYS, Recording, Throughput};
use super::rounds::{Samples, Size};
use super::table::Table;
use super::{cost, flood};

/// Everything that was measured.
pub struct Report<'a> {
    /// How much.
    pub size: &'a Size,
    /// Of each configuration.
    pub samples: &'a [Samples],
    /// What was replayed.
    pub recording: &'a Recording,
    /// Of each way of replaying, a value per round.
    pub replays: &'a [Vec<Throughput>],
}

impl Report<'_> {
    /// The whole report.
    pub fn text(&self, markdown: bool) -> String {
        let mut tables = vec![self.costs(), self.floods()];
        tables.extend([self.replayed(), self.starts(), self.memory()]);
        if !markdown {
            tables.insert(0, commands());
        }
        let tables: Vec<String> = tables.iter().map(|table| table.text(markdown)).collect();
        tables.concat()
    }

    /// How often, and what could not be measured.
    fn rounds(&self) -> Vec<String> {
        let mut notes = vec![format!("{} rounds.", self.size.rounds)];
        for (row, samples) in CONFIGURATIONS.iter().zip(self.samples) {
            let failure = samples.failure.iter();
            notes.extend(failure.map(|reason| format!("{}: {reason}", row.name)));
        }
        notes
    }

    fn costs(&self) -> Table {
        let notes = [
            format!(
                "CMD is `{}`: on CPU 0, under SCHED_FIFO, medians over its batches.",
                cost::shown()
            ),
            "getppid is not selected, rt_sigprocmask is. Nanoseconds per call; added and ratio are against the untraced run just before.".to_owned(),
            "All tracers follow the command and its children, none the whole host.".to_owned(),
        ];
        let notes = notes.into_iter().chain(self.rounds());
        let call = ["added", "ratio", "target"];
        let mut head = vec!["getppid"];
        head.extend(call);
        head.push("rt_sigprocmask");
        head.extend(call);
        self.table("Cost per call", notes, &head, costs_of)
    }

    fn floods(&self) -> Table {
        let notes = [
            format!(
                "CMD is `{} {}`: rt_sigprocmask as fast as it goes, on CPU 0. OUT is a file in the page cache.",
                flood::PROGRAM, self.size.flood_seconds
            ),
            "Lost is what was made and did not arrive: by Tracehound's account, which must sum up to what the program made; by lines of the output for the others.".to_owned(),
            "CPU is what the tracer uses of one while the calls are made, ns/event the same per event that arrived; drain is from the last call to the tracer's end.".to_owned(),
        ];
        let head = [
            "made/s",
            "ratio",
            "delivered/s",
            "lost %",
            "target",
            "tracer CPU %",
            "ns/event",
            "target",
            "drain ms",
        ];
        let bare = &self.samples[BARE].floods;
        self.table("Full rate", notes, &head, |row, samples| {
            flood_of(row, samples, bare)
        })
    }

    fn replayed(&self) -> Table {
        let notes = vec![
            format!(
                "REC is a recording of {} events, {:.0} bytes each, in the page cache, made by `{}`.",
                self.recording.events,
                self.recording.bytes as f64 / self.recording.events as f64,
                engine::shown_recorder(self.size.records)
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
        self.table("Start and end", notes, &head, starts_of)
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
        self.table("Memory", notes, &head, memory_of)
    }

    /// A row per configuration: its name, what `cells` gives, its command.
    fn table(
        &self,
        title: &'static str,
        notes: impl IntoIterator<Item = String>,
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
            notes: notes.into_iter().collect(),
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
