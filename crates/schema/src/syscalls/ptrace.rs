//! Tracing other processes.

use crate::names;
use crate::types::Len::{Arg, ArgOrRet};
use crate::types::Type::{
    self, Addr, Array, By, Bytes, Enum, Flags, Hex, I32, I64, In, InOut, Inline, Long, Out, Pid,
    SigSet, Signal, Size, Struct, U8, U16, U32, U64, Ulong, Wide,
};
use crate::types::Width::Word;
use crate::types::{choices, structs};

/// A register.
const REGISTER: Type = Hex(&Ulong);
const REGISTER64: Type = Hex(&U64);

structs! {
    /// Registers of 64-bit x86.
    USER_REGS = "struct user_regs_struct" {
        r15: REGISTER, r14: REGISTER, r13: REGISTER, r12: REGISTER, rbp: REGISTER, rbx: REGISTER, r11: REGISTER,
        r10: REGISTER, r9: REGISTER, r8: REGISTER, rax: REGISTER, rcx: REGISTER, rdx: REGISTER, rsi: REGISTER,
        rdi: REGISTER, orig_rax: REGISTER, rip: REGISTER, cs: REGISTER, eflags: REGISTER, rsp: REGISTER,
        ss: REGISTER, fs_base: REGISTER, gs_base: REGISTER, ds: REGISTER, es: REGISTER, fs: REGISTER, gs: REGISTER,
    } with { compat: Some(&USER_REGS32), x32: Some(&USER_REGS_X32), aarch64: Some(&USER_REGS_ARM) }

    /// The same for an x32 caller, who has the whole registers.
    USER_REGS_X32 = "struct user_regs_struct" {
        r15: REGISTER64, r14: REGISTER64, r13: REGISTER64, r12: REGISTER64, rbp: REGISTER64, rbx: REGISTER64, r11: REGISTER64,
        r10: REGISTER64, r9: REGISTER64, r8: REGISTER64, rax: REGISTER64, rcx: REGISTER64, rdx: REGISTER64, rsi: REGISTER64,
        rdi: REGISTER64, orig_rax: REGISTER64, rip: REGISTER64, cs: REGISTER64, eflags: REGISTER64, rsp: REGISTER64,
        ss: REGISTER64, fs_base: REGISTER64, gs_base: REGISTER64, ds: REGISTER64, es: REGISTER64, fs: REGISTER64, gs: REGISTER64,
    }

    /// Registers of 32-bit x86.
    USER_REGS32 = "struct user_regs_struct" {
        ebx: REGISTER, ecx: REGISTER, edx: REGISTER, esi: REGISTER, edi: REGISTER, ebp: REGISTER, eax: REGISTER,
        xds: REGISTER, xes: REGISTER, xfs: REGISTER, xgs: REGISTER, orig_eax: REGISTER, eip: REGISTER,
        xcs: REGISTER, eflags: REGISTER, esp: REGISTER, xss: REGISTER,
    }

    /// Registers of 64-bit Arm.
    USER_REGS_ARM = "struct user_pt_regs" {
        regs: Inline(&REGISTER, 31), sp: REGISTER, pc: REGISTER, pstate: REGISTER,
    }

    /// A set of registers and its size.
    REGSET = "struct iovec" { iov_base: Out(&Bytes(Arg("iov_len"))), iov_len: Size }

    /// The same where it is read.
    REGSET_IN = "struct iovec" { iov_base: In(&Bytes(Arg("iov_len"))), iov_len: Size }

    /// Which signals are looked at.
    PEEKSIGINFO = "struct ptrace_peeksiginfo_args" {
        off: U64, flags: Flags(&names::ptrace::PEEK_FLAGS), nr: I32,
    }

    /// A filter of seccomp.
    SECCOMP_METADATA = "struct seccomp_metadata" { filter_off: U64, flags: Hex(&U64) }

    /// The beginning of a system call.
    SYSCALL_ENTRY = "" { nr: U64, args: Inline(&Hex(&U64), 6) }

    /// The end of one.
    SYSCALL_EXIT = "" { rval: I64, is_error: U8 }

    /// One that a filter stopped at.
    SYSCALL_SECCOMP = "" {
        nr: U64, args: Inline(&Hex(&U64), 6), ret_data: U32, __pad: U32,
    }

    /// The system call that a thread is in.
    SYSCALL_INFO = "struct ptrace_syscall_info" {
        op: U8, __pad: U8, flags: Hex(&U16), arch: Hex(&U32), instruction_pointer: Hex(&U64),
        stack_pointer: Hex(&U64), __unnamed: By(&SYSCALL_OP),
    } with { size: Some(ArgOrRet("addr")) }

    /// Where system calls are handed to a handler.
    SUD_CONFIG = "struct ptrace_sud_config" { mode: U64, selector: Hex(&U64), offset: Hex(&U64), len: Hex(&U64) }

    /// Where a thread's restartable sequences are.
    RSEQ_CONFIG = "struct ptrace_rseq_configuration" {
        rseq_abi_pointer: Hex(&U64), rseq_abi_size: U32, signature: Hex(&U32), flags: Hex(&U32), __pad: U32,
    }
}

