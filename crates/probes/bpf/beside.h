/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What is told beside events stands before their records, as records of its own: stacks (hook/frames.h), and
 * what machines are called (hook/uts.h). So records stay as short as they are, and nobody pays who does not
 * ask.
 */
#pragma once

/* Bits of fixed.beside. */
enum {
	STACK_USER = 1,
	STACK_KERNEL = 2,
	STACK_CALLER = 4,	/* no more of the user's than who called */
	BESIDE_STACK = STACK_USER | STACK_KERNEL | STACK_CALLER,
	BESIDE_UTS = 8,
};

/* Tells what is asked for of the event whose record this is; to be done while nothing of it is in a ring. */
__noinline int tell_beside(RECORD handed);

static __always_inline void beside_before(struct call_record *rec, u32 number)
{
	if (fixed.beside)
		tell_beside(hand(rec, number));
}

/*
 * Records of a size known at compile time, built in a buffer. Of the steps of their end none calls
 * another, so that what they need of the program's 512 bytes does not add up.
 */
static __noinline struct th_record *buffered_begin(void)
{
	u32 number = buffer_take();
	struct call_record *rec = number ? call_record_of(number) : NULL;

	if (!rec)
		return NULL;
	rec->taken = number;
	return &rec->head;
}

static __noinline bool buffered_keeps(struct th_record *head, u32 index)
{
	return keeps_short(head, index);
}

static __noinline void buffered_send(struct th_record *head, u32 index, u32 life, bool keeps)
{
	struct call_record *rec = (void *)head;
	void *ring;

	if (keeps) {
		stay_on_cpu();
		rec->head.cpu = bpf_get_smp_processor_id();
		rec->head.seq = next_seq(life);
		ring = ring_of(life);
		if (!ring || bpf_ringbuf_output(ring, rec, bounded(rec->head.size, SHORT_MASK),
						BPF_RB_NO_WAKEUP))
			count_drop(index);
		may_leave_cpu();
	}
	buffer_give(rec->taken);
}

#define buffered_end(head, index, life)                                                         \
	do {                                                                                    \
		struct call_record *__whole = (void *)(head);                                   \
		bool __keeps = buffered_keeps(head, index);                                     \
									                        \
		if (__keeps)                                                                    \
			tell_beside(hand(__whole, __whole->taken));                              \
		buffered_send(head, index, life, __keeps);                                      \
	} while (0)
