/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What sources of kernel integrity events name. */
#pragma once

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct kprobe {
	void *addr;
	const char *symbol_name;
	void *pre_handler, *post_handler;
};
struct subprocess_info {
	const char *path;
	char **argv, **envp;
};
struct proc_dir_entry {
	void *proc_ops;
	char *name;
	u16 mode;
};
/* Since a file of debugfs can have something more with it, the function has a seventh parameter. */
struct debugfs_inode_info {
	void *aux;
};
struct kobject {
	const char *name;
};
struct device {
	struct kobject kobj;
	struct device *parent;
};
#pragma clang attribute pop

#define TYPE_OF_FILE 0170000
#define REGULAR_FILE 0100000
/* An address at which nothing is, so that it is unread what is not absent. */
#define NOWHERE 1
/* include/linux/err.h: MAX_ERRNO */
#define MOST_ERRORS 4095

static __always_inline u64 module_name(struct module *module)
{
	return (u64)module + bpf_core_field_offset(struct module, name);
}

static __always_inline u64 module_version(struct module *module)
{
	return (u64)BPF_CORE_READ(module, version);
}

static __always_inline u64 module_srcversion(struct module *module)
{
	return (u64)BPF_CORE_READ(module, srcversion);
}

/* The file that finit_module(2) was given, NULL in other calls. */
static __always_inline struct file *module_file(struct task_struct *task)
{
	if (!in_call(task, NR_X86_64_finit_module, NR_I386_finit_module))
		return NULL;
	return file_behind(task, (s32)call_argument(task, 0));
}

static __always_inline u64 file_dev_if(struct file *file)
{
	return file ? inode_dev(inode_of(file)) : ABSENT;
}

static __always_inline u64 file_inode_if(struct file *file)
{
	return file ? inode_number(inode_of(file)) : ABSENT;
}

static __always_inline u64 file_ctime_if(struct file *file)
{
	return file ? inode_ctime(inode_of(file)) : ABSENT;
}

/* A module whose start failed is gone when that returns. */
static __always_inline u64 started_name(struct module *module, s64 ret)
{
	return ret ? NOWHERE : module_name(module);
}

static __always_inline u64 started_version(struct module *module, s64 ret)
{
	return ret ? NOWHERE : module_version(module);
}

static __always_inline u64 started_srcversion(struct module *module, s64 ret)
{
	return ret ? NOWHERE : module_srcversion(module);
}

static __always_inline u64 kprobe_symbol(struct kprobe *probe)
{
	return (u64)BPF_CORE_READ(probe, symbol_name);
}

static __always_inline u64 kprobe_before(struct kprobe *probe)
{
	return (u64)BPF_CORE_READ(probe, pre_handler);
}

static __always_inline u64 kprobe_behind(struct kprobe *probe)
{
	return (u64)BPF_CORE_READ(probe, post_handler);
}

static __always_inline u64 helper_path(struct subprocess_info *info)
{
	return (u64)BPF_CORE_READ(info, path);
}

static __always_inline struct where texts_at(const void *address)
{
	struct where where = { (u64)address, 0, OF_POINTERS };

	return where;
}

static __always_inline struct where helper_arguments(struct subprocess_info *info)
{
	return texts_at(BPF_CORE_READ(info, argv));
}

static __always_inline struct where helper_environment(struct subprocess_info *info)
{
	return texts_at(BPF_CORE_READ(info, envp));
}

static __always_inline bool proc_is_file(struct proc_dir_entry *entry)
{
	return (BPF_CORE_READ(entry, mode) & TYPE_OF_FILE) == REGULAR_FILE;
}

static __always_inline u64 proc_name(struct proc_dir_entry *entry)
{
	return (u64)BPF_CORE_READ(entry, name);
}

static __always_inline u64 proc_operations(struct proc_dir_entry *entry)
{
	return (u64)BPF_CORE_READ(entry, proc_ops);
}

/* Functions of the kernel return errors as pointers, and take them from each other. */
static __always_inline bool is_error_pointer(const void *pointer)
{
	return plain((u64)pointer) >= (u64)-MOST_ERRORS;
}

static __always_inline u64 seventh_on_stack(struct pt_regs *regs)
{
	u64 word = 0;

	bpf_probe_read_kernel(&word, sizeof(word), (void *)(regs->sp + 8));
	return word;
}

static __always_inline u64 seventh_of_words(u64 *words)
{
	return words[6];
}

/* The last parameter: the seventh lies on the stack, or in the words of a trampoline. */
#define debugfs_operations(ctx, sixth)                                       \
	(bpf_core_field_exists(struct debugfs_inode_info, aux) ?             \
		_Generic((ctx), struct pt_regs *: seventh_on_stack,          \
			 default: seventh_of_words)((void *)(ctx)) : (sixth))

static __always_inline u64 device_name(struct device *device)
{
	return (u64)BPF_CORE_READ(device, kobj.name);
}

static __always_inline u64 device_parent(struct device *device)
{
	struct device *parent = BPF_CORE_READ(device, parent);

	return parent ? (u64)BPF_CORE_READ(parent, kobj.name) : 0;
}
