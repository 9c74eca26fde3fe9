/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The file of a program's loader (ELF interpreter). The kernel keeps it nowhere; but a program that
 * has just been executed begins to run in it, so its file is what is mapped there.
 */
#pragma once

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct vm_area_struct___tree {
	unsigned long vm_start, vm_end;
	struct rb_node vm_rb;
	struct file *vm_file;
};
struct mm_struct___tree {
	struct rb_root mm_rb;
};
#pragma clang attribute pop

#define MOST_LEVELS 24

/* Up to 6.0 the mappings are a tree that can be searched by hand. */
static __always_inline struct file *mapped_in_tree(struct mm_struct *mm, u64 address)
{
	struct rb_node *node = BPF_CORE_READ((struct mm_struct___tree *)mm, mm_rb.rb_node);

	for (int i = 0; i < MOST_LEVELS; i++) {
		u64 at = (u64)node - bpf_core_field_offset(struct vm_area_struct___tree, vm_rb);
		struct vm_area_struct___tree *area = (void *)at;

		if (!node)
			return NULL;
		if (address < BPF_CORE_READ(area, vm_start))
			node = BPF_CORE_READ(node, rb_left);
		else if (address >= BPF_CORE_READ(area, vm_end))
			node = BPF_CORE_READ(node, rb_right);
		else
			return BPF_CORE_READ(area, vm_file);
	}
	return NOT_HAD;
}

#ifndef TH_LEGACY
struct found_file {
	struct file *file;
};

static long note_mapped(struct task_struct *task, struct vm_area_struct *area,
			struct found_file *found)
{
	found->file = BPF_CORE_READ(area, vm_file);
	return 0;
}
#endif

/* The file that is mapped at an address of the current task, NULL for none. */
static __always_inline struct file *mapped_at(struct task_struct *task, u64 address)
{
	if (bpf_core_field_exists(struct mm_struct___tree, mm_rb))
		return mapped_in_tree(BPF_CORE_READ(task, mm), address);
#ifndef TH_LEGACY
	{
		struct found_file found = {};

		/* It fails where somebody holds the mappings. */
		if (bpf_find_vma(task, address, note_mapped, &found, 0))
			return NOT_HAD;
		return found.file;
	}
#endif
	return NOT_HAD;
}

/* The file of the loader of the program that was just executed, NULL where it has none. */
static __always_inline struct file *loader_of(struct task_struct *task, struct linux_binprm *bprm)
{
	struct file *file;

	if (!is_chosen(LIFE_EXEC))
		return NULL;
	file = mapped_at(task, BPF_CORE_READ(user_regs(task), ip));
	if (file == NOT_HAD || !file)
		return file;
	return inode_of_file(file) == inode_of_file(BPF_CORE_READ(bprm, file)) ? NULL : file;
}
