//! An event's page, derived from its block: one list of sections, printed in several forms.

mod argument;
mod content;
mod example;
mod forms;
mod man;
mod markdown;
mod plain;
mod schema;
mod stack;
mod who;

pub use content::{Kernel, sections};
pub use man::{Heading, man};
pub use markdown::markdown;
pub use plain::{Style, plain};
pub use schema::json_schema;

/// A heading with what stands under it.
pub struct Section {
    /// The heading, as published pages have it.
    pub title: &'static str,
    /// What stands under it, in order.
    pub blocks: Vec<Block>,
}

/// A piece of a page. Running text may hold `code` between backticks and nothing else.
pub enum Block {
    /// A paragraph.
    Text(String),
    /// A list.
    Items(Vec<String>),
    /// Things with what there is to say of each.
    Terms(Terms),
    /// Rows of short cells under a heading each.
    Table(Vec<Vec<String>>),
    /// Lines that keep their shape: commands, output.
    Verbatim(String),
}

/// How a list of named things stands in text; Markdown makes a table of it either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `name: type [marks]`, then what there is to say.
    Signature,
    /// The name, then a line for each column, with its heading.
    Labelled,
}

/// A list of named things.
pub struct Terms {
    /// How it stands in text.
    pub layout: Layout,
    /// Names of the four columns.
    pub heads: [&'static str; 4],
    /// The things.
    pub rows: Vec<Term>,
}

/// A named thing.
pub struct Term {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// What marks it: tags, or where it sits.
    pub marks: Vec<String>,
    /// What there is to say, a sentence or more each.
    pub text: Vec<String>,
}

impl Terms {
    /// What stands on the lines of a thing, its name left out; running text.
    fn lines(&self, term: &Term) -> Vec<String> {
        match self.layout {
            Layout::Signature => term.text.clone(),
            Layout::Labelled => {
                let cells = [
                    term.kind.clone(),
                    term.marks.join("; "),
                    term.text.join(" "),
                ];
                let cells = self.heads[1..].iter().zip(cells);
                cells
                    .filter(|(_, cell)| !cell.is_empty())
                    .map(|(head, cell)| match *head {
                        "" => cell,
                        head => format!("{head}: {cell}"),
                    })
                    .collect()
            }
        }
    }
}

/// The pieces of running text, each with whether it is code.
pub fn pieces(text: &str) -> impl Iterator<Item = (bool, &str)> {
    let pieces = text.split('`').enumerate();
    pieces
        .map(|(number, piece)| (number % 2 == 1, piece))
        .filter(|(_, piece)| !piece.is_empty())
}

#[cfg(test)]
mod tests;
