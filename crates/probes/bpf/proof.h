/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Proof that the hooks of calls are live: what the proving child's calls have shown. */
#pragma once

enum {
	PROVED_BEGINNING = 1,
	PROVED_END = 2,
	PROVED_ABSENT = 4,	/* the kernel answered that it has no such call */
};

/*
 * What of each call the proving child's calls have shown, by key as in calls. Bits instead of
 * records: there are a thousand of them, and the smallest ring holds a page.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2 * MOST_CALLS);
	__type(key, u32);
	__type(value, u32);
} proofs SEC(".maps");

/* Whether hooks are being proved; then what this call shows is noted. */
static __always_inline bool call_proves(u8 abi, u32 nr, u32 bits)
{
	struct control *control = control_get();
	u32 key = (nr & ~X32_BIT) + (abi == ABI_I386 ? MOST_CALLS : 0);
	u32 *proof;

	if (control && control->phase == PHASE_LIVE)
		return false;
	proof = bpf_map_lookup_elem(&proofs, &key);
	if (proof)
		*proof |= bits;
	return true;
}
