/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Texts, and lists of pointers to texts. */
#pragma once

/* Appends NUL-terminated text, at most `most` bytes with the NUL. */
__noinline int put_text(RECORD handed, u64 address, u32 most)
{
	struct call_record *rec = record_of(handed);
	u8 state = 0;
	long n;

	if (!rec)
		return 0;
	if (most >= room(rec))
		most = room(rec) - 1;
	if (room(rec) < 8) {
		rec->head.cut |= 1ull << (rec->now.argument & 7);
		return 0;
	}
	/* One more than wanted, to tell a text that just fits from one that does not. */
	n = bpf_probe_read_user_str(chunk_bytes(rec, 0), bounded(most + 1, 2 * PAGE - 1),
				    (void *)address);
	/* Up to 6.12 at least an empty text gives 0 and not 1. */
	if (!n) {
		*chunk_bytes(rec, 0) = 0;
		n = 1;
	}
	if (n < 0) {
		n = copy_user(handed, address, most);
		state = n ? CHUNK_CUT : CHUNK_UNREAD;
		step_failed(rec);
	} else if (n > most) {
		n = most;
		state = CHUNK_CUT;
	}
	if (in_vain(rec, handed, address, n))
		return 0;
	chunk_end(rec, address, bounded(n, 2 * PAGE - 1), CHUNK_MEMORY, state);
	return n;
}

#define MOST_POINTERS 512
/* Bytes of one text of a list; the rest of it is cut. */
#define MOST_ARGUMENT 2048

/*
 * Long loops go by runs, each a call of a function with a short loop: the verifier looks at the
 * run once, and then only at the calls.
 */
#define RUN 32

/* How many pointers of a run come before a null pointer in what will be the next chunk. */
__noinline int run_before_null(RECORD handed, u32 first, u32 most)
{
	struct call_record *rec = record_of(handed);
	u32 i;

	if (!rec)
		return 0;
	for (i = 0; i < RUN; i++) {
		if (first + i >= most || !pointer_at(rec, rec->at, first + i))
			break;
	}
	return i;
}

static __always_inline u32 pointers_before_null(RECORD handed, u32 most)
{
	u32 count = 0;

	for (u32 run = 0; run < MOST_POINTERS / RUN; run++) {
		u32 more = run_before_null(handed, run * RUN, most);

		count = run * RUN + more;
		if (more < RUN)
			break;
	}
	return count;
}

/* Appends a list of pointers up to its null pointer. Returns how many come before it. */
__noinline int put_pointers(RECORD handed, u64 address)
{
	struct call_record *rec = record_of(handed);
	u32 length, done, count;
	u8 state = 0;

	if (!rec)
		return 0;
	length = MOST_POINTERS * rec->word;
	/* Half of the room is for what they point at. */
	if (length > room(rec) / 2)
		length = room(rec) / 2;
	done = copy_user(handed, address, length);
	count = pointers_before_null(handed, done / rec->word);
	if (count >= done / rec->word)
		state = CHUNK_CUT;
	if (state && done < length)
		step_failed(rec);
	if (in_vain(rec, handed, address, done))
		return 0;
	if (!done)
		state = CHUNK_UNREAD;
	chunk_end(rec, address, (state ? count : count + 1) * rec->word, CHUNK_MEMORY, state);
	return count;
}

/* Appends a run of the texts whose pointers are in the chunk that starts at `start`. */
__noinline int put_texts(RECORD handed, u32 start, u32 first, u32 count)
{
	struct call_record *rec = record_of(handed);

	if (!rec)
		return 0;
	for (u32 i = 0; i < RUN; i++) {
		if (first + i >= count)
			break;
		put_text(handed, pointer_at(rec, start, first + i), MOST_ARGUMENT);
	}
	return 0;
}

/* Appends pointers to texts, and the texts. */
__noinline int put_strings(RECORD handed, u64 address)
{
	struct call_record *rec = record_of(handed);
	u32 start, count;

	if (!rec)
		return 0;
	start = rec->at;
	count = put_pointers(handed, address);
	for (u32 first = 0; first < MOST_POINTERS; first += RUN) {
		if (first >= count)
			break;
		put_texts(handed, start, first, count);
	}
	return 0;
}
