/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Vectors (struct iovec) and messages (struct msghdr), with what they point at. */
#pragma once

#define MOST_VECTORS 64
#define MOST_MESSAGES 16
#define MOST_NAME 128

/* A step without STEP_CONTENT copies the structures alone: what they point at is still to come. */

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
	for (u32 i = 0; i < MOST_VECTORS; i++) {
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

/* How many bytes count: all of what is sent, or what was received. */
static __always_inline u64 bytes_told(struct call_record *rec)
{
	return rec->now.flags & STEP_WRITTEN ? positive(rec->ret) : ~0ull;
}

__noinline int step_vectors(RECORD handed, u64 address)
{
	struct call_record *rec = record_of(handed);

	if (!rec)
		return 0;
	put_vectors(handed, address, register_of(rec, rec->now.from), bytes_told(rec));
	return 0;
}

/* Members of struct msghdr: pointers and sizes as words from the start, and its whole size. */
static __always_inline u64 message_word(struct call_record *rec, u32 start, u32 wide, u32 narrow)
{
	u32 offset = rec->word == 4 ? narrow : wide;
	u32 at = bounded(start + CHUNK_HEAD + offset, CALL_SIZE - 1);

	if (rec->word == 4)
		return *(u32 *)(rec->bytes + at);
	return *(u64 *)(rec->bytes + at);
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
	if (rec->now.flags & STEP_CONTENT && message_word(rec, start, 0, 0))
		put_bytes(handed, message_word(rec, start, 0, 0),
			  (u32)message_word(rec, start, 8, 4), MOST_NAME);
	put_vectors(handed, message_word(rec, start, 16, 8), message_word(rec, start, 24, 12), left);
	if (rec->now.flags & STEP_CONTENT && message_word(rec, start, 32, 16))
		put_bytes(handed, message_word(rec, start, 32, 16),
			  message_word(rec, start, 40, 20), PAGE);
	return 0;
}

#define MESSAGE_SIZE(rec) ((rec)->word == 4 ? 28u : 56u)
/* A struct mmsghdr: the message, how much of it was sent or received, and padding. */
#define MESSAGES_STEP(rec) ((rec)->word == 4 ? 32u : 64u)

__noinline int step_message(RECORD handed, u64 address)
{
	struct call_record *rec = record_of(handed);

	if (!rec)
		return 0;
	put_message(handed, address, MESSAGE_SIZE(rec), bytes_told(rec));
	return 0;
}

__noinline int step_messages(RECORD handed, u64 address)
{
	struct call_record *rec = record_of(handed);
	u64 count;

	if (!rec)
		return 0;
	count = register_of(rec, rec->now.from);
	if (rec->now.flags & STEP_WRITTEN && positive(rec->ret) < count)
		count = positive(rec->ret);
	for (u32 i = 0; i < MOST_MESSAGES; i++) {
		u64 at = address + i * MESSAGES_STEP(rec), left = ~0ull;

		if (i >= count)
			break;
		if (rec->now.flags & STEP_WRITTEN) {
			left = 0;
			bpf_probe_read_user(&left, 4, (void *)(at + MESSAGE_SIZE(rec)));
		}
		put_message(handed, at, MESSAGES_STEP(rec), left);
	}
	if (count > MOST_MESSAGES)
		rec->head.cut |= 1u << (rec->now.argument & 7);
	return 0;
}
