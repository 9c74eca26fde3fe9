//! Choosing the instruction to stop at.
//!
//! The kernel replaces the instruction by a breakpoint and afterwards either emulates it or steps
//! over a copy of it, which costs 10 µs instead of 0.5 µs. So the probe goes to the first
//! instruction that the kernel emulates, as long as it runs exactly once per call and the arguments
//! are still where the caller put them; else to the function's entry.

use iced_x86::{
    Decoder, DecoderOptions, FlowControl, Instruction, InstructionInfoFactory, Mnemonic, OpAccess,
    OpKind, Register,
};

/// Where the System V convention passes the first arguments of 64-bit code.
const ARGUMENTS: [Register; 3] = [Register::RDI, Register::RSI, Register::RDX];

/// An instruction of a function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// Its distance from the function's first byte.
    pub offset: u64,
    /// How far the stack pointer has gone down since the function's entry, in bytes.
    pub depth: u32,
}

/// Chooses for a function of `arguments` arguments; `code` is all of it, for `bits` (32 or 64).
pub fn choose(code: &[u8], bits: u32, arguments: usize) -> Site {
    let limit = first_target(code, bits);
    let mut info = InstructionInfoFactory::new();
    let mut depth = 0;
    for instruction in Decoder::with_ip(bits, code, 0, DecoderOptions::NONE) {
        let offset = instruction.ip();
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        if offset >= limit || instruction.is_invalid() {
            break;
        }
        if emulated(code.get(start..start + instruction.len()), bits) {
            return Site { offset, depth };
        }
        let straight = instruction.flow_control() == FlowControl::Next;
        if !straight || overwrites(&instruction, &mut info, bits, arguments) {
            break;
        }
        match depth_after(&instruction, &mut info, depth) {
            Some(after) => depth = after,
            None => break,
        }
    }
    Site::default()
}

/// The first instruction after the entry that something in the function jumps to. Up to there,
/// each instruction runs once per call.
fn first_target(code: &[u8], bits: u32) -> u64 {
    Decoder::with_ip(bits, code, 0, DecoderOptions::NONE)
        .into_iter()
        .map(|instruction| instruction.near_branch_target())
        .filter(|target| *target > 0)
        .min()
        .unwrap_or(u64::MAX)
}

/// Whether the kernel emulates an instruction: `branch_setup_xol_ops` and `push_setup_xol_ops` in
/// arch/x86/kernel/uprobes.c (v6.18; the same in 5.10). Forms with prefixes are left out.
fn emulated(code: Option<&[u8]>, bits: u32) -> bool {
    match code {
        Some([0x50..=0x57 | 0x90]) => true,
        Some([0x41, 0x50..=0x57]) => bits == 64,
        Some([0xe8 | 0xe9, _, _, _, _] | [0xeb | 0x70..=0x7f, _]) => true,
        Some([0x0f, 0x80..=0x8f, _, _, _, _]) => true,
        Some([0x0f, 0x1f, 0x00] | [0x0f, 0x1f, 0x40, 0] | [0x0f, 0x1f, 0x44, 0, 0]) => true,
        _ => false,
    }
}

/// Whether an instruction may change what the probe is to read afterwards.
fn overwrites(
    instruction: &Instruction,
    info: &mut InstructionInfoFactory,
    bits: u32,
    arguments: usize,
) -> bool {
    let used = info.info(instruction);
    if bits == 32 {
        // The arguments are on the stack: any store might go there.
        return instruction.mnemonic() != Mnemonic::Push
            && used.used_memory().iter().any(|used| writes(used.access()));
    }
    let kept = &ARGUMENTS[..arguments.min(ARGUMENTS.len())];
    used.used_registers()
        .iter()
        .any(|used| writes(used.access()) && kept.contains(&used.register().full_register()))
}

const fn writes(access: OpAccess) -> bool {
    matches!(
        access,
        OpAccess::Write | OpAccess::CondWrite | OpAccess::ReadWrite | OpAccess::ReadCondWrite
    )
}

