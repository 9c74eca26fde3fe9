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
