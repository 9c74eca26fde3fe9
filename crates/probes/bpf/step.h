/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The interpreter: runs lists of steps. */
#pragma once

/* Whether a step's time has come: some are for what a call wrote, or only for when it failed. */
static __always_inline bool step_due(struct call_record *rec, u8 flags)
{
	/* EINTR, ERESTARTNOHAND, ERESTART_RESTARTBLOCK */
	if (flags & STEP_ON_ERROR)
		return rec->ret == -4 || rec->ret == -514 || rec->ret == -516;
	if (flags & STEP_WRITTEN)
		return !(rec->ret < 0 && rec->ret >= -4095);
	return true;
}

/* Where a step's pointer leads. */
static __always_inline u64 step_address(struct call_record *rec, bool *unread)
{
	u64 base = rec->args[rec->now.argument & 7], address;

	if (!base)
		return 0;
	base += rec->now.offset;
	if (!(rec->now.flags & STEP_DEREF))
		return base;
	*unread = !read_word(rec, base, &address);
	return address;
}

static __always_inline void step_switch(struct call_record *rec)
{
	u64 key = (u64)rec->now.offset << 32 |
		  (rec->args[rec->now.argument & 7] & rec->now.count_at);
	u32 *next = bpf_map_lookup_elem(&switches, &key);

	if (next)
		rec->next = *next;
}

/* Descriptors that a call leaves in memory: a pair at most. */
#define MOST_DESCRIPTORS 2

/* Says what is behind descriptors in memory. */
static __always_inline void step_files(RECORD handed, struct call_record *rec, u64 address)
{
	for (u32 i = 0; i < MOST_DESCRIPTORS; i++) {
		s32 fd = -1;

		if (i * sizeof(fd) >= rec->now.limit)
			break;
		if (!bpf_probe_read_user(&fd, sizeof(fd), (void *)(address + i * sizeof(fd))))
			step_file(handed, fd);
	}
}

/* Runs one step. Returns whether the list goes on. */
__noinline int run_step(RECORD handed, u32 list, u32 index)
{
	struct call_record *rec = record_of(handed);
	struct list *steps = bpf_map_lookup_elem(&lists, &list);
	bool unread = false;
	u64 address;

	if (!rec || !steps || index >= MOST_STEPS)
		return 0;
	rec->now = steps->steps[bounded(index, STEPS_MASK)];
	if (rec->now.what == WHAT_END)
		return 0;
	if (rec->now.what == WHAT_SWITCH) {
		step_switch(rec);
		return 0;
	}
	if (rec->only && !(rec->only >> (rec->number & 31) & 1))
		return 1;
	if (!step_due(rec, rec->now.flags))
		return 1;
	if (rec->now.what == WHAT_FILE)
		return step_file(handed, rec->args[rec->now.argument & 7]), 1;
	if (rec->now.what == WHAT_RETURNED_FILE)
		return step_file(handed, rec->ret), 1;
	address = step_address(rec, &unread);
	if (!address && !unread)
		return 1;
	if (unread) {
		/* The structure that holds the pointer says so itself. */
		step_failed(rec);
		return 1;
	}
	switch (rec->now.what) {
	case WHAT_FILES:
		step_files(handed, rec, address);
		break;
	case WHAT_BYTES:
		step_bytes(handed, address);
		break;
	case WHAT_TEXT:
		put_text(handed, address, rec->now.flags & STEP_CONTENT ? rec->content + 1 : PAGE);
		break;
	case WHAT_STRINGS:
		put_strings(handed, address);
		break;
	case WHAT_POINTERS:
		put_pointees(handed, address, register_of(rec, rec->now.from), rec->now.limit);
		break;
	case WHAT_IOVEC:
		step_vectors(handed, rec, address);
		break;
	case WHAT_MSGHDR:
		step_message(handed, rec, address);
		break;
	case WHAT_MMSGHDR:
		step_messages(handed, rec, address);
		break;
	}
	return 1;
}

/* Runs a list, and those that it goes on with. */
static __always_inline void run_steps(RECORD handed, struct call_record *rec, u32 list)
{
	rec->number = 0;
	for (u32 turn = 0; turn < MOST_LISTS; turn++) {
		rec->next = 0;
		for (u32 i = 0; i < MOST_STEPS; i++) {
			if (!run_step(handed, list, i))
				break;
			rec->number++;
		}
		list = rec->next;
		if (!list)
			break;
	}
}
