/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Following a command: a child is in scope from before its first instruction. */
#pragma once

#define scope_inherit(parent, child)                                          \
	do {                                                                  \
		if (in_scope(parent)) {                                       \
			struct task_state *__state = task_state_of(child, true); \
			if (__state)                                          \
				__state->in_scope = 1;                        \
		}                                                             \
	} while (0)

/*
 * A kernel that preempts programs can skip the one at fork, and the child is not in scope then.
 * So the rare events of a task's life look at its leader and its parent: with one of them
 * in scope it belongs there too. Other events would pay for this at every call.
 */
#ifdef TH_LEGACY
#define scope_heal(task) do {} while (0)
#else
#define scope_heal(task)                                                        \
	do {                                                                    \
		if (!in_scope(task) && (in_scope((task)->group_leader) ||       \
					in_scope((task)->real_parent))) {       \
			struct task_state *__own = task_state_of(task, true);   \
			if (__own)                                              \
				__own->in_scope = 1;                            \
		}                                                               \
	} while (0)
#endif
