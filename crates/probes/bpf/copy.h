/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Copying user memory for system calls: steps are data, this runs them.
 *
 * What is copied stands behind the record's slots as chunks. All state is kept in memory and the
 * parts are global functions, so that the verifier checks each of them once, and not once for
 * every way to get there.
 */
#pragma once

#define CALL_SIZE MAX_SIZE
#define CALL_SLACK 8192
#define PAGE 4096
/* Pages that a record's worth of bytes can touch. */
#define MOST_PAGES 5
#define MOST_LISTS 3
#define MOST_SPANS 16

struct chunk {
	u64 address;
	u32 length;
	u8 kind;
	u8 state;
	u16 step;
};
_Static_assert(sizeof(struct chunk) == CHUNK_HEAD, "chunk");

/* What a call has written, from and up to. */
struct span {
	u64 from, to;
};

/* A list that is told in pieces (pieces.h). */
struct pieces {
	u64 address, length;
	u32 index;		/* of the event, for the account */
	u32 number;		/* of the record that they belong to */
	u16 event, fields;
	u8 field, rung;
};

/* How far the walk along a stack is (hook/frames.h). */
struct walk {
	u64 ip, sp, bp;
	u64 words[2];		/* what the frame pointer points at, and the return address behind it */
	struct area area;	/* that the code is in */
	u8 chained;		/* the words could be read */
	u8 told;		/* and theirs is the frame that was told last */
	u8 leaf;		/* the address is on top of the stack, where there may be no frame */
	u8 calls;		/* the address is the one behind a call */
};

/* A call's record while it is built, and what its steps work on. */
struct call_record {
	union {
		struct th_record head;
		char bytes[CALL_SIZE + CALL_SLACK];
	};
	u64 args[8];
	u64 raw[8];		/* the registers, where something else is meant */
	u64 packed;		/* the array of arguments that could not be read */
	s64 ret;
	struct span spans[MOST_SPANS];
	struct walk walk;	/* of the stack that is told */
	struct pieces pieces;	/* what the record is a piece of */
	u32 rounds[3];		/* lists that run one after another */
	struct step now;	/* the step that runs */
	u64 file, inode;	/* what a descriptor stands for */
	u64 mnt, dentry;	/* where on the way up a path */
	u64 left;		/* bytes of content that still count */
	u32 fill;		/* bytes of the chunk so far */
	u32 spanned;
	u32 at;			/* where the next chunk goes */
	u32 next;		/* the list to go on with */
	u32 failed;		/* bit per step: could not be read whole */
	u32 only;		/* bit per step: leave the others out */
	u32 content;
	u32 taken;		/* its number, where a record is built that otherwise is in a ring */
	u8 number;		/* of the step that runs */
	u8 word;		/* bytes of a pointer */
	u8 when;		/* CHUNK_EXIT and CHUNK_LATE */
};

/* The buffers for calls, and behind them those that other programs take by turns (tail.h). */
#define CALL_RECORDS 2
#define POOLED_RECORDS 4

/*
 * One for each end of a call: kernels that preempt programs can run one for the beginning of a
 * call of one thread while another for the end of a call of another thread is half done.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, CALL_RECORDS + POOLED_RECORDS);
	__type(key, u32);
	__type(value, struct call_record);
} call_records SEC(".maps");

static __always_inline struct call_record *call_record_of(u32 end)
{
	return bpf_map_lookup_elem(&call_records, &end);
}

/*
 * How a global function is handed the record: from 5.12 on as a pointer, which may be null as
 * far as the verifier knows; before, it must look it up.
 */
#ifdef TH_LEGACY
#define RECORD u32
#define record_of(handed) call_record_of(handed)
#define hand(rec, end) (end)
#else
#define RECORD struct call_record *
#define record_of(handed) (handed)
#define hand(rec, end) (rec)
#endif

/*
 * The lists of steps; user space fills them, 0 stays empty. They have room for a power of two, so
 * that a mask keeps an index inside.
 */
#define STEPS_MASK 15
struct list {
	struct step steps[STEPS_MASK + 1];
};
_Static_assert(MOST_STEPS <= STEPS_MASK + 1, "steps");
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct list);
} lists SEC(".maps");

/* Which list an argument's value chooses, by switch (upper half) and value. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, u64);
	__type(value, u32);
} switches SEC(".maps");

/* Keeps clang from knowing a value, so that a mask stays where the verifier wants to see it. */
#define opaque(value) asm volatile("" : "+r"(value))

static __always_inline u32 bounded(u32 value, u32 mask)
{
	opaque(value);
	return value & mask;
}

/*
 * A pointer as a number: the verifier knows typed pointers, also when they are cast, and does not
 * let a global function take one for a number.
 */
static __always_inline u64 plain(u64 pointer)
{
	u64 number = 0;

	bpf_probe_read_kernel(&number, sizeof(number), &pointer);
	return number;
}

/* Bytes that a chunk that starts now can have. */
static __always_inline u32 room(struct call_record *rec)
{
	u32 at = rec->at + CHUNK_HEAD;

	return at < CALL_SIZE ? CALL_SIZE - at : 0;
}

