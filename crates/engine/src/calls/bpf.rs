//! Instructions of BPF programs, of the first machine and of the extended one
//! (`include/uapi/linux/bpf_common.h`, `include/uapi/linux/bpf.h`, `include/uapi/linux/filter.h`).

use tracehound_schema::types::{Machine, Type};

use super::call::{Number, Scope};
use super::layouts::Layout;
use super::print::{Print, Shape};
use super::walk::{At, Walk};
use super::words::Dialect;
use crate::text;

/// Names of some bits of a code; without a name is what none stands for.
struct Names {
    mask: u16,
    shift: u16,
    names: &'static [&'static str],
}

const fn names(mask: u16, shift: u16, names: &'static [&'static str]) -> Names {
    Names { mask, shift, names }
}

const CLASSIC: Names = names(
    7,
    0,
    &["LD", "LDX", "ST", "STX", "ALU", "JMP", "RET", "MISC"],
);
const EXTENDED: Names = names(
    7,
    0,
    &["LD", "LDX", "ST", "STX", "ALU", "JMP", "JMP32", "ALU64"],
);
const SIZE: Names = names(0x18, 3, &["W", "H", "B", "DW"]);
const MODE: Names = names(0xe0, 5, &["IMM", "ABS", "IND", "MEM", "LEN", "MSH", "XADD"]);
const EXTENDED_MODE: Names = names(0xe0, 5, &["IMM", "ABS", "IND", "MEM", "", "", "XADD"]);
/// The kernel's own names for what came after Linux 5.11.
const NEWER_MODE: Names = names(
    0xe0,
    5,
    &["IMM", "ABS", "IND", "MEM", "MEMSX", "", "ATOMIC"],
);
const SOURCE: Names = names(8, 3, &["K", "X"]);
const ARITHMETIC: Names = names(
    0xf0,
    4,
    &[
        "ADD", "SUB", "MUL", "DIV", "OR", "AND", "LSH", "RSH", "NEG", "MOD", "XOR", "MOV", "ARSH",
        "END",
    ],
);
const JUMP: Names = names(
    0xf0,
    4,
    &[
        "JA", "JEQ", "JGT", "JGE", "JSET", "JNE", "JSGT", "JSGE", "CALL", "EXIT", "JLT", "JLE",
        "JSLT", "JSLE",
    ],
);
const RETURNED: Names = names(0x18, 3, &["K", "X", "A"]);
const MOVED: Names = names(0xf8, 7, &["TAX", "TXA"]);

/// What the bits of a code besides its class mean.
fn parts(machine: Machine, code: u16, dialect: Dialect) -> &'static [Names] {
    use Machine::{Classic, Extended};
    match (code & 7, machine, dialect) {
        (0 | 1, Classic, _) => &[SIZE, MODE],
        (2 | 3, Classic, _) => &[],
        (0..=3, Extended, Dialect::Strace) => &[SIZE, EXTENDED_MODE],
        (0..=3, Extended, Dialect::Json) => &[SIZE, NEWER_MODE],
        (4, ..) | (7, Extended, _) => &[SOURCE, ARITHMETIC],
        (5, ..) | (6, Extended, Dialect::Json) => &[SOURCE, JUMP],
        // strace has the class alone.
        (6, Extended, Dialect::Strace) => &[],
        (6, Classic, _) => &[RETURNED],
        _ => &[MOVED],
    }
}

/// Appends the code of an instruction.
pub fn operation(out: &mut Vec<u8>, machine: Machine, code: u16, dialect: Dialect) {
    let class = match machine {
        Machine::Classic => &CLASSIC,
        Machine::Extended => &EXTENDED,
    };
    let mut rest = code;
    for (place, part) in [class]
        .into_iter()
        .chain(parts(machine, code, dialect))
        .enumerate()
    {
        if place > 0 {
            out.push(b'|');
        }
        rest &= !part.mask;
        let value = code & part.mask;
        // Some bits of a part may have no meaning (`BPF_TXA` is 0x80 of 0xf8).
        let exact = (value >> part.shift) << part.shift == value;
        let name = part.names.get(usize::from(value >> part.shift));
        match name.filter(|name| exact && !name.is_empty()) {
            Some(name) => {
                out.extend_from_slice(b"BPF_");
                out.extend_from_slice(name.as_bytes());
            }
            None => unknown(out, value, dialect),
        }
    }
    if rest != 0 {
        out.push(b'|');
        unknown(out, rest, dialect);
    }
}

fn unknown(out: &mut Vec<u8>, bits: u16, dialect: Dialect) {
    text::hex(out, u64::from(bits));
    if dialect == Dialect::Strace {
        out.extend_from_slice(b" /* BPF_??? */");
    }
}

impl<P: Print> Walk<'_, P> {
    /// An instruction of the first machine as programs write it.
    pub(super) fn filter_step(&mut self, layout: &Layout, bytes: &[u8], at: At<'_>) {
        let scope = Scope {
            layout,
            bytes,
            around: at.scope,
        };
        let number = |name| self.call.named(name, Some(&scope));
        let (Some(code), Some(yes), Some(no), Some(k)) =
            (number("code"), number("jt"), number("jf"), number("k"))
        else {
            return self.print.raw(bytes, false);
        };
        let jumps = yes.value != 0 || no.value != 0;
        self.print
            .open(Shape::Macro(if jumps { "BPF_JUMP" } else { "BPF_STMT" }));
        let operation = &Type::Operation(Machine::Classic);
        self.step_argument(0, |walk| walk.print.words(operation, code));
        if jumps {
            for (place, value) in [k, yes, no].into_iter().enumerate() {
                self.step_argument(place + 1, |walk| walk.print.hex(value.value));
            }
        } else {
            let kind = layout.member("k").map_or(&Type::U32, |member| member.kind);
            let kind = self.call.chosen(kind, Some(&scope));
            self.step_argument(1, |walk| walk.step_number(kind, code, k));
        }
        self.print.close(Shape::Macro(""));
    }

    fn step_argument(&mut self, place: usize, print: impl FnOnce(&mut Self)) {
        if self.print.item(place) {
            print(self);
            self.print.done();
        }
    }

    /// The number of an instruction without jumps.
    fn step_number(&mut self, kind: &'static Type, code: Number, k: Number) {
        // BPF_LD|BPF_ABS, of any size.
        let loads = code.value & 0xe7 == 0x20;
        match kind {
            Type::Hex(_) if loads && k.value as u32 >= LINK_LAYER => {
                self.print.packet_offset(k.value as u32);
            }
            kind => self.plain(kind, k),
        }
    }
}

