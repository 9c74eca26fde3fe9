/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* A look at kernel memory, run by the tracer alone (BPF_PROG_TEST_RUN): the page at ctx[0]. */
#pragma once

struct view {
	u8 bytes[4096];
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct view);
} views SEC(".maps");

SEC("raw_tp")
int look_at_memory(u64 *ctx)
{
	u32 zero = 0;
	struct view *view = bpf_map_lookup_elem(&views, &zero);

	if (!view)
		return -EFAULT;
	return bpf_probe_read_kernel(view->bytes, sizeof(view->bytes), (void *)ctx[0]);
}

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct file_operations {
	void *llseek, *read, *write, *read_iter, *write_iter, *iterate, *iterate_shared, *poll;
	void *unlocked_ioctl, *compat_ioctl, *mmap, *open, *flush, *release, *splice_read;
};
struct proc_ops {
	void *proc_open, *proc_read, *proc_read_iter, *proc_write, *proc_lseek, *proc_release;
	void *proc_poll, *proc_ioctl, *proc_compat_ioctl, *proc_mmap;
};
struct file___called {
	struct file_operations *f_op;
};
struct inode___called {
	struct file_operations *i_fop;
};
struct proc_dir_entry___called {
	struct proc_ops *proc_ops;
	void *seq_ops;
};
struct proc_inode {
	struct proc_dir_entry___called *pde;
	struct inode vfs_inode;
};
#pragma clang attribute pop

#define PROC_SUPER_MAGIC 0x9fa0
#define NO_MEMBER (~0ull)
/* Where a member lies, and that the kernel has none of the name. */
#define PLACE(type, member)                                                     \
	(bpf_core_field_exists(struct type, member) ?                           \
	 (u64)bpf_core_field_offset(struct type, member) : NO_MEMBER)

/* Who is called for the tracer's own open file of /proc ctx[0]; check/proc.rs knows the order. */
SEC("raw_tp")
int look_at_file(u64 *ctx)
{
	struct file *file = file_behind(current_task(), (s64)ctx[0]);
	struct file___called *opened = (void *)file;
	struct proc_dir_entry___called *entry;
	struct inode___called *called;
	struct proc_inode *own;
	struct inode *inode;
	struct view *view;
	u32 zero = 0;
	u64 *words;

	view = bpf_map_lookup_elem(&views, &zero);
	if (!view || !file)
		return -EFAULT;
	words = (u64 *)view->bytes;
	inode = BPF_CORE_READ(file, f_inode);
	if (BPF_CORE_READ(inode, i_sb, s_magic) != PROC_SUPER_MAGIC)
		return -EFAULT;
	called = (void *)inode;
	own = (void *)((u64)inode - bpf_core_field_offset(struct proc_inode, vfs_inode));
	entry = BPF_CORE_READ(own, pde);
	words[0] = (u64)BPF_CORE_READ(opened, f_op);
	words[1] = (u64)BPF_CORE_READ(called, i_fop);
	/* Folders have operations of another kind there. */
	words[2] = 0;
	words[3] = 0;
	if (entry && (BPF_CORE_READ(inode, i_mode) & 0170000) == 0100000) {
		words[2] = (u64)BPF_CORE_READ(entry, proc_ops);
		words[3] = (u64)BPF_CORE_READ(entry, seq_ops);
	}
	words[4] = PLACE(file_operations, llseek);
	words[5] = PLACE(file_operations, read);
	words[6] = PLACE(file_operations, write);
	words[7] = PLACE(file_operations, read_iter);
	words[8] = PLACE(file_operations, write_iter);
	words[9] = PLACE(file_operations, iterate);
	words[10] = PLACE(file_operations, iterate_shared);
	words[11] = PLACE(file_operations, poll);
	words[12] = PLACE(file_operations, unlocked_ioctl);
	words[13] = PLACE(file_operations, compat_ioctl);
	words[14] = PLACE(file_operations, mmap);
	words[15] = PLACE(file_operations, open);
	words[16] = PLACE(file_operations, flush);
	words[17] = PLACE(file_operations, release);
	words[18] = PLACE(file_operations, splice_read);
	words[19] = PLACE(proc_ops, proc_open);
	words[20] = PLACE(proc_ops, proc_read);
	words[21] = PLACE(proc_ops, proc_read_iter);
	words[22] = PLACE(proc_ops, proc_write);
	words[23] = PLACE(proc_ops, proc_lseek);
	words[24] = PLACE(proc_ops, proc_release);
	words[25] = PLACE(proc_ops, proc_poll);
	words[26] = PLACE(proc_ops, proc_ioctl);
	words[27] = PLACE(proc_ops, proc_compat_ioctl);
	words[28] = PLACE(proc_ops, proc_mmap);
	return 0;
}
