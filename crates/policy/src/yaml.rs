//! YAML (and so JSON) as a tree of bounded size, each node with its place.
//!
//! Anchors and aliases, tags and further documents are refused: policies need none of them, and they are
//! what small files that become large trees are made of.

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use crate::error::{Place, Problem};

/// How deep nodes may stand in one another.
const DEPTH: usize = 32;
/// How many nodes there may be.
const NODES: usize = 500_000;

/// A node.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where it begins.
    pub place: Place,
    /// What it is.
    pub value: Value,
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum Value {
    /// Text, a number or nothing.
    Scalar {
        /// The text.
        text: String,
        /// How many characters after its place the text stands as it is, if it does.
        offset: Option<usize>,
    },
    /// Nodes in order.
    List(Vec<Node>),
    /// Nodes by name, each name once.
    Map(Vec<Entry>),
}

/// A node with its name.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The name.
    pub key: String,
    /// Where the name stands.
    pub place: Place,
    /// The node.
    pub node: Node,
}

/// A list or map that is not closed yet.
enum Open {
    List(Place, Vec<Node>),
    Map(Place, Vec<Entry>, Option<(String, Place)>),
}

/// Reads a text.
pub fn read(text: &str) -> Result<Node, Problem> {
    let mut tree = Tree::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let mark = error.marker();
            let place = Place {
                line: mark.line(),
                column: mark.col(),
                width: 1,
            };
            Problem::new(place, format!("this is no YAML: {}", error.info()))
        })?;
        tree.event(event, place(&span))?;
    }
    let start = Place {
        line: 1,
        column: 0,
        width: 1,
    };
    tree.root
        .ok_or_else(|| Problem::new(start, "the file is empty"))
}

fn place(span: &Span) -> Place {
    let same = span.start.line() == span.end.line();
    let width = span.end.col().saturating_sub(span.start.col());
    Place {
        line: span.start.line(),
        column: span.start.col(),
        width: if same { width.max(1) } else { 1 },
    }
}

#[derive(Default)]
struct Tree {
    open: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
}

impl Tree {
    fn event(&mut self, event: Event<'_>, place: Place) -> Result<(), Problem> {
        match event {
            Event::Alias(_) => Err(Problem::new(place, "aliases are refused: write it out")),
            Event::Scalar(text, style, anchor, tag) => {
                self.count(anchor, tag.is_some(), place)?;
                let offset = match style {
                    ScalarStyle::Plain => Some(0),
                    ScalarStyle::SingleQuoted if !text.contains('\'') => Some(1),
                    ScalarStyle::DoubleQuoted if !text.contains(['"', '\\']) => Some(1),
                    _ => None,
                };
                self.put(Node {
                    place,
                    value: Value::Scalar {
                        text: text.into_owned(),
                        offset,
                    },
                })
            }
            Event::SequenceStart(anchor, tag) => {
                self.count(anchor, tag.is_some(), place)?;
                self.begin(Open::List(place, Vec::new()), place)
            }
            Event::MappingStart(anchor, tag) => {
                self.count(anchor, tag.is_some(), place)?;
                self.begin(Open::Map(place, Vec::new(), None), place)
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::List(place, list)) => self.put(Node {
                    place,
                    value: Value::List(list),
                }),
                Some(Open::Map(place, map, _)) => self.put(Node {
                    place,
                    value: Value::Map(map),
                }),
                None => Ok(()),
            },
            Event::DocumentStart(_) if self.root.is_some() => Err(Problem::new(
                place,
                "a second document: write one policy a file",
            )),
            _ => Ok(()),
        }
    }

    fn count(&mut self, anchor: usize, tagged: bool, place: Place) -> Result<(), Problem> {
        self.nodes += 1;
        if anchor != 0 {
            return Err(Problem::new(place, "anchors are refused: write it out"));
        }
        if tagged {
            return Err(Problem::new(place, "tags are refused"));
        }
        if self.nodes > NODES {
            return Err(Problem::new(place, format!("more than {NODES} values")));
        }
        Ok(())
    }

    fn begin(&mut self, open: Open, place: Place) -> Result<(), Problem> {
        let is_key = matches!(self.open.last(), Some(Open::Map(_, _, None)));
        if is_key {
            return Err(Problem::new(place, "a name is expected here"));
        }
        if self.open.len() >= DEPTH {
            return Err(Problem::new(
                place,
                format!("more than {DEPTH} in one another"),
            ));
        }
        self.open.push(open);
        Ok(())
    }

    fn put(&mut self, node: Node) -> Result<(), Problem> {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List(_, list)) => list.push(node),
            Some(Open::Map(_, map, key)) => match key.take() {
                Some((key, place)) => map.push(Entry { key, place, node }),
                None => {
                    let Value::Scalar { text, .. } = node.value else {
                        return Err(Problem::new(node.place, "a name is expected here"));
                    };
                    // Names are few wherever they are known; others are refused at once.
                    if map.iter().any(|entry| entry.key == text) {
                        let message = format!("{text:?} stands here twice");
                        return Err(Problem::new(node.place, message));
                    }
                    if map.len() >= KEYS {
                        return Err(Problem::new(node.place, format!("more than {KEYS} names")));
                    }
                    *key = Some((text, node.place));
                }
            },
        }
        Ok(())
    }
}

/// How many names a map may have.
const KEYS: usize = 256;
