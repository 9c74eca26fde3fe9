//! A page as Markdown (CommonMark with tables).

use super::{Block, Section, Terms, pieces};

/// Prints sections as Markdown under a title.
pub fn markdown(title: &str, sections: &[Section]) -> String {
    let mut out = format!("# {}\n", escaped(title));
    for section in sections {
        out += &format!("\n## {}\n", section.title);
        for block in &section.blocks {
            out.push('\n');
            out += &printed(block);
        }
    }
    out
}

fn printed(block: &Block) -> String {
    match block {
        Block::Text(text) => format!("{}\n", inline(text)),
        Block::Items(items) => items
            .iter()
            .map(|item| format!("- {}\n", inline(item)))
            .collect(),
        Block::Terms(list) => terms(list),
        Block::Table(rows) => {
            let rows: Vec<Vec<_>> = rows
                .iter()
                .map(|row| row.iter().map(|c| escaped(c)).collect())
                .collect();
            table(&rows)
        }
        Block::Verbatim(text) => format!("```text\n{}\n```\n", text.trim_end_matches('\n')),
    }
}

/// A table without the columns that are empty in every row.
fn terms(list: &Terms) -> String {
    let mut rows = vec![list.heads.map(str::to_owned).to_vec()];
    for term in &list.rows {
        rows.push(vec![
            code(&term.name),
            escaped(&term.kind),
            inline(&term.marks.join("; ")),
            inline(&term.text.join(" ")),
        ]);
    }
    let used: Vec<bool> = (0..4)
        .map(|column| rows[1..].iter().any(|row| !row[column].is_empty()))
        .collect();
    for row in &mut rows {
        let mut used = used.iter();
        row.retain(|_| used.next() == Some(&true));
    }
    table(&rows)
}

fn table(rows: &[Vec<String>]) -> String {
    let mut out = String::new();
    for (number, row) in rows.iter().enumerate() {
        let cells: Vec<_> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
        out += &format!("| {} |\n", cells.join(" | "));
        if number == 0 {
            out += &format!("|{}\n", " --- |".repeat(row.len()));
        }
    }
    out
}

fn inline(text: &str) -> String {
    pieces(text)
        .map(|(is_code, piece)| if is_code { code(piece) } else { escaped(piece) })
        .collect()
}

/// Backticks are what running text marks code with, so that code cannot hold any.
fn code(text: &str) -> String {
    format!("`{text}`")
}

/// Text with a backslash before each character that could mean something.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if matches!(
            char,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '#' | '~'
        ) {
            out.push('\\');
        }
        out.push(char);
    }
    out
}
