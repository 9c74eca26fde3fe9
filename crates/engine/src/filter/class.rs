//! What a value can be compared with: follows from its kind, or from the type of a call's argument.

use linux_raw_sys::general::AT_FDCWD;
use tracehound_schema::names::{CAPABILITY, SECUREBITS, socket};
use tracehound_schema::record::CredFacts;
use tracehound_schema::types::{By, Struct, Type};
use tracehound_schema::{Field, Kind};

use super::names::{self, Word};

/// How a value is written in a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// A word of a list.
    Name,
    /// A word of a list, or a number.
    Choice,
    /// Bits by words, or a number.
    Set,
    /// The same, with permission bits in octal.
    Mode,
    /// A whole number that has an order.
    Integer,
    /// True or false.
    Bool,
    /// `MAJOR:MINOR`.
    Device,
    /// An instant.
    Instant,
    /// Text.
    Text,
    /// Bytes in hexadecimal.
    Hex,
    /// A socket's address.
    Address,
    /// A host's address.
    Ip,
}

/// What a value can be compared with.
#[derive(Clone, Debug)]
pub struct Class {
    /// How it is written.
    pub form: Form,
    /// The words there are.
    pub words: Vec<Word>,
    /// Whether it can be below zero.
    pub signed: bool,
}

impl Class {
    /// One that has no words.
    pub const fn plain(form: Form) -> Class {
        Class {
            form,
            words: Vec::new(),
            signed: false,
        }
    }

    const fn with(form: Form, words: Vec<Word>) -> Class {
        Class {
            form,
            words,
            signed: true,
        }
    }

    /// A whole number with its sign and perhaps some words.
    pub const fn integer(signed: bool, words: Vec<Word>) -> Class {
        Class {
            form: Form::Integer,
            words,
            signed,
        }
    }

    /// What several can be compared with that one value may be: numbers where some are, else the
    /// first.
    fn merged(classes: Vec<Class>) -> Option<Class> {
        let number = |class: &Class| class.form <= Form::Integer;
        let (numbers, others): (Vec<_>, Vec<_>) = classes.into_iter().partition(number);
        let same = |class: &Class| class.form == numbers[0].form;
        let Some(first) = numbers.first() else {
            return others.into_iter().next();
        };
        let form = if numbers.iter().all(same) {
            first.form
        } else {
            Form::Integer
        };
        Some(Class {
            form,
            signed: numbers.iter().any(|class| class.signed),
            words: numbers.into_iter().flat_map(|class| class.words).collect(),
        })
    }
}

/// What a field, or a member of it, can be compared with; otherwise the members that it has.
pub fn resolve<'p>(
    field: &'static Field,
    path: impl Iterator<Item = &'p str>,
) -> Result<(Class, Vec<&'static str>), Vec<&'static str>> {
    let path: Vec<&str> = path.collect();
    match (&field.kind, path.as_slice()) {
        (Kind::Arg(kind), path) => argument(kind, path),
        (Kind::SockAddr, [_, ..]) => argument(&SOCKET, &path),
        (Kind::Cred, path) => cred(path),
        (_, [_, ..]) => Err(Vec::new()),
        (kind, []) => of_kind(kind)
            .map(|class| (class, Vec::new()))
            .ok_or_default(),
    }
}

trait OrDefault<T> {
    fn ok_or_default(self) -> Result<T, Vec<&'static str>>;
}

impl<T> OrDefault<T> for Option<T> {
    fn ok_or_default(self) -> Result<T, Vec<&'static str>> {
        self.ok_or_else(Vec::new)
    }
}

/// A socket's address, whatever its length.
static SOCKET: Type = Type::SockAddr(tracehound_schema::types::Len::Const(0));

