/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * 32-bit calls that pass their arguments in memory, or that stand for several calls: what they
 * mean is put in place of the registers.
 */
#pragma once

/* A 32-bit call that is meant by a value of the first argument of another. */
struct meaning {
	struct call call;
	u8 array;	/* the arguments are in memory, at the second argument */
	u8 registers[REGISTERS];	/* otherwise in these registers */
	u8 pad;
};

#define MOST_MEANINGS 32
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2 * MOST_MEANINGS);
	__type(key, u32);
	__type(value, struct meaning);
} meanings SEC(".maps");

/*
 * Puts an array of 32-bit words in place of the registers. What cannot be read is null to the
 * steps; its slots will hold the address, marked as unread.
 */
__noinline int unpack_array(RECORD handed, u64 address, u32 words)
{
	struct call_record *rec = record_of(handed);
	u32 values[REGISTERS] = {};
	u32 size = words * 4;

	if (!rec)
		return 0;
	if (size > sizeof(values))
		size = sizeof(values);
	if (bpf_probe_read_user(values, size, (void *)address)) {
		__builtin_memset(values, 0, sizeof(values));
		rec->packed = address;
	}
	for (u32 i = 0; i < REGISTERS; i++)
		rec->args[i] = values[i];
	return 0;
}

/* Puts registers in the order that the meaning has. */
__noinline int unpack_registers(RECORD handed, u32 index)
{
	struct call_record *rec = record_of(handed);
	struct meaning *meaning = bpf_map_lookup_elem(&meanings, &index);

	if (!rec || !meaning)
		return 0;
	for (u32 i = 0; i < REGISTERS; i++)
		rec->raw[i] = rec->args[i];
	for (u32 i = 0; i < REGISTERS; i++) {
		u8 from = meaning->registers[i];
		u64 value = i < meaning->call.words ? rec->raw[from & 7] : 0;
		u32 word = 0;

		if (from & (ARGUMENT_WORD | ARGUMENT_NEXT_WORD)) {
			u64 address = value + (from & ARGUMENT_NEXT_WORD ? 4 : 0);

			if (bpf_probe_read_user(&word, sizeof(word), (void *)address))
				rec->packed = address;
			value = word;
		}
		rec->args[i] = value;
	}
	return 0;
}

/*
 * Which call is meant, with its arguments in place; the call itself where what it means is not
 * selected, nothing where neither is.
 */
static __always_inline struct call *call_meant(struct call_record *rec, struct call *call, u32 end)
{
	u32 index = rec->args[0];
	struct meaning *meaning;

	rec->packed = 0;
	if (call->flags & CALL_PACKED)
		unpack_array(hand(rec, end), rec->args[0], call->words);
	if (!(call->flags & CALL_MULTIPLEXED) || index >= MOST_MEANINGS)
		return call;
	index += call->meanings;
	meaning = bpf_map_lookup_elem(&meanings, &index);
	if (!meaning || !meaning->call.event)
		return call;
	if (meaning->array)
		unpack_array(hand(rec, end), rec->args[1], meaning->call.words);
	else
		unpack_registers(hand(rec, end), index);
	return &meaning->call;
}
