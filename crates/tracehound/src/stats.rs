//! The account as people read it.

use tracehound_engine::Engine;
use tracehound_probes::{Account, Count, Library};
use tracehound_schema::by_id;

/// One line for the end of a run; without an engine where it is stuck in a sink.
pub fn line(account: &Account, engine: Option<&Engine>) -> String {
    let sum = total(account);
    let mut line = format!(
        "tracehound: {} made = {} delivered + {} filtered + {} dropped + {} missed",
        sum.made, sum.delivered, sum.filtered, sum.dropped, sum.missed
    );
    if let Some(engine) = engine {
        line += &format!("; {} shown", engine.shown());
        if engine.refused() > 0 {
            line += "; too many processes to know them all, see --stats";
        }
        if engine.mismatches > 0 {
            line += &format!("; {} argument mismatches", engine.mismatches);
        }
    }
    if sum.dropped > 0 {
        line += "; records were lost: use a larger --ring-size or fewer events";
    }
    if !account.libraries.failed.is_empty() {
        line += "; not every library could be probed, see --stats";
    }
    if !account.balances() {
        line += "; THE ACCOUNT DOES NOT BALANCE, see --stats";
    }
    line
}

/// Rows that are all shown, empty ones too.
const FEW: usize = 40;

/// A row per event.
pub fn table(account: &Account, engine: Option<&Engine>) -> String {
    let mut out = format!(
        "{:24} {:>12} {:>12} {:>12} {:>12} {:>12}  made = delivered + filtered + dropped + missed\n",
        "EVENT", "MADE", "DELIVERED", "FILTERED", "DROPPED", "MISSED"
    );
    let sum = ("total".into(), total(account));
    // Of a whole catalogue most rows are empty.
    let many = account.rows.len() > FEW;
    let (rows, empty): (Vec<_>, Vec<_>) = account
        .rows
        .iter()
        .partition(|(_, count)| !many || *count != Count::default());
    for (name, count) in rows.into_iter().chain([&sum]) {
        let Count {
            made,
            delivered,
            filtered,
            dropped,
            missed,
        } = *count;
        let verdict = if count.balances() {
            "balances"
        } else {
            "DOES NOT BALANCE"
        };
        out += &format!(
            "{name:24} {made:>12} {delivered:>12} {filtered:>12} {dropped:>12} {missed:>12}  {verdict}\n"
        );
    }
    if !empty.is_empty() {
        out += &format!("made none: {} other events\n", empty.len());
    }
    out += &libraries(account);
    if let Some(engine) = engine {
        out += &format!(
            "shown {}, joined {}, not wanted {}, argument mismatches {}, unreadable {}\n",
            engine.shown(),
            engine.joined,
            engine.unwanted,
            engine.mismatches,
            engine.unreadable
        );
        if engine.forgotten() > 0 {
            out += &format!("beginnings not kept {}\n", engine.forgotten());
        }
        if engine.refused() > 0 {
            out += &format!("processes not kept {}\n", engine.refused());
        }
    }
    out
}

/// A line per library that was probed, and what was not.
fn libraries(account: &Account) -> String {
    let report = &account.libraries;
    let mut out: String = report.probed.iter().map(library).collect();
    for failure in &report.failed {
        out += &format!("not probed: {}\n", failure.escape_debug());
    }
    if report.unlisted > 0 {
        out += &format!("not probed: {} more\n", report.unlisted);
    }
    if report.gone > 0 {
        out += &format!(
            "not probed: {} mapped files that were gone before they could be looked at\n",
            report.gone
        );
    }
    out
}

fn library(library: &Library) -> String {
    let path = String::from_utf8_lossy(&library.path);
    let since = library.late.map_or_else(
        || "from the start".to_owned(),
        |late| {
            format!(
                "{:.1} ms after it was first mapped",
                late.as_secs_f64() * 1e3
            )
        },
    );
    let (major, minor) = (library.dev >> 20, library.dev & 0xf_ffff);
    format!(
        "probed {} ({major}:{minor} inode {}) {since}\n",
        path.escape_debug(),
        library.inode
    )
}

/// Counts as filtered what filters left out of what was delivered.
pub fn leave_out(account: &mut Account, engine: &Engine) {
    for (id, ends, beginnings) in engine.left_out() {
        let Some(event) = by_id(id) else {
            continue;
        };
        let beginning = format!("{} entry", event.name);
        for (name, count) in &mut account.rows {
            let left_out = match &**name {
                name if name == event.name => ends,
                name if name == beginning => beginnings,
                _ => continue,
            };
            // What follows from other events is delivered in the rows of these.
            let left_out = left_out.min(count.delivered);
            count.delivered -= left_out;
            count.filtered += left_out;
        }
    }
}

/// The sum of all rows.
pub fn total(account: &Account) -> Count {
    account
        .rows
        .iter()
        .fold(Count::default(), |sum, (_, count)| Count {
            made: sum.made + count.made,
            filtered: sum.filtered + count.filtered,
            dropped: sum.dropped + count.dropped,
            missed: sum.missed + count.missed,
            delivered: sum.delivered + count.delivered,
        })
}
