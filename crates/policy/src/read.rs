//! From a tree to a policy: both forms, and what is wrong with them.

use std::collections::HashMap;
use std::path::Path;

use tracehound_engine::filter::{self, Expr, Fault, combined, nearest, parse};
use tracehound_schema::{Event, all, by_name};

use crate::error::{Faults, Place, Problem};
use crate::limits::limits;
use crate::policy::{Actions, Policy, Rule};
use crate::yaml::{Entry, Node, Value};

/// Actions that there are.
const ACTIONS: [&str; 4] = ["log", "print", "count", "record"];
/// Actions whose names are kept for later.
const RESERVED: [&str; 5] = ["capture", "forward", "kill", "stop", "webhook"];

/// Reads a policy in either form.
pub fn policy(tree: &Node, path: &Path, began: Option<i128>) -> Result<Policy, Faults> {
    let map = map(tree)?;
    let is_resource = ["apiVersion", "kind", "metadata", "spec"];
    let is_resource = map
        .iter()
        .any(|entry| is_resource.contains(&entry.key.as_str()));
    if is_resource {
        resource(tree, path, began)
    } else {
        plain(tree, path, began)
    }
}

/// The form of a resource of Kubernetes.
fn resource(tree: &Node, path: &Path, began: Option<i128>) -> Result<Policy, Faults> {
    known(tree, &["apiVersion", "kind", "metadata", "spec", "status"])?;
    fixed(tree, "apiVersion", "tracee.aquasec.com/v1beta1")?;
    fixed(tree, "kind", "Policy")?;
    let metadata = needed(tree, "metadata")?;
    known(metadata, &["name", "namespace", "labels", "annotations"])?;
    let description = match get(metadata, "annotations")? {
        Some(annotations) => optional(annotations, "description")?,
        None => "",
    };
    let spec = needed(tree, "spec")?;
    known(spec, &["scope", "defaultActions", "rules"])?;
    body(spec, needed(metadata, "name")?, description, path, began)
}

/// The plain form.
fn plain(tree: &Node, path: &Path, began: Option<i128>) -> Result<Policy, Faults> {
    const KEYS: [&str; 7] = [
        "type",
        "name",
        "description",
        "version",
        "scope",
        "defaultActions",
        "rules",
    ];
    known(tree, &KEYS)?;
    fixed(tree, "type", "policy")?;
    let description = optional(tree, "description")?;
    body(tree, needed(tree, "name")?, description, path, began)
}

fn body(
    spec: &Node,
    name: &Node,
    description: &str,
    path: &Path,
    began: Option<i128>,
) -> Result<Policy, Faults> {
    let label = label(name)?;
    let scope = match get(spec, "scope")? {
        Some(scope) => whose(scope, began)?,
        None => None,
    };
    let default = match get(spec, "defaultActions")? {
        Some(default) => actions(default)?,
        None => Actions {
            shows: true,
            counts: false,
            records: false,
        },
    };
    let rules = needed(spec, "rules")?;
    let list = list(rules)?;
    if list.is_empty() {
        return Err(Problem::new(rules.place, "a policy has one rule at least").into());
    }
    let mut named: HashMap<&str, Place> = HashMap::new();
    let (mut read, mut faults) = (Vec::new(), Faults::default());
    for node in list {
        match rule(node, &mut named, default) {
            Ok(rule) => read.push(rule),
            Err(other) => faults.add(other),
        }
    }
    if faults.any() {
        return Err(faults);
    }
    Ok(Policy {
        name: label,
        stamp: 0,
        description: description.to_owned(),
        path: path.to_owned(),
        scope,
        rules: read,
    })
}

/// A name as DNS has labels (RFC 1123).
fn label(node: &Node) -> Result<String, Problem> {
    let (name, _) = scalar(node)?;
    let plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    let ends = bytes.first().is_some_and(plain) && bytes.last().is_some_and(plain);
    if !ends || bytes.len() > 63 || !bytes.iter().all(|byte| plain(byte) || *byte == b'-') {
        let message = "a name has 1 to 63 of a-z, 0-9 and -, and neither begins nor ends with -";
        return Err(Problem::new(node.place, message));
    }
    Ok(name.to_owned())
}

