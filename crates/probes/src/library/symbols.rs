//! Reading an ELF file: whether it is a C library, and where its functions are.
//!
//! The files come from processes that may mean harm: reads are bounded and checked by `object`,
//! and very large files are left alone.

use std::fs::File;
use std::io;

use object::read::elf::{
    Dyn as _, FileHeader, ProgramHeader as _, SectionHeader as _, SectionTable, Sym as _,
};
use object::read::{ReadCache, ReadRef as _};
use object::{Endianness, FileKind, elf};

use super::site::{self, Site};

/// The largest file that is looked into; C libraries have 1 to 20 MB, debug information included.
const MAX_FILE: u64 = 64 << 20;
/// The most of a function that is decoded; those wanted have less than 1 KiB.
const MAX_CODE: u64 = 4096;
/// The most definitions of one function that are probed; glibc has one or two.
const MAX_VERSIONS: usize = 8;
/// What glibc's files call themselves; its signal functions were in two files before 2.32.
const GLIBC: [&[u8]; 2] = [b"libc.so.6", b"libpthread.so.0"];
/// Defined by glibc and musl and, as a function of a shared object, by nothing else.
const MARK: &[u8] = b"__libc_start_main";

type Cache = ReadCache<File>;
type Result<T> = std::result::Result<T, object::read::Error>;

/// One definition of a function. A library may have several, of different versions.
#[derive(Clone, Debug)]
pub struct Function {
    name: String,
    /// Where it starts in the file.
    offset: u64,
    code: Vec<u8>,
}

/// The functions found in a C library.
#[derive(Clone, Debug)]
pub struct Functions {
    bits: u32,
    list: Vec<Function>,
}

impl Functions {
    /// Where to stop for a function: offsets in the file. `choose` is off where the depth cannot
    /// be told to the program.
    pub fn sites(&self, name: &str, arguments: usize, choose: bool) -> Vec<Site> {
        let named = self.list.iter().filter(|function| function.name == name);
        let site = |function: &Function| {
            let site = match choose {
                true => site::choose(&function.code, self.bits, arguments),
                false => Site::default(),
            };
            Site {
                offset: function.offset + site.offset,
                depth: site.depth,
            }
        };
        named.map(site).collect()
    }
}

/// The functions of `file` named in `wanted`; `None` if it is not a C library for this machine.
pub fn inspect(file: &File, wanted: &[&str]) -> io::Result<Option<Functions>> {
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.len() > MAX_FILE {
        return Ok(None);
    }
    let cache = ReadCache::new(file.try_clone()?);
    // A file that is no ELF, or not a sound one, is no library.
    Ok(match FileKind::parse(&cache) {
        Ok(FileKind::Elf64) => {
            functions::<elf::FileHeader64<Endianness>>(&cache, wanted).unwrap_or(None)
        }
        Ok(FileKind::Elf32) => {
            functions::<elf::FileHeader32<Endianness>>(&cache, wanted).unwrap_or(None)
        }
        _ => None,
    })
}

fn functions<Elf: FileHeader<Endian = Endianness>>(
    cache: &Cache,
    wanted: &[&str],
) -> Result<Option<Functions>> {
    let header = Elf::parse(cache)?;
    let endian = header.endian()?;
    let bits = match header.e_machine(endian) {
        elf::EM_X86_64 => 64,
        elf::EM_386 => 32,
        _ => return Ok(None),
    };
    let sections = header.sections(endian, cache)?;
    let soname = soname(&sections, endian, cache)?;
    if !soname.is_none_or(|name| GLIBC.contains(&name) || name.starts_with(b"libc.")) {
        return Ok(None);
    }
    let symbols = sections.symbols(endian, cache, elf::SHT_DYNSYM)?;
    let names = sections
        .section(symbols.string_section())?
        .data(endian, cache)?;
    let mut marked = soname.is_some_and(|name| GLIBC.contains(&name));
    let mut list: Vec<Function> = Vec::new();
    for symbol in symbols.iter() {
        // Not IFUNC symbols: what they name is a resolver, not the function.
        if symbol.is_undefined(endian) || symbol.st_type() != elf::STT_FUNC {
            continue;
        }
        let name = text(names, symbol.st_name(endian).into());
        marked |= name == MARK;
        let Some(name) = wanted.iter().find(|wanted| wanted.as_bytes() == name) else {
            continue;
        };
        let size = symbol.st_size(endian).into().min(MAX_CODE);
        let address = symbol.st_value(endian).into();
        let Some(offset) = file_offset(header, endian, cache, address)? else {
            continue;
        };
        let known = || list.iter().filter(|known| known.name == *name);
        if known().count() < MAX_VERSIONS && known().all(|known| known.offset != offset) {
            let code = cache
                .read_bytes_at(offset, size)
                .unwrap_or_default()
                .to_vec();
            list.push(Function {
                name: (*name).to_owned(),
                offset,
                code,
            });
        }
    }
    Ok((marked && !list.is_empty()).then_some(Functions { bits, list }))
}

/// What the file calls itself.
fn soname<'a, Elf: FileHeader<Endian = Endianness>>(
    sections: &SectionTable<'a, Elf, &'a Cache>,
    endian: Endianness,
    cache: &'a Cache,
) -> Result<Option<&'a [u8]>> {
    let Some((entries, strings)) = sections.dynamic(endian, cache)? else {
        return Ok(None);
    };
    let found = entries
        .iter()
        .find(|entry| entry.tag(endian) == elf::DT_SONAME);
    let strings = sections.strings(endian, cache, strings)?;
    Ok(found.and_then(|entry| entry.string(endian, strings).ok()))
}

fn text(strings: &[u8], at: u64) -> &[u8] {
    let rest = usize::try_from(at).ok().and_then(|at| strings.get(at..));
    let rest = rest.unwrap_or_default();
    rest.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// Where the byte at `address` is in the file; `None` unless it is code.
fn file_offset<Elf: FileHeader<Endian = Endianness>>(
    header: &Elf,
    endian: Endianness,
    cache: &Cache,
    address: u64,
) -> Result<Option<u64>> {
    let segments = header.program_headers(endian, cache)?;
    let inside = segments.iter().find_map(|segment| {
        let start: u64 = segment.p_vaddr(endian).into();
        let size: u64 = segment.p_filesz(endian).into();
        let code =
            segment.p_type(endian) == elf::PT_LOAD && segment.p_flags(endian).0 & elf::PF_X.0 != 0;
        let within = address.checked_sub(start).filter(|within| *within < size)?;
        code.then(|| within.checked_add(segment.p_offset(endian).into()))?
    });
    Ok(inside)
}
