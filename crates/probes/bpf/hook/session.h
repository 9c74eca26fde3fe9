/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Who logged in, and where; whose users they are. */
#pragma once

/* Place of the session among a process's groups (enum pid_type, include/linux/pid_types.h). */
#define PLACE_SESSION 3

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct tty_driver___session {
	int major, minor_start;
};
struct tty_struct___session {
	struct tty_driver___session *driver;
	int index;
};
struct upid___session {
	int nr;
};
struct pid___session {
	struct upid___session numbers[1];
};
struct signal_struct___session {
	struct pid___session *pids[4];
	struct tty_struct___session *tty;
};
struct task_struct___session {
	kuid_t loginuid;
	struct signal_struct___session *signal;
};
#pragma clang attribute pop

/* Kernels without auditing do not know. */
static __always_inline u64 login_user(struct task_struct *task)
{
	struct task_struct___session *own = (void *)bare(task);
	u32 uid;

	if (!bpf_core_field_exists(own->loginuid))
		return ABSENT;
	uid = BPF_CORE_READ(own, loginuid.val);
	return uid == (u32)-1 ? ABSENT : uid;
}

static __always_inline u64 session_of(struct task_struct *task)
{
	struct task_struct___session *own = (void *)bare(task);
	struct pid___session *session = BPF_CORE_READ(own, signal, pids[PLACE_SESSION]);
	int id = session ? BPF_CORE_READ(session, numbers[0].nr) : 0;

	return id ? id : ABSENT;
}

static __always_inline u64 terminal_of(struct task_struct *task)
{
	struct task_struct___session *own = (void *)bare(task);
	struct tty_struct___session *tty = BPF_CORE_READ(own, signal, tty);
	u32 minor;

	if (!tty)
		return ABSENT;
	minor = BPF_CORE_READ(tty, driver, minor_start) + BPF_CORE_READ(tty, index);
	return (u64)BPF_CORE_READ(tty, driver, major) << 20 | minor;
}

static __always_inline u32 user_namespace_of(struct task_struct *task)
{
	struct task_struct *own = (void *)bare(task);

	return BPF_CORE_READ(own, real_cred, user_ns, ns.inum);
}
