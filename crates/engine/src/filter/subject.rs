//! What names in filters stand for, and what can be said of it.

use tracehound_schema::{Abi, Event, Kind, all, by_name};

use super::class::{self, Class, Form};
use super::expr::Subject;
use super::fault::{Fault, nearest};
use super::names;
use super::scope::Scope;

/// The event of a name; `known` if the expression is about one already.
pub fn event(
    known: Option<&'static Event>,
    name: &str,
    start: usize,
) -> Result<&'static Event, Fault> {
    let place = (start, start + name.len());
    let Some(event) = by_name(name) else {
        let near = nearest(name, all().map(|event| event.name));
        return Err(Fault::new(
            place,
            format!("no event is named {name:?}{near}"),
        ));
    };
    match known {
        Some(known) if known.id != event.id => {
            let message = format!(
                "one expression is about one event, this one about {}",
                known.name
            );
            Err(Fault::new(place, message))
        }
        _ => Ok(event),
    }
}

/// The fact of scope of a name.
pub fn scope(name: &str, place: (usize, usize)) -> Result<(Subject, Class), Fault> {
    if let Some(scope) = Scope::named(name) {
        return Ok((Subject::Scope(scope), scope_class(scope)));
    }
    let known = Scope::NAMES.iter().flat_map(|row| row.1).copied();
    let message = format!("nothing in scope is named {name:?}{}", nearest(name, known));
    Err(Fault::new(place, message))
}

/// What an event's call returned.
pub fn ret(event: &'static Event, place: (usize, usize)) -> Result<(Subject, Class), Fault> {
    if event.has_ret {
        return Ok((Subject::Ret, Class::integer(true, names::errors())));
    }
    let message = format!("{} has no return value", event.name);
    Err(Fault::new(place, message))
}

/// The field of a name, or a member of one.
pub fn field(
    event: &'static Event,
    name: &str,
    place: (usize, usize),
) -> Result<(Subject, Class), Fault> {
    let shown = event.fields.iter().enumerate();
    let shown = shown.filter(|(_, field)| !field.from.hidden);
    // Names of fields may have dots themselves: the longest one that fits is meant.
    let fits = |field: &&(usize, &tracehound_schema::Field)| {
        let rest = name.strip_prefix(field.1.name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let found = shown.clone().filter(|row| fits(&row));
    let Some((index, field)) = found.max_by_key(|row| row.1.name.len()) else {
        let near = nearest(name, shown.map(|row| row.1.name));
        let message = format!("{} has no field {name:?}{near}", event.name);
        return Err(Fault::new(place, message));
    };
    let rest = &name[field.name.len()..];
    let path = rest.split('.').skip(1);
    match class::resolve(field, path) {
        Ok((class, members)) => Ok((Subject::Field { index, members }, class)),
        Err(known) if known.is_empty() => {
            let kind = match field.kind {
                Kind::Arg(_) => field.from.ctype,
                ref kind => kind.title(),
            };
            let message = if rest.is_empty() {
                format!("{} ({kind}) cannot be compared yet", field.name)
            } else {
                format!("{} ({kind}) has no members to compare", field.name)
            };
            Err(Fault::new(place, message))
        }
        Err(known) if rest.is_empty() => {
            let message = format!(
                "{} is a structure; compare one of its members{}",
                field.name,
                nearest("", known).replace("; known", "")
            );
            Err(Fault::new(place, message))
        }
        Err(known) => {
            let last = rest.rsplit('.').next().unwrap_or_default();
            let near = nearest(last, known);
            let message = format!("{} has no member {:?}{near}", field.name, &rest[1..]);
            Err(Fault::new(place, message))
        }
    }
}

/// What a value can be compared with.
pub fn class_of(event: Option<&'static Event>, subject: &Subject) -> Class {
    match subject {
        Subject::Scope(scope) => scope_class(*scope),
        Subject::Ret => Class::integer(true, names::errors()),
        Subject::Field { index, members } => {
            let field = event.and_then(|event| event.fields.get(*index));
            let found = field.map(|field| class::resolve(field, members.iter().copied()));
            let found = found.and_then(Result::ok).map(|found| found.0);
            found.unwrap_or_else(|| Class::plain(Form::Text))
        }
    }
}

fn scope_class(scope: Scope) -> Class {
    match scope {
        Scope::Comm
        | Scope::Exe
        | Scope::Uts
        | Scope::AncestorComm
        | Scope::AncestorExe
        | Scope::Container
        | Scope::ContainerName
        | Scope::ContainerImage
        | Scope::ContainerImageDigest
        | Scope::PodUid
        | Scope::PodName
        | Scope::PodNamespace
        | Scope::PodOwnerKind
        | Scope::PodOwnerName => Class::plain(Form::Text),
        scope if scope.is_bool() => Class::plain(Form::Bool),
        Scope::Timestamp | Scope::Start => Class::plain(Form::Instant),
        Scope::Abi => {
            let words = Abi::ALL.iter();
            let words = words.flat_map(|abi| names::one(abi.name(), *abi as i128));
            Class {
                form: Form::Choice,
                words: words.collect(),
                signed: false,
            }
        }
        Scope::Syscall => Class {
            form: Form::Name,
            words: names::calls(),
            signed: false,
        },
        _ => Class::integer(false, Vec::new()),
    }
}
