/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Tails of several pieces of memory: lists of texts, and what vectors name. */
#pragma once

/* Runs of a list of texts, and how a run ends. */
#define STRINGS_RUNS 64
enum { RUN_ENDS, RUN_GOES_ON, RUN_CUT };

/* Appends the text whose pointer is at `address` to the tail, of which rec->fill bytes are there. */
__noinline int tail_string(RECORD handed, u64 address)
{
	struct call_record *rec = record_of(handed);
	u32 done, room;
	u64 text;
	long n;

	if (!rec || !read_word(rec, address, &text))
		return RUN_CUT;
	if (!text)
		return RUN_ENDS;
	done = rec->fill;
	room = BYTES_MAX - done;
	if (room > CALL_SIZE - rec->at - done)
		room = CALL_SIZE - rec->at - done;
	if (done >= BYTES_MAX || rec->at + done >= CALL_SIZE)
		return RUN_CUT;
	n = bpf_probe_read_user_str(tail_place(rec, done), bounded(room, BYTES_MAX), (void *)text);
	if (n < 0)
		return RUN_CUT;
	/* Up to 6.12 at least an empty text gives 0 and not 1. */
	if (!n) {
		*tail_place(rec, done) = 0;
		n = 1;
	}
	rec->fill = done + bounded(n, BYTES_MAX);
	return n == room ? RUN_CUT : RUN_GOES_ON;
}

/* The same for a run of pointers. */
__noinline int tail_strings_run(RECORD handed, u64 address)
{
	struct call_record *rec = record_of(handed);
	int end = RUN_GOES_ON;

	if (!rec)
		return RUN_CUT;
	for (u32 i = 0; i < RUN; i++) {
		end = tail_string(handed, address + i * rec->word);
		if (end != RUN_GOES_ON)
			break;
	}
	return end;
}

/* A list of pointers to texts in the caller's memory, as exec takes it; a pointer has `word` bytes. */
__noinline int tail_strings(RECORD handed, u32 index, u64 address, u32 word)
{
	struct call_record *rec = record_of(handed);
	int end = RUN_GOES_ON;

	if (!rec)
		return 0;
	if (!address) {
		tail_missing(rec, index, address);
		return 0;
	}
	rec->word = word;
	rec->fill = 0;
	for (u32 run = 0; run < STRINGS_RUNS; run++) {
		end = tail_strings_run(handed, address + (u64)(run * RUN * word));
		if (end != RUN_GOES_ON)
			break;
	}
	if (end != RUN_ENDS && !rec->fill) {
		tail_missing(rec, index & FIELD_MASK, address);
		return 0;
	}
	if (end != RUN_ENDS)
		tail_cut(rec, index);
	tail_end(rec, index, bounded(rec->fill, CALL_SIZE - 1));
	return 0;
}

#define MOST_TEXTS 64

/* The texts that an array of pointers in the kernel names, up to a null pointer. */
__noinline int tail_texts(RECORD handed, u32 index, u64 address)
{
	struct call_record *rec = record_of(handed);
	u32 start;
	u64 text = 1;
	long n;

	if (!rec)
		return 0;
	if (!address) {
		tail_missing(rec, index, address);
		return 0;
	}
	start = rec->at;
	for (u32 i = 0; i < MOST_TEXTS; i++) {
		n = bpf_probe_read_kernel(&text, sizeof(text), (void *)(address + i * 8));
		if (n || !text || rec->at > CALL_SIZE - STR_MAX)
			break;
		n = bpf_probe_read_kernel_str(tail_place(rec, 0), STR_MAX, (void *)text);
		if (n <= 0)
			break;
		rec->at += n;
		if (n == STR_MAX)
			tail_cut(rec, index);
	}
	if (text || n)
		tail_cut(rec, index);
	n = rec->at - start;
	rec->at = start;
	tail_end(rec, index, n);
	return 0;
}

#define MOST_PARTS 8
#define PARTS_MAX 255

/* The first bytes of what a vector of the caller's names, from its parts in turn. */
__noinline int tail_vector(RECORD handed, u32 index, u64 vector, u32 length)
{
	struct call_record *rec = record_of(handed);
	bool narrow = abi_of(current_task(), 0) == ABI_I386;
	u32 wanted = length > PARTS_MAX ? PARTS_MAX : length;
	u32 done = 0;

	if (!rec)
		return 0;
	if (!vector) {
		tail_missing(rec, index, vector);
		return 0;
	}
	for (u32 i = 0; i < MOST_PARTS; i++) {
		u64 part[2] = {};
		u32 half[2] = {};
		u32 size;

		if (done >= wanted)
			break;
		if (narrow) {
			if (bpf_probe_read_user(half, sizeof(half), (void *)(vector + i * 8)))
				break;
			part[0] = half[0];
			part[1] = half[1];
		} else if (bpf_probe_read_user(part, sizeof(part), (void *)(vector + i * 16))) {
			break;
		}
		size = wanted - done;
		if (part[1] < size)
			size = part[1];
		size = bounded(size, PARTS_MAX);
		if (bpf_probe_read_user(tail_place(rec, done), size, (void *)part[0]))
			break;
		done += size;
	}
	if (!done && wanted) {
		tail_missing(rec, index, vector);
		return 0;
	}
	if (done < length)
		tail_cut(rec, index);
	tail_end(rec, index, done);
	return 0;
}
