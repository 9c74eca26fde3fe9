//! The kernel's types without those that no program asks about.
//!
//! To adapt programs to the kernel, libbpf looks through all of its types for each one that they name, a
//! hundred times a hundred thousand, for each object anew: most of what a start took. What it is given
//! here has the same types by the same ids, and nothing where no program can look.

mod raw;

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::sync::{Arc, Mutex};

use object::{Object as _, ObjectSection as _};

use self::raw::{Raw, Type, kind};
use crate::object::Flavour;

const TYPES: &str = "/sys/kernel/btf";
const VMLINUX: &str = "vmlinux";

/// A type that nothing is looked for in: it has no name, and a kind that no program asks about.
const NOTHING: [u32; 3] = [0, kind::FLOAT << 24, 4];

/// Types for libbpf, in a file of memory.
#[derive(Debug)]
pub struct Types {
    file: File,
    flavour: Flavour,
    /// The files that they are from: modules come and go.
    from: Vec<String>,
}

/// What was chosen last.
static KEPT: Mutex<Option<Arc<Types>>> = Mutex::new(None);

/// Gives the memory back, once all objects are loaded; it is filled again where more are.
pub fn forget() {
    if let Ok(mut kept) = KEPT.lock() {
        *kept = None;
    }
}

impl Types {
    /// What the programs of an object need; `None` where that cannot be told, and libbpf is to look itself.
    pub fn of(flavour: Flavour) -> Option<Arc<Types>> {
        let from = names().ok()?;
        let mut kept = KEPT.lock().ok()?;
        if let Some(kept) = kept.as_ref()
            && kept.flavour == flavour
            && kept.from == from
        {
            return Some(Arc::clone(kept));
        }
        let types = Arc::new(Types {
            file: written(&chosen(flavour.bytes(), &from)?).ok()?,
            flavour,
            from,
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
fn chosen(object: &[u8], from: &[String]) -> Option<Vec<u8>> {
    let object = object::File::parse(object).ok()?;
    let own = object.section_by_name(".BTF")?.data().ok()?;
    let own = Raw::parse(own, None)?;
    let mut wanted = HashMap::new();
    for (name, class) in own.ids().filter_map(|id| named(&own, own.get(id)?)) {
        wanted.insert((name, class), false);
    }
    let (vmlinux, modules) = from.split_first().filter(|files| files.0 == VMLINUX)?;
    let read = |name: &String| fs::read(format!("{TYPES}/{name}")).ok();
    let bytes = read(vmlinux)?;
    let vmlinux = Raw::parse(&bytes, None)?;
    let mut kept = Kept::of(&vmlinux, &roots(&vmlinux, &mut wanted));
    let missing: Vec<_> = wanted
        .into_iter()
        .filter_map(|(key, found)| (!found).then_some(key))
        .collect();
    let mut writer = Writer::default();
    let mut having = Vec::new();
    for name in modules {
        let bytes = read(name)?;
        let module = Raw::parse(&bytes, Some(&vmlinux))?;
        let mut wanted = missing.iter().map(|key| (*key, false)).collect();
        let own = Kept::of(&module, &roots(&module, &mut wanted));
        if wanted.into_values().any(|found| found) {
            kept.add(&own);
            having.push((name, own));
        }
    }
    writer.all(&vmlinux, &kept);
    for (name, kept) in having {
        let bytes = read(name)?;
        writer.more(&Raw::parse(&bytes, Some(&vmlinux))?, &kept);
    }
    Some(writer.file())
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
    /// Writes all types by the ids that they have, with nothing for those that are not kept.
    fn all(&mut self, types: &Raw<'_>, kept: &Kept) {
        let mut names = HashMap::new();
        let last = types.ids().rev().find(|id| kept.part(*id) > Part::Nothing);
        for id in types.first()..=last.unwrap_or_default() {
            let part = kept.part(id);
            match types.get(id).filter(|_| part > Part::Nothing) {
                Some(of) => self.one(types, of, part, &mut names, |id| id),
                None => self.put(NOTHING),
            }
        }
    }

    /// Writes what is kept of a module's own, behind what there is.
    fn more(&mut self, types: &Raw<'_>, kept: &Kept) {
        let mut names = HashMap::new();
        let ids = types.ids().filter(|id| kept.part(*id) > Part::Nothing);
        let places: HashMap<u32, u32> = ids.clone().zip(self.count + 1..).collect();
        for id in ids {
            let Some(of) = types.get(id) else { continue };
            let place = |id| {
                let base = (id < types.first()).then_some(id);
                base.or_else(|| places.get(&id).copied())
                    .unwrap_or_default()
            };
            self.one(types, of, kept.part(id), &mut names, place);
        }
    }

    fn put(&mut self, words: [u32; 3]) {
        self.count += 1;
        self.types
            .extend(words.into_iter().flat_map(u32::to_le_bytes));
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
            *names.entry(at).or_insert_with(|| {
                let here = self.strings.len() as u32 + 1;
                self.strings.extend_from_slice(types.text(at));
                self.strings.push(0);
                here
            })
        };
        let members = !matches!(of.kind(), kind::STRUCT | kind::UNION) || part == Part::Whole;
        if !members {
            let info = of.word(4) & !0xffff;
            let words = [name(of.name()), info, of.word(8)];
            self.put(words);
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
    use libbpf_rs::{AsRawLibbpf as _, ObjectBuilder, OpenObject};

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

    /// Adapts all programs to the kernel, without loading any.
    fn adapted(flavour: Flavour, path: Option<&str>) -> OpenObject {
        let mut builder = ObjectBuilder::default();
        if let Some(path) = path {
            builder.btf_custom_path(path).unwrap();
        }
        let mut object = builder.open_memory(flavour.bytes()).unwrap();
        for mut program in object.progs_mut() {
            program.set_autoload(true);
        }
        // SAFETY: the object is open, and nobody else uses it.
        let error = unsafe { libbpf_sys::bpf_object__prepare(object.as_libbpf_object().as_ptr()) };
        assert_eq!(error, 0);
        object
    }

    /// Names and instructions, without the descriptors of maps.
    fn instructions(object: &OpenObject) -> Vec<(String, Vec<[u64; 4]>)> {
        let programs = object.progs().map(|program| {
            let name = program.name().to_string_lossy().into_owned();
            let all = program.insns().iter().map(|one| {
                let is_map = one.code == 0x18 && [1, 2, 5, 6].contains(&one.src_reg());
                let regs = u64::from(one.src_reg()) << 8 | u64::from(one.dst_reg());
                let imm = if is_map { 0 } else { one.imm };
                [
                    u64::from(one.code),
                    regs,
                    one.off as u64,
                    u64::from(imm.cast_unsigned()),
                ]
            });
            (name, all.collect())
        });
        programs.collect()
    }

    #[test]
    fn programs_are_adapted_as_by_all_types() {
        // SAFETY: a call without arguments.
        if unsafe { libc::geteuid() } != 0 {
            println!("skipped: needs root to create maps");
            return;
        }
        let flavour = Flavour::detect();
        let types = Types::of(flavour).unwrap();
        let [few, all] =
            [Some(types.path()), None].map(|path| instructions(&adapted(flavour, path.as_deref())));
        assert_eq!(few.len(), all.len());
        assert!(all.iter().any(|program| program.1.len() > 1000));
        for (few, all) in few.iter().zip(&all) {
            assert_eq!(few.0, all.0);
            let differs = few.1.iter().zip(&all.1).position(|pair| pair.0 != pair.1);
            assert_eq!(differs, None, "{}", few.0);
            assert_eq!(few.1.len(), all.1.len(), "{}", few.0);
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
