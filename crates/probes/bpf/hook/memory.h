/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What sources of memory events name: mappings, and the calls that make and change them. */
#pragma once

#include "areas.h"
#include "pipes.h"
#include "stacks.h"

#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4
#define PROT_SEM 8
#define PROT_ACCESS (PROT_READ | PROT_WRITE | PROT_EXEC)
#define PROT_GROWSDOWN 0x01000000
#define PROT_GROWSUP 0x02000000
#define MAP_ANONYMOUS 0x20

/* Whether what a function returned is an error. */
static __always_inline bool is_error(s64 ret)
{
	return (u64)ret >= (u64)-4095;
}

static __always_inline u64 page_aligned(u64 length)
{
	return (length + PAGE - 1) & ~(u64)(PAGE - 1);
}

/* A file that there may be but that is not known. */
#define UNKNOWN_FILE ((struct file *)NOT_HAD)

static __always_inline struct file *area_file(struct area *area)
{
	return area->found == AREA_UNKNOWN ? UNKNOWN_FILE : area->file;
}

static __always_inline u64 area_access(struct area *area)
{
	return area->found == AREA_UNKNOWN ? UNREAD : area->flags & PROT_ACCESS;
}

/* Of a mapping's file: ABSENT for anonymous memory. */
static __always_inline u64 mapped_dev(struct file *file)
{
	return file == UNKNOWN_FILE ? UNREAD : file_dev_if(file);
}

static __always_inline u64 mapped_inode(struct file *file)
{
	return file == UNKNOWN_FILE ? UNREAD : file_inode_if(file);
}

static __always_inline u64 mapped_ctime(struct file *file)
{
	return file == UNKNOWN_FILE ? UNREAD : file_ctime_if(file);
}

static __always_inline u64 mapped_flags(struct file *file)
{
	return file ? file_flags(file) : ABSENT;
}

static __always_inline bool in_mmap(struct task_struct *task)
{
	return in_call(task, NR_X86_64_mmap, NR_I386_mmap) || in_call(task, -1, NR_I386_mmap2);
}

/* An argument of the mmap call under way; the oldest of the three has them in memory. */
static __always_inline u64 mmap_argument(struct task_struct *task, const u32 index)
{
	u32 word = 0;

	if (!in_call(task, -1, NR_I386_mmap))
		return call_argument(task, index);
	bpf_probe_read_user(&word, sizeof(word), (void *)(call_argument(task, 0) + index * 4));
	return word;
}

/* The file that it maps, NULL for memory. */
static __always_inline struct file *mmap_file(struct task_struct *task)
{
	if (mmap_argument(task, 3) & MAP_ANONYMOUS)
		return NULL;
	return file_behind(task, (s32)mmap_argument(task, 4));
}

/* Where in the file it begins, in pages. */
static __always_inline u64 mmap_offset(struct task_struct *task)
{
	u64 offset = mmap_argument(task, 5);

	return in_call(task, -1, NR_I386_mmap2) ? offset : offset / PAGE;
}

static __always_inline bool in_pkey_mprotect(struct task_struct *task)
{
	return in_call(task, NR_X86_64_pkey_mprotect, NR_I386_pkey_mprotect);
}

static __always_inline bool in_mprotect(struct task_struct *task)
{
	return in_call(task, NR_X86_64_mprotect, NR_I386_mprotect) || in_pkey_mprotect(task);
}

static __always_inline u64 mprotect_key(struct task_struct *task)
{
	return in_pkey_mprotect(task) ? (u64)(s64)(s32)call_argument(task, 3) : ABSENT;
}

/* The protection that mprotect(2) is to give, without what only says how far. */
static __always_inline u64 mprotect_access(struct task_struct *task)
{
	return call_argument(task, 2) & ~(u64)(PROT_GROWSDOWN | PROT_GROWSUP);
}

/* Where what mprotect(2) changes of a mapping begins. */
static __always_inline u64 changed_from(struct task_struct *task, struct area *area)
{
	u64 start = call_argument(task, 0);

	if (area->found == AREA_UNKNOWN)
		return start;
	if (!in_mprotect(task) || start < area->start || call_argument(task, 2) & PROT_GROWSDOWN)
		return area->start;
	return start;
}

static __always_inline u64 changed_length(struct task_struct *task, struct area *area)
{
	u64 end = call_argument(task, 0) + page_aligned(call_argument(task, 1));

	if (area->found == AREA_UNKNOWN)
		return page_aligned(call_argument(task, 1));
	if (!in_mprotect(task) || end > area->end || call_argument(task, 2) & PROT_GROWSUP)
		end = area->end;
	return end - changed_from(task, area);
}

/*
 * Whether the kernel gets as far as to ask whether the protection may change. A mapping's bits for
 * what it may become lie four above those for what it is.
 */
static __always_inline bool mprotect_is_checked(struct task_struct *task, struct area *area)
{
	u64 access = mprotect_access(task);

	if (call_argument(task, 0) & (PAGE - 1) || !call_argument(task, 1) ||
	    access & ~(u64)(PROT_ACCESS | PROT_SEM) || area->found == AREA_NONE)
		return false;
	return area->found == AREA_UNKNOWN || !(access & ~(area->flags >> 4) & PROT_ACCESS);
}

/* What mem_prot_alert warns of; the numbers are those of Tracee. */
enum { NO_ALERT, MMAP_W_X, MPROTECT_X_ADD, MPROTECT_W_ADD, MPROTECT_W_REM };

static __always_inline u64 alert_of_mapping(u64 access)
{
	u64 both = PROT_WRITE | PROT_EXEC;

	return (access & both) == both ? MMAP_W_X : NO_ALERT;
}

static __always_inline u64 alert_of_change(struct area *area, u64 access)
{
	bool was_writable = area->flags & PROT_WRITE, was_executable = area->flags & PROT_EXEC;

	if (!(access & PROT_EXEC))
		return NO_ALERT;
	if (area->found == AREA_UNKNOWN)
		return UNREAD;
	if (was_writable && !(access & PROT_WRITE))
		return MPROTECT_W_REM;
	if (!was_executable)
		return MPROTECT_X_ADD;
	if (!was_writable && access & PROT_WRITE)
		return MPROTECT_W_ADD;
	return NO_ALERT;
}

/* Whether finit_module(2) got as far as to read the file. */
static __always_inline bool module_was_read(s64 ret)
{
	/* ENOEXEC, EEXIST, ENOKEY, EKEYREJECTED */
	return !ret || ret == -8 || ret == -17 || ret == -126 || ret == -129;
}
