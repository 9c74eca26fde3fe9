//! The kernel's types without those that no program asks about.
//!
//! To adapt programs to the kernel, libbpf looks through all of its types for each one that they name, a
//! hundred times a hundred thousand, for each object anew: most of what a start took. What it is given
//! here are those of them that programs can look at, numbered anew, and the kernel's own numbers of a few
//! (`enum th_type_id` of `bpf/task.h`).

mod hooks;
mod raw;

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::sync::{Arc, Mutex};

use object::{Object as _, ObjectSection as _};
use tracehound_schema::Hook;

use self::hooks::Lacking;
pub use self::raw::word;
use self::raw::{Raw, Type, kind};
use crate::object::Flavour;

const TYPES: &str = "/sys/kernel/btf";
const VMLINUX: &str = "vmlinux";

/// The enumeration by which programs ask for the kernel's own numbers of structures, and what its names have
/// before the structure's.
const NUMBERS: &[u8] = b"th_type_id";
const NUMBER: &[u8] = b"th_id_";

/// Types for libbpf, in a file of memory.
#[derive(Debug)]
pub struct Types {
    file: File,
    flavour: Flavour,
    /// The files that they are from: modules come and go.
    from: Vec<String>,
    lacking: Lacking,
}

/// What was chosen last.
static KEPT: Mutex<Option<Arc<Types>>> = Mutex::new(None);

/// Gives the memory back, once all objects are loaded; it is filled again where more are.
pub fn forget() {
    if let Ok(mut kept) = KEPT.lock() {
        *kept = None;
    }
}

/// Whether the kernel lacks what a program is attached to. Where no types are chosen it is not known to.
pub fn lack(hook: &Hook) -> bool {
    let kept = KEPT.lock();
    kept.is_ok_and(|kept| kept.as_ref().is_some_and(|types| types.lacking.has(hook)))
}

impl Types {
    /// What the programs of an object need; `None` where that cannot be told, and libbpf is to look itself. Programs
    /// that tell the verifier numbers of types cannot be loaded then.
    pub fn of(flavour: Flavour) -> Option<Arc<Types>> {
        let from = names().ok()?;
        let mut kept = KEPT.lock().ok()?;
        if let Some(kept) = kept.as_ref()
            && kept.flavour == flavour
            && kept.from == from
        {
            return Some(Arc::clone(kept));
        }
        let (bytes, lacking) = chosen(flavour.bytes(), &from)?;
        let types = Arc::new(Types {
            file: written(&bytes).ok()?,
            flavour,
            from,
            lacking,
        });
        *kept = Some(Arc::clone(&types));
        Some(types)
    }

    /// By which path libbpf can open them.
    pub fn path(&self) -> String {
        format!("/proc/self/fd/{}", self.file.as_raw_fd())
    }
}

/// The kernel's file, and those of its modules in their order.
fn names() -> io::Result<Vec<String>> {
    let entries = fs::read_dir(TYPES)?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<_> = names.collect();
    names.sort_unstable_by_key(|name| (name != VMLINUX, name.clone()));
    Ok(names)
}

fn written(bytes: &[u8]) -> io::Result<File> {
    // SAFETY: the name is a C string, and the call gives a descriptor that nobody else has.
    let fd = unsafe { libc::memfd_create(c"types".as_ptr(), libc::MFD_CLOEXEC) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: as above.
    let mut file = File::from(unsafe { OwnedFd::from_raw_fd(fd) });
    file.write_all(bytes)?;
    Ok(file)
}

/// The types that an object names, of the kernel and of those of its modules that alone have them.
/// Also what all of them lack.
fn chosen(object: &[u8], from: &[String]) -> Option<(Vec<u8>, Lacking)> {
    let own = own_types(object)?;
    let (vmlinux, modules) = from.split_first().filter(|files| files.0 == VMLINUX)?;
    let bytes = read(vmlinux)?;
    let vmlinux = Raw::parse(&bytes, None)?;
    let mut lacking = Lacking::all();
    lacking.look(&vmlinux);
    let (kept, having) = choose(&own, &vmlinux, modules, &mut lacking);
    let mut writer = Writer::default();
    let base = writer.some(&vmlinux, &kept, &HashMap::new());
    writer.numbers(&numbers(&own, &vmlinux));
    for (name, kept) in having {
        let bytes = read(name).unwrap_or_default();
        if let Some(module) = Raw::parse(&bytes, Some(&vmlinux)) {
            writer.some(&module, &kept, &base);
        }
    }
    Some((writer.file(), lacking))
}

fn own_types(object: &[u8]) -> Option<Raw<'_>> {
    let object = object::File::parse(object).ok()?;
    Raw::parse(object.section_by_name(".BTF")?.data().ok()?, None)
}

