//! The table of `-c`: time, calls and errors of each call.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::io::Write as _;

/// A column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Part of the whole time.
    Percent,
    /// Seconds in all.
    Total,
    /// The shortest call.
    Shortest,
    /// The longest call.
    Longest,
    /// Microseconds of a call on the average.
    Average,
    /// Calls.
    Calls,
    /// Calls that failed.
    Errors,
    /// The name.
    Name,
}

/// What the table looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The columns, left to right.
    pub columns: Vec<Column>,
    /// What it is sorted by; nothing for the order of the names' numbers.
    pub sort: Option<Column>,
}

impl Default for Table {
    fn default() -> Table {
        use Column::{Average, Calls, Errors, Name, Percent, Total};
        Table {
            columns: vec![Percent, Total, Average, Calls, Errors, Name],
            sort: Some(Total),
        }
    }
}

/// What is counted of one call.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    time: u64,
    shortest: u64,
    longest: u64,
    calls: u64,
    errors: u64,
}

impl Count {
    const fn average(&self) -> u64 {
        match self.time.checked_div(self.calls) {
            Some(time) => time / 1000,
            None => 0,
        }
    }
}

/// Counts by call.
#[derive(Debug, Default)]
pub struct Summary {
    counts: HashMap<&'static str, (u16, Count)>,
}

impl Summary {
    /// Counts a call that has ended; `event` puts equal rows in order.
    pub fn add(&mut self, name: &'static str, event: u16, took: u64, failed: bool) {
        let (_, count) = self.counts.entry(name).or_insert((event, Count::default()));
        count.shortest = if count.calls == 0 {
            took
        } else {
            count.shortest.min(took)
        };
        count.longest = count.longest.max(took);
        count.time += took;
        count.calls += 1;
        count.errors += u64::from(failed);
    }

    /// Appends the table.
    pub fn write(&self, out: &mut Vec<u8>, table: &Table) {
        let mut rows: Vec<_> = self.counts.iter().collect();
        rows.sort_by(|one, other| {
            let order = table.sort.map_or(Ordering::Equal, |column| {
                compare(column, (one.0, &one.1.1), (other.0, &other.1.1))
            });
            order.then(one.1.0.cmp(&other.1.0))
        });
        let mut total = Count {
            shortest: u64::MAX,
            ..Count::default()
        };
        for (_, (_, count)) in &rows {
            total.time += count.time;
            total.calls += count.calls;
            total.errors += count.errors;
            total.shortest = total.shortest.min(count.shortest);
            total.longest = total.longest.max(count.longest);
        }
        if rows.is_empty() {
            total.shortest = 0;
        }
        let cells = |name: &str, count: &Count| -> Vec<String> {
            let cell = |column: &Column| cell(*column, name, count, total.time);
            table.columns.iter().map(cell).collect()
        };
        let mut lines: Vec<Vec<String>> = rows
            .iter()
            .map(|(name, (_, count))| cells(name, count))
            .collect();
        let last = cells("total", &total);
        let widths = widths(&table.columns, lines.iter().chain([&last]));
        let heading = table.columns.iter().map(|column| heading(*column).0);
        line(out, table, &widths, heading);
        let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        line(out, table, &widths, rule.iter().map(String::as_str));
        for cells in lines.drain(..) {
            line(out, table, &widths, cells.iter().map(String::as_str));
        }
        line(out, table, &widths, rule.iter().map(String::as_str));
        line(out, table, &widths, last.iter().map(String::as_str));
    }
}

/// The largest first, names by the alphabet.
fn compare(column: Column, one: (&str, &Count), other: (&str, &Count)) -> Ordering {
    let key = |count: &Count| match column {
        Column::Percent | Column::Total => count.time,
        Column::Shortest => count.shortest,
        Column::Longest => count.longest,
        Column::Average => count.time.checked_div(count.calls).unwrap_or(0),
        Column::Calls => count.calls,
        Column::Errors => count.errors,
        Column::Name => 0,
    };
    match column {
        Column::Name => one.0.cmp(other.0),
        _ => key(other.1).cmp(&key(one.1)),
    }
}

