/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Buffers that programs take by turns, for records that are not built in a ring. */
#pragma once

/*
 * The buffers behind those of calls. Interrupts, nested hooks and, on kernels that preempt
 * programs, other threads build records on the same CPU meanwhile, so each takes one of its own.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u32);
} taken_buffers SEC(".maps");

static __always_inline u32 *taken_get(void)
{
	u32 zero = 0;

	return bpf_map_lookup_elem(&taken_buffers, &zero);
}

/* The number of a buffer that nobody has, 0 where there is none. */
static __always_inline u32 buffer_take(void)
{
	u32 *taken = taken_get();

	if (!taken)
		return 0;
#pragma unroll
	for (u32 i = 0; i < POOLED_RECORDS; i++) {
		u32 bit = 1u << i;
#ifdef TH_LEGACY
		/* Only an interrupt comes between, and that gives back what it takes. */
		if (*taken & bit)
			continue;
		*taken |= bit;
		return CALL_RECORDS + i;
#else
		if (!(__sync_fetch_and_or(taken, bit) & bit))
			return CALL_RECORDS + i;
#endif
	}
	return 0;
}

static __always_inline void buffer_give(u32 number)
{
	u32 *taken = taken_get();
	u32 bit = 1u << ((number - CALL_RECORDS) & 31);

	if (!taken)
		return;
#ifdef TH_LEGACY
	*taken &= ~bit;
#else
	__sync_fetch_and_and(taken, ~bit);
#endif
}
