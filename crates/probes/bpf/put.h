/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* One put_<kind> per way a field is stored. */
#pragma once

#define SLOTS(rec) ((u64 *)((char *)(rec) + sizeof(struct th_record)))
#define put_value(rec, index, value) (SLOTS(rec)[index] = (u64)(value))

#define put_unread(rec, index, address)                \
	do {                                           \
		(rec)->unread |= 1ull << (index);        \
		put_value(rec, index, address);        \
	} while (0)

#define put_absent(rec, index)                         \
	do {                                           \
		(rec)->absent |= 1ull << (index);        \
		put_value(rec, index, 0);              \
	} while (0)

/* What may be missing: a number or a struct maybe. */
#define put_maybe(rec, index, source)                  \
	do {                                           \
		struct maybe __maybe = maybe_of(source); \
							\
		put_value(rec, index, __maybe.value);  \
		if (__maybe.state == IS_ABSENT)        \
			put_absent(rec, index);        \
		else if (__maybe.state == IS_UNREAD)   \
			put_unread(rec, index, 0);     \
	} while (0)

#define TAIL_SLOT(offset, length) ((u64)(offset) | (u64)(length) << 32)

/* A thread's name, 16 bytes at a fixed place behind the slots. */
#define put_comm(rec, index, task, fields, at)                                              \
	do {                                                                                \
		u32 __at = sizeof(struct th_record) + (fields) * 8 + (at);                   \
		long __n = bpf_probe_read_kernel_str((char *)(rec) + __at, 16,               \
			(const char *)(task) + bpf_core_field_offset(struct task_struct, comm)); \
		put_value(rec, index, TAIL_SLOT(__at, __n > 0 ? __n - 1 : 0));               \
		if (__n < 0)                                                                \
			put_unread(rec, index, 0);                                          \
	} while (0)