fn cred(path: &[&str]) -> Result<(Class, Vec<&'static str>), Vec<&'static str>> {
    let known = || CredFacts::NUMBERS.iter().chain(&CredFacts::SETS).copied();
    let found = path
        .first()
        .and_then(|name| known().find(|one| one == name));
    match (found, path) {
        (Some("securebits"), [_]) => {
            let class = Class::with(Form::Set, names::of_flags(&SECUREBITS));
            Ok((class, vec!["securebits"]))
        }
        (Some(name), [_]) if CredFacts::SETS.contains(&name) => {
            let class = Class::with(Form::Set, names::of_places(&CAPABILITY));
            Ok((class, vec![name]))
        }
        (Some(name), [_]) => Ok((Class::integer(false, Vec::new()), vec![name])),
        _ => Err(known().collect()),
    }
}

fn of_kind(kind: &Kind) -> Option<Class> {
    Some(match kind {
        Kind::I32 | Kind::I64 => Class::integer(true, Vec::new()),
        Kind::U32 | Kind::U64 | Kind::Pid | Kind::Uid | Kind::Size => {
            Class::integer(false, Vec::new())
        }
        Kind::Addr => Class::integer(false, names::one("NULL", 0)),
        Kind::Bool => Class::plain(Form::Bool),
        Kind::Time | Kind::WallTime => Class::plain(Form::Instant),
        Kind::Dev => Class::plain(Form::Device),
        Kind::Enum(table) => Class::with(Form::Choice, names::of_enum(table)),
        Kind::Flags(table) => Class::with(Form::Set, names::of_flags(table)),
        Kind::Mode => Class::with(Form::Mode, names::modes()),
        Kind::CapSet => Class::with(Form::Set, names::of_places(&CAPABILITY)),
        Kind::SigSet => Class::with(Form::Set, names::signal_bits()),
        Kind::Signal => Class::with(Form::Choice, names::signals()),
        Kind::Handler => Class::with(Form::Choice, names::handlers()),
        Kind::Str | Kind::StrArray | Kind::Path => Class::plain(Form::Text),
        Kind::Bytes => Class::plain(Form::Hex),
        Kind::SockAddr => Class::plain(Form::Address),
        Kind::Ip => Class::plain(Form::Ip),
        Kind::Cred | Kind::Arg(_) => return None,
    })
}

/// How many types a dotted name may go through.
const DEPTH: usize = 8;

fn argument(
    kind: &'static Type,
    path: &[&str],
) -> Result<(Class, Vec<&'static str>), Vec<&'static str>> {
    let mut kinds = vec![kind];
    let mut members = Vec::new();
    for name in path.iter().take(DEPTH) {
        let all: Vec<_> = kinds.into_iter().flat_map(members_of).collect();
        let found: Vec<_> = all.iter().filter(|member| member.0 == *name).collect();
        let Some(first) = found.first() else {
            return Err(all.iter().map(|member| member.0).collect());
        };
        members.push(first.0);
        kinds = found.iter().map(|member| member.1).collect();
    }
    let classes = kinds.iter().filter_map(|kind| of_type(kind)).collect();
    match Class::merged(classes) {
        Some(class) => Ok((class, members)),
        None => {
            let all = kinds.into_iter().flat_map(members_of);
            Err(all.map(|member| member.0).collect())
        }
    }
}

fn cases(by: &'static By) -> impl Iterator<Item = &'static Type> {
    by.cases.iter().map(|case| &case.kind).chain([&by.other])
}

/// The members of what stands at a type, behind pointers and in lists too.
fn members_of(kind: &'static Type) -> Vec<(&'static str, &'static Type)> {
    match kind {
        Type::By(by) => cases(by).flat_map(members_of).collect(),
        Type::Struct(structure) | Type::Records(structure, _) => members_in(structure),
        Type::SockAddr(_) => ADDRESS.to_vec(),
        other => other.inner().map(members_of).unwrap_or_default(),
    }
}

fn members_in(structure: &'static Struct) -> Vec<(&'static str, &'static Type)> {
    let forms = [structure.compat, structure.x32, structure.aarch64];
    let all = forms.into_iter().flatten().chain([structure]);
    all.flat_map(|form| form.members)
        .filter(|member| !member.name.is_empty())
        .flat_map(|member| match member.name {
            "_" => members_of(&member.kind),
            name => vec![(name, &member.kind)],
        })
        .collect()
}

/// The members of addresses that are compared one by one.
static ADDRESS: [(&str, &Type); 11] = [
    ("sa_family", &Type::Enum(&socket::FAMILY)),
    ("sin_port", &Type::U16),
    ("sin_addr", &Type::Inet),
    ("sin6_port", &Type::U16),
    ("sin6_addr", &Type::Inet6),
    ("sin6_scope_id", &Type::U32),
    ("sun_path", &Type::Path),
    ("nl_pid", &Type::U32),
    ("nl_groups", &Type::U32),
    ("svm_port", &Type::U32),
    ("svm_cid", &Type::U32),
];

fn of_type(kind: &'static Type) -> Option<Class> {
    Some(match kind {
        Type::By(by) => return Class::merged(cases(by).filter_map(of_type).collect()),
        Type::I16 | Type::I32 | Type::I64 | Type::Long | Type::Loff | Type::Low | Type::Pid => {
            Class::integer(true, Vec::new())
        }
        Type::Uid | Type::Gid | Type::Fd | Type::Seconds | Type::Ticks => {
            Class::integer(true, Vec::new())
        }
        Type::DirFd => Class::integer(true, names::one("AT_FDCWD", i128::from(AT_FDCWD))),
        Type::U8 | Type::U16 | Type::U32 | Type::U64 | Type::Ulong | Type::Size | Type::High => {
            Class::integer(false, Vec::new())
        }
        Type::Hex(_) | Type::FdSet(_) | Type::BitSet(_) => Class::integer(false, Vec::new()),
        Type::Addr => Class::integer(false, names::one("NULL", 0)),
        Type::Limit(table) => Class::integer(false, names::of_enum(table)),
        Type::Mode | Type::Octal(_) => Class::with(Form::Mode, names::modes()),
        Type::Dev => Class::plain(Form::Device),
        Type::Signal => Class::with(Form::Choice, names::signals()),
        Type::Handler => Class::with(Form::Choice, names::handlers()),
        Type::Enum(table) | Type::IoctlRequest(table) => {
            Class::with(Form::Choice, names::of_enum(table))
        }
        Type::Flags(table) => Class::with(Form::Set, names::of_flags(table)),
        Type::Parts(parts) => Class::with(Form::Set, names::of_parts(parts)),
        Type::SigSet(_) => Class::with(Form::Set, names::signal_bits()),
        Type::Inet | Type::Inet6 => Class::plain(Form::Ip),
        Type::SockAddr(_) => Class::plain(Form::Address),
        Type::Text
        | Type::Path
        | Type::PathOf(_)
        | Type::Bytes(_)
        | Type::Chars(_)
        | Type::Raw(_)
        | Type::TextBehind
        | Type::Strings => Class::plain(Form::Text),
        other => return of_type(other.inner()?),
    })
}
