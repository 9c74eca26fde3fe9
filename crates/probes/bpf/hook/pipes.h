/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What is in a pipe, and what was spliced into it. */
#pragma once

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct address_space;
struct page {
	struct address_space *mapping;
};
struct pipe_buffer {
	struct page *page;
	unsigned int offset, len, flags;
};
struct pipe_inode_info {
	unsigned int head, ring_size;
	struct pipe_buffer *bufs;
};
struct file___mapped {
	s64 f_pos;
	struct address_space *f_mapping;
};
struct inode___sized {
	s64 i_size;
};
#pragma clang attribute pop

#define PIPE_BUF_FLAG_CAN_MERGE 0x10
#define S_IFMT 0170000

static __always_inline bool is_pipe(struct file *file)
{
	return file && BPF_CORE_READ(file, f_inode, i_sb, s_magic) == PIPEFS_MAGIC;
}

/* The buffer that a pipe was given last. */
static __always_inline struct pipe_buffer *last_buffer(struct file *file)
{
	struct pipe_inode_info *pipe = BPF_CORE_READ(file, private_data);
	u32 slot = (BPF_CORE_READ(pipe, head) - 1) & (BPF_CORE_READ(pipe, ring_size) - 1);

	return (void *)((u64)BPF_CORE_READ(pipe, bufs) +
			slot * (u64)bpf_core_type_size(struct pipe_buffer));
}

/*
 * Whether what was spliced last is a page of the file's own that a write to the pipe would append
 * to: with the page cache of a file on one side and the flag on the other, it writes to the file.
 */
static __always_inline bool pipe_is_dirty(struct file *in, struct file *out)
{
	struct file___mapped *mapped_file = (void *)in;
	struct pipe_buffer *last;

	if (!in || is_pipe(in) || !is_pipe(out))
		return false;
	last = last_buffer(out);
	return BPF_CORE_READ(last, flags) & PIPE_BUF_FLAG_CAN_MERGE &&
	       BPF_CORE_READ(last, page, mapping) == BPF_CORE_READ(mapped_file, f_mapping);
}

static __always_inline u64 last_buffer_flags(struct file *out)
{
	return BPF_CORE_READ(last_buffer(out), flags);
}

/* Where in the file what was spliced ends: the kernel has moved the place, in its own memory. */
static __always_inline u64 spliced_until(struct file *in, const void *place)
{
	struct file___mapped *file = (void *)in;
	u64 offset = 0;

	if (!place)
		return BPF_CORE_READ(file, f_pos);
	bpf_probe_read_kernel(&offset, sizeof(offset), place);
	return offset;
}

/* The same at the end of the call: the place is in the caller's memory. */
static __always_inline u64 call_spliced_until(struct task_struct *task, struct file *in)
{
	u64 place = call_argument(task, 1), offset = 0;

	if (!place)
		return spliced_until(in, NULL);
	if (bpf_probe_read_user(&offset, sizeof(offset), (void *)place))
		return UNREAD;
	return offset;
}

/* How much of the file lies in the rest of its last page. */
static __always_inline u64 exposed_length(struct file *in, struct file *out, u64 offset)
{
	struct pipe_buffer *last = last_buffer(out);
	struct inode___sized *inode = (void *)inode_of(in);
	u64 used = BPF_CORE_READ(last, offset) + BPF_CORE_READ(last, len);
	u64 size = BPF_CORE_READ(inode, i_size), rest = PAGE - used;

	if (offset == UNREAD)
		return UNREAD;
	if (offset >= size)
		return 0;
	return size - offset < rest ? size - offset : rest;
}
