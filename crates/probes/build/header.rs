//! `schema.h`: the record, ids, slot indices and numbers as C.

use std::fmt::Write as _;
use std::mem::{offset_of, size_of};

use tracehound_schema::capture::{self, Count, MOST_STEPS, Step, What};
use tracehound_schema::narrow;
use tracehound_schema::record::{
    ASIDE, ChunkKind, CredFacts, ENTRY, FileFacts, FrameFacts, HAS_ENTRY, HAS_RET, HEADER_SIZE,
    IN_INTERRUPT, LAYOUT, MAX_SIZE, MOST_FRAMES, PIECE, SocketFacts, VIA_IO_URING, chunk, memory,
};
use tracehound_schema::{Abi, all, ends, syscalls};

/// Renders the header. Writing to a `String` cannot fail, so results are dropped.
pub fn render() -> String {
    let mut out = String::from("/* Generated from crates/schema. */\n#pragma once\n\n");
    record(&mut out);
    for abi in Abi::ALL.into_iter().chain([Abi::None]) {
        let name = if abi == Abi::None {
            "NONE".to_owned()
        } else {
            abi.name().to_uppercase()
        };
        let _ = writeln!(out, "#define ABI_{name} {}", abi as u8);
    }
    let _ = writeln!(
        out,
        "#define TH_HAS_RET {HAS_RET}
#define TH_IN_INTERRUPT {IN_INTERRUPT}
#define TH_PIECE {PIECE}
#define TH_VIA_IO_URING {VIA_IO_URING}
#define TH_ASIDE {ASIDE}"
    );
    for call in syscalls::all() {
        for abi in Abi::ALL {
            if let Some(number) = call.number(abi) {
                let abi = abi.name().to_uppercase();
                let _ = writeln!(out, "#define NR_{abi}_{} {number}", call.name);
            }
        }
    }
    steps(&mut out);
    events(&mut out);
    out
}

/// Names of the numbers that steps and chunks are made of.
const NUMBERS: &[(&str, u64)] = &[
    ("TH_ENTRY", ENTRY as u64),
    ("TH_HAS_ENTRY", HAS_ENTRY as u64),
    ("MAX_SIZE", MAX_SIZE as u64),
    ("MOST_STEPS", MOST_STEPS as u64),
    ("MOST_PLACES", ends::MOST_PLACES as u64),
    ("REGISTERS", syscalls::REGISTERS as u64),
    ("ARGUMENT_WORD", syscalls::multiplexed::WORD as u64),
    (
        "ARGUMENT_NEXT_WORD",
        syscalls::multiplexed::NEXT_WORD as u64,
    ),
    ("WHAT_END", What::End as u64),
    ("WHAT_BYTES", What::Bytes as u64),
    ("WHAT_TEXT", What::Text as u64),
    ("WHAT_STRINGS", What::Strings as u64),
    ("WHAT_IOVEC", What::IoVec as u64),
    ("WHAT_MSGHDR", What::MsgHdr as u64),
    ("WHAT_MMSGHDR", What::MmsgHdr as u64),
    ("WHAT_FILE", What::File as u64),
    ("WHAT_RETURNED_FILE", What::ReturnedFile as u64),
    ("WHAT_SWITCH", What::Switch as u64),
    ("WHAT_POINTERS", What::Pointers as u64),
    ("WHAT_FILES", What::Files as u64),
    ("COUNT_LIMIT", Count::Limit as u64),
    ("COUNT_REGISTER", Count::Register as u64),
    ("COUNT_RET", Count::Ret as u64),
    ("COUNT_REGISTER_OR_RET", Count::RegisterOrRet as u64),
    ("COUNT_AT32", Count::At32 as u64),
    ("COUNT_AT_WORD", Count::AtWord as u64),
    ("COUNT_IOCTL", Count::Ioctl as u64),
    ("COUNT_BITS", Count::Bits as u64),
    ("COUNT_AT16", Count::At16 as u64),
    ("COUNT_PAGES", Count::Pages as u64),
    ("STEP_DEREF", capture::DEREF as u64),
    ("STEP_CONTENT", capture::CONTENT as u64),
    ("STEP_ON_ERROR", capture::ON_ERROR as u64),
    ("STEP_WIDE", capture::WIDE as u64),
    ("STEP_WRITTEN", capture::WRITTEN as u64),
    ("STEP_DIRECTORY", capture::DIRECTORY as u64),
    ("NARROW_STEPS", narrow::MOST_STEPS as u64),
    ("NARROW_TEXTS", narrow::MOST_TEXTS as u64),
    ("NARROW_TEXT", narrow::TEXT_SIZE as u64),
    ("NARROW_SIZE", narrow::PLAN_SIZE as u64),
    ("NARROW_EARLY", narrow::EARLY as u64),
    ("NARROW_LATE", narrow::LATE as u64),
    ("NARROW_DROP", narrow::DROP as u64),
    ("NARROW_PASS", narrow::PASS as u64),
    ("NARROW_FIELD", narrow::Source::Field as u64),
    ("NARROW_HEADER", narrow::Source::Header as u64),
    ("NARROW_COMM", narrow::Source::Comm as u64),
    ("NARROW_RET", narrow::Source::Ret as u64),
    ("NARROW_RANGE", narrow::What::Range as u64),
    ("NARROW_SIGNED_RANGE", narrow::What::SignedRange as u64),
    ("NARROW_BITS", narrow::What::Bits as u64),
    ("NARROW_START", narrow::What::Start as u64),
    ("NARROW_END", narrow::What::End as u64),
    ("NARROW_NAME_END", narrow::What::NameEnd as u64),
    ("NARROW_HOST", narrow::What::Host as u64),
    ("NARROW_SOCKET", narrow::What::Socket as u64),
    ("NARROW_NOT", narrow::NOT as u64),
    ("NARROW_WHOLE", narrow::WHOLE as u64),
    ("NARROW_PATH", narrow::PATH as u64),
    ("NARROW_PORTS", narrow::PORTS as u64),
    ("NARROW_ZERO_UNREAD", narrow::ZERO_UNREAD as u64),
    ("NARROW_ZERO_ABSENT", narrow::ZERO_ABSENT as u64),
    ("NARROW_OF_THREAD", narrow::OF_THREAD as u64),
    ("CHUNK_HEAD", chunk::HEAD as u64),
    ("CHUNK_EXIT", chunk::EXIT as u64),
    ("CHUNK_LATE", chunk::LATE as u64),
    ("CHUNK_CUT", chunk::CUT as u64),
    ("CHUNK_UNREAD", chunk::UNREAD as u64),
    ("CHUNK_MEMORY", ChunkKind::Memory as u64),
    ("CHUNK_FILE", ChunkKind::File as u64),
    ("CHUNK_SOCKET", ChunkKind::Socket as u64),
    ("MOST_FRAMES", MOST_FRAMES as u64),
    ("CODE_UNKNOWN", memory::UNKNOWN as u64),
    ("CODE_OF_FILE", memory::FILE as u64),
    ("CODE_ANONYMOUS", memory::ANONYMOUS as u64),
    ("CODE_OF_VDSO", memory::VDSO as u64),
    ("CODE_NOWHERE", memory::NONE as u64),
];