fn whose(node: &Node, began: Option<i128>) -> Result<Option<Expr>, Problem> {
    let scopes = list(node)?;
    if scopes.is_empty() {
        return Err(Problem::new(
            node.place,
            "no scope: write global for everybody",
        ));
    }
    let mut parsed = Vec::new();
    for scope in scopes {
        let (text, offset) = scalar(scope)?;
        if text == "global" {
            if scopes.len() > 1 {
                return Err(Problem::new(scope.place, "global stands alone"));
            }
            return Ok(None);
        }
        let one = parse::of_scope(text, began);
        parsed.push(one.map_err(|fault| within(scope, text, offset, fault))?);
    }
    Ok(Some(filter::scope(parsed)))
}

fn rule<'n>(
    node: &'n Node,
    named: &mut HashMap<&'n str, Place>,
    default: Actions,
) -> Result<Rule, Faults> {
    let keys = ["event", "filters", "actions"];
    known(node, &[&keys[..], &crate::limits::KEYS].concat())?;
    let event = needed(node, "event")?;
    let (name, _) = scalar(event)?;
    if let Some(first) = named.insert(name, event.place) {
        let message = format!(
            "line {} has a rule for {name} already: put the filters there",
            first.line
        );
        return Err(Problem::new(event.place, message).into());
    }
    let events = events(name).map_err(|message| Problem::new(event.place, message))?;
    let actions = match get(node, "actions")? {
        Some(own) => actions(own)?,
        None => default,
    };
    let filters = match get(node, "filters")? {
        Some(filters) => list(filters)?,
        None => &[],
    };
    let limits = limits(node, &events)?;
    let events: Result<Vec<_>, Faults> = events
        .into_iter()
        .map(|event| Ok((event, wanted(event, filters)?)))
        .collect();
    Ok(Rule {
        named: name.to_owned(),
        events: events?,
        limits,
        actions,
    })
}

/// What filters want of an event; nothing where there are none.
fn wanted(event: &'static Event, filters: &[Node]) -> Result<Option<Expr>, Faults> {
    let (mut parts, mut faults) = (Vec::new(), Faults::default());
    for filter in filters {
        let (text, offset) = scalar(filter)?;
        match parse::of_event(event, text) {
            Ok(part) => parts.push(part),
            Err(fault) => faults.add(within(filter, text, offset, fault).into()),
        }
    }
    if faults.any() {
        return Err(faults);
    }
    Ok((!parts.is_empty()).then(|| combined(parts)))
}

/// The events of a name, of sets (`tag=`, or a set's bare name), or of a pattern.
fn events(name: &str) -> Result<Vec<&'static Event>, String> {
    let of_set = |set: &str| {
        let found: Vec<&'static Event> = all().filter(|event| event.sets.contains(&set)).collect();
        if found.is_empty() {
            let sets = all().flat_map(|event| event.sets.iter().copied());
            return Err(format!("no set is named {set:?}{}", nearest(set, sets)));
        }
        Ok(found)
    };
    if let Some(sets) = name.strip_prefix("tag=") {
        let sets: Vec<_> = sets.split(',').map(of_set).collect::<Result<_, _>>()?;
        return Ok(sets.concat());
    }
    if name.starts_with("threat.") {
        return Err("there are no detections to choose by threat yet".to_owned());
    }
    if name.contains('*') {
        let wanted = all().filter(|event| !event.opt_in() && fits(name, event.name));
        let found: Vec<&'static Event> = wanted.collect();
        return if found.is_empty() {
            Err(format!("no event fits {name:?}"))
        } else {
            Ok(found)
        };
    }
    match by_name(name) {
        Some(event) => Ok(vec![event]),
        None => of_set(name).map_err(|_| {
            let near = nearest(name, all().map(|event| event.name));
            format!("no event is named {name:?}{near}")
        }),
    }
}

