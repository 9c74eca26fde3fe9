//! What a library defines for others, as its loader looks it up: by the dynamic segment, since sections
//! can be missing or lie. The files may mean harm: every read is bounded, and checked by `object`.

use object::read::ReadRef;
use object::read::elf::{Dyn as _, FileHeader, GnuHashTable, ProgramHeader as _, Sym as _};
use object::{Endianness, FileKind, elf};

/// The most symbols that are looked through.
const MAX_SYMBOLS: u64 = 1 << 18;
/// The most bytes of their names.
const MAX_NAMES: u64 = 16 << 20;
/// The most bytes of a table of hashes.
const MAX_HASHES: u64 = 8 << 20;
/// Longer names are left out.
const MAX_NAME: usize = 4096;

/// Names in their order, each once.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Exports {
    text: Vec<u8>,
    /// Where each begins and ends.
    spans: Vec<(u32, u32)>,
}

impl Exports {
    fn of<'n>(names: impl Iterator<Item = &'n [u8]>) -> Exports {
        let mut names: Vec<&[u8]> = names.collect();
        names.sort_unstable();
        names.dedup();
        let mut exports = Exports::default();
        for name in names {
            let start = exports.text.len() as u32;
            exports.text.extend_from_slice(name);
            exports.spans.push((start, exports.text.len() as u32));
        }
        exports
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &[u8]> {
        let name = |span: &(u32, u32)| self.text.get(span.0 as usize..span.1 as usize);
        self.spans.iter().filter_map(name)
    }

    /// Those that another library defines too.
    pub fn common(&self, other: &Exports) -> Vec<&[u8]> {
        let mut others = other.names().peekable();
        let mut common = Vec::new();
        for name in self.names() {
            while others.next_if(|other| *other < name).is_some() {}
            if others.peek() == Some(&name) {
                common.push(name);
            }
        }
        common
    }

    /// How much memory it takes.
    pub fn size(&self) -> usize {
        self.text.len() + self.spans.len() * size_of::<(u32, u32)>()
    }
}

/// Reads what a file defines; the error is a reason to show.
pub fn read<'d>(data: impl ReadRef<'d>) -> Result<Exports, String> {
    let exports = match FileKind::parse(data) {
        Ok(FileKind::Elf64) => exports::<elf::FileHeader64<Endianness>, _>(data),
        Ok(FileKind::Elf32) => exports::<elf::FileHeader32<Endianness>, _>(data),
        _ => return Err("the file is no ELF file".to_owned()),
    };
    exports.map_err(|error| format!("the file is no sound ELF file: {error}"))
}

/// Why a table is not read: the words of `object`, or ours.
type Unsound = String;

fn said(error: object::read::Error) -> Unsound {
    error.to_string()
}

/// What the dynamic segment says: addresses, and how long the names are together.
#[derive(Debug, Default)]
struct Tables {
    symbols: Option<u64>,
    names: Option<u64>,
    names_size: u64,
    hash: Option<u64>,
    gnu_hash: Option<u64>,
}

fn exports<'d, Elf: FileHeader<Endian = Endianness>, R: ReadRef<'d>>(
    data: R,
) -> Result<Exports, Unsound> {
    let header = Elf::parse(data).map_err(said)?;
    let endian = header.endian().map_err(said)?;
    let segments = header.program_headers(endian, data).map_err(said)?;
    let dynamic = segments
        .iter()
        .find_map(|segment| segment.dynamic(endian, data).transpose());
    // Without one nothing is defined for others.
    let Some(entries) = dynamic else {
        return Ok(Exports::default());
    };
    let mut tables = Tables::default();
    for entry in entries.map_err(said)? {
        let value: u64 = entry.d_val(endian).into();
        match entry.d_tag(endian) {
            elf::DT_NULL => break,
            elf::DT_SYMTAB => tables.symbols = Some(value),
            elf::DT_STRTAB => tables.names = Some(value),
            elf::DT_STRSZ => tables.names_size = value,
            elf::DT_HASH => tables.hash = Some(value),
            elf::DT_GNU_HASH => tables.gnu_hash = Some(value),
            _ => {}
        }
    }
    let place = |address: u64| {
        let inside = |segment: &Elf::ProgramHeader| {
            let size: u64 = segment.p_filesz(endian).into();
            let within = address.checked_sub(segment.p_vaddr(endian).into())?;
            let left = size.checked_sub(within).filter(|left| *left > 0)?;
            let load = segment.p_type(endian) == elf::PT_LOAD;
            let offset: u64 = segment.p_offset(endian).into();
            load.then_some((offset.checked_add(within)?, left))
        };
        segments.iter().find_map(inside)
    };
    let table = |address: Option<u64>| address.and_then(place);
    let (Some(symbols), Some(names)) = (table(tables.symbols), table(tables.names)) else {
        return Ok(Exports::default());
    };
    let range = match (table(tables.gnu_hash), table(tables.hash)) {
        (Some((offset, left)), _) => hashed::<Elf, _>(data, endian, offset, left)?,
        (None, Some((offset, _))) => {
            let counts = data.read_at::<elf::HashHeader<Endianness>>(offset);
            let counts = counts.map_err(|()| "its table of hashes lies outside".to_owned())?;
            1..u64::from(counts.chain_count.get(endian)).max(1)
        }
        (None, None) => return Ok(Exports::default()),
    };
    let count = range.end - range.start;
    if count > MAX_SYMBOLS || tables.names_size > MAX_NAMES {
        return Err(format!(
            "it has more than {MAX_SYMBOLS} symbols or too long names"
        ));
    }
    let first = range.start * size_of::<Elf::Sym>() as u64;
    let outside = |()| "its table of symbols lies outside".to_owned();
    let first = symbols.0.checked_add(first).ok_or(()).map_err(outside)?;
    let symbols: &[Elf::Sym] = data.read_slice_at(first, count as usize).map_err(outside)?;
    let names = data
        .read_bytes_at(names.0, tables.names_size.min(names.1))
        .map_err(|()| "its names lie outside".to_owned())?;
    let defined = symbols
        .iter()
        .filter(|symbol| is_defined::<Elf>(symbol, endian));
    Ok(Exports::of(defined.filter_map(|symbol| {
        let at = usize::try_from(symbol.st_name(endian)).ok()?;
        let rest = names.get(at..)?;
        let name = rest.get(..rest.iter().take(MAX_NAME).position(|byte| *byte == 0)?)?;
        (!name.is_empty()).then_some(name)
    })))
}

