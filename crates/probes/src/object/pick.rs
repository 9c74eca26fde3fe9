//! An object without the programs that are not to be loaded. libbpf goes through all symbols for each section, and
//! through all that is to be adapted to the kernel, whether it is loaded or not: most of what a start took.

use std::collections::HashMap;
use std::ops::Range;
use std::slice;

use object::LittleEndian as E;
use object::elf::{FileHeader64, SHF_EXECINSTR, SHT_PROGBITS, SHT_REL, SHT_STRTAB, SHT_SYMTAB};
use object::elf::{STT_FUNC, STT_NOTYPE, SectionHeader64, Sym64};
use object::pod;

use crate::types::word;

type Section = SectionHeader64<E>;
type Symbol = Sym64<E>;

/// Where functions lie that programs share.
const SHARED: &[u8] = b".text";
static ALL: Range<u64> = 0..u64::MAX;
/// Where programs lie, by section.
type Kept = HashMap<usize, Vec<Range<u64>>>;

/// The object with those programs only whose names are wanted; aligned as it must be. `None` if it is not
/// understood.
pub fn pick(object: &[u8], wanted: impl Fn(&str) -> bool) -> Option<Vec<u64>> {
    let mut parts = Parts::read(object)?;
    let kept = parts.choose(wanted)?;
    let mut by_name: HashMap<&[u8], &[Range<u64>]> =
        HashMap::from([(SHARED, slice::from_ref(&ALL))]);
    for (section, programs) in &kept {
        by_name.insert(parts.name(parts.sections.get(*section)?)?, programs);
    }
    let types = parts.data(parts.find(b".BTF")?)?;
    let strings = types.get((word(types, 4)? + word(types, 16)?) as usize..)?;
    let ext_at = parts.find(b".BTF.ext")?;
    let ext = picked_ext(parts.data(ext_at)?, |section| {
        let kept = names_at(strings, section).and_then(|name| by_name.get(name));
        kept.copied().unwrap_or_default()
    })?;
    parts.write(&kept, (ext_at, &ext))
}

struct Parts<'o> {
    object: &'o [u8],
    header: FileHeader64<E>,
    sections: Vec<Section>,
    names: usize,
    symbols: Vec<Symbol>,
}

impl<'o> Parts<'o> {
    fn read(object: &'o [u8]) -> Option<Parts<'o>> {
        let header: &FileHeader64<E> = pod::from_bytes(object).ok()?.0;
        let from = object.get(header.e_shoff.get(E) as usize..)?;
        let count = usize::from(header.e_shnum.get(E));
        let sections: &[Section] = pod::slice_from_bytes(from, count).ok()?.0;
        let mut parts = Parts {
            object,
            header: *header,
            sections: sections.to_vec(),
            names: usize::from(header.e_shstrndx.get(E).0),
            symbols: Vec::new(),
        };
        let symbols = parts.data(parts.symbol_table()?)?;
        let count = symbols.len() / size_of::<Symbol>();
        parts.symbols = pod::slice_from_bytes(symbols, count).ok()?.0.to_vec();
        Some(parts)
    }

    fn symbol_table(&self) -> Option<usize> {
        let mut sections = self.sections.iter();
        sections.position(|section| section.sh_type.get(E) == SHT_SYMTAB)
    }

    fn data(&self, at: usize) -> Option<&'o [u8]> {
        let section = self.sections.get(at)?;
        let from = self.object.get(section.sh_offset.get(E) as usize..)?;
        from.get(..section.sh_size.get(E) as usize)
    }