/// Whether a name fits a pattern in which `*` stands for any text; the first place for each piece
/// leaves most for the others.
fn fits(pattern: &str, name: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| name.strip_prefix(first)) else {
        return false;
    };
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.is_empty()
}

fn actions(node: &Node) -> Result<Actions, Problem> {
    let mut all = Actions {
        shows: false,
        counts: false,
        records: false,
    };
    for action in list(node)? {
        let (name, _) = scalar(action)?;
        // Tracee writes where to behind a colon.
        let kind = name.split(':').next().unwrap_or(name);
        if RESERVED.contains(&kind) {
            let actions = ACTIONS.join(", ");
            let message = format!("the action {kind} is kept for later: there are {actions}");
            return Err(Problem::new(action.place, message));
        }
        if !ACTIONS.contains(&name) {
            let message = format!("no action is named {name:?}{}", nearest(name, ACTIONS));
            return Err(Problem::new(action.place, message));
        }
        all.counts |= name == "count";
        all.records |= name == "record";
        all.shows |= ["log", "print"].contains(&name);
    }
    // An empty list is none, as in Tracee.
    all.shows |= !all.counts && !all.records;
    Ok(all)
}

/// A fault of a text of the file, at its place there.
fn within(node: &Node, text: &str, offset: Option<usize>, fault: Fault) -> Problem {
    let characters = |end: usize| text.get(..end).unwrap_or(text).chars().count();
    // A text of several lines, or with escapes, is meant as a whole.
    let place = match offset.filter(|_| !text.contains('\n')) {
        Some(offset) => Place {
            line: node.place.line,
            column: node.place.column + offset + characters(fault.start),
            width: (characters(fault.end) - characters(fault.start)).max(1),
        },
        None => node.place,
    };
    Problem::new(place, fault.message)
}

fn map(node: &Node) -> Result<&[Entry], Problem> {
    match &node.value {
        Value::Map(map) => Ok(map),
        _ => Err(Problem::new(
            node.place,
            "names with values are expected here",
        )),
    }
}

fn list(node: &Node) -> Result<&[Node], Problem> {
    match &node.value {
        Value::List(list) => Ok(list),
        // `filters:` with nothing behind it.
        Value::Scalar { text, .. } if text.is_empty() || text == "~" || text == "null" => Ok(&[]),
        _ => Err(Problem::new(node.place, "a list is expected here")),
    }
}

pub fn scalar(node: &Node) -> Result<(&str, Option<usize>), Problem> {
    match &node.value {
        Value::Scalar { text, offset } => Ok((text, *offset)),
        _ => Err(Problem::new(node.place, "a text is expected here")),
    }
}

fn known(node: &Node, keys: &[&str]) -> Result<(), Problem> {
    for entry in map(node)? {
        if !keys.contains(&entry.key.as_str()) {
            let near = nearest(&entry.key, keys.iter().copied());
            let key: String = entry.key.chars().take(60).collect();
            return Err(Problem::new(
                entry.place,
                format!("nothing is named {key:?} here{near}"),
            ));
        }
    }
    Ok(())
}

pub fn get<'n>(node: &'n Node, key: &str) -> Result<Option<&'n Node>, Problem> {
    let found = map(node)?.iter().find(|entry| entry.key == key);
    Ok(found.map(|entry| &entry.node))
}

fn needed<'n>(node: &'n Node, key: &str) -> Result<&'n Node, Problem> {
    get(node, key)?.ok_or_else(|| Problem::new(node.place, format!("{key} is missing here")))
}

fn optional<'n>(node: &'n Node, key: &str) -> Result<&'n str, Problem> {
    match get(node, key)? {
        Some(text) => Ok(scalar(text)?.0),
        None => Ok(""),
    }
}

fn fixed(node: &Node, key: &str, value: &str) -> Result<(), Problem> {
    let found = needed(node, key)?;
    if scalar(found)?.0 == value {
        return Ok(());
    }
    Err(Problem::new(found.place, format!("{key} is to be {value}")))
}