choices! {
    /// What is told of a system call, by where it is.
    SYSCALL_OP = by "op" & 0xff {
        [1] => Struct(&SYSCALL_ENTRY),
        [2] => Struct(&SYSCALL_EXIT),
    } else Struct(&SYSCALL_SECCOMP);

    /// Where, or which, by the request.
    ADDRESS = by "request" {
        [0x4204, 0x4205] => Wide(Word, &Enum(&names::ptrace::REGSET)),
        [0x4209] => In(&Struct(&PEEKSIGINFO)),
        [0x420a, 0x420b, 0x420c, 0x420d, 0x420e, 0x420f, 0x4210, 0x4211, 0x4212] => Ulong,
    } else Addr;

    /// What is passed, by the request.
    DATA = by "request" {
        [1, 2, 3] => Out(&REGISTER),
        [4, 5, 6] => REGISTER,
        [7, 9, 17, 24, 31, 32, 33] => Wide(Word, &Signal),
        [12] => Out(&Struct(&USER_REGS)),
        [13] => In(&Struct(&USER_REGS)),
        [0x4200, 0x4206] => Wide(Word, &Flags(&names::ptrace::OPTIONS)),
        [0x4201] => Out(&Ulong),
        [0x4202] => Out(&Struct(&super::siginfo::SIGINFO)),
        [0x4203] => In(&Struct(&super::siginfo::SIGINFO)),
        [0x4204] => InOut(&Struct(&REGSET)),
        [0x4205] => In(&Struct(&REGSET_IN)),
        [0x420a] => Out(&SigSet(Arg("addr"))),
        [0x420b] => In(&SigSet(Arg("addr"))),
        [0x420c] => Out(&Array(&Struct(&super::security::SECCOMP_FILTER), crate::types::Len::Ret)),
        [0x420d] => InOut(&Struct(&SECCOMP_METADATA)),
        [0x420e] => Out(&Struct(&SYSCALL_INFO)),
        [0x4212] => In(&Struct(&SYSCALL_INFO)),
        [0x420f] => Out(&Struct(&RSEQ_CONFIG)),
        [0x4210] => In(&Struct(&SUD_CONFIG)),
        [0x4211] => Out(&Struct(&SUD_CONFIG)),
    } else Addr;
}

calls! {
    /// Traces another process: reads and writes its memory and registers, stops and continues it.
    ptrace x86_64 101, x32 521, i386 26, aarch64 117;
        (request: Wide(Word, &Enum(&names::ptrace::REQUEST)), pid: Pid, addr: By(&ADDRESS), data: By(&DATA)) -> Long,
        in ["default", "proc"]
        with { compat: true }
}