    fn name(&self, section: &Section) -> Option<&'o [u8]> {
        let names = self.data(self.names)?;
        names_at(names, section.sh_name.get(E))
    }

    fn find(&self, name: &[u8]) -> Option<usize> {
        let mut sections = self.sections.iter();
        sections.position(|section| self.name(section) == Some(name))
    }

    /// Takes the names of what is not wanted for those of no function, as libbpf finds programs by them; gives
    /// where the others lie, by section.
    fn choose(&mut self, wanted: impl Fn(&str) -> bool) -> Option<Kept> {
        let shared = self.find(SHARED)?;
        let table = self.sections.get(self.symbol_table()?)?;
        let names = self.data(table.sh_link.get(E) as usize)?;
        let mut kept = Kept::new();
        for symbol in &mut self.symbols {
            let section = usize::from(symbol.st_shndx.get(E).0);
            if symbol.st_type() != STT_FUNC || section == shared {
                continue;
            }
            let name = names_at(names, symbol.st_name.get(E))?;
            if wanted(str::from_utf8(name).ok()?) {
                let from = symbol.st_value.get(E);
                let programs = kept.entry(section).or_default();
                programs.push(from..from + symbol.st_size.get(E));
            } else {
                symbol.set_st_info(symbol.st_bind(), STT_NOTYPE);
            }
        }
        Some(kept)
    }

    /// Whether a section has nothing but programs that are left out, or what is to be adapted in them.
    fn is_left_out(&self, at: usize, kept: &Kept) -> bool {
        let Some(section) = self.sections.get(at) else {
            return false;
        };
        match section.sh_type.get(E) {
            SHT_REL => self.is_left_out(section.sh_info.get(E) as usize, kept),
            SHT_PROGBITS => {
                let code = section.sh_flags.get(E).0 & SHF_EXECINSTR.0 != 0;
                code && !kept.contains_key(&at) && self.name(section) != Some(SHARED)
            }
            _ => false,
        }
    }

    fn write(&self, kept: &Kept, ext: (usize, &[u8])) -> Option<Vec<u64>> {
        let mut header = self.header;
        let mut sections = self.sections.clone();
        let symbols = (self.symbol_table()?, pod::bytes_of_slice(&self.symbols));
        let mut out = Vec::from(pod::bytes_of(&header));
        for (at, section) in sections.iter_mut().enumerate() {
            if self.is_left_out(at, kept) {
                // What libbpf does not look into.
                section.sh_type.set(E, SHT_STRTAB);
                section.sh_size.set(E, 0);
                continue;
            }
            let replaced = [ext, symbols].into_iter().find(|one| one.0 == at);
            let data = match replaced {
                Some((_, data)) => data,
                None => self.data(at)?,
            };
            out.resize(out.len().next_multiple_of(8), 0);
            section.sh_offset.set(E, out.len() as u64);
            section.sh_size.set(E, data.len() as u64);
            out.extend_from_slice(data);
        }
        out.resize(out.len().next_multiple_of(8), 0);
        header.e_shoff.set(E, out.len() as u64);
        out.extend_from_slice(pod::bytes_of_slice(&sections));
        out.get_mut(..size_of_val(&header))?
            .copy_from_slice(pod::bytes_of(&header));
        let words = out.as_chunks::<8>().0.iter();
        Some(words.map(|word| u64::from_ne_bytes(*word)).collect())
    }
}

/// A name in a table of them.
fn names_at(names: &[u8], at: u32) -> Option<&[u8]> {
    let name = names.get(at as usize..)?;
    name.split(|byte| *byte == 0).next()
}

/// Where the header of `.BTF.ext` has the offsets and lengths of functions, lines and relocations
/// (`struct btf_ext_header`, `tools/lib/bpf/libbpf_internal.h`).
const EXT_PARTS: [usize; 3] = [8, 16, 24];

/// `.BTF.ext` with those records only that are `of` programs; a section is given by its name.
fn picked_ext<'k>(ext: &[u8], of: impl Fn(u32) -> &'k [Range<u64>]) -> Option<Vec<u8>> {
    let header = word(ext, 4)? as usize;
    let mut out = ext.get(..header)?.to_vec();
    for at in EXT_PARTS {
        let from = header + word(ext, at)? as usize;
        let part = ext.get(from..from + word(ext, at + 4)? as usize)?;
        let picked = picked_part(part, &of)?;
        let place = [out.len() - header, picked.len()].map(|word| (word as u32).to_le_bytes());
        out.get_mut(at..at + 8)?.copy_from_slice(&place.concat());
        out.extend_from_slice(&picked);
    }
    Some(out)
}

