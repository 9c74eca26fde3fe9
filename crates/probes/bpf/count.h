/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* How many bytes a step wants. */
#pragma once

/* A register's value; 32 bits of it unless the step says that all of it counts. */
static __always_inline u64 register_of(struct call_record *rec, u32 index)
{
	u64 value = rec->args[index & 7];

	return rec->now.flags & STEP_WIDE ? value : (u32)value;
}

static __always_inline u64 positive(s64 value)
{
	return value > 0 ? value : 0;
}

/*
 * The size that a request of ioctl(2) has, if its direction is the one that is asked for
 * (include/uapi/asm-generic/ioctl.h, v7.1).
 */
static __always_inline u64 ioctl_bytes(u64 request, bool written)
{
	u64 direction = written ? 2 : 1;

	return request >> 30 & direction ? request >> 16 & 0x3fff : 0;
}

#define MOST_BYTES 0x100000

/* How many bytes the step that runs wants; no more than MOST_BYTES. */
static __always_inline u64 wanted_bytes(struct call_record *rec, bool *unread)
{
	struct step *now = &rec->now;
	u64 at = rec->args[now->from & 7] + now->count_at;
	u64 count = now->limit, ret = positive(rec->ret);
	u32 bits = rec->word * 8;

	switch (now->count) {
	case COUNT_REGISTER:
		count = register_of(rec, now->from);
		break;
	case COUNT_RET:
		count = ret;
		break;
	case COUNT_REGISTER_OR_RET:
		count = register_of(rec, now->from);
		if (ret < count)
			count = ret;
		break;
	case COUNT_AT16:
		count = 0;
		*unread = bpf_probe_read_user(&count, 2, (void *)at);
		break;
	case COUNT_AT32:
		count = 0;
		*unread = bpf_probe_read_user(&count, 4, (void *)at);
		break;
	case COUNT_AT_WORD:
		*unread = !read_word(rec, at, &count);
		break;
	case COUNT_IOCTL:
		count = ioctl_bytes(rec->args[now->from & 7], now->flags & STEP_WRITTEN);
		break;
	case COUNT_PAGES:
		count = register_of(rec, now->from);
		count = count / PAGE + !!(count % PAGE);
		break;
	case COUNT_BITS:
		count = (register_of(rec, now->from) + bits - 1) / bits * rec->word;
		break;
	}
	if (count > MOST_BYTES)
		count = MOST_BYTES;
	if (now->count != COUNT_LIMIT)
		count *= now->scale;
	if (now->count != COUNT_LIMIT && now->limit && count > now->limit)
		count = now->limit;
	return count;
}

/* Says that nothing could be read at an address. */
static __always_inline void put_unreadable(struct call_record *rec, u64 address)
{
	step_failed(rec);
	if (!(rec->when & CHUNK_LATE) && room(rec))
		chunk_end(rec, address, 0, CHUNK_MEMORY, CHUNK_UNREAD);
}

__noinline int step_bytes(RECORD handed, u64 address)
{
	struct call_record *rec = record_of(handed);
	bool unread = false;
	u64 wanted;

	if (!rec)
		return 0;
	wanted = wanted_bytes(rec, &unread);
	if (unread)
		put_unreadable(rec, address);
	else
		put_bytes(handed, address, wanted,
			  rec->now.flags & STEP_CONTENT ? rec->content : CALL_SIZE);
	return 0;
}