/// A column's heading and least width.
const fn heading(column: Column) -> (&'static str, usize) {
    match column {
        Column::Percent => ("% time", 6),
        Column::Total => ("seconds", 11),
        Column::Shortest => ("shortest", 8),
        Column::Longest => ("longest", 8),
        Column::Average => ("usecs/call", 11),
        Column::Calls => ("calls", 9),
        Column::Errors => ("errors", 9),
        Column::Name => ("syscall", 16),
    }
}

fn cell(column: Column, name: &str, count: &Count, whole: u64) -> String {
    match column {
        Column::Percent if whole == 0 => "0.00".to_owned(),
        Column::Percent => {
            // In hundredths of a percent, rounded.
            let part =
                (u128::from(count.time) * 10_000 + u128::from(whole) / 2) / u128::from(whole);
            format!("{}.{:02}", part / 100, part % 100)
        }
        Column::Total => seconds(count.time),
        Column::Shortest => seconds(count.shortest),
        Column::Longest => seconds(count.longest),
        Column::Average => count.average().to_string(),
        Column::Calls => count.calls.to_string(),
        Column::Errors if count.errors == 0 => String::new(),
        Column::Errors => count.errors.to_string(),
        Column::Name => name.to_owned(),
    }
}

fn seconds(time: u64) -> String {
    format!("{}.{:06}", time / 1_000_000_000, time / 1000 % 1_000_000)
}

fn widths<'a>(columns: &[Column], lines: impl Iterator<Item = &'a Vec<String>>) -> Vec<usize> {
    let mut widths: Vec<usize> = columns.iter().map(|column| heading(*column).1).collect();
    for cells in lines {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = (*width).max(cell.len());
        }
    }
    widths
}

fn line<'a>(
    out: &mut Vec<u8>,
    table: &Table,
    widths: &[usize],
    cells: impl Iterator<Item = &'a str>,
) {
    let last = table.columns.len().saturating_sub(1);
    let columns = table.columns.iter().zip(widths).zip(cells).enumerate();
    for (index, ((column, width), cell)) in columns {
        // Writing to a vector cannot fail.
        let _ = match column {
            Column::Name if index == last => write!(out, "{cell}"),
            Column::Name => write!(out, "{cell:width$}"),
            _ => write!(out, "{cell:>width$}"),
        };
        if index < last {
            out.push(b' ');
        }
    }
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_looks_like_straces() {
        let mut summary = Summary::default();
        summary.add("openat", 1257, 3_000_000, false);
        summary.add("openat", 1257, 1_000_500, true);
        summary.add("brk", 1012, 500_000, false);
        summary.add("mmap", 1009, 500_000, false);
        let mut out = Vec::new();
        summary.write(&mut out, &Table::default());
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "% time     seconds  usecs/call     calls    errors syscall\n\
             ------ ----------- ----------- --------- --------- ----------------\n \
             80.00    0.004000        2000         2         1 openat\n \
             10.00    0.000500         500         1           mmap\n \
             10.00    0.000500         500         1           brk\n\
             ------ ----------- ----------- --------- --------- ----------------\n\
             100.00    0.005000        1250         4         1 total\n"
        );
    }

    #[test]
    fn columns_and_order_can_be_chosen() {
        let mut summary = Summary::default();
        summary.add("read", 1000, 2_000, false);
        summary.add("close", 1003, 1_000, false);
        let table = Table {
            columns: vec![Column::Name, Column::Calls],
            sort: Some(Column::Name),
        };
        let mut out = Vec::new();
        summary.write(&mut out, &table);
        let text = String::from_utf8(out).unwrap();
        let names: Vec<&str> = text
            .lines()
            .filter_map(|line| line.split(' ').next())
            .collect();
        assert_eq!(&names[2..4], ["close", "read"]);
        assert!(text.starts_with("syscall              calls\n"), "{text}");
    }

    #[test]
    fn nothing_counted_is_a_table_too() {
        let mut out = Vec::new();
        Summary::default().write(&mut out, &Table::default());
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.contains("\n  0.00    0.000000           0         0           total\n"),
            "{text}"
        );
    }
}
