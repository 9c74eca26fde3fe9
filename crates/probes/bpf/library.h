/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Functions of a C library: the arguments at the instruction that user space chose,
 * where they are still in place and the stack pointer is a known distance below its
 * value at the function's entry.
 */
#pragma once

#define LIBRARY_PATH_SIZE 128

/* A probed library; user space writes the path, library_file the rest. */
struct library {
	u64 inode;
	u32 dev;
	u32 length;	/* of the path, also when it is cut */
	char path[LIBRARY_PATH_SIZE];
};

/* By the number in the attachment's cookie. Number 0 stands for an unknown library. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4096);
	__type(key, u32);
	__type(value, struct library);
} libraries SEC(".maps");

/* One call under way. */
struct library_call {
	u64 args[4];	/* [0] is where the call came from */
	u64 sp;		/* at the function's entry: the caller's address lies there */
	u32 library;
	u8 unread;	/* bit per argument */
	u8 wide;	/* bytes of a stack slot */
};

/* arch/x86/include/asm/segment.h: a 32-bit program's code segment. */
#define USER32_CS 0x23

static __always_inline void library_call_read(struct library_call *call, struct pt_regs *ctx)
{
	u64 cookie = 0;

#ifndef TH_LEGACY
	cookie = bpf_get_attach_cookie(ctx);
#endif
	call->sp = ctx->sp + (u32)cookie;
	call->library = cookie >> 32;
	call->unread = 0;
	call->wide = 8;
	if ((u16)ctx->cs == USER32_CS) {
		u32 words[4] = {};

		call->wide = 4;
		if (bpf_probe_read_user(words, sizeof(words), (void *)call->sp))
			call->unread = 15;
		for (int i = 0; i < 4; i++)
			call->args[i] = words[i];
		return;
	}
	call->args[1] = ctx->di;
	call->args[2] = ctx->si;
	call->args[3] = ctx->dx;
	if (bpf_probe_read_user(&call->args[0], 8, (void *)call->sp))
		call->unread = 1;
}

/* Where a 32-bit call keeps an argument, and any call its return address. */
#define ARGUMENT_ADDRESS(call, number) ((call)->sp + (call)->wide * (number))
#define ARGUMENT_UNREAD(call, number) ((call)->unread >> (number) & 1)

/* An argument as it is, cut to the C type that the function declares. */
#define put_argument(rec, index, call, number, type)                                    \
	do {                                                                            \
		if (ARGUMENT_UNREAD(call, number))                                      \
			put_unread(rec, index, ARGUMENT_ADDRESS(call, number));         \
		else                                                                    \
			put_value(rec, index, (type)(call)->args[number]);              \
	} while (0)

/* The kernel's 64 signals come first in the C library's set of 1024. */
#define put_user_set(rec, index, call, number)                                          \
	do {                                                                            \
		u64 __at = (call)->args[number], __set = 0;                             \
		if (ARGUMENT_UNREAD(call, number))                                      \
			put_unread(rec, index, ARGUMENT_ADDRESS(call, number));         \
		else if (!__at)                                                         \
			put_absent(rec, index);                                         \
		else if (bpf_probe_read_user(&__set, sizeof(__set), (void *)__at))      \
			put_unread(rec, index, __at);                                   \
		else                                                                    \
			put_value(rec, index, __set);                                   \
	} while (0)

static __always_inline struct library *library_of(struct library_call *call)
{
	struct library *library = bpf_map_lookup_elem(&libraries, &call->library);

	return library && library->length ? library : NULL;
}

#define put_library_value(rec, index, library, member)                                  \
	do {                                                                            \
		if (library)                                                            \
			put_value(rec, index, (library)->member);                       \
		else                                                                    \
			put_absent(rec, index);                                         \
	} while (0)

/* The path goes behind the slots, at `at`, with room for the longest. */
static __always_inline void put_library_path(struct th_record *rec, u32 index,
					     struct library *library, u32 at)
{
	u32 length;

	if (!library) {
		put_absent(rec, index);
		return;
	}
	length = library->length;
	if (length > LIBRARY_PATH_SIZE) {
		length = LIBRARY_PATH_SIZE;
		rec->cut |= 1ull << index;
	}
	__builtin_memcpy((char *)rec + at, library->path, LIBRARY_PATH_SIZE);
	put_value(rec, index, TAIL_SLOT(at, length));
}

#ifndef TH_LEGACY
static long note_file(struct task_struct *task, struct vm_area_struct *vma, void *number)
{
	struct library *library = bpf_map_lookup_elem(&libraries, number);
	struct file *file = vma->vm_file;

	if (library && file) {
		library->inode = BPF_CORE_READ(file, f_inode, i_ino);
		library->dev = BPF_CORE_READ(file, f_inode, i_sb, s_dev);
	}
	return 0;
}

/*
 * Run by the tracer on itself: notes which inode lies behind a file that it has mapped
 * at ctx[0]. On an overlay that is the layer's own file, which stat() and, from 6.8 on,
 * /proc/PID/maps hide; uprobes belong to it, so two containers share it.
 */
SEC("raw_tp")
int library_file(u64 *ctx)
{
	u32 number = ctx[1];

	return bpf_find_vma(bpf_get_current_task_btf(), ctx[0], note_file, &number, 0);
}
#endif
