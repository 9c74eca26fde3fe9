/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What sources of kernel integrity events name. */
#pragma once

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
