//! What a page says, whatever its form.

use tracehound_schema::field::Tag;
use tracehound_schema::{Abi, Event, Field, HookKind, Kind, MadeBy, Rung, by_name, syscalls};

use super::{Block, Layout, Section, Term, Terms, example};

/// What the running kernel answered to each rung.
pub struct Kernel {
    /// Its release.
    pub release: String,
    /// The rungs with their verdicts, best first.
    pub rungs: Vec<(&'static str, String)>,
}

/// The sections of an event's page; `kernel` is what the running one gives, where that is known.
pub fn sections(event: &'static Event, kernel: Option<&Kernel>) -> Vec<Section> {
    let page = &event.page;
    let list = |texts: &[&str]| Block::Items(texts.iter().map(|&text| text.to_owned()).collect());
    let mut sections = vec![
        section("Intro", intro(event)),
        section("Description", description(event)),
        section("Arguments", arguments(event)),
        section("Available Tags", vec![tags()]),
        section("Hooks", hooks(event, kernel)),
        section("Example Use Case", use_case(event)),
        section("Output", output(event)),
        section("Issues", vec![list(page.issues)]),
        section("Related Events", vec![related(page.related)]),
        section("Sources", vec![list(page.sources)]),
    ];
    sections.retain(|section| section.blocks.iter().any(|block| !block.is_empty()));
    sections
}

impl Block {
    fn is_empty(&self) -> bool {
        match self {
            Block::Text(text) | Block::Verbatim(text) => text.is_empty(),
            Block::Items(items) => items.is_empty(),
            Block::Terms(terms) => terms.rows.is_empty(),
            Block::Table(rows) => rows.len() < 2,
        }
    }
}

const fn section(title: &'static str, blocks: Vec<Block>) -> Section {
    Section { title, blocks }
}

fn text(text: impl Into<String>) -> Block {
    Block::Text(text.into())
}

/// Lines of a doc comment as one text.
pub fn joined(lines: &[&str]) -> String {
    let lines: Vec<_> = lines.iter().map(|line| line.trim()).collect();
    lines.join(" ")
}

fn intro(event: &Event) -> Vec<Block> {
    vec![text(format!("{} - {}", event.name, event.summary()))]
}

fn description(event: &Event) -> Vec<Block> {
    let lines: Vec<_> = event.doc.iter().skip(1).map(|line| line.trim()).collect();
    let mut blocks: Vec<_> = lines
        .split(|line| line.is_empty())
        .filter(|lines| !lines.is_empty())
        .map(|lines| text(lines.join(" ")))
        .collect();
    let sets: Vec<_> = event.sets.iter().map(|set| format!("`{set}`")).collect();
    blocks.push(text(format!(
        "Event id {}. Sets, selected with `-e tag=SET`: {}.",
        event.id,
        sets.join(", ")
    )));
    if event.opt_in() {
        blocks.push(text(
            "Opt-in: traced only when named or chosen by its set, not by a wildcard. It puts a \
             breakpoint into the library's file, which slows the function for every process of \
             the host that maps the file, traced or not.",
        ));
    }
    blocks
}

fn arguments(event: &Event) -> Vec<Block> {
    let shown = event.fields.iter().filter(|field| !field.from.hidden);
    let terms = Terms {
        layout: Layout::Signature,
        heads: ["Argument", "Type", "Tags", "Meaning"],
        rows: shown.map(|field| argument(event, field)).collect(),
    };
    let mut blocks = vec![Block::Terms(terms)];
    if event.has_ret {
        blocks.push(text(
            "Besides the arguments a record carries `ret`, what the call returned, and with a \
             negative `ret` the name of the `error`.",
        ));
    }
    blocks
}

fn argument(event: &Event, field: &Field) -> Term {
    let ctype = match field.from.ctype {
        "" => field.kind.title(),
        ctype => ctype,
    };
    let names = match field.kind {
        Kind::Enum(table) | Kind::Flags(table) if table.rows.len() <= 16 => {
            let names: Vec<_> = table.rows.iter().map(|row| row.1).collect();
            format!(" ({})", names.join(", "))
        }
        _ => String::new(),
    };
    let tags = |inner| {
        let tags = field.tags(inner);
        let names: Vec<_> = tags.iter().map(|tag| tag.name()).collect();
        format!("[{}]", names.join(","))
    };
    let mut marks = vec![tags(false)];
    let inner = event.rungs().find(|rung| rung.inner);
    if let (false, Some(rung)) = (field.from.inner.is_empty(), inner) {
        marks.push(format!("{} by `{}`", tags(true), rung.name));
    }
    let mut text = vec![joined(field.doc)];
    if !field.from.unread.is_empty() {
        text.push(format!("Unread {}.", field.from.unread));
    } else if field.kind.has_tail() && event.made_by != MadeBy::Tracer {
        text.push("Unread when the kernel refuses the read.".to_owned());
    }
    text.retain(|text| !text.is_empty());
    Term {
        name: field.name.to_owned(),
        kind: format!("{ctype}{names}"),
        marks,
        text,
    }
}

fn tags() -> Block {
    let item = |tag: &Tag| format!("`{}` - {}", tag.name(), tag.meaning());
    Block::Items(Tag::ALL.iter().map(item).collect())
}

fn hooks(event: &Event, kernel: Option<&Kernel>) -> Vec<Block> {
    let mut blocks = vec![text(format!("Purpose: {}", event.page.purpose))];
    if !event.derived.is_empty() {
        let names: Vec<_> = event
            .derived
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        blocks.push(text(format!(
            "Type: none, the tracer makes the event from {}, which it traces for that.",
            names.join(", ")
        )));
        return blocks;
    }
    if event.ladder.is_empty() {
        blocks.push(text("Type: none, the tracer itself makes the event."));
        return blocks;
    }
    if event.ladder.len() > 1 {
        blocks.push(text(
            "The hooks, best first. At start each is loaded, attached and proved live by calls that \
             the tracer makes itself; the first that passes is used. `tracehound doctor` says \
             which, and why not the others; `--rung NAME` keeps to one.",
        ));
    }
    if let Some(kernel) = kernel {
        blocks.push(text(format!("Here is kernel {}.", kernel.release)));
    }
    blocks.push(Block::Terms(Terms {
        layout: Layout::Labelled,
        heads: ["Hook", "Type", "On", "Here"],
        rows: event
            .rungs()
            .map(|rung| hook(event, &rung, kernel))
            .collect(),
    }));
    if !event.unproved.is_empty() {
        blocks.push(text(format!(
            "A hook that is attached is used without that proof, since the tracer cannot make the \
             event itself: {}.",
            event.unproved
        )));
    }
    let calls = numbers(event);
    if calls.len() > 1 {
        blocks.push(text("System call numbers:"));
        blocks.push(Block::Table(calls));
    }
    blocks
}

fn hook(event: &Event, rung: &Rung, kernel: Option<&Kernel>) -> Term {
    let mut targets: Vec<String> = Vec::new();
    for hook in rung.hooks(event, Abi::X86_64) {
        let target = format!("`{}`", hook.target);
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    let rungs = kernel.map_or(&[][..], |kernel| &kernel.rungs);
    let here = rungs.iter().find(|row| row.0 == rung.name);
    Term {
        name: rung.name.to_owned(),
        kind: mechanism(rung),
        marks: vec![targets.join(", ")],
        text: way(event, rung)
            .into_iter()
            .chain(here.map(|row| format!("{}.", row.1)))
            .collect(),
    }
}

/// How the rung differs from what is said of all.
fn way(event: &Event, rung: &Rung) -> Vec<String> {
    let Some(way) = event.way(rung.name) else {
        return Vec::new();
    };
    let mut texts = Vec::new();
    if !way.calls.is_empty() {
        let calls: Vec<_> = way.calls.iter().map(|call| format!("`{call}`")).collect();
        texts.push(format!("At the end of {}.", calls.join(", ")));
    }
    for (field, _) in way.users {
        texts.push(format!(
            "`{field}` is read from user memory \\[U,TOCTOU\\], not from the kernel's copy."
        ));
    }
    for (field, why) in way.lacks {
        texts.push(format!("`{field}` is unread: {why}."));
    }
    texts
}

/// What the rung's mechanism is, in the kernel's words.
fn mechanism(rung: &Rung) -> String {
    let own = telling(rung);
    let Some((first, target)) = rung.first else {
        return own.to_owned();
    };
    format!("{own}, with {first}/{target} before, which keeps what is gone by then")
}

fn telling(rung: &Rung) -> &'static str {
    match (rung.kind, rung.sections()) {
        (HookKind::Lsm, _) => "hook of the security framework (lsm)",
        (HookKind::Fentry, _) if rung.name.starts_with("fentry/") => {
            "trampoline at the function's entry (fentry)"
        }
        (HookKind::Kprobe, _) if rung.name.starts_with("kprobe/") => {
            "probe of the function's entry (kprobe)"
        }
        (HookKind::Fentry, ("", _)) => "trampoline at the function's exit (fexit)",
        (HookKind::Fentry, _) => "trampolines at the function's entry and exit (fentry, fexit)",
        (HookKind::KprobeSession, _) => {
            "ftrace probe of entry and exit, one program (kprobe.session)"
        }
        (HookKind::KprobeMulti, _) => {
            "ftrace probes of entry and exit (kprobe.multi, kretprobe.multi)"
        }
        (HookKind::Kprobe, _) => "probes of entry and exit (kprobe, kretprobe)",
        (HookKind::TpBtf, _) => "typed tracepoint (tp_btf)",
        (HookKind::RawTp, _) => "raw tracepoint (raw_tp)",
        (HookKind::UprobeMulti, _) => {
            "breakpoints in a user-space library, by one attachment (uprobe.multi)"
        }
        (HookKind::Uprobe, _) => "breakpoint in a user-space library (uprobe)",
        (HookKind::Iter, _) => "iterator over the kernel's objects (iter)",
        (HookKind::None, _) => "none",
    }
}

/// A row per system call, a column per ABI.
fn numbers(event: &Event) -> Vec<Vec<String>> {
    let heads = Abi::ALL.iter().map(|abi| abi.name().to_owned());
    let mut rows = vec![["call".to_owned()].into_iter().chain(heads).collect()];
    for call in event
        .calls
        .iter()
        .filter_map(|name| syscalls::by_name(name))
    {
        let number = |abi: &Abi| {
            call.number(*abi)
                .map_or("none".to_owned(), |n| n.to_string())
        };
        let numbers = Abi::ALL.iter().map(number);
        rows.push([call.name.to_owned()].into_iter().chain(numbers).collect());
    }
    rows
}

fn use_case(event: &'static Event) -> Vec<Block> {
    let mut blocks = vec![
        text(event.page.use_case),
        Block::Verbatim(event.page.command.to_owned()),
        text(
            "An example of the event, with `-o table`, `-o strace` and `-o json` (one line, broken here):",
        ),
        Block::Verbatim(example::table(event)),
        Block::Verbatim(example::strace(event)),
        Block::Verbatim(example::json(event)),
    ];
    blocks.retain(|block| !block.is_empty());
    blocks
}

fn output(event: &Event) -> Vec<Block> {
    vec![
        text(format!(
            "JSON keys come in this order, each only where it is known: {}. `tracehound events show {} \
             --json-schema` describes each.",
            super::schema::keys(event).join(", "),
            event.name
        )),
        text("A value that is not simply there shows as follows:"),
        states(event),
    ]
}

/// How values show in JSON and the table that are not simply there.
const STATES: [[&str; 3]; 8] = [
    ["state of a value", "json", "table"],
    ["absent (null pointer)", "not in args", "not shown"],
    ["unread", "named in unread, unread_at", "name=?@address"],
    ["cut short", "named in cut", "value..."],
    ["read at exit, not at entry", "named in late", "value(late)"],
    ["not UTF-8", "\\xNN, named in raw", "\\xNN"],
    [
        "contradicts the kernel",
        "both values in mismatch",
        "MISMATCH",
    ],
    ["number above 2^53", "a string", "a number"],
];

/// The same for system calls, whose table has strace's form.
const CALL_STATES: [[&str; 3]; 8] = [
    ["state of a value", "json", "table"],
    ["absent (null pointer)", "not in args", "NULL"],
    ["unread", "named in unread, unread_at", "its address"],
    [
        "not written, as the call failed",
        "named in unwritten",
        "its address",
    ],
    ["cut short", "named in cut", "value..."],
    ["read at exit, not at entry", "named in late", "value(late)"],
    ["not UTF-8", "\\xNN, named in raw", "octal: \\33"],
    ["number above 2^53", "a string", "a number"],
];

fn states(event: &Event) -> Block {
    let rows = match event.call {
        Some(_) => &CALL_STATES,
        None => &STATES,
    };
    Block::Table(
        rows.iter()
            .map(|row| row.map(str::to_owned).to_vec())
            .collect(),
    )
}

fn related(names: &[&str]) -> Block {
    let item = |name: &&str| {
        let summary = by_name(name).map_or("", Event::summary);
        format!("`{name}` - {summary}")
    };
    Block::Items(names.iter().map(item).collect())
}
