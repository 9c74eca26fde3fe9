//! An event's page, derived from its block: plain text, Markdown, man page, JSON Schema.

use serde_json::{Map, Value, json};
use tracehound_schema::field::Tag;
use tracehound_schema::{Abi, Event, Field, Kind, Rung, syscalls};

/// A heading with its paragraphs or items; every form is printed from these.
struct Section {
    title: String,
    lines: Vec<String>,
}

fn sections(event: &Event) -> Vec<Section> {
    let section = |title: &str, lines: Vec<String>| Section {
        title: title.to_owned(),
        lines,
    };
    let page = &event.page;
    let mut sections = vec![
        section(
            "Intro",
            vec![format!("{} - {}", event.name, event.summary())],
        ),
        section("Description", description(event)),
        section(
            "Arguments",
            event
                .fields
                .iter()
                .filter(|f| !f.from.hidden)
                .map(|f| argument(event, f))
                .collect(),
        ),
        section(
            "Available Tags",
            Tag::ALL
                .iter()
                .map(|tag| format!("- {} - {}", tag.name(), tag.meaning()))
                .collect(),
        ),
        section("Hooks", hooks(event)),
        section(
            "Example Use Case",
            vec![page.use_case.to_owned(), format!("    {}", page.command)],
        ),
        section(
            "Issues",
            page.issues
                .iter()
                .map(|issue| format!("- {issue}"))
                .collect(),
        ),
        section(
            "Related Events",
            page.related
                .iter()
                .map(|name| format!("- {}", related(name)))
                .collect(),
        ),
        section(
            "Sources",
            page.sources
                .iter()
                .map(|source| format!("- {source}"))
                .collect(),
        ),
    ];
    sections.retain(|section| !section.lines.is_empty());
    sections
}

fn related(name: &str) -> String {
    let summary = tracehound_schema::by_name(name).map_or("", Event::summary);
    format!("{name} - {summary}")
}