fn read(name: &String) -> Option<Vec<u8>> {
    fs::read(format!("{TYPES}/{name}")).ok()
}

/// What is kept of the kernel's types, and of which modules what of their own.
fn choose<'b, 'n>(
    own: &Raw<'b>,
    vmlinux: &Raw<'b>,
    modules: &'n [String],
    lacking: &mut Lacking,
) -> (Kept, Vec<(&'n String, Kept)>) {
    let keys = own.ids().filter_map(|id| named(own, own.get(id)?));
    let keys = keys.filter(|key| key.0 != NUMBERS);
    let mut wanted = keys.map(|key| (key, false)).collect();
    let mut kept = Kept::of(vmlinux, &roots(vmlinux, &mut wanted));
    let missing: Vec<_> = wanted
        .into_iter()
        .filter_map(|(key, found)| (!found).then_some(key))
        .collect();
    let mut having = Vec::new();
    for name in modules {
        // One that has gone meanwhile has nothing that is of use.
        let bytes = read(name).unwrap_or_default();
        let Some(module) = Raw::parse(&bytes, Some(vmlinux)) else {
            continue;
        };
        lacking.look(&module);
        let mut wanted = missing.iter().map(|key| (*key, false)).collect();
        let own = Kept::of(&module, &roots(&module, &mut wanted));
        if wanted.into_values().any(|found| found) {
            kept.add(&own);
            having.push((name, own));
        }
    }
    (kept, having)
}

/// The enumerators by which programs ask for the kernel's numbers of structures, with these.
fn numbers<'b>(own: &Raw<'b>, vmlinux: &Raw<'_>) -> Vec<(&'b [u8], u32)> {
    let asking = own.ids().filter_map(|id| own.get(id));
    let asking = asking.filter(|of| of.kind() == kind::ENUM && own.text(of.name()) == NUMBERS);
    let names = asking.flat_map(|of| of.names().map(move |at| own.text(of.word(at))));
    let names: HashMap<&[u8], &[u8]> = names
        .filter_map(|name| Some((name.strip_prefix(NUMBER)?, name)))
        .collect();
    let structures = vmlinux.ids().filter_map(|id| {
        let of = vmlinux.get(id).filter(|of| of.kind() == kind::STRUCT)?;
        Some((*names.get(vmlinux.text(of.name()))?, id))
    });
    structures.collect()
}

/// What a type can be asked for by: its name without its flavour, and kinds that can stand for one another.
fn named<'b>(types: &Raw<'b>, of: Type<'b>) -> Option<(&'b [u8], u32)> {
    let class = match of.kind() {
        kind::ENUM64 => kind::ENUM,
        kind
        @ (kind::INT | kind::STRUCT | kind::UNION | kind::ENUM | kind::FWD | kind::TYPEDEF) => kind,
        _ => return None,
    };
    let name = essential(types.text(of.name()));
    (!name.is_empty()).then_some((name, class))
}

/// A name up to the last `___`, behind which programs tell apart what they know of a type.
fn essential(name: &[u8]) -> &[u8] {
    let is_mark = |at: usize| {
        let around = name.get(at..at + 5);
        around.is_some_and(|five| five[0] != b'_' && &five[1..4] == b"___" && five[4] != b'_')
    };
    let mark = (0..name.len().saturating_sub(4))
        .rev()
        .find(|at| is_mark(*at));
    mark.map_or(name, |at| &name[..=at])
}

