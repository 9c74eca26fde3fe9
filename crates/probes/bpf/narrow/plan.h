/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Leaving records out that filters surely exclude: the interpreter of plans (crates/schema/src/narrow.rs).
 *
 * It runs before a record is begun, on what is known of the task, and where a plan looks at more
 * than that on the record itself, which then is in a buffer. What cannot be told here is kept: user space
 * evaluates everything that it gets. Each helper's call would cost as much as all the rest.
 */
#pragma once

struct narrow {
	struct narrow_step steps[NARROW_STEPS];
	u64 texts[NARROW_TEXTS][NARROW_TEXT / 8];
};
_Static_assert(sizeof(struct narrow) == NARROW_SIZE, "narrow");

/* User space fills them, 0 stays empty. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct narrow);
} narrows SEC(".maps");

/* By event: the number of its plan and when that can tell something, 0 for none. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, EVENT_COUNT);
	__type(key, u32);
	__type(value, u32);
} narrowed SEC(".maps");

#define NARROW_NUMBER (NARROW_EARLY - 1)
#define NARROW_ALL_KNOWN (~0ull)

enum { NARROW_NO, NARROW_YES, NARROW_UNKNOWN };

/* The row of `narrowed` for an event. */
static __always_inline u32 narrow_of(u32 index)
{
	struct control *control = control_get();
	u32 *plan;

	if (!control || !control->narrows)
		return 0;
	plan = bpf_map_lookup_elem(&narrowed, &index);
	return plan ? *plan : 0;
}

static __always_inline u32 narrow_number(struct narrow_step *step, u64 value)
{
	if (step->what == NARROW_RANGE)
		return step->low <= value && value <= step->high;
	if (step->what == NARROW_SIGNED_RANGE)
		return (s64)step->low <= (s64)value && (s64)value <= (s64)step->high;
	return (value & step->low) == step->high;
}

/* Whether two words are the same in their first bytes. */
static __always_inline bool narrow_same(u64 a, u64 b, u32 bytes)
{
	u64 differs = a ^ b;

	return !bytes || !(bytes < 8 ? differs << (64 - bytes * 8) : differs);
}

/* The place of the first NUL in a word, 8 if it has none. */
static __always_inline u32 narrow_nul(u64 word)
{
	u64 nuls = (word - 0x0101010101010101ull) & ~word & 0x8080808080808080ull;

	if (!nuls)
		return 8;
	/* A bit for each byte up to it, added up in the highest one. */
	return (((nuls - 1) & ~nuls & 0x0101010101010101ull) * 0x0101010101010101ull >> 56) - 1;
}

static __always_inline u64 *narrow_text_of(struct narrow *plan, struct narrow_step *step)
{
	return plan->texts[bounded(step->text, NARROW_TEXTS - 1)];
}

/* A thread's name, in two words. What is behind its NUL may be anything. */
static __always_inline u32 narrow_comm(struct narrow *plan, struct narrow_step *step, u64 first,
				       u64 second)
{
	u64 *text = narrow_text_of(plan, step);
	u32 length = step->length, wanted = length, skip;

	if (length > 15)
		return NARROW_NO;
	if (step->what == NARROW_END) {
		u32 own = narrow_nul(first);

		if (own == 8)
			own += narrow_nul(second);
		if (own < length)
			return NARROW_NO;
		skip = (own - length) & 15;
		if (skip >= 8) {
			first = second >> (skip - 8) * 8;
			second = 0;
		} else if (skip) {
			first = first >> skip * 8 | second << (64 - skip * 8);
			second >>= skip * 8;
		}
	} else if (step->flags & NARROW_WHOLE) {
		/* With the NUL, which the text has too. */
		wanted++;
	}
	if (wanted > 8 && !narrow_same(second, text[1], wanted - 8))
		return NARROW_NO;
	return narrow_same(first, text[0], wanted > 8 ? 8 : wanted);
}

/* A fact of the header. */
static __always_inline u32 narrow_fact(struct narrow_step *step, u64 value)
{
	if (!value && step->flags & NARROW_ZERO_UNREAD)
		return NARROW_UNKNOWN;
	if (!value && step->flags & NARROW_ZERO_ABSENT)
		return NARROW_NO;
	return narrow_number(step, value);
}

static __always_inline u32 narrow_next(struct narrow_step *step, u32 truth)
{
	return truth == (step->flags & NARROW_NOT ? NARROW_YES : NARROW_NO) ? step->no : step->yes;
}

#define narrow_plan_of(number) bpf_map_lookup_elem(&narrows, &number)
#define narrow_step_at(plan, at) (&(plan)->steps[bounded(at, NARROW_STEPS - 1)])

static __always_inline bool count_filtered(u32 index)
{
	struct count *count = count_of(index);

	if (count)
		__sync_fetch_and_add(&count->filtered, 1);
	return false;
}
