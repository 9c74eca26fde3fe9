/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Vectors (struct iovec), messages (struct msghdr) and lists of pointers, with what they point at. */
#pragma once

#define MOST_VECTORS 64
#define RUN_OF_VECTORS 8
#define MOST_MESSAGES 16
#define MOST_NAME 128

/* A step without STEP_CONTENT copies the structures alone: what they point at is still to come. */

/* Appends what a run of vectors points at; they are in the chunk that starts at `start`. */
__noinline int put_contents(RECORD handed, u32 start, u32 first, u32 got)
{
	struct call_record *rec = record_of(handed);

	if (!rec)
		return 0;
	for (u32 i = first; i < first + RUN_OF_VECTORS; i++) {
		u64 base, length;

		if ((i + 1) * 2 * rec->word > got || !rec->left)
			break;
		base = pointer_at(rec, start, 2 * i);
		length = pointer_at(rec, start, 2 * i + 1);
		if (length > rec->left)
			length = rec->left;
		rec->left -= length;
		if (base)
			put_bytes(handed, base, length, rec->content);
	}
	return 0;
}

/*
 * Appends vectors and what they point at, of which `left` bytes count: for what was received
 * that is what the call returned.
 */
__noinline int put_vectors(RECORD handed, u64 address, u64 count, u64 left)
{
	struct call_record *rec = record_of(handed);
	u32 start, got;

	if (!rec || !address)
		return 0;
	start = rec->at;
	if (count > MOST_BYTES)
		count = MOST_BYTES;
	got = put_bytes(handed, address, count * 2 * rec->word, MOST_VECTORS * 2 * rec->word);
	if (!(rec->now.flags & STEP_CONTENT))
		return 0;
	rec->left = left;
	for (u32 first = 0; first < MOST_VECTORS; first += RUN_OF_VECTORS) {
		if (first * 2 * rec->word >= got)
			break;
		put_contents(handed, start, first, got);
	}
	return 0;
}

/* How many bytes count: all of what is sent, or what was received. */
static __always_inline u64 bytes_told(struct call_record *rec)
{
	return rec->now.flags & STEP_WRITTEN ? positive(rec->ret) : ~0ull;
}

static __always_inline void step_vectors(RECORD handed, struct call_record *rec, u64 address)
{
	put_vectors(handed, address, register_of(rec, rec->now.from), bytes_told(rec));
}

/* Members of struct msghdr lie a word apart, and it has seven, for every ABI. */
#define MESSAGE_SIZE(rec) (7u * (rec)->word)
/* A struct mmsghdr: the message, how much of it was sent or received, and padding. */
#define MESSAGES_STEP(rec) (8u * (rec)->word)

static __always_inline u64 message_word(struct call_record *rec, u32 start, u32 index)
{
	return word_at(rec, start, index * rec->word);
}

/* Appends a message: itself, its name, its vectors with their content, its control data. */
__noinline int put_message(RECORD handed, u64 address, u32 size, u64 left)
{
	struct call_record *rec = record_of(handed);
	u32 start, got;

	if (!rec)
		return 0;
	start = rec->at;
	got = put_bytes(handed, address, size, size);
	if (got < size)
		return 0;
	if (rec->now.flags & STEP_CONTENT && message_word(rec, start, 0))
		put_bytes(handed, message_word(rec, start, 0),
			  (u32)message_word(rec, start, 1), MOST_NAME);
	put_vectors(handed, message_word(rec, start, 2), message_word(rec, start, 3), left);
	if (rec->now.flags & STEP_CONTENT && message_word(rec, start, 4))
		put_bytes(handed, message_word(rec, start, 4),
			  message_word(rec, start, 5), PAGE);
	return 0;
}

/* In line, since the kernel lets no more than eight functions call one another. */
static __always_inline void step_message(RECORD handed, struct call_record *rec, u64 address)
{
	put_message(handed, address, MESSAGE_SIZE(rec), bytes_told(rec));
}

static __always_inline void step_messages(RECORD handed, struct call_record *rec, u64 address)
{
	u32 written = rec->now.flags & STEP_WRITTEN;
	u64 count;

	count = register_of(rec, rec->now.from);
	if (rec->now.flags & STEP_WRITTEN && positive(rec->ret) < count)
		count = positive(rec->ret);
	for (u32 i = 0; i < MOST_MESSAGES; i++) {
		u64 at = address + i * MESSAGES_STEP(rec);
		u64 left = 0;

		if (i >= count)
			break;
		/* What was received of each; nothing limits what is sent. */
		bpf_probe_read_user(&left, 4, (void *)(at + MESSAGE_SIZE(rec)));
		put_message(handed, at, MESSAGES_STEP(rec), written ? left : ~0ull);
	}
	if (count > MOST_MESSAGES)
		rec->head.cut |= 1ull << (rec->now.argument & 7);
}

/* Structures of one list; the rest of it is cut. */
#define MOST_POINTEES 32

/* Appends `count` pointers, and `size` bytes behind each. */
__noinline int put_pointees(RECORD handed, u64 address, u64 count, u32 size)
{
	struct call_record *rec = record_of(handed);
	u32 start, got;

	if (!rec)
		return 0;
	start = rec->at;
	if (count > MOST_BYTES)
		count = MOST_BYTES;
	got = put_bytes(handed, address, count * rec->word, MOST_POINTEES * rec->word);
	for (u32 i = 0; i < MOST_POINTEES; i++) {
		u64 pointer;

		if ((i + 1) * rec->word > got)
			break;
		pointer = pointer_at(rec, start, i);
		if (pointer)
			put_bytes(handed, pointer, size, size);
	}
	return 0;
}
