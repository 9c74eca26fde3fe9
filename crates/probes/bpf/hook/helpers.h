/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Which functions of the kernel a BPF program calls, by its instructions. */
#pragma once

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct bpf_insn {
	u8 code;
};
struct bpf_prog___instructions {
	u32 len;
	struct bpf_insn insnsi[0];
};
#pragma clang attribute pop

/* The bit of each helper by the function's address; below 0 what the distances are counted from. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 128);
	__type(key, u64);
	__type(value, u64);
} helper_addresses SEC(".maps");

/* As in the table of names. */
#define CALLS_TAIL 1ull
#define CALLS_OTHERS (1ull << 60)
#define CALLS_FUNCTIONS (1ull << 61)

/* include/uapi/linux/bpf.h, include/linux/filter.h: BPF_JMP | BPF_CALL and BPF_TAIL_CALL */
#define CODE_CALL 0x85
#define CODE_TAIL_CALL 0xf5
/* What a call is of: else of a part of the program itself. */
enum { OF_HELPER = 0, OF_KERNEL_FUNCTION = 2 };

/* Instructions that are read at a time, and how often. */
#define SOME_INSNS 16
#define MOST_READS 512

/* What an instruction calls, a bit for it. */
__noinline u64 called_by(u64 insn, u64 base)
{
	/* Since the verifier is done, a helper stands as the distance to its function. */
	u64 address = base + (s64)(s32)(insn >> 32), *bit;
	u32 code = insn & 0xff, kind = insn >> 12 & 0xf;

	if (code == CODE_TAIL_CALL)
		return CALLS_TAIL;
	if (code != CODE_CALL)
		return 0;
	if (kind == OF_KERNEL_FUNCTION)
		return CALLS_FUNCTIONS;
	if (kind != OF_HELPER)
		return 0;
	bit = bpf_map_lookup_elem(&helper_addresses, &address);
	return bit ? *bit : CALLS_OTHERS;
}

/* Why a program's calls cannot be told, and that there are no more of them. */
#define FAILED (1ull << 63)
#define NO_MORE (1ull << 62)

/* What some instructions call, from one of them on. */
__noinline u64 called_from(u64 program, u32 first)
{
	struct bpf_prog___instructions *prog = (void *)program;
	u64 insns[SOME_INSNS] = {}, none = 0, found = 0, *base;
	u64 start = program + bpf_core_field_offset(struct bpf_prog___instructions, insnsi);
	u64 size = sizeof(insns);
	u32 length = BPF_CORE_READ(prog, len);

	base = bpf_map_lookup_elem(&helper_addresses, &none);
	if (!base || !length || length > SOME_INSNS * MOST_READS)
		return FAILED;
	if (first >= length)
		return NO_MORE;
	if (length - first < SOME_INSNS)
		size = (length - first) * sizeof(*insns);
	/* The compiler knows this, the verifier does not. */
	asm volatile("" : "+r"(size));
	if (size > sizeof(insns))
		return FAILED;
	if (bpf_probe_read_kernel(insns, size, (void *)(start + first * sizeof(*insns))))
		return FAILED;
	for (u32 i = 0; i < SOME_INSNS; i++)
		found |= called_by(insns[i], *base);
	return found;
}

/* What a program calls; UNREAD where it is too long, or the kernel's addresses are not known. */
__noinline u64 helpers_of(u64 program)
{
	u64 found = 0;

	/*
	 * 5.10 forgets numbers that are moved to the stack, and then sees a loop without an end: what the
	 * turns need stays in registers, the rest is asked for again.
	 */
	for (u32 first = 0; first < SOME_INSNS * MOST_READS; first += SOME_INSNS) {
		found |= called_from(program, first);
		if (found & (FAILED | NO_MORE))
			break;
	}
	return found & FAILED ? UNREAD : found & ~NO_MORE;
}
