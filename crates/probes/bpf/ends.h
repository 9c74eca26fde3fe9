/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Ends of calls. A program at each of them would cost every call; so one stands there, and jumps to the first
 * that looks at this call, which jumps to the next.
 */
#pragma once

/* By place, whose turn is next; at 0, who comes first. */
struct ends {
	u8 next[MOST_PLACES];
};

/* By number, for programs of either kind. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2 * MOST_CALLS);
	__type(key, u32);
	__type(value, struct ends);
} ends SEC(".maps");

/* Programs by their place: they jump only to their own kind. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, MOST_PLACES);
	__type(key, u32);
	__type(value, u32);
} ends_tp_btf SEC(".maps"), ends_raw_tp SEC(".maps");

#define ENDS(direct) ((direct) ? (void *)&ends_tp_btf : (void *)&ends_raw_tp)

/* Jumps to who comes after `place`, if anybody does. */
static __always_inline int next_end(u64 *ctx, const bool direct, const u32 place)
{
	struct pt_regs *regs = (struct pt_regs *)ctx[0];
	u32 number = bare_number(REGS(regs, direct, orig_ax));
	struct ends *of;
	u32 next;

	if (number >= MOST_CALLS)
		return 0;
	number += direct ? 0 : MOST_CALLS;
	of = bpf_map_lookup_elem(&ends, &number);
	next = of ? of->next[place] : 0;
	if (next)
		bpf_tail_call(ctx, ENDS(direct), next);
	return 0;
}

SEC("tp_btf/sys_exit")
int ends__tp_btf(u64 *ctx)
{
	return next_end(ctx, true, 0);
}

SEC("raw_tp/sys_exit")
int ends__raw_tp(u64 *ctx)
{
	return next_end(ctx, false, 0);
}
