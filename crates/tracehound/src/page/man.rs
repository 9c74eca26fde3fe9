//! A page as roff, for `man -l`.

use roff::{Inline, Roff, bold, roman};

use super::{Block, Layout, Section, Terms, pieces};

/// What a man page is called.
pub struct Heading<'a> {
    /// Its name.
    pub name: &'a str,
    /// The section of the manual it belongs to.
    pub section: &'a str,
    /// One line that `whatis` prints.
    pub summary: &'a str,
    /// The manual, printed at the page's foot.
    pub manual: &'a str,
}

/// Prints sections as a man page.
pub fn man(heading: &Heading<'_>, sections: &[Section]) -> String {
    let mut page = Roff::new();
    let source = concat!("tracehound ", env!("CARGO_PKG_VERSION"));
    let title = heading.name.to_uppercase();
    // Names broken by hyphens could not be searched for. The macros read this at the title and put
    // hyphens back at every paragraph otherwise.
    page.control("nr", ["HY", "0"]);
    // An empty date would be left out and the others shift; a blank one is not.
    page.control(
        "TH",
        [title.as_str(), heading.section, " ", source, heading.manual],
    );
    page.control("ad", ["l"]);
    page.control("SH", ["NAME"]);
    page.text([roman(format!("{} - {}", heading.name, heading.summary))]);
    for section in sections {
        page.control("SH", [section.title.to_uppercase().as_str()]);
        for block in &section.blocks {
            print(&mut page, block);
        }
    }
    page.render()
}

fn print(page: &mut Roff, block: &Block) {
    match block {
        Block::Text(text) => {
            page.control("PP", []);
            page.text(inline(text));
        }
        Block::Items(items) => {
            for item in items {
                page.control("IP", ["\\(bu", "2"]);
                page.text(inline(item));
            }
        }
        Block::Terms(list) => terms(page, list),
        Block::Table(rows) => table(page, rows),
        Block::Verbatim(text) => verbatim(page, text),
    }
}

fn inline(text: &str) -> Vec<Inline> {
    pieces(text)
        .map(|(code, piece)| if code { bold(piece) } else { roman(piece) })
        .collect()
}

fn terms(page: &mut Roff, list: &Terms) {
    for term in &list.rows {
        page.control("TP", []);
        let mut head = vec![bold(term.name.as_str())];
        if list.layout == Layout::Signature {
            head.push(roman(format!(": {} ", term.kind)));
            head.extend(inline(&term.marks.join("; ")));
        }
        page.text(head);
        for (number, line) in list.lines(term).iter().enumerate() {
            if number > 0 {
                page.control("br", []);
            }
            page.text(inline(line));
        }
    }
}

/// A row per paragraph: the first cell, then the others under their headings.
fn table(page: &mut Roff, rows: &[Vec<String>]) {
    let Some((heads, rows)) = rows.split_first() else {
        return;
    };
    for row in rows {
        page.control("TP", []);
        page.text([bold(row[0].as_str())]);
        let cells = heads.iter().zip(row).skip(1);
        let cells: Vec<_> = cells
            .map(|(head, cell)| format!("{head}: {cell}"))
            .collect();
        page.text([roman(cells.join("; "))]);
    }
}

fn verbatim(page: &mut Roff, text: &str) {
    page.control("PP", []);
    page.control("RS", ["4"]);
    page.control("EX", []);
    for line in text.lines() {
        page.text([roman(line)]);
    }
    page.control("EE", []);
    page.control("RE", []);
}
