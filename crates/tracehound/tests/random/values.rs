//! What a printed value says in numbers: the way back from names, so that it can be compared with
//! the register that the caller passed.

use serde_json::Value;
use tracehound_schema::syscalls::{Arg, Place, REGISTERS, Syscall};
use tracehound_schema::types::Type;
use tracehound_schema::{Abi, Names, layout, sigset};

/// A call's arguments as they were passed.
pub struct Passed {
    abi: Abi,
    args: &'static [Arg],
    places: Vec<Place>,
    registers: [u64; REGISTERS],
}

impl Passed {
    pub fn new(row: &'static Syscall, abi: Abi, registers: [u64; REGISTERS]) -> Passed {
        Passed {
            abi,
            args: row.arguments(abi),
            places: row.places(abi),
            registers,
        }
    }

    /// Every argument that is in registers, its value and its type with choices made.
    pub fn each(&self) -> impl Iterator<Item = (&'static str, u64, &'static Type)> {
        let args = self.args.iter().zip(&self.places);
        args.map(|(arg, place)| (arg.name, self.value(*place), self.chosen(&arg.kind)))
    }

    fn value(&self, place: Place) -> u64 {
        let low = self.registers[place.register];
        if place.split {
            low & 0xffff_ffff | self.registers[place.register + 1] << 32
        } else {
            low
        }
    }

    /// The bits of a value that its type has.
    pub fn narrow(&self, kind: &Type, value: u64) -> u64 {
        narrow(kind, value, self.abi)
    }

    /// The type that the other arguments make it.
    pub fn chosen(&self, kind: &'static Type) -> &'static Type {
        let by = match kind {
            Type::By(by) | Type::Wide(_, Type::By(by)) => by,
            kind => return kind,
        };
        let index = self.args.iter().position(|arg| arg.name == by.name);
        let place = index.and_then(|index| self.places.get(index));
        let value = place.map_or(0, |place| {
            narrow(
                &self.args[index.unwrap()].kind,
                self.value(*place),
                self.abi,
            )
        });
        self.chosen(by.choose(value))
    }
}

fn narrow(kind: &Type, value: u64, abi: Abi) -> u64 {
    let bytes = layout::size(kind, abi).map_or(8, |size| size.bytes);
    match bytes {
        1..8 => value & ((1 << (bytes * 8)) - 1),
        _ => value,
    }
}

/// Whether a type is a pointer that is followed.
pub fn followed(kind: &Type) -> bool {
    matches!(
        kind,
        Type::In(_) | Type::Out(_) | Type::InOut(_) | Type::Found(_) | Type::Left(_)
    )
}

/// A request of ioctl(2) that has no name, from the parts of its number.
fn request(text: &str) -> Option<u64> {
    let parts = text.strip_prefix("_IOC(")?.strip_suffix(')')?;
    let mut parts = parts.split(", ");
    let direction = match parts.next()? {
        "_IOC_NONE" => 0,
        "_IOC_WRITE" => 1,
        "_IOC_READ" => 2,
        "_IOC_READ|_IOC_WRITE" => 3,
        _ => return None,
    };
    let mut part = || {
        let digits = parts.next()?;
        u64::from_str_radix(digits.trim_start_matches("0x"), 16).ok()
    };
    let (kind, number, size) = (part()?, part()?, part()?);
    Some(direction << 30 | size << 16 | kind << 8 | number)
}

/// What a value of 16 bits in network byte order means.
pub fn swapped(kind: &Type) -> Option<&Type> {
    match kind {
        Type::Wide(_, inner) => swapped(inner),
        Type::Net(inner) => Some(inner),
        _ => None,
    }
}

/// The number that was printed, in whatever form its type has; `None` for a form not known here.
pub fn number(kind: &Type, shown: &Value) -> Option<u64> {
    if let Some(inner) = swapped(kind) {
        let number = number(inner, shown)?;
        return Some(u64::from(u16::try_from(number).ok()?.to_be()));
    }
    if let Some(number) = shown.as_i64() {
        return Some(number as u64);
    }
    if let Some(number) = shown.as_u64() {
        return Some(number);
    }
    if let (Type::SigSet(_), Some(names)) = (kind, shown.as_array()) {
        let bit = |name: &Value| Some(1 << (signal(name.as_str()?)? - 1));
        return names
            .iter()
            .map(bit)
            .try_fold(0, |set, bit: Option<u64>| Some(set | bit?));
    }
    let text = shown.as_str()?;
    match kind {
        Type::Split(inner) | Type::Wide(_, inner) => number(inner, shown),
        Type::Octal(_) => u64::from_str_radix(text, 8).ok(),
        Type::Mode => words(text, mode),
        Type::Dev => device(text),
        Type::IoctlRequest(table) => named(table, text).or_else(|| request(text)),
        Type::Signal => signal(text),
        Type::Handler => handler(text),
        Type::DirFd if text == "AT_FDCWD" => Some(-100i64 as u64),
        Type::Addr if text == "NULL" => Some(0),
        Type::Enum(table) | Type::Flags(table) | Type::Limit(table) => {
            words(text, |word| named(table, word).or_else(|| plain(word)))
        }
        Type::Parts(parts) => words(text, |word| {
            let part = |part: &tracehound_schema::types::Part| match part.kind {
                Type::Enum(table) | Type::Flags(table) => {
                    named(table, word).map(|value| value & part.mask)
                }
                Type::Signal => signal(word),
                Type::Mode => mode(word),
                _ => None,
            };
            parts.iter().find_map(part).or_else(|| plain(word))
        }),
        _ => plain(text),
    }
}

fn plain(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text
            .parse()
            .or_else(|_| text.parse().map(|number: i64| number as u64))
            .ok(),
    }
}

fn words(text: &str, word: impl Fn(&str) -> Option<u64>) -> Option<u64> {
    text.split('|')
        .map(word)
        .try_fold(0, |sum, value| Some(sum | value?))
}

fn named(table: &Names, word: &str) -> Option<u64> {
    let row = table.rows.iter().find(|row| row.1 == word)?;
    Some(row.0 as u64)
}

fn mode(word: &str) -> Option<u64> {
    Some(match word {
        "S_IFSOCK" => 0o140_000,
        "S_IFLNK" => 0o120_000,
        "S_IFREG" => 0o100_000,
        "S_IFBLK" => 0o060_000,
        "S_IFDIR" => 0o040_000,
        "S_IFCHR" => 0o020_000,
        "S_IFIFO" => 0o010_000,
        "S_ISUID" => 0o4000,
        "S_ISGID" => 0o2000,
        "S_ISVTX" => 0o1000,
        _ => return u64::from_str_radix(word, 8).ok(),
    })
}

fn device(text: &str) -> Option<u64> {
    let (major, minor) = text.split_once(':')?;
    let (major, minor): (u64, u64) = (major.parse().ok()?, minor.parse().ok()?);
    Some(minor & 0xff | (major & 0xfff) << 8 | (minor & !0xff) << 12 | (major & !0xfff) << 32)
}

fn signal(text: &str) -> Option<u64> {
    if let Some(index) = sigset::STANDARD.iter().position(|name| *name == text) {
        return Some(index as u64 + 1);
    }
    match text.strip_prefix("SIGRT_") {
        Some(count) => count.parse().ok().map(|count: u64| count + 32),
        None if text == "SIGRTMIN" => Some(32),
        None => plain(text),
    }
}

fn handler(text: &str) -> Option<u64> {
    match text {
        "SIG_DFL" => Some(0),
        "SIG_IGN" => Some(1),
        "SIG_ERR" => Some(u64::MAX),
        _ => plain(text),
    }
}