static __always_inline char *chunk_bytes(struct call_record *rec, u32 offset)
{
	return rec->bytes + bounded(rec->at + CHUNK_HEAD + offset, CALL_SIZE - 1);
}

/* Ends the chunk whose bytes are in place: writes its head and clears its padding. */
static __always_inline void chunk_end(struct call_record *rec, u64 address, u32 length, u8 kind,
				      u8 state)
{
	u32 at = bounded(rec->at, CALL_SIZE - 1);
	struct chunk *chunk = (struct chunk *)(rec->bytes + at);
	u32 rest = length & 7;

	chunk->address = address;
	chunk->length = length;
	chunk->kind = kind;
	chunk->state = rec->when | state;
	chunk->step = rec->number;
	if (rest) {
		u64 *last = (u64 *)chunk_bytes(rec, length & ~7u);

		*last &= (1ull << rest * 8) - 1;
	}
	rec->at = at + CHUNK_HEAD + ((length + 7) & ~7u);
}

/*
 * Copies user memory to the chunk that comes next, a page at a time so that what lies before a
 * hole is there. Returns how many bytes could be read.
 */
__noinline int copy_user(RECORD handed, u64 address, u32 length)
{
	struct call_record *rec = record_of(handed);
	u32 done = 0;

	if (!rec)
		return 0;
	for (int i = 0; i < MOST_PAGES; i++) {
		u32 part = PAGE - (address & (PAGE - 1));

		if (part > length - done)
			part = length - done;
		if (!part)
			break;
		if (bpf_probe_read_user(chunk_bytes(rec, done), bounded(part, 2 * PAGE - 1),
					(void *)address))
			break;
		done += part;
		address += part;
	}
	return done;
}

/* Notes that the step that runs should be tried again when the call ends. */
static __always_inline void step_failed(struct call_record *rec)
{
	rec->failed |= 1u << (rec->number & 31);
}

/*
 * What is read late must not have been written by the call itself. Which is only known for what
 * the call's row says that it writes.
 */
__noinline int overwritten(RECORD handed, u64 from, u64 to)
{
	struct call_record *rec = record_of(handed);

	if (!rec)
		return 1;
	for (u32 i = 0; i < MOST_SPANS; i++) {
		if (i >= rec->spanned)
			break;
		if (rec->spans[i].from < to && from < rec->spans[i].to)
			return true;
	}
	return false;
}

static __always_inline void note_written(struct call_record *rec, u64 address, u64 length)
{
	u32 at = rec->spanned;

	if (at >= MOST_SPANS)
		return;
	rec->spans[at].from = address;
	rec->spans[at].to = address + length;
	rec->spanned = at + 1;
}

/* Whether a chunk of the step that runs is to be thrown away: it was read late, and in vain. */
#define in_vain(rec, handed, address, length)                         \
	((rec)->when & CHUNK_LATE &&                                  \
	 (!(length) || overwritten(handed, address, (address) + (length))))

/* Appends memory as a chunk: at most `most` of the `wanted` bytes. Returns how many there are. */
__noinline int put_bytes(RECORD handed, u64 address, u64 wanted, u32 most)
{
	struct call_record *rec = record_of(handed);
	u32 length, done;
	u8 state = 0;

	if (!rec || !wanted)
		return 0;
	length = room(rec);
	if (!length) {
		rec->head.cut |= 1ull << (rec->now.argument & 7);
		return 0;
	}
	if (length > most)
		length = most;
	if (length > wanted)
		length = wanted;
	done = copy_user(handed, address, length);
	if (done < length)
		step_failed(rec);
	if (in_vain(rec, handed, address, done))
		return 0;
	if (!done && length)
		state = CHUNK_UNREAD;
	else if (done < wanted)
		state = CHUNK_CUT;
	chunk_end(rec, address, done, CHUNK_MEMORY, state);
	if (rec->now.flags & STEP_WRITTEN)
		note_written(rec, address, wanted);
	return done;
}

static __always_inline bool read_word(struct call_record *rec, u64 address, u64 *word)
{
	*word = 0;
	if (rec->word == 4)
		return !bpf_probe_read_user(word, 4, (void *)address);
	return !bpf_probe_read_user(word, 8, (void *)address);
}

/*
 * A word of the caller's at an offset in the bytes of a chunk that starts at `start`. Without a
 * branch, which would double the verifier's work at each turn of a loop.
 */
static __always_inline u64 word_at(struct call_record *rec, u32 start, u32 offset)
{
	u32 at = bounded(start + CHUNK_HEAD + offset, CALL_SIZE - 1);
	u32 *halves = (u32 *)(rec->bytes + at);
	u64 wide = rec->word >> 3;

	return halves[0] | (u64)halves[1] * wide << 32;
}

/* The pointer at a place of such a chunk. */
static __always_inline u64 pointer_at(struct call_record *rec, u32 start, u32 index)
{
	return word_at(rec, start, index * rec->word);
}