/// The types that are asked for by name; what was found is noted.
fn roots<'b>(types: &Raw<'b>, wanted: &mut HashMap<(&'b [u8], u32), bool>) -> Vec<u32> {
    let is_wanted = |id: &u32| {
        let key = types.get(*id).and_then(|of| named(types, of));
        let found = key.and_then(|key| wanted.get_mut(&key));
        found.map(|found| *found = true).is_some()
    };
    types.ids().filter(is_wanted).collect()
}

/// How much of a type is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Nothing,
    /// Without members.
    Shell,
    Whole,
}

/// How much is kept of each type: those of a base first.
struct Kept(Vec<Part>);

impl Kept {
    /// Keeps types with all that lies in them, and of what they point at that it is there.
    fn of(types: &Raw<'_>, roots: &[u32]) -> Kept {
        let mut kept = Kept(vec![Part::Nothing; types.end() as usize]);
        let mut left: Vec<_> = roots.iter().map(|root| (*root, Part::Whole)).collect();
        while let Some((id, part)) = left.pop() {
            let place = kept.0.get_mut(id as usize);
            let Some((place, of)) = place.zip(types.get(id)) else {
                continue;
            };
            if *place >= part {
                continue;
            }
            *place = part;
            let inside = match of.kind() {
                kind::STRUCT | kind::UNION if part == Part::Shell => continue,
                kind::PTR | kind::FUNC_PROTO => Part::Shell,
                _ => part,
            };
            left.extend(of.types().map(|at| (of.word(at), inside)));
        }
        kept
    }

    /// Keeps of a base also what a module needs of it.
    fn add(&mut self, other: &Kept) {
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own = (*own).max(*other);
        }
    }

    fn part(&self, id: u32) -> Part {
        self.0.get(id as usize).copied().unwrap_or(Part::Nothing)
    }
}

/// Types and strings that are written.
#[derive(Default)]
struct Writer {
    types: Vec<u8>,
    /// Behind the first, which is empty.
    strings: Vec<u8>,
    count: u32,
}

impl Writer {
    /// Writes what is kept of types' own, behind what there is; gives the numbers that they have there.
    /// `base` are those of the types that these go on from.
    fn some(
        &mut self,
        types: &Raw<'_>,
        kept: &Kept,
        base: &HashMap<u32, u32>,
    ) -> HashMap<u32, u32> {
        let mut names = HashMap::new();
        let ids = types.ids().filter(|id| kept.part(*id) > Part::Nothing);
        let places: HashMap<u32, u32> = ids.clone().zip(self.count + 1..).collect();
        for id in ids {
            let Some(of) = types.get(id) else { continue };
            let place = |id| {
                let of = if id < types.first() { base } else { &places };
                of.get(&id).copied().unwrap_or_default()
            };
            self.one(types, of, kept.part(id), &mut names, place);
        }
        places
    }

    /// Writes the enumeration of the kernel's own numbers.
    fn numbers(&mut self, numbers: &[(&[u8], u32)]) {
        let kind = kind::ENUM << 24 | numbers.len() as u32;
        let name = self.text(NUMBERS);
        self.put(&[name, kind, 4]);
        for (name, number) in numbers {
            let name = self.text(name);
            self.types
                .extend([name, *number].into_iter().flat_map(u32::to_le_bytes));
        }
    }

    /// Writes a type's words.
    fn put(&mut self, words: &[u32]) {
        self.count += 1;
        self.types
            .extend(words.iter().copied().flat_map(u32::to_le_bytes));
    }

    fn text(&mut self, text: &[u8]) -> u32 {
        let here = self.strings.len() as u32 + 1;
        self.strings.extend_from_slice(text);
        self.strings.push(0);
        here
    }

