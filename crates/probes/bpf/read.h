/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Small readers that field sources name. */
#pragma once

/*
 * signal_generate may pass 0 (SEND_SIG_NOINFO) or 1 (SEND_SIG_PRIV) instead of a
 * siginfo, include/linux/sched/signal.h: the sender is a process, or the kernel.
 */
#define SIGINFO_IS_SPECIAL(info) ((u64)(info) <= 1)
#define SI_KERNEL 0x80

static __always_inline int siginfo_code(void *info)
{
	struct kernel_siginfo *siginfo = info;

	if (SIGINFO_IS_SPECIAL(info))
		return (u64)info ? SI_KERNEL : 0;
	return BPF_CORE_READ(siginfo, si_code);
}

static __always_inline int siginfo_errno(void *info)
{
	struct kernel_siginfo *siginfo = info;

	return SIGINFO_IS_SPECIAL(info) ? 0 : BPF_CORE_READ(siginfo, si_errno);
}

/* SI_USER, SI_QUEUE and SI_TKILL carry the sender; SIGCHLD's positive codes carry the child. */
static __always_inline bool siginfo_has_sender(void *info)
{
	struct kernel_siginfo *siginfo = info;
	int code;

	if (SIGINFO_IS_SPECIAL(info))
		return false;
	code = BPF_CORE_READ(siginfo, si_code);
	if (code == 0 || code == -1 || code == -6)
		return true;
	return BPF_CORE_READ(siginfo, si_signo) == 17 && code > 0 && code < SI_KERNEL;
}

/* PUT_ABSENT tells the generated program that there is no value. */
#define ABSENT 0x8000000000000000ull

static __always_inline u64 siginfo_pid(void *info)
{
	struct kernel_siginfo *siginfo = info;

	return siginfo_has_sender(info) ? (u32)BPF_CORE_READ(siginfo, _sifields._kill._pid) : ABSENT;
}

static __always_inline u64 siginfo_uid(void *info)
{
	struct kernel_siginfo *siginfo = info;

	return siginfo_has_sender(info) ? BPF_CORE_READ(siginfo, _sifields._kill._uid) : ABSENT;
}

static __always_inline u64 action_handler(void *action)
{
	struct k_sigaction *ka = action;

	return (u64)BPF_CORE_READ(ka, sa.sa_handler);
}

static __always_inline u64 action_flags(void *action)
{
	struct k_sigaction *ka = action;

	return BPF_CORE_READ(ka, sa.sa_flags);
}

static __always_inline bool group_dead(void *task)
{
	struct task_struct *dying = task;

	return BPF_CORE_READ(dying, signal, live.counter) == 0;
}

static __always_inline const char *bprm_filename(void *bprm)
{
	struct linux_binprm *binprm = bprm;

	return BPF_CORE_READ(binprm, filename);
}

static __always_inline struct file *bprm_file(void *bprm)
{
	struct linux_binprm *binprm = bprm;

	return BPF_CORE_READ(binprm, file);
}

static __always_inline u32 file_dev(struct file *file)
{
	return BPF_CORE_READ(file, f_inode, i_sb, s_dev);
}

static __always_inline u64 file_inode(struct file *file)
{
	return BPF_CORE_READ(file, f_inode, i_ino);
}