/// The size of a record; and for each section its name, how many records it has, and these.
fn picked_part<'k>(part: &[u8], of: impl Fn(u32) -> &'k [Range<u64>]) -> Option<Vec<u8>> {
    let Some((size, mut rest)) = part.split_at_checked(4) else {
        return Some(Vec::new());
    };
    let mut out = size.to_vec();
    let size = word(size, 0)? as usize;
    while !rest.is_empty() {
        let (name, count) = (word(rest, 0)?, word(rest, 4)? as usize);
        let records = rest.get(8..8 + count * size)?;
        rest = rest.get(8 + count * size..)?;
        let programs = of(name);
        let mut kept = Vec::new();
        for record in records.chunks_exact(size) {
            let at = u64::from(word(record, 0)?);
            if programs.iter().any(|program| program.contains(&at)) {
                kept.extend_from_slice(record);
            }
        }
        if !kept.is_empty() {
            out.extend(name.to_le_bytes());
            out.extend(((kept.len() / size) as u32).to_le_bytes());
            out.extend(kept);
        }
    }
    // Without records there must be no size of one either.
    let any = out.len() > 4;
    Some(if any { out } else { Vec::new() })
}

#[cfg(test)]
mod tests {
    use object::{Object as _, ObjectSymbol as _, SymbolKind};

    use super::*;
    use crate::object::Flavour;
    use crate::object::adapted::{adapted, assert_same, can_adapt};
    use crate::types::Types;

    fn programs(bytes: &[u8]) -> Vec<String> {
        let object = object::File::parse(bytes).unwrap();
        let shared = object.section_by_name(".text").unwrap();
        let shared = object::ObjectSection::index(&shared);
        let symbols = object.symbols().filter(|symbol| {
            symbol.kind() == SymbolKind::Text && symbol.section_index() != Some(shared)
        });
        let names = symbols.map(|symbol| symbol.name().unwrap().to_owned());
        names.collect()
    }

    #[test]
    fn what_is_wanted_is_there_and_nothing_else() {
        for flavour in [Flavour::Modern, Flavour::Legacy] {
            let whole = flavour.bytes();
            for prefix in ["sched_process_", "calls__2_", "no such program"] {
                let wanted = |name: &str| name.starts_with(prefix);
                let picked = pick(whole, wanted).unwrap();
                let picked = pod::bytes_of_slice(&picked);
                let mut expected = programs(whole);
                expected.retain(|name| wanted(name));
                assert_eq!(programs(picked), expected);
                assert!(picked.len() < whole.len() / 2, "{}", picked.len());
            }
            let all = pick(whole, |_| true).unwrap();
            assert_eq!(programs(pod::bytes_of_slice(&all)), programs(whole));
        }
    }

    /// Parts of it that are picked, each of every eighth program, give the kernel what the whole gives it.
    #[test]
    fn programs_are_adapted_as_in_the_whole_object() {
        if !can_adapt() {
            return;
        }
        let flavour = Flavour::detect();
        let types = Types::of(flavour).unwrap();
        let whole = adapted(flavour.bytes(), &types);
        assert!(whole.len() > 100);
        for part in 0..8 {
            let expected = || whole.iter().skip(part).step_by(8);
            let wanted = |name: &str| expected().any(|program| program.0 == name);
            let picked = pick(flavour.bytes(), wanted).unwrap();
            let picked = adapted(pod::bytes_of_slice(&picked), &types);
            assert_eq!(picked.len(), expected().count());
            for (picked, expected) in picked.iter().zip(expected()) {
                assert_same(picked, expected);
            }
        }
    }

    #[test]
    fn what_is_no_object_is_not_understood() {
        let whole = Flavour::Modern.bytes();
        for part in [&b""[..], b"\x7fELF", &whole[..whole.len() / 16 * 8]] {
            assert!(pick(part, |_| true).is_none());
        }
    }
}
