/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What sources of file events name. */
#pragma once

/* The path that the open or exec call under way was given, in user memory; NULL in other calls. */
static __always_inline u64 call_path(struct task_struct *task)
{
	if (in_call(task, NR_X86_64_open, NR_I386_open) ||
	    in_call(task, NR_X86_64_creat, NR_I386_creat) ||
	    in_call(task, NR_X86_64_execve, NR_I386_execve))
		return call_argument(task, 0);
	if (in_call(task, NR_X86_64_openat, NR_I386_openat) ||
	    in_call(task, NR_X86_64_openat2, NR_I386_openat2) ||
	    in_call(task, NR_X86_64_execveat, NR_I386_execveat))
		return call_argument(task, 1);
	return 0;
}

/* Where what a finished transfer moved began: the kernel has moved the position by what it did. */
static __always_inline s64 place_before(u64 pos, s64 ret)
{
	s64 place = 0;

	if (!pos || bpf_probe_read_kernel(&place, sizeof(place), (void *)pos))
		return 0;
	return ret > 0 ? place - ret : place;
}
