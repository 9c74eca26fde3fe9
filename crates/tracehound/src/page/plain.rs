//! A page as plain text, in bold where a terminal shows it.

use textwrap::{Options, WordSplitter, core::display_width};

use super::{Block, Layout, Section, Terms, pieces};

/// What the reader's screen is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns of a line.
    pub width: usize,
    /// Whether headings and names are printed in bold.
    pub bold: bool,
}

impl Style {
    /// For a file or a pipe.
    pub const PLAIN: Style = Style {
        width: 80,
        bold: false,
    };

    fn bold(self, text: &str) -> String {
        if self.bold {
            format!("\x1b[1m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    /// Running text with its code in bold, or between its backticks; a name that an item starts with
    /// needs none.
    fn inline(self, text: &str) -> String {
        let piece = |(number, (code, piece)): (usize, (bool, &str))| match (code, self.bold) {
            (true, true) => self.bold(piece),
            (true, false) if number > 0 => format!("`{piece}`"),
            _ => piece.to_owned(),
        };
        pieces(text).enumerate().map(piece).collect()
    }

    fn wrapped(self, text: &str, first: &str, rest: &str) -> String {
        let options = Options::new(self.width)
            .initial_indent(first)
            .subsequent_indent(rest)
            .break_words(false)
            .word_splitter(WordSplitter::NoHyphenation);
        textwrap::fill(&self.inline(text), options) + "\n"
    }
}

/// Prints sections as plain text.
pub fn plain(sections: &[Section], style: Style) -> String {
    let mut out = String::new();
    for (number, section) in sections.iter().enumerate() {
        if number > 0 {
            out.push('\n');
        }
        out += &style.bold(section.title);
        out.push('\n');
        let blocks: Vec<_> = section
            .blocks
            .iter()
            .map(|block| printed(block, style))
            .collect();
        out += &blocks.join("\n");
    }
    out
}

fn printed(block: &Block, style: Style) -> String {
    match block {
        Block::Text(text) => style.wrapped(text, "  ", "  "),
        Block::Items(items) => items
            .iter()
            .map(|item| style.wrapped(item, "  - ", "    "))
            .collect(),
        Block::Terms(list) => terms(list, style),
        Block::Table(rows) => table(rows, style),
        Block::Verbatim(text) => text.lines().map(|line| format!("      {line}\n")).collect(),
    }
}

fn terms(list: &Terms, style: Style) -> String {
    let mut out = String::new();
    for term in &list.rows {
        let name = style.bold(&term.name);
        let head = match list.layout {
            Layout::Signature => {
                let marks = term.marks.join("; ").replace('`', "");
                format!("{name}: {} {marks}", term.kind)
            }
            Layout::Labelled => name,
        };
        out += &style.wrapped(&head, "  ", "      ");
        for line in list.lines(term) {
            // Lists of names read as such without backticks.
            let line = if style.bold {
                line
            } else {
                line.replace('`', "")
            };
            out += &style.wrapped(&line, "      ", "      ");
        }
    }
    out
}

fn table(rows: &[Vec<String>], style: Style) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let widths: Vec<_> = (0..columns)
        .map(|column| rows.iter().map(|row| display_width(&row[column])).max())
        .collect();
    let mut out = String::new();
    for (number, row) in rows.iter().enumerate() {
        let cells = row.iter().zip(&widths).map(|(cell, width)| {
            let padding = width.unwrap_or(0) - display_width(cell);
            let cell = if number == 0 {
                style.bold(cell)
            } else {
                cell.clone()
            };
            format!("{cell}{}", " ".repeat(padding))
        });
        let line = cells.collect::<Vec<_>>().join("  ");
        out += &format!("      {}\n", line.trim_end());
    }
    out
}
