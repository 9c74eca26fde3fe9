//! The words that stand for numbers and bits in filters.

use std::borrow::Cow;

use tracehound_schema::types::{Part, Type};
use tracehound_schema::{Abi, Names, names, sigset, syscalls};

/// A word and what it stands for.
#[derive(Clone, Debug)]
pub struct Word {
    /// The word.
    pub name: Cow<'static, str>,
    /// The bits that it is about, where it is one of a set.
    pub mask: u64,
    /// Its number.
    pub number: i128,
}

fn word(name: impl Into<Cow<'static, str>>, mask: u64, number: i128) -> Word {
    Word {
        name: name.into(),
        mask,
        number,
    }
}

/// Words of a table of numbers.
pub fn of_enum(table: &'static Names) -> Vec<Word> {
    let rows = table.rows.iter();
    rows.map(|row| word(row.1, u64::MAX, i128::from(row.0)))
        .collect()
}

/// Words of a table of bits.
pub fn of_flags(table: &'static Names) -> Vec<Word> {
    let rows = table.rows.iter();
    let bits = rows.map(|row| (row.1, row.0 as u64));
    bits.map(|(name, bits)| word(name, bits, i128::from(bits)))
        .collect()
}

/// Words of a table whose numbers are places of bits.
pub fn of_places(table: &'static Names) -> Vec<Word> {
    let rows = table.rows.iter();
    let bits = rows.map(|row| (row.1, 1u64 << (row.0 & 63)));
    bits.map(|(name, bit)| word(name, bit, i128::from(bit)))
        .collect()
}

/// Words of a word that has parts.
pub fn of_parts(parts: &'static [Part]) -> Vec<Word> {
    let own = |part: &'static Part| {
        let words = match &part.kind {
            Type::Enum(table) => of_enum(table),
            Type::Flags(table) => of_flags(table),
            Type::Signal => signals(),
            Type::Mode => modes(),
            _ => Vec::new(),
        };
        words.into_iter().map(|word| Word {
            mask: word.mask & part.mask,
            number: i128::from(word.number as u64 & part.mask),
            ..word
        })
    };
    parts.iter().flat_map(own).collect()
}

fn signal_names() -> impl Iterator<Item = (Cow<'static, str>, u8)> {
    (1..=64u8).filter_map(|signal| {
        let (name, count) = sigset::name(signal)?;
        let name = match count {
            Some(count) => Cow::from(format!("{name}{count}")),
            None => Cow::from(name),
        };
        Some((name, signal))
    })
}

/// Signals by number.
pub fn signals() -> Vec<Word> {
    let all = signal_names();
    all.map(|(name, signal)| word(name, u64::MAX, i128::from(signal)))
        .collect()
}

/// Signals by their bits in a set.
pub fn signal_bits() -> Vec<Word> {
    let all = signal_names().map(|(name, signal)| (name, 1u64 << (signal - 1)));
    all.map(|(name, bit)| word(name, bit, i128::from(bit)))
        .collect()
}

/// Types and permissions of files.
pub fn modes() -> Vec<Word> {
    const TYPES: [(&str, u64); 7] = [
        ("S_IFSOCK", 0o140_000),
        ("S_IFLNK", 0o120_000),
        ("S_IFREG", 0o100_000),
        ("S_IFBLK", 0o060_000),
        ("S_IFDIR", 0o040_000),
        ("S_IFCHR", 0o020_000),
        ("S_IFIFO", 0o010_000),
    ];
    const BITS: [(&str, u64); 15] = [
        ("S_ISUID", 0o4000),
        ("S_ISGID", 0o2000),
        ("S_ISVTX", 0o1000),
        ("S_IRWXU", 0o700),
        ("S_IRUSR", 0o400),
        ("S_IWUSR", 0o200),
        ("S_IXUSR", 0o100),
        ("S_IRWXG", 0o070),
        ("S_IRGRP", 0o040),
        ("S_IWGRP", 0o020),
        ("S_IXGRP", 0o010),
        ("S_IRWXO", 0o007),
        ("S_IROTH", 0o004),
        ("S_IWOTH", 0o002),
        ("S_IXOTH", 0o001),
    ];
    let types = TYPES.map(|(name, value)| word(name, 0o170_000, i128::from(value)));
    let bits = BITS.map(|(name, bits)| word(name, bits, i128::from(bits)));
    types.into_iter().chain(bits).collect()
}

/// What a signal's handler can be.
pub fn handlers() -> Vec<Word> {
    vec![
        word("SIG_DFL", u64::MAX, 0),
        word("SIG_IGN", u64::MAX, 1),
        word("SIG_ERR", u64::MAX, -1),
    ]
}

/// Errors as calls return them, with and without their sign.
pub fn errors() -> Vec<Word> {
    let rows = names::ERRNO.rows.iter();
    rows.flat_map(|row| {
        let number = -i128::from(row.0);
        [
            word(row.1, u64::MAX, number),
            word(format!("-{}", row.1), u64::MAX, number),
        ]
    })
    .collect()
}

/// One word.
pub fn one(name: &'static str, number: i128) -> Vec<Word> {
    vec![word(name, u64::MAX, number)]
}

/// System calls by convention and number, a word for each of a name.
pub fn calls() -> Vec<Word> {
    let numbers = |abi: Abi| {
        // x32 has numbers of its own, and those of 64-bit callers.
        let other = (abi == Abi::X32).then_some(Abi::X86_64);
        [Some(abi), other].into_iter().flatten()
    };
    let of_abi = |abi: Abi| {
        syscalls::all().flat_map(move |call| {
            let numbers = numbers(abi).filter_map(|numbered| call.number(numbered));
            numbers.flat_map(move |number| {
                let number = i128::from((abi as u64) << 32 | u64::from(number));
                let spelled = call.spelled(abi);
                let own = (spelled != call.name).then(|| word(call.name, u64::MAX, number));
                [Some(word(spelled, u64::MAX, number)), own]
                    .into_iter()
                    .flatten()
            })
        })
    };
    Abi::ALL.into_iter().flat_map(of_abi).collect()
}