/// The depth behind an instruction; `None` when it moves the stack pointer in a way not known here.
fn depth_after(
    instruction: &Instruction,
    info: &mut InstructionInfoFactory,
    depth: u32,
) -> Option<u32> {
    let used = info.info(instruction).used_registers();
    let moves = used
        .iter()
        .any(|used| writes(used.access()) && used.register().full_register() == Register::RSP);
    if !moves {
        return Some(depth);
    }
    let down = match instruction.mnemonic() {
        Mnemonic::Push | Mnemonic::Pop => -i64::from(instruction.stack_pointer_increment()),
        Mnemonic::Sub if is_number(instruction.op1_kind()) => {
            i64::try_from(instruction.immediate(1)).ok()?
        }
        _ => return None,
    };
    u32::try_from(i64::from(depth) + down).ok()
}

const fn is_number(kind: OpKind) -> bool {
    matches!(
        kind,
        OpKind::Immediate8to64
            | OpKind::Immediate32to64
            | OpKind::Immediate8to32
            | OpKind::Immediate32
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(offset: u64, depth: u32) -> Site {
        Site { offset, depth }
    }

    #[test]
    fn the_first_branch_is_chosen_while_the_arguments_are_in_place() {
        // lea -0x1(%rsi),%ecx; cmp $0x3f,%ecx; ja: glibc 2.36's sigaddset.
        let code = [0x8d, 0x4e, 0xff, 0x83, 0xf9, 0x3f, 0x77, 0x20, 0xc3];
        assert_eq!(choose(&code, 64, 2), at(6, 0));
    }

    #[test]
    fn depth_follows_the_stack_pointer() {
        // sub $0x98,%rsp; xor %eax,%eax; test %rsi,%rsi; je.
        let code = [
            0x48, 0x81, 0xec, 0x98, 0, 0, 0, 0x31, 0xc0, 0x48, 0x85, 0xf6, 0x74, 0x10,
        ];
        assert_eq!(choose(&code, 64, 3), at(12, 0x98));
    }

    #[test]
    fn an_overwritten_argument_falls_back_to_the_entry() {
        // sub $8,%rsp; mov %ecx,%edi; call.
        let code = [0x48, 0x83, 0xec, 8, 0x89, 0xcf, 0xe8, 0, 0, 0, 0];
        assert_eq!(choose(&code, 64, 1), at(0, 0));
        assert_eq!(choose(&code, 64, 0), at(6, 8));
    }

    #[test]
    fn endbr_is_passed_over_and_a_push_taken() {
        // endbr64; push %r12.
        let code = [0xf3, 0x0f, 0x1e, 0xfa, 0x41, 0x54, 0xc3];
        assert_eq!(choose(&code, 64, 3), at(4, 0));
        // push %ebx: 0x41 is no prefix in 32-bit code.
        assert_eq!(choose(&[0x53, 0xc3], 32, 3), at(0, 0));
        assert_eq!(choose(&[0x41, 0x53, 0xc3], 32, 3), at(1, 0));
    }

    #[test]
    fn the_body_of_a_loop_is_not_chosen() {
        // xor %eax,%eax; (loop:) inc %eax; cmp %edi,%eax; jl loop.
        let code = [0x31, 0xc0, 0xff, 0xc0, 0x39, 0xf8, 0x7c, 0xfa, 0xc3];
        assert_eq!(choose(&code, 64, 1), at(0, 0));
    }

    #[test]
    fn a_store_may_hit_arguments_on_the_stack() {
        // mov %ecx,0x8(%esp); je.
        let code = [0x89, 0x4c, 0x24, 8, 0x74, 2, 0xc3];
        assert_eq!(choose(&code, 32, 2), at(0, 0));
    }

    #[test]
    fn hostile_bytes_end_at_the_entry() {
        assert_eq!(choose(&[], 64, 3), at(0, 0));
        assert_eq!(choose(&[0xff; 40], 64, 3), at(0, 0));
        // sub $-1,%rsp would raise it.
        assert_eq!(choose(&[0x48, 0x83, 0xec, 0xff, 0x90], 64, 0), at(0, 0));
    }
}
