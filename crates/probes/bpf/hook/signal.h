/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What sources of do_sigaction name. */
#pragma once

#define MOST_SIGNALS 64
#define MOST_ERRNO 4095
/* Stands for an action that was there and is no more. */
#define GONE ((struct k_sigaction *)1)

static __always_inline bool is_given(const void *pointer)
{
	return pointer != NULL;
}

/* What the task does on a signal now, NULL for a number that is none. */
static __always_inline struct k_sigaction *action_now(struct task_struct *task, s32 sig)
{
	if (sig < 1 || sig > MOST_SIGNALS)
		return NULL;
	return (void *)((u64)BPF_CORE_READ(task, sighand) +
			bpf_core_field_offset(struct sighand_struct, action) +
			(u32)(sig - 1) * (u64)bpf_core_type_size(struct k_sigaction));
}

static __always_inline bool in_old_signal(struct task_struct *task)
{
	return in_call(task, -1, NR_I386_signal);
}

/* The old signal(2) returns a handler. */
static __always_inline bool has_acted(struct task_struct *task, s64 ret)
{
	return in_old_signal(task) ? (u64)ret < (u64)-MOST_ERRNO : !ret;
}

/* At the end of a call: the action that it has set, NULL if it only asked. */
static __always_inline struct k_sigaction *action_set(struct task_struct *task, s32 sig)
{
	return in_old_signal(task) || call_argument(task, 1) ? action_now(task, sig) : NULL;
}

/* The action before it: the same as now if it only asked. */
static __always_inline struct k_sigaction *action_before(struct task_struct *task, s32 sig,
							 struct k_sigaction *set)
{
	return set ? GONE : action_now(task, sig);
}

/* Where it stores that; the old signal(2) returns it. */
static __always_inline struct k_sigaction *action_wanted(struct task_struct *task)
{
	return in_old_signal(task) ? GONE : (void *)call_argument(task, 2);
}

#define OF_ACTION(name, member)                                                  \
	static __always_inline struct maybe action_##name(struct k_sigaction *action) \
	{                                                                        \
		if (action == GONE)                                              \
			return lacking(IS_UNREAD);                               \
		if (!action)                                                     \
			return lacking(IS_ABSENT);                               \
		return there((u64)BPF_CORE_READ(action, sa.member));             \
	}
OF_ACTION(bits, sa_flags)
OF_ACTION(mask, sa_mask.sig[0])
OF_ACTION(does, sa_handler)

/* SIG_DFL, SIG_IGN, or 2 for a handler. */
static __always_inline struct maybe action_method(struct k_sigaction *action)
{
	struct maybe does = action_does(action);

	if (does.state == IS_THERE && does.value > 2)
		does.value = 2;
	return does;
}
