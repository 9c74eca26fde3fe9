/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Plans of a record in a buffer. */
#pragma once

#define narrow_at(rec, at) ((rec)->bytes + bounded(at, CALL_SIZE - 1))
#define narrow_word(rec, at) (*(u64 *)narrow_at(rec, at))

/* Whether the bytes at a place of the record are those of the step's text. */
static __always_inline u32 narrow_bytes(struct narrow *plan, struct narrow_step *step,
					struct call_record *rec, u32 at)
{
	u64 *text = narrow_text_of(plan, step);
	u64 *bytes = (u64 *)narrow_at(rec, at);
	u32 length = step->length;

#pragma unroll
	for (u32 i = 0; i < NARROW_TEXT / 8; i++) {
		if (length <= i * 8)
			return NARROW_YES;
		if (!narrow_same(bytes[i], text[i], length < i * 8 + 8 ? length - i * 8 : 8))
			return NARROW_NO;
	}
	return NARROW_YES;
}

/* How long the first name of a path is; NARROW_TEXT for long ones. */
static __always_inline u32 narrow_name(struct call_record *rec, u32 at)
{
	u64 *bytes = (u64 *)narrow_at(rec, at);

#pragma unroll
	for (u32 i = 0; i < NARROW_TEXT / 8; i++) {
		u32 nul = narrow_nul(bytes[i]);

		if (nul < 8)
			return i * 8 + nul;
	}
	return NARROW_TEXT;
}

static __always_inline u32 narrow_text(struct narrow *plan, struct narrow_step *step,
				       struct call_record *rec, u32 at, u32 length)
{
	if (step->flags & NARROW_PATH && length > 1 && !*narrow_at(rec, at))
		return NARROW_UNKNOWN;
	if (step->flags & NARROW_WHOLE && length != step->low)
		return NARROW_NO;
	if (step->what == NARROW_NAME_END && length) {
		length = narrow_name(rec, at);
		if (length == NARROW_TEXT)
			return NARROW_UNKNOWN;
	}
	if (length < step->length)
		return NARROW_NO;
	if (step->what != NARROW_START)
		at += length - step->length;
	return narrow_bytes(plan, step, rec, at);
}

/* An address in the form of IPv6, in two halves. */
static __always_inline u32 narrow_host(struct narrow_step *step, u64 high, u64 low)
{
	u32 bits = step->length;
	u64 of_high = bits >= 64 ? ~0ull : ~(~0ull >> (bits & 63));
	u64 of_low = bits >= 128 ? ~0ull : bits <= 64 ? 0 : ~(~0ull >> (bits & 63));

	return (high & of_high) == step->high && (low & of_low) == step->low;
}

#define IPV4_AS_IPV6 0xffff00000000ull

static __always_inline u32 narrow_ipv4(struct narrow_step *step, struct call_record *rec, u32 at)
{
	u32 address = narrow_word(rec, at);

	return narrow_host(step, 0, IPV4_AS_IPV6 | __builtin_bswap32(address));
}

static __always_inline u32 narrow_ipv6(struct narrow_step *step, struct call_record *rec, u32 at)
{
	u64 high = narrow_word(rec, at), low = narrow_word(rec, at + 8);

	return narrow_host(step, __builtin_bswap64(high), __builtin_bswap64(low));
}

static __always_inline u32 narrow_socket(struct narrow_step *step, struct call_record *rec, u32 at,
					 u32 length)
{
	u32 head = narrow_word(rec, at), truth;
	u16 family = head, port = __builtin_bswap16(head >> 16);

	if (length < sizeof(head))
		return NARROW_UNKNOWN;
	if (family == AF_UNIX)
		return NARROW_NO;
	if (family == AF_INET && length >= 8)
		truth = narrow_ipv4(step, rec, at + 4);
	else if (family == AF_INET6 && length >= 24)
		truth = narrow_ipv6(step, rec, at + 8);
	else
		return NARROW_UNKNOWN;
	if (truth && step->flags & NARROW_PORTS &&
	    (port < step->ports[0] || port > step->ports[1]))
		return NARROW_NO;
	return truth;
}

