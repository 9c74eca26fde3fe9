/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Lists that do not fit in their record: pieces of them, a record each, before that of the event. They go to
 * the CPU's own ring, so that they cannot push lives of processes out of theirs, and the reader, which goes by
 * time, hands them on first.
 */
#pragma once

/* Enough for the two megabytes that arguments and environment may have together. */
#define MOST_PIECES 264

/* Sends the piece at `offset`. */
__noinline int send_piece(RECORD handed, u64 offset)
{
	struct call_record *rec = record_of(handed);
	void *ring = ring_of(0);
	struct pieces *of;
	struct count *count;
	u64 left, size;
	u32 fields, field;

	if (!rec)
		return 0;
	of = &rec->pieces;
	fields = of->fields & FIELD_MASK;
	field = of->field & FIELD_MASK;
	left = of->length - offset;
	start_record(&rec->head, current_task(), 0, of->event, of->rung, 0);
	rec->head.flags = TH_PIECE;
	rec->head.pieces = of->number;
	rec->head.ret = offset;
	rec->head.absent = ((1ull << fields) - 1) & ~(1ull << field);
	rec->at = sizeof(struct th_record) + fields * 8;
	for (u32 i = 0; i < 64; i++)
		tail_slot(rec, i, 0);
	tail_bytes(handed, field, of->address + offset, left > BYTES_MAX ? 2 * BYTES_MAX : left,
		   IN_USER);
	count = count_of(of->index);
	if (count)
		__sync_fetch_and_add(&count->made, 1);
	size = (rec->at + 7) & ~7u;
	if (size > CALL_SIZE)
		size = CALL_SIZE;
	rec->head.size = size;
	rec->head.seq = next_seq(0);
	if (!ring || bpf_ringbuf_output(ring, rec, size, BPF_RB_NO_WAKEUP))
		count_drop(of->index);
	return 0;
}

/* Sends them all. Not inlined, or the verifier would go through the loop for each way that leads here. */
__noinline int send_each(RECORD handed)
{
	struct call_record *rec = record_of(handed);

	if (!rec)
		return 0;
	for (u32 i = 0; i < MOST_PIECES; i++) {
		u64 offset = (u64)i * BYTES_MAX;

		if (offset >= rec->pieces.length)
			break;
		send_piece(handed, offset);
	}
	return 0;
}

/*
 * Tells the list whole where the record that is being made has no room for it. The number says to
 * which record pieces belong: the time that it was begun.
 */
static __always_inline void send_pieces(struct call_record *whole, struct pieces of)
{
	u32 number;
	struct call_record *rec;

	if (!of.address || (of.length <= BYTES_MAX && whole->at + of.length <= CALL_SIZE))
		return;
	if (!whole->head.pieces)
		whole->head.pieces = (u32)whole->head.time | 1;
	number = buffer_take();
	rec = number ? call_record_of(number) : NULL;
	if (!rec)
		return;
	of.number = whole->head.pieces;
	rec->pieces = of;
	send_each(hand(rec, number));
	buffer_give(number);
	/* The reader goes by time, and this record comes after its pieces. */
	whole->head.time = bpf_ktime_get_boot_ns();
}