/// `SKF_LL_OFF`: from here on an offset is none into the packet.
const LINK_LAYER: u32 = -0x20_0000_i32 as u32;
/// `SKF_NET_OFF` and `SKF_AD_OFF`.
const NETWORK_LAYER: u32 = -0x10_0000_i32 as u32;
const ANCILLARY: u32 = -0x1000_i32 as u32;
/// What a program loads from `SKF_AD_OFF` on, four bytes each.
const ANCILLARIES: [&str; 16] = [
    "PROTOCOL",
    "PKTTYPE",
    "IFINDEX",
    "NLATTR",
    "NLATTR_NEST",
    "MARK",
    "QUEUE",
    "HATYPE",
    "RXHASH",
    "CPU",
    "ALU_XOR_X",
    "VLAN_TAG",
    "VLAN_TAG_PRESENT",
    "PAY_OFFSET",
    "RANDOM",
    "VLAN_TPID",
];

/// Appends an offset that is none into the packet: `SKF_AD_OFF+SKF_AD_PROTOCOL`.
pub fn packet_offset(out: &mut Vec<u8>, offset: u32) {
    let base = [
        (ANCILLARY, "SKF_AD_OFF"),
        (NETWORK_LAYER, "SKF_NET_OFF"),
        (LINK_LAYER, "SKF_LL_OFF"),
    ];
    let Some((base, name)) = base.into_iter().find(|row| offset >= row.0) else {
        return text::hex(out, u64::from(offset));
    };
    out.extend_from_slice(name.as_bytes());
    out.push(b'+');
    let rest = offset - base;
    if base != ANCILLARY {
        return text::number(out, rest);
    }
    let known = ANCILLARIES.get(rest as usize / 4);
    match known.filter(|_| rest.is_multiple_of(4)) {
        Some(known) => {
            out.extend_from_slice(b"SKF_AD_");
            out.extend_from_slice(known.as_bytes());
        }
        None => {
            text::hex(out, u64::from(rest));
            out.extend_from_slice(b" /* SKF_AD_??? */");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(machine: Machine, code: u16, dialect: Dialect) -> String {
        let mut out = Vec::new();
        operation(&mut out, machine, code, dialect);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn codes_of_the_first_machine() {
        let strace = |code| written(Machine::Classic, code, Dialect::Strace);
        assert_eq!(strace(0xb1), "BPF_LDX|BPF_B|BPF_MSH");
        assert_eq!(strace(0x02), "BPF_ST");
        assert_eq!(strace(0x2c), "BPF_ALU|BPF_X|BPF_MUL");
        assert_eq!(strace(0x87), "BPF_MISC|BPF_TXA");
        assert_eq!(strace(0x8f), "BPF_MISC|0x88 /* BPF_??? */");
        assert_eq!(
            strace(0x3e),
            "BPF_RET|0x18 /* BPF_??? */|0x20 /* BPF_??? */"
        );
        assert_eq!(strace(0x506), "BPF_RET|BPF_K|0x500 /* BPF_??? */");
        assert_eq!(strace(0xf4), "BPF_ALU|BPF_K|0xf0 /* BPF_??? */");
        assert_eq!(
            written(Machine::Classic, 0xf4, Dialect::Json),
            "BPF_ALU|BPF_K|0xf0"
        );
    }

    #[test]
    fn codes_of_the_extended_machine() {
        let strace = |code| written(Machine::Extended, code, Dialect::Strace);
        let json = |code| written(Machine::Extended, code, Dialect::Json);
        assert_eq!(strace(0xb7), "BPF_ALU64|BPF_K|BPF_MOV");
        assert_eq!(strace(0x81), "BPF_LDX|BPF_W|0x80 /* BPF_??? */");
        assert_eq!(json(0x81), "BPF_LDX|BPF_W|BPF_MEMSX");
        assert_eq!(strace(0xdb), "BPF_STX|BPF_DW|BPF_XADD");
        assert_eq!(json(0xdb), "BPF_STX|BPF_DW|BPF_ATOMIC");
        assert_eq!(strace(0x16), "BPF_JMP32|0x10 /* BPF_??? */");
        assert_eq!(json(0x16), "BPF_JMP32|BPF_K|BPF_JEQ");
    }

    #[test]
    fn offsets_outside_of_the_packet() {
        let offset = |offset: i32| {
            let mut out = Vec::new();
            packet_offset(&mut out, offset as u32);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(offset(-0x1000 + 60), "SKF_AD_OFF+SKF_AD_VLAN_TPID");
        assert_eq!(offset(-0x1000 + 2), "SKF_AD_OFF+0x2 /* SKF_AD_??? */");
        assert_eq!(offset(-0x1001), "SKF_NET_OFF+1044479");
        assert_eq!(offset(-0x20_0000), "SKF_LL_OFF+0");
    }
}
