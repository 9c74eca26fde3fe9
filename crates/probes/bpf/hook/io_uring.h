/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What sources of io_uring's events name. */
#pragma once

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct io_sq_data {
	int task_tgid;
};
struct io_fixed_file {
	unsigned long file_ptr;
};
struct io_file_table {
	int unused;
};
struct io_ring_ctx {
	unsigned int flags;
	struct io_sq_data *sq_data;
	struct io_file_table file_table;
};
struct io_cqe {
	u64 user_data;
	int fd;
};
struct io_kiocb {
	struct file *file;
	u8 opcode;
	struct io_cqe cqe;
	struct io_ring_ctx *ctx;
};
/* The flags are 32 bits up to 6.8, 64 since. */
struct io_kiocb___wide {
	u64 flags;
};
/* Up to 5.18. */
struct io_kiocb___plain {
	u64 user_data;
};
/* Registered files up to 6.12, and since. */
struct io_file_table___flat {
	struct io_fixed_file *files;
};
struct io_ring_ctx___flat {
	unsigned int nr_user_files;
};
struct io_rsrc_node___slot {
	unsigned long file_ptr;
};
struct io_rsrc_data___slots {
	unsigned int nr;
	struct io_rsrc_node___slot **nodes;
};
struct io_file_table___slots {
	struct io_rsrc_data___slots data;
};
#pragma clang attribute pop

#define IORING_SETUP_SQPOLL 2
#define IOSQE_FIXED_FILE 1
/* Low bits of the address say how the file can be read. */
#define FIXED_FILE_BITS 7

/*
 * The request among what the tracepoint passes first: up to 5.19 the ring stands before it, from 6.0
 * on nothing does.
 */
static __always_inline struct io_kiocb *request_of(u64 first, u64 second)
{
	struct io_kiocb *request = (void *)second;

	return (u64)BPF_CORE_READ(request, ctx) == first ? request : (void *)first;
}

static __always_inline u64 request_user_data(struct io_kiocb *request)
{
	struct io_kiocb___plain *plain = (void *)request;

	if (bpf_core_field_exists(struct io_kiocb___plain, user_data))
		return BPF_CORE_READ(plain, user_data);
	return BPF_CORE_READ(request, cqe.user_data);
}

/* Those that the process gave, without the kernel's own. */
static __always_inline u8 request_flags(struct io_kiocb *request)
{
	u64 at = (u64)request + bpf_core_field_offset(struct io_kiocb___wide, flags);
	u8 flags = 0;

	bpf_probe_read_kernel(&flags, sizeof(flags), (void *)at);
	return flags;
}

/* Whether what is to be done is done to an open file that the request names. */
static __always_inline bool request_needs_file(struct io_kiocb *request)
{
	/* By the numbers of IORING_OP_, as the kernel's io_issue_defs says of each (v7.3). */
	const u64 needing = 1ull << 1 | 1ull << 2 | 1ull << 3 | 1ull << 4 | 1ull << 5 | 1ull << 6 |
			    1ull << 8 | 1ull << 9 | 1ull << 10 | 1ull << 13 | 1ull << 16 | 1ull << 17 |
			    1ull << 22 | 1ull << 23 | 1ull << 24 | 1ull << 26 | 1ull << 27 | 1ull << 30 |
			    1ull << 33 | 1ull << 34 | 1ull << 40 | 1ull << 41 | 1ull << 43 | 1ull << 46 |
			    1ull << 47 | 1ull << 48 | 1ull << 49 | 1ull << 54 | 1ull << 55 | 1ull << 56 |
			    1ull << 57 | 1ull << 58 | 1ull << 59 | 1ull << 60 | 1ull << 61;
	u8 opcode = BPF_CORE_READ(request, opcode);

	return opcode == 64 || (opcode < 64 && needing >> opcode & 1);
}

static __always_inline bool request_knows_fd(void)
{
	return bpf_core_field_exists(struct io_kiocb, cqe);
}

static __always_inline u64 request_fd(struct io_kiocb *request)
{
	if (!request_knows_fd() || !request_needs_file(request))
		return ABSENT;
	return (s64)BPF_CORE_READ(request, cqe.fd);
}

static __always_inline struct file *registered_file(struct io_kiocb *request, u32 number)
{
	struct io_ring_ctx *ring = BPF_CORE_READ(request, ctx);
	u64 table = (u64)ring + bpf_core_field_offset(struct io_ring_ctx, file_table);
	u64 file = 0;

	if (bpf_core_field_exists(struct io_file_table___slots, data)) {
		struct io_file_table___slots *slots = (void *)table;
		struct io_rsrc_node___slot *node = NULL;
		u64 nodes = (u64)BPF_CORE_READ(slots, data.nodes);

		if (number >= BPF_CORE_READ(slots, data.nr))
			return NULL;
		bpf_probe_read_kernel(&node, sizeof(node), (void *)(nodes + number * 8ull));
		file = node ? BPF_CORE_READ(node, file_ptr) : 0;
	} else if (bpf_core_field_exists(struct io_file_table___flat, files)) {
		struct io_file_table___flat *flat = (void *)table;
		struct io_fixed_file *files = BPF_CORE_READ(flat, files);

		if (number >= BPF_CORE_READ((struct io_ring_ctx___flat *)ring, nr_user_files))
			return NULL;
		bpf_probe_read_kernel(&file, sizeof(file), (void *)((u64)files + number * 8ull));
	}
	return (void *)(file & ~(u64)FIXED_FILE_BITS);
}

/* The kernel's thread has the descriptors of the process whose ring it is. */
static __always_inline struct file *request_file(struct task_struct *task, struct io_kiocb *request)
{
	s32 fd;

	if (!request_needs_file(request))
		return NULL;
	/* Up to 5.18 the file is found before the request is told of. */
	if (!request_knows_fd())
		return BPF_CORE_READ(request, file);
	fd = BPF_CORE_READ(request, cqe.fd);
	if (request_flags(request) & IOSQE_FIXED_FILE)
		return registered_file(request, fd);
	return file_behind(task, fd);
}

static __always_inline bool request_is_polled(struct io_kiocb *request)
{
	return BPF_CORE_READ(request, ctx, flags) & IORING_SETUP_SQPOLL;
}

static __always_inline u64 request_owner(struct io_kiocb *request)
{
	struct io_sq_data *data;

	if (!request_is_polled(request))
		return ABSENT;
	data = BPF_CORE_READ(request, ctx, sq_data);
	return data ? (u64)BPF_CORE_READ(data, task_tgid) : ABSENT;
}