/// The symbols that a table of hashes leads to.
fn hashed<'d, Elf: FileHeader<Endian = Endianness>, R: ReadRef<'d>>(
    data: R,
    endian: Endianness,
    offset: u64,
    left: u64,
) -> Result<std::ops::Range<u64>, Unsound> {
    let bytes = data
        .read_bytes_at(offset, left.min(MAX_HASHES))
        .map_err(|()| "its table of hashes lies outside".to_owned())?;
    let table = GnuHashTable::<Elf>::parse(endian, bytes).map_err(said)?;
    let first = u64::from(table.symbol_base());
    // None where no bucket leads anywhere.
    let end = table.symbol_table_length(endian).map_or(first, u64::from);
    Ok(first..end.max(first))
}

/// Whether others can be linked to it. Names of versions are symbols without a section.
fn is_defined<Elf: FileHeader<Endian = Endianness>>(symbol: &Elf::Sym, endian: Endianness) -> bool {
    let bound = matches!(
        symbol.st_bind(),
        elf::STB_GLOBAL | elf::STB_WEAK | elf::STB_GNU_UNIQUE
    );
    let seen = matches!(
        symbol.st_visibility(),
        elf::STV_DEFAULT | elf::STV_PROTECTED
    );
    let placed = !symbol.is_undefined(endian) && symbol.st_shndx(endian) != elf::SHN_ABS;
    let kind = symbol.st_type();
    bound && seen && placed && kind != elf::STT_SECTION && kind != elf::STT_FILE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own_library() -> Vec<u8> {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let libc = maps
            .lines()
            .find(|line| line.contains("libc.so.6"))
            .unwrap();
        std::fs::read(libc.split_whitespace().last().unwrap()).unwrap()
    }

    #[test]
    fn the_c_library_defines_what_it_should() {
        let exports = read(&own_library()[..]).unwrap();
        let names: Vec<_> = exports.names().collect();
        assert!(names.len() > 1000, "{}", names.len());
        for name in ["open", "readdir64", "malloc", "environ"] {
            assert!(names.contains(&name.as_bytes()), "{name}");
        }
        // A version, and what libc takes from the loader.
        assert!(!names.contains(&&b"GLIBC_2.2.5"[..]));
        assert!(!names.contains(&&b"__tls_get_addr"[..]));
        assert!(names.is_sorted());
        assert_eq!(exports.common(&exports), names);
    }

    #[test]
    fn a_file_that_is_cut_or_changed_anywhere_is_read_or_refused() {
        let whole = own_library();
        for cut in (0..2048).chain((2048..whole.len()).step_by(whole.len() / 200)) {
            let _ = read(&whole[..cut]);
        }
        // Anything in the tables, which are at both ends; the same each time.
        let mut state = 1u64;
        let mut changed = whole.clone();
        for _ in 0..1000 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let at = (state >> 40) as usize % 0x2_0000;
            let at = if state & 1 << 33 == 0 {
                at
            } else {
                whole.len() - 1 - at
            };
            changed[at] ^= (state >> 24) as u8;
            let _ = read(&changed[..]);
            if state & 7 << 34 == 0 {
                changed.clone_from(&whole);
            }
        }
        // A byte of the headers at a time.
        let mut changed = whole.clone();
        for at in 0..1024 {
            for value in [0, 1, 0x7f, 0xff] {
                let was = std::mem::replace(&mut changed[at], value);
                let _ = read(&changed[..]);
                changed[at] = was;
            }
        }
    }

    #[test]
    fn common_names_are_those_of_both() {
        let of = |names: &[&'static str]| Exports::of(names.iter().map(|name| name.as_bytes()));
        let (one, two) = (of(&["b", "a", "d", "a"]), of(&["a", "c", "d", "e"]));
        assert_eq!(one.common(&two), [b"a", b"d"]);
        assert_eq!(of(&[]).common(&one), Vec::<&[u8]>::new());
    }
}