fn description(event: &Event) -> Vec<String> {
    let mut paragraphs = vec![String::new()];
    for line in event.doc.iter().skip(1).map(|line| line.trim()) {
        match (line.is_empty(), paragraphs.last_mut()) {
            (false, Some(last)) if last.is_empty() => line.clone_into(last),
            (false, Some(last)) => {
                last.push(' ');
                last.push_str(line);
            }
            _ => paragraphs.push(String::new()),
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    if !event.sets.is_empty() {
        paragraphs.push(format!("Sets: {}.", event.sets.join(", ")));
    }
    paragraphs
}

fn argument(event: &Event, field: &Field) -> String {
    let tags = |inner: bool| {
        field
            .tags(inner)
            .iter()
            .map(|tag| tag.name())
            .collect::<Vec<_>>()
            .join(",")
    };
    let ctype = if field.from.ctype.is_empty() {
        field.kind.title()
    } else {
        field.from.ctype
    };
    let doc = field
        .doc
        .iter()
        .map(|line| line.trim())
        .collect::<Vec<_>>()
        .join(" ");
    let names = match field.kind {
        Kind::Enum(table) | Kind::Flags(table) if table.rows.len() <= 8 => {
            let names: Vec<_> = table.rows.iter().map(|row| row.1).collect();
            format!("({})", names.join(", "))
        }
        _ => String::new(),
    };
    let mut line = format!("- {}: {ctype}{names} [{}] - {doc}", field.name, tags(false));
    let rung = event.ladder.iter().find(|name| name.ends_with("+inner"));
    if let (false, Some(rung)) = (field.from.inner.is_empty(), rung) {
        line += &format!(" [{}] on the rung {rung}.", tags(true));
    }
    line
}

fn hooks(event: &Event) -> Vec<String> {
    let mut lines = Vec::new();
    for (place, rung) in event.rungs().enumerate() {
        let hooks = rung.hooks(event, Abi::X86_64);
        let mut targets: Vec<_> = hooks.iter().map(|hook| hook.target.clone()).collect();
        targets.dedup();
        lines.push(format!(
            "- {}. {}: type {}, on {}",
            place + 1,
            rung.name,
            kind(&rung),
            targets.join(", ")
        ));
    }
    if lines.is_empty() {
        lines.push("- none: made by the tracer".to_owned());
    }
    lines.push(format!("Purpose: {}", event.page.purpose));
    if !event.ladder.is_empty() {
        lines.push("The first that loads, attaches and is proved live is used; `tracehound doctor` says which, and why not the others.".to_owned());
    }
    let calls = event
        .calls
        .iter()
        .filter_map(|name| syscalls::by_name(name));
    for call in calls {
        let numbers: Vec<_> = [Abi::X86_64, Abi::I386, Abi::Aarch64]
            .iter()
            .filter_map(|abi| {
                call.number(*abi)
                    .map(|number| format!("{} {number}", abi.name()))
            })
            .collect();
        lines.push(format!(
            "System call {}: {}.",
            call.name,
            numbers.join(", ")
        ));
    }
    lines
}

fn kind(rung: &Rung) -> String {
    let (entry, exit) = rung.sections();
    match (entry, exit) {
        ("", exit) => exit.to_owned(),
        (entry, exit) if exit.is_empty() || entry == exit => entry.to_owned(),
        (entry, exit) => format!("{entry} and {exit}"),
    }
}

/// The page as plain text.
pub fn plain(event: &Event) -> String {
    let mut out = String::new();
    for section in sections(event) {
        out += &format!("{}\n", section.title);
        for line in section.lines {
            out += &wrap(&line, "  ");
        }
        out.push('\n');
    }
    out
}

/// Breaks a line at 90 columns; items hang, commands stay whole.
fn wrap(line: &str, indent: &str) -> String {
    let hang = if line.starts_with("- ") { "  " } else { "" };
    if line.starts_with("    ") {
        return format!("{indent}{line}\n");
    }
    let mut out = String::new();
    let mut current = indent.to_owned();
    for word in line.split(' ') {
        if current.chars().count() + word.chars().count() >= 90 && !current.trim().is_empty() {
            out += &format!("{}\n", current.trim_end());
            current = format!("{indent}{hang}");
        }
        current += word;
        current.push(' ');
    }
    out + current.trim_end() + "\n"
}

/// The page as Markdown.
pub fn markdown(event: &Event) -> String {
    let mut out = format!("# {}\n\n", event.name);
    for section in sections(event) {
        out += &format!("## {}\n\n", section.title);
        for line in section.lines {
            let item = line.starts_with("- ");
            out += &line.replace('<', "&lt;").replace('*', "\\*");
            out += if item { "\n" } else { "\n\n" };
        }
        out.push('\n');
    }
    out
}

/// The page as roff for `man -l`.
pub fn man(event: &Event) -> String {
    let title = event.name.to_uppercase();
    let mut out = format!(
        ".TH {title} 7 \"\" \"tracehound {}\" \"Tracehound events\"\n",
        env!("CARGO_PKG_VERSION")
    );
    for section in sections(event) {
        out += &format!(".SH {}\n", section.title.to_uppercase());
        for line in section.lines {
            out += &match line.strip_prefix("- ") {
                Some(item) => format!(".IP \\(bu 2\n{}\n", roff(item)),
                None if line.starts_with("    ") => {
                    format!(".PP\n.EX\n{}\n.EE\n", roff(line.trim()))
                }
                None => format!(".PP\n{}\n", roff(&line)),
            };
        }
    }
    out
}

fn roff(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\e")
        .replace('-', "\\-")
        .replace('\'', "\\(aq");
    if escaped.starts_with('.') {
        format!("\\&{escaped}")
    } else {
        escaped
    }
}

/// The JSON Schema (2020-12) of the event's lines.
pub fn json_schema(event: &Event) -> String {
    let visible = event.fields.iter().filter(|field| !field.from.hidden);
    let args: Map<String, Value> = visible
        .clone()
        .map(|field| {
            (
                field.name.to_owned(),
                with_doc(kind_schema(&field.kind), field),
            )
        })
        .collect();
    let names: Vec<_> = visible.map(|field| field.name).collect();
    let some = json!({"type": "array", "items": {"enum": names}, "minItems": 1});
    let text = json!({"type": "string"});
    let number = json!({"type": "integer"});
    let mut properties = json!({
        "time": {"type": "string", "format": "date-time"},
        "event": {"const": event.name},
        "schema": {"const": 1},
        "process": process_schema(),
        "parent": {"type": "object", "properties": {"id": text}, "additionalProperties": false},
        "cpu": number,
        "cgroup": wide(),
        "abi": {"enum": ["x86_64", "i386", "x32", "aarch64"]},
        "syscall": text,
        "args": {"type": "object", "properties": args, "additionalProperties": false},
        "in_interrupt": {"const": true},
        "unread": some,
        "unread_at": {"type": "object", "additionalProperties": {"type": "string", "pattern": "^0x[0-9a-f]+$"}},
        "cut": some,
        "late": some,
        "raw": {"type": "array", "items": text},
    });
    if event.has_ret {
        properties["ret"] = wide();
        properties["error"] = text;
    }
    if !event.checks.is_empty() {
        properties["mismatch"] = json!({"type": "object", "additionalProperties": {"type": "object",
            "properties": {"user": kind_schema(&Kind::SigSet), "kernel": kind_schema(&Kind::SigSet)},
            "required": ["user", "kernel"], "additionalProperties": false}});
    }
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": event.name,
        "description": event.summary(),
        "type": "object",
        "properties": properties,
        "required": ["time", "event", "schema", "cpu", "args"],
        "additionalProperties": false,
    });
    format!("{schema:#}\n")
}

fn process_schema() -> Value {
    let mut properties = Map::new();
    for name in [
        "pid",
        "tid",
        "ppid",
        "host_pid",
        "host_tid",
        "host_ppid",
        "uid",
        "gid",
        "pid_ns",
        "mnt_ns",
    ] {
        properties.insert(name.to_owned(), json!({"type": "integer", "minimum": 0}));
    }
    for name in ["comm", "exe", "start", "id", "leader_id"] {
        properties.insert(name.to_owned(), json!({"type": "string"}));
    }
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

/// A number, as a string where it exceeds 2^53.
fn wide() -> Value {
    json!({"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^-?[0-9]+$"}]})
}

fn with_doc(mut schema: Value, field: &Field) -> Value {
    schema["description"] = json!(
        field
            .doc
            .iter()
            .map(|l| l.trim())
            .collect::<Vec<_>>()
            .join(" ")
    );
    schema
}

fn kind_schema(kind: &Kind) -> Value {
    match kind {
        Kind::Bool => json!({"type": "boolean"}),
        Kind::SigSet => {
            json!({"type": "array", "items": {"type": "string", "pattern": "^SIG[A-Z0-9_]+$"}, "uniqueItems": true})
        }
        Kind::StrArray => json!({"type": "array", "items": {"type": "string"}}),
        Kind::Enum(table) => {
            let names: Vec<_> = table.rows.iter().map(|row| row.1).collect();
            json!({"anyOf": [{"enum": names}, {"type": "integer"}, {"type": "string", "pattern": "^-?[0-9]+$"}]})
        }
        Kind::Addr
        | Kind::Dev
        | Kind::Flags(_)
        | Kind::Signal
        | Kind::Handler
        | Kind::Str
        | Kind::Path => {
            json!({"type": "string"})
        }
        Kind::Time => json!({"type": "string", "format": "date-time"}),
        _ => wide(),
    }
}
