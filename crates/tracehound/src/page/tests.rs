use pulldown_cmark::{Event as Token, Options, Parser, Tag, TagEnd};
use tracehound_schema::sample::Sample;
use tracehound_schema::types::Type;
use tracehound_schema::{Kind, all};

use super::*;

fn heading(event: &'static tracehound_schema::Event) -> Heading<'static> {
    Heading {
        name: event.name,
        section: "7",
        summary: event.summary(),
        manual: "Tracehound events",
    }
}

/// Words as a reader sees them, without layout.
fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn plain_at(event: &'static tracehound_schema::Event, width: usize) -> String {
    plain(&sections(event, None), Style { width, bold: false })
}

#[test]
fn published_headings_stand_on_every_page() {
    for event in all() {
        let text = plain_at(event, 80);
        let lines: Vec<_> = text.lines().collect();
        let mut wanted = vec![
            "Intro",
            "Description",
            "Arguments",
            "Available Tags",
            "Hooks",
            "Example Use Case",
        ];
        if event.name == "sigprocmask" {
            wanted.extend(["Issues", "Related Events"]);
        }
        for heading in wanted {
            assert!(lines.contains(&heading), "{}: {heading}", event.name);
        }
    }
}

#[test]
fn running_text_keeps_to_the_width() {
    for event in all() {
        for width in [60, 80, 100] {
            for section in sections(event, None) {
                // Commands and example lines keep their shape.
                let running =
                    |block: &Block| !matches!(block, Block::Verbatim(_) | Block::Table(_));
                let blocks = section.blocks.into_iter().filter(running).collect();
                let section = Section { blocks, ..section };
                for line in plain(&[section], Style { width, bold: false }).lines() {
                    // A rung's name is never broken.
                    let fits = line.chars().count() <= width || !line.trim().contains(' ');
                    assert!(fits, "{width}: {line}");
                }
            }
        }
    }
}

#[test]
fn tables_fit_in_80_columns() {
    for event in all() {
        for mut section in sections(event, None) {
            section
                .blocks
                .retain(|block| matches!(block, Block::Table(_)));
            for line in plain(&[section], Style::PLAIN).lines() {
                assert!(line.chars().count() <= 80, "{line}");
            }
        }
    }
}

#[test]
fn plain_pages_hold_no_escapes_and_bold_ones_close_them() {
    let event = tracehound_schema::by_name("sigprocmask").unwrap();
    let sections = sections(event, None);
    assert!(!plain(&sections, Style::PLAIN).contains('\x1b'));
    let bold = plain(
        &sections,
        Style {
            width: 80,
            bold: true,
        },
    );
    assert_eq!(
        bold.matches("\x1b[1m").count(),
        bold.matches("\x1b[0m").count()
    );
    assert!(bold.contains("\x1b[1mIntro\x1b[0m\n"));
}

#[test]
fn markdown_reads_as_it_was_meant() {
    for event in all() {
        let sections = sections(event, None);
        let source = markdown(event.name, &sections);
        let mut shown = String::new();
        let (mut headings, mut cells, mut columns) = (0, 0, 0);
        for token in Parser::new_ext(&source, Options::ENABLE_TABLES) {
            match token {
                Token::Text(text) => shown += &text,
                Token::Code(text) => shown += &text,
                Token::SoftBreak | Token::HardBreak => shown.push('\n'),
                Token::Html(html) | Token::InlineHtml(html) => panic!("{}: {html}", event.name),
                Token::Start(Tag::Emphasis | Tag::Strong | Tag::Link { .. }) => {
                    panic!("{}: text was taken for markup near {shown}", event.name)
                }
                Token::Start(Tag::Heading { .. }) => headings += 1,
                Token::Start(Tag::Table(alignments)) => columns = alignments.len(),
                Token::Start(Tag::TableRow | Tag::TableHead) => cells = 0,
                Token::End(TagEnd::TableRow | TagEnd::TableHead) => assert_eq!(cells, columns),
                Token::End(TagEnd::TableCell) => {
                    cells += 1;
                    shown.push('\n');
                }
                Token::End(_) => shown.push('\n'),
                _ => {}
            }
        }
        assert_eq!(headings, sections.len() + 1, "{}", event.name);
        let shown = words(&shown);
        for block in sections.iter().flat_map(|section| &section.blocks) {
            for text in texts(block) {
                let wanted = words(&text.replace('`', ""));
                let found = shown
                    .windows(wanted.len().max(1))
                    .any(|window| window == wanted);
                assert!(
                    found,
                    "{}: {text:?} is not in the rendered page",
                    event.name
                );
            }
        }
    }
}

/// Every text of a block.
fn texts(block: &Block) -> Vec<String> {
    match block {
        Block::Text(text) | Block::Verbatim(text) => vec![text.clone()],
        Block::Items(items) => items.clone(),
        Block::Terms(terms) => {
            let of = |term: &Term| {
                let own = [term.name.clone(), term.kind.clone(), term.marks.join("; ")];
                [own.to_vec(), term.text.clone()].concat()
            };
            terms.rows.iter().flat_map(of).collect()
        }
        Block::Table(rows) => rows.iter().flatten().cloned().collect(),
    }
}

#[test]
fn man_pages_open_with_what_whatis_reads() {
    for event in all() {
        let page = man(&heading(event), &sections(event, None));
        let name = page
            .split(".SH NAME\n")
            .nth(1)
            .unwrap()
            .lines()
            .next()
            .unwrap();
        assert_eq!(
            name,
            format!(
                "{} \\- {}",
                event.name,
                event.summary().replace('-', "\\-").replace('\'', "\\*(Aq")
            )
        );
        for line in page.lines().filter(|line| line.starts_with('.')) {
            let request = line.split(' ').next().unwrap();
            let known = [
                ".TH", ".SH", ".PP", ".IP", ".TP", ".RS", ".RE", ".EX", ".EE", ".br", ".nr", ".ad",
                ".ie", ".el",
            ];
            assert!(known.contains(&request), "{}: {line}", event.name);
        }
    }
}

#[test]
fn examples_are_what_the_engine_prints() {
    for event in all() {
        let line: serde_json::Value = serde_json::from_str(&example::json(event)).unwrap();
        assert_eq!(line["event"], event.name);
        for field in event.fields.iter().filter(|field| !field.from.hidden) {
            let unwritten = line["unwritten"].as_array();
            let named = unwritten.is_some_and(|names| names.contains(&field.name.into()));
            let absent = (field.name, Sample::Absent);
            // A choice may fall on an argument that the call does not look at.
            let chosen = matches!(
                field.kind,
                Kind::Arg(Type::By(_) | Type::Wide(_, Type::By(_)))
            );
            if chosen || event.page.example.contains(&absent) {
                continue;
            }
            assert!(
                line["args"].get(field.name).is_some() || named,
                "{}.{}",
                event.name,
                field.name
            );
        }
        assert!(example::table(event).contains(event.name));
    }
}

#[test]
fn the_schema_holds_for_the_example() {
    for event in all() {
        let schema = serde_json::from_str(&json_schema(event)).unwrap();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let line = serde_json::from_str(&example::json(event)).unwrap();
        if let Err(error) = validator.validate(&line) {
            panic!("{}: {error}", event.name);
        }
    }
}

#[test]
fn the_schema_describes_every_key() {
    for event in all() {
        let schema: serde_json::Value = serde_json::from_str(&json_schema(event)).unwrap();
        for (key, value) in schema["properties"].as_object().unwrap() {
            assert_ne!(value["description"], "", "{}: {key}", event.name);
        }
    }
}
