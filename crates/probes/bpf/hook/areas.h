/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Mappings of a process, and how one is found by an address in it. */
#pragma once

static __always_inline struct area *area_read(struct area *area, const struct vm_area_struct *vma)
{
	area->start = BPF_CORE_READ(vma, vm_start);
	area->end = BPF_CORE_READ(vma, vm_end);
	area->flags = BPF_CORE_READ(vma, vm_flags);
	area->page = BPF_CORE_READ(vma, vm_pgoff);
	area->mm = (u64)BPF_CORE_READ(vma, vm_mm);
	area->private_data = (u64)BPF_CORE_READ(vma, vm_private_data);
	area->file = BPF_CORE_READ(vma, vm_file);
	area->found = AREA_FOUND;
	return area;
}

#ifndef TH_LEGACY
static long area_found(struct task_struct *task, struct vm_area_struct *vma, struct area *area)
{
	area_read(area, vma);
	return 0;
}
#endif

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
/* Up to 6.0, when the mappings of a process were a tree. */
struct vm_area_struct___node {
	struct rb_node vm_rb;
};
struct rw_semaphore {
	atomic64_t count;
};
struct mm_struct___locked {
	struct rb_root mm_rb;
	struct rw_semaphore mmap_lock;
	u64 vmacache_seqnum;
};
#pragma clang attribute pop

#define MOST_BRANCHES 40
#define WRITER_LOCKED 1

static __always_inline bool tree_is_changing(struct mm_struct___locked *mm)
{
	return BPF_CORE_READ(mm, mmap_lock.count.counter) & WRITER_LOCKED;
}

/*
 * Kernels without bpf_find_vma: the walk is without the lock, so it counts only where nobody
 * changed the tree meanwhile.
 */
static __always_inline void area_in_tree(struct area *area, struct mm_struct *of, u64 address)
{
	struct mm_struct___locked *mm = (void *)of;
	u64 node = (u64)BPF_CORE_READ(mm, mm_rb.rb_node);
	u64 cached = BPF_CORE_READ(mm, vmacache_seqnum);

	if (tree_is_changing(mm))
		return;
	area->found = AREA_NONE;
	for (int i = 0; i < MOST_BRANCHES; i++) {
		struct rb_node *branch = (void *)node;
		u64 at;

		if (!node)
			break;
		at = node - bpf_core_field_offset(struct vm_area_struct___node, vm_rb);
		area_read(area, (void *)at);
		if (address >= area->start && address < area->end)
			break;
		area->found = AREA_NONE;
		if (area->end > address)
			node = (u64)BPF_CORE_READ(branch, rb_left);
		else
			node = (u64)BPF_CORE_READ(branch, rb_right);
	}
	if (tree_is_changing(mm) || BPF_CORE_READ(mm, vmacache_seqnum) != cached ||
	    (area->found == AREA_FOUND && area->mm != (u64)of))
		area->found = AREA_UNKNOWN;
}

#define ENOENT 2

/* The mapping that an address of the current task is in. */
static __always_inline struct area *area_look_up(struct area *area, struct task_struct *task,
						 u64 address)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);

	area->found = AREA_UNKNOWN;
#ifndef TH_LEGACY
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_find_vma)) {
		/* It does not wait for whoever is changing mappings. */
		if (bpf_find_vma(task, address, area_found, area, 0) == -ENOENT)
			area->found = AREA_NONE;
		return area;
	}
#endif
	if (bpf_core_field_exists(struct mm_struct___locked, mm_rb))
		area_in_tree(area, mm, address);
	return area;
}

#define area_of(vma) area_read(&(struct area){}, vma)
#define area_at(task, address) area_look_up(&(struct area){}, task, address)

#define MEMFD_PREFIX 6

/* The name that memfd_create(2) was given for a file, 0 where the file is none of its. */
static __always_inline u64 memfd_name(struct file *file)
{
	struct dentry *dentry = file ? BPF_CORE_READ(file, f_path.dentry) : NULL;
	u64 name = dentry ? (u64)BPF_CORE_READ(dentry, d_name.name) : 0;
	u64 word = 0;

	/* A file of that name in a folder has a parent. */
	if (!name || BPF_CORE_READ(dentry, d_parent) != dentry ||
	    bpf_probe_read_kernel(&word, MEMFD_PREFIX, (void *)name) ||
	    word != 0x3a64666d656dull /* memfd: */)
		return 0;
	return name + MEMFD_PREFIX;
}

#define TMPFS_MAGIC 0x01021994
#define HUGETLBFS_MAGIC 0x958458f6

/*
 * Whether a mapping is of a file that has, or had, a name, or of memfd_create(2). Shared memory has
 * a file too, of the kernel's making.
 */
static __always_inline bool is_of_file(struct file *file)
{
	struct dentry *dentry = file ? BPF_CORE_READ(file, f_path.dentry) : NULL;
	u64 magic = file ? BPF_CORE_READ(file, f_inode, i_sb, s_magic) : 0;

	if (!file)
		return false;
	if (magic != TMPFS_MAGIC && magic != HUGETLBFS_MAGIC)
		return true;
	return BPF_CORE_READ(dentry, d_parent) != dentry || memfd_name(file);
}