static __always_inline u32 narrow_tail(struct narrow *plan, struct narrow_step *step,
				       struct call_record *rec, u32 at, u32 length)
{
	if (step->what == NARROW_SOCKET)
		return narrow_socket(step, rec, at, length);
	if (step->what != NARROW_HOST)
		return narrow_text(plan, step, rec, at, length);
	if (length != 4 && length != 16)
		return NARROW_UNKNOWN;
	/* Nobody has a port here. */
	if (step->flags & NARROW_PORTS)
		return NARROW_NO;
	return length == 4 ? narrow_ipv4(step, rec, at) : narrow_ipv6(step, rec, at);
}

static __always_inline u32 narrow_field(struct narrow *plan, struct narrow_step *step,
					struct call_record *rec, u64 known)
{
	u32 place = step->place & 63;
	u64 bit = 1ull << place, slot;

	if (!(known & bit) || rec->head.unread & bit)
		return NARROW_UNKNOWN;
	if (rec->head.absent & bit)
		return NARROW_NO;
	slot = narrow_word(rec, sizeof(struct th_record) + place * 8);
	if (step->what <= NARROW_BITS)
		return narrow_number(step, slot);
	if (rec->head.cut & bit)
		return NARROW_UNKNOWN;
	return narrow_tail(plan, step, rec, slot, slot >> 32);
}

static __always_inline u32 narrow_truth(struct narrow *plan, struct narrow_step *step,
					struct call_record *rec, u64 known)
{
	struct th_record *head = &rec->head;
	u64 *comm = (u64 *)head->comm;

	/* Nobody's: an interrupt hits whoever runs. */
	if (step->flags & NARROW_OF_THREAD && (!head->host_tid || head->flags & TH_IN_INTERRUPT))
		return NARROW_UNKNOWN;
	switch (step->source) {
	case NARROW_FIELD:
		return narrow_field(plan, step, rec, known);
	case NARROW_HEADER:
		return narrow_fact(step, narrow_word(rec, step->place) &
						 ~0ull >> (-step->length * 8 & 63));
	case NARROW_COMM:
		return narrow_comm(plan, step, comm[0], comm[1]);
	case NARROW_RET:
		return head->flags & TH_HAS_RET ? narrow_number(step, head->ret) : NARROW_UNKNOWN;
	}
	return NARROW_UNKNOWN;
}

/* Runs a step on a record of which these fields are known. Returns where to go on. */
__noinline int narrow_step(RECORD handed, u32 number, u32 at, u64 known)
{
	struct call_record *rec = record_of(handed);
	struct narrow *plan = narrow_plan_of(number);
	struct narrow_step *step;

	if (!plan || !rec)
		return NARROW_PASS;
	step = narrow_step_at(plan, at);
	return narrow_next(step, narrow_truth(plan, step, rec, known));
}

/* Whether a record may be wanted. */
__noinline int narrow_keeps(RECORD handed, u32 number, u64 known)
{
	u32 at = 0;

	/* A step goes on at a later one. */
	for (u32 i = 0; i < NARROW_STEPS; i++) {
		at = narrow_step(handed, number, at, known);
		if (at >= NARROW_STEPS)
			break;
	}
	return at != NARROW_DROP;
}

/* Whether to go on with a record in a buffer. */
#define keeps_fields(rec, number, index, known)                                                 	({                                                                                      		u32 __plan = narrow_of(index);                                                  									                        		!(__plan & NARROW_LATE) ||                                                      			narrow_keeps(hand(rec, number), __plan & NARROW_NUMBER, known) ||       			count_filtered(index);                                                  	})
#define keeps_long(rec, number, index) keeps_fields(rec, number, index, NARROW_ALL_KNOWN)

/* Most bytes of a record in a ring. */
#define SHORT_MASK 1023

/* Whether to submit a record in a ring; it is judged in a buffer, where there is one. */
static __always_inline bool keeps_short(struct th_record *rec, u32 index)
{
	u32 plan = narrow_of(index), number;
	struct call_record *copy;
	bool keeps = true;

	if (!(plan & NARROW_LATE))
		return true;
	number = buffer_take();
	copy = number ? call_record_of(number) : NULL;
	if (!copy)
		return true;
	if (!bpf_probe_read_kernel(copy->bytes, bounded(rec->size, SHORT_MASK), rec))
		keeps = narrow_keeps(hand(copy, number), plan & NARROW_NUMBER, NARROW_ALL_KNOWN);
	buffer_give(number);
	return keeps || count_filtered(index);
}