/// The members of `struct step` as [`Step`] has them.
const STEP: &[(&str, &str, usize)] = &[
    ("__u8", "what", offset_of!(Step, what)),
    ("__u8", "argument", offset_of!(Step, argument)),
    ("__u8", "flags", offset_of!(Step, flags)),
    ("__u8", "count", offset_of!(Step, count)),
    ("__u8", "from", offset_of!(Step, from)),
    ("__u8", "pad", offset_of!(Step, pad)),
    ("__u16", "scale", offset_of!(Step, scale)),
    ("__u32", "offset", offset_of!(Step, offset)),
    ("__u32", "limit", offset_of!(Step, limit)),
    ("__u32", "count_at", offset_of!(Step, count_at)),
];

/// The members of `struct narrow_step` as [`narrow::Step`] has them.
const NARROW_STEP: &[(&str, &str, usize)] = &[
    ("__u8", "what", offset_of!(narrow::Step, what)),
    ("__u8", "source", offset_of!(narrow::Step, source)),
    ("__u16", "place", offset_of!(narrow::Step, place)),
    ("__u8", "flags", offset_of!(narrow::Step, flags)),
    ("__u8", "length", offset_of!(narrow::Step, length)),
    ("__u8", "text", offset_of!(narrow::Step, text)),
    ("__u8", "yes", offset_of!(narrow::Step, yes)),
    ("__u8", "no", offset_of!(narrow::Step, no)),
    ("__u8", "pad[3]", offset_of!(narrow::Step, pad)),
    ("__u16", "ports[2]", offset_of!(narrow::Step, ports)),
    ("__u64", "low", offset_of!(narrow::Step, low)),
    ("__u64", "high", offset_of!(narrow::Step, high)),
];

/// The members of `struct file_facts` as [`FileFacts`] has them.
const FILE_FACTS: &[(&str, &str, usize)] = &[
    ("__u64", "inode", offset_of!(FileFacts, inode)),
    ("__u32", "dev", offset_of!(FileFacts, dev)),
    ("__u32", "mode", offset_of!(FileFacts, mode)),
    ("__u32", "rdev", offset_of!(FileFacts, rdev)),
    ("__u32", "magic", offset_of!(FileFacts, magic)),
];