    fn one(
        &mut self,
        types: &Raw<'_>,
        of: Type<'_>,
        part: Part,
        names: &mut HashMap<u32, u32>,
        place: impl Fn(u32) -> u32,
    ) {
        let mut name = |at: u32| -> u32 {
            if at == 0 {
                return 0;
            }
            *names.entry(at).or_insert_with(|| self.text(types.text(at)))
        };
        let members = !matches!(of.kind(), kind::STRUCT | kind::UNION) || part == Part::Whole;
        if !members {
            let info = of.word(4) & !0xffff;
            let words = [name(of.name()), info, of.word(8)];
            self.put(&words);
            return;
        }
        let mut bytes = of.bytes.to_vec();
        let mut set = |at: usize, word: u32| {
            if let Some(bytes) = bytes.get_mut(at..at + 4) {
                bytes.copy_from_slice(&word.to_le_bytes());
            }
        };
        set(0, name(of.name()));
        for at in of.names() {
            set(at, name(of.word(at)));
        }
        for at in of.types() {
            set(at, place(of.word(at)));
        }
        self.count += 1;
        self.types.extend_from_slice(&bytes);
    }

    fn file(self) -> Vec<u8> {
        let types = self.types.len() as u32;
        let strings = self.strings.len() as u32 + 1;
        let header = [0x0001_eb9f, 24, 0, types, types, strings];
        let mut bytes: Vec<u8> = header.into_iter().flat_map(u32::to_le_bytes).collect();
        bytes.extend_from_slice(&self.types);
        bytes.push(0);
        bytes.extend_from_slice(&self.strings);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use crate::object::adapted::{adapted, assert_same, can_adapt};

    use super::*;

    #[test]
    fn a_flavour_begins_behind_the_last_mark() {
        for (name, expected) in [
            ("task_struct", "task_struct"),
            ("task_struct___old", "task_struct"),
            ("a___b___c", "a___b"),
            ("___x", "___x"),
            ("a____b", "a____b"),
            ("a___", "a___"),
            ("", ""),
        ] {
            assert_eq!(essential(name.as_bytes()), expected.as_bytes(), "{name}");
        }
    }

    /// All types of the kernel by the numbers that they have, as they lie there, and what is chosen of modules
    /// behind them with the enumeration.
    fn every_type(object: &[u8], from: &[String]) -> Vec<u8> {
        let own = own_types(object).unwrap();
        let bytes = read(&from[0]).unwrap();
        let vmlinux = Raw::parse(&bytes, None).unwrap();
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        let part = |at: usize| &bytes[word(4) + word(at)..][..word(at + 4)];
        let mut writer = Writer {
            types: part(8).to_vec(),
            strings: part(16)[1..].to_vec(),
            count: vmlinux.end() - 1,
        };
        writer.numbers(&numbers(&own, &vmlinux));
        let base = (1..vmlinux.end()).map(|id| (id, id)).collect();
        let lacking = &mut Lacking::default();
        for (name, kept) in choose(&own, &vmlinux, &from[1..], lacking).1 {
            let bytes = read(name).unwrap();
            writer.some(&Raw::parse(&bytes, Some(&vmlinux)).unwrap(), &kept, &base);
        }
        writer.file()
    }

    #[test]
    fn programs_are_adapted_as_by_all_types() {
        if !can_adapt() {
            return;
        }
        let flavour = Flavour::detect();
        let few = &*Types::of(flavour).unwrap();
        let from = names().unwrap();
        let all = Types {
            file: written(&every_type(flavour.bytes(), &from)).unwrap(),
            flavour,
            from,
            lacking: Lacking::default(),
        };
        let [few, all] = [few, &all].map(|types| adapted(flavour.bytes(), types));
        assert_eq!(few.len(), all.len());
        assert!(all.iter().any(|program| program.1.len() > 1000));
        for (few, all) in few.iter().zip(&all) {
            assert_same(few, all);
        }
    }

    #[test]
    fn damaged_types_are_not_understood() {
        let bytes = fs::read(format!("{TYPES}/{VMLINUX}")).unwrap_or_default();
        for part in [&b""[..], b"\x9f\xeb", &bytes[..bytes.len() / 2]] {
            assert!(Raw::parse(part, None).is_none());
        }
    }
}
