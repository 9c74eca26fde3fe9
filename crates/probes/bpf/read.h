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

/*
 * Which part of the union a signal carries, as siginfo_layout() in kernel/signal.c (v6.18) has it:
 * codes up to 0 are user space's, timers' and queues', the others depend on the signal.
 */
enum siginfo_part { SI_NONE, SI_KILL, SI_TIMER_PART, SI_RT, SI_CHLD, SI_FAULT, SI_POLL, SI_SYS };

static __always_inline int siginfo_part(void *info)
{
	struct kernel_siginfo *siginfo = info;
	int code, signo;

	if (SIGINFO_IS_SPECIAL(info))
		return SI_NONE;
	code = BPF_CORE_READ(siginfo, si_code);
	signo = BPF_CORE_READ(siginfo, si_signo);
	if (code == 0 || code == -6)
		return SI_KILL;
	if (code == -2)
		return SI_TIMER_PART;
	if (code == -5)
		return SI_POLL;
	if (code < 0)
		return SI_RT;
	if (code == SI_KERNEL)
		return SI_NONE;
	switch (signo) {
	case 4: case 5: case 7: case 8: case 11:
		return SI_FAULT;
	case 17:
		return SI_CHLD;
	case 29:
		return SI_POLL;
	case 31:
		return SI_SYS;
	}
	return SI_NONE;
}

/* Tells the generated program that there is no value. */
#define ABSENT 0x8000000000000000ull
/* Of fields that say when they are unread: that this is the case. */
#define UNREAD 0x8000000000000001ull

#define MOST_ERROR 4095

/* What a function returned: the error of one that returns an int comes without its upper half. */
static __always_inline s64 returned(u64 value)
{
	if (value <= 0xffffffffull && (u32)value >= (u32)-MOST_ERROR)
		return (s32)value;
	return value;
}

/* The same of numbers that can be ABSENT by themselves, or that may have been out of reach. */
enum { IS_THERE, IS_ABSENT, IS_UNREAD };
struct maybe {
	u64 value;
	u32 state;
};

static __always_inline struct maybe there(u64 value)
{
	struct maybe maybe = { value, IS_THERE };

	return maybe;
}

static __always_inline struct maybe lacking(u32 state)
{
	struct maybe maybe = { 0, state };

	return maybe;
}

static __always_inline struct maybe maybe_number(u64 value)
{
	if (value == ABSENT)
		return lacking(IS_ABSENT);
	return value == UNREAD ? lacking(IS_UNREAD) : there(value);
}

static __always_inline struct maybe maybe_itself(struct maybe maybe)
{
	return maybe;
}

#define maybe_of(source) \
	_Generic((source), struct maybe: maybe_itself, default: maybe_number)(source)

#define SIGINFO(info, name, wanted, member)                                     \
	static __always_inline u64 siginfo_##name(void *info)                   \
	{                                                                       \
		struct kernel_siginfo *siginfo = info;                          \
		int part = siginfo_part(info);                                  \
										\
		return (wanted) ? (u64)BPF_CORE_READ(siginfo, _sifields.member) : ABSENT; \
	}

/* The process id and the user id lie at the same place in all that have them. */
#define HAS_SENDER (part == SI_KILL || part == SI_RT || part == SI_CHLD)
SIGINFO(info, pid, HAS_SENDER, _kill._pid)
SIGINFO(info, uid, HAS_SENDER, _kill._uid)
SIGINFO(info, status, part == SI_CHLD, _sigchld._status)
SIGINFO(info, utime, part == SI_CHLD, _sigchld._utime)
SIGINFO(info, stime, part == SI_CHLD, _sigchld._stime)
SIGINFO(info, addr, part == SI_FAULT, _sigfault._addr)
SIGINFO(info, timer, part == SI_TIMER_PART, _timer._tid)
SIGINFO(info, overrun, part == SI_TIMER_PART, _timer._overrun)
/* A timer's value lies where a queued signal's does. */
SIGINFO(info, value, part == SI_RT || part == SI_TIMER_PART, _rt._sigval.sival_ptr)
SIGINFO(info, band, part == SI_POLL, _sigpoll._band)
SIGINFO(info, fd, part == SI_POLL, _sigpoll._fd)
SIGINFO(info, call, part == SI_SYS, _sigsys._call_addr)
SIGINFO(info, nr, part == SI_SYS, _sigsys._syscall)
SIGINFO(info, arch, part == SI_SYS, _sigsys._arch)

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