/// The members of `struct socket_facts` as [`SocketFacts`] has them.
const SOCKET_FACTS: &[(&str, &str, usize)] = &[
    ("__u64", "inode", offset_of!(SocketFacts, inode)),
    ("__u16", "family", offset_of!(SocketFacts, family)),
    ("__u16", "kind", offset_of!(SocketFacts, kind)),
    ("__u16", "protocol", offset_of!(SocketFacts, protocol)),
    ("__u16", "state", offset_of!(SocketFacts, state)),
    ("__u16", "local_port", offset_of!(SocketFacts, local_port)),
    ("__u16", "remote_port", offset_of!(SocketFacts, remote_port)),
    ("__u32", "path_length", offset_of!(SocketFacts, path_length)),
    ("__u64", "local[2]", offset_of!(SocketFacts, local)),
    ("__u64", "remote[2]", offset_of!(SocketFacts, remote)),
];

/// The members of `struct frame_facts` as [`FrameFacts`] has them.
const FRAME_FACTS: &[(&str, &str, usize)] = &[
    ("__u64", "ip", offset_of!(FrameFacts, ip)),
    ("__u64", "offset", offset_of!(FrameFacts, offset)),
    ("__u64", "inode", offset_of!(FrameFacts, inode)),
    ("__u32", "dev", offset_of!(FrameFacts, dev)),
    ("__u32", "memory", offset_of!(FrameFacts, memory)),
];

/// The members of `struct cred_facts` as [`CredFacts`] has them.
fn cred_facts() -> Vec<(&'static str, &'static str, usize)> {
    let numbers = CredFacts::NUMBERS.iter().enumerate();
    let numbers = numbers.map(|(index, name)| ("__u32", *name, index * 4));
    let start = CredFacts::NUMBERS.len() * 4;
    let sets = CredFacts::SETS.iter().enumerate();
    let sets = sets.map(|(index, name)| ("__u64", *name, start + index * 8));
    numbers.chain(sets).collect()
}

/// A C struct, which asserts that its members lie where those of Rust's do.
fn structure(out: &mut String, name: &str, size: usize, members: &[(&str, &str, usize)]) {
    let _ = writeln!(out, "struct {name} {{");
    for (ctype, member, _) in members {
        let _ = writeln!(out, "\t{ctype} {member};");
    }
    out.push_str("};\n");
    for (_, member, offset) in members {
        let member = member.split('[').next().unwrap_or_default();
        let _ = writeln!(
            out,
            "_Static_assert(__builtin_offsetof(struct {name}, {member}) == {offset}, \"{member}\");"
        );
    }
    let _ = writeln!(
        out,
        "_Static_assert(sizeof(struct {name}) == {size}, \"size\");"
    );
}

fn steps(out: &mut String) {
    for (name, value) in NUMBERS {
        let _ = writeln!(out, "#define {name} {value}");
    }
    structure(out, "step", size_of::<Step>(), STEP);
    let size = size_of::<narrow::Step>();
    structure(out, "narrow_step", size, NARROW_STEP);
    structure(out, "file_facts", size_of::<FileFacts>(), FILE_FACTS);
    structure(out, "socket_facts", size_of::<SocketFacts>(), SOCKET_FACTS);
    structure(out, "frame_facts", size_of::<FrameFacts>(), FRAME_FACTS);
    structure(out, "cred_facts", size_of::<CredFacts>(), &cred_facts());
}

fn record(out: &mut String) {
    out.push_str("struct th_record {\n");
    for member in LAYOUT {
        let array = if member.array > 0 {
            format!("[{}]", member.array)
        } else {
            String::new()
        };
        let _ = writeln!(out, "\t{} {}{array};", member.ctype, member.name);
    }
    out.push_str("};\n");
    for member in LAYOUT {
        let (name, offset) = (member.name, member.offset);
        let _ = writeln!(
            out,
            "_Static_assert(__builtin_offsetof(struct th_record, {name}) == {offset}, \"{name}\");"
        );
    }
    let _ = writeln!(
        out,
        "_Static_assert(sizeof(struct th_record) == {HEADER_SIZE}, \"size\");"
    );
}

fn events(out: &mut String) {
    for (index, event) in all().enumerate() {
        let name = event.name;
        let _ = writeln!(
            out,
            "#define ID_{name} {}\n#define INDEX_{name} {index}\n#define FIELDS_{name} {}",
            event.id,
            event.fields.len()
        );
        for (slot, field) in event.fields.iter().enumerate() {
            let _ = writeln!(out, "#define FIELD_{name}_{} {slot}", field.identifier());
        }
    }
    let _ = writeln!(out, "#define EVENT_COUNT {}", all().count());
}
