/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Arguments of a function that is under way, kept from its entry to its return, and a value that
 * only the entry knows.
 *
 * A function can be entered again before it returns, and a return can be missed. The stack pointer
 * tells the calls apart: a frame below the one that is entered is gone, whether its return was seen
 * or not, and a return belongs to the entry at the same place.
 */
#pragma once

#define MOST_HELD 8
#define MOST_HELD_ARGUMENTS 6
/* How far the stack pointers of a probe at entry and of one at return lie apart at most. */
#define SAME_FRAME 64

struct held_call {
	u64 sp;
	u64 args[MOST_HELD_ARGUMENTS];
	u64 kept;
	u32 event;	/* 0 for none */
	u32 pad;
};

struct held_calls {
	struct held_call calls[MOST_HELD];
};

#ifdef TH_LEGACY
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, u32);
	__type(value, struct held_calls);
} held_args SEC(".maps");

static __always_inline struct held_calls *held_of(struct task_struct *task, bool create)
{
	static const struct held_calls zero;
	u32 tid = BPF_CORE_READ(task, pid);
	struct held_calls *found = bpf_map_lookup_elem(&held_args, &tid);

	if (found || !create)
		return found;
	bpf_map_update_elem(&held_args, &tid, &zero, BPF_ANY);
	return bpf_map_lookup_elem(&held_args, &tid);
}

static __always_inline void held_drop(struct task_struct *task)
{
	u32 tid = BPF_CORE_READ(task, pid);

	bpf_map_delete_elem(&held_args, &tid);
}
#else
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct held_calls);
} held_args SEC(".maps");

#define held_of(task, create)                                                  \
	((struct held_calls *)bpf_task_storage_get(&held_args, task, NULL,          \
		(create) ? BPF_LOCAL_STORAGE_GET_F_CREATE : 0))

static __always_inline void held_drop(struct task_struct *task) {}
#endif

/* Whether anything of the task is wanted, so that something is kept for later. */
static __always_inline bool keeps(struct task_struct *task)
{
	struct control *control = control_get();
	struct task_state *state = NULL;

	if (!control || control->phase == PHASE_IDLE)
		return false;
	if (is_scoped(control))
		state = task_state_of(task, false);
	return wanted(control, task, state);
}

/* An argument of the function that a probe is at the entry of. */
static __always_inline u64 given_to_probe(struct pt_regs *ctx, const u32 index)
{
	switch (index) {
	case 0: return ctx->di;
	case 1: return ctx->si;
	default: return ctx->dx;
	}
}

/*
 * A place for a call that begins at `sp`. For trampolines the place is that of their context: at
 * entry and at exit it is the same.
 */
static __always_inline struct held_call *hold_any(struct task_struct *task, u32 event, u64 sp,
						  u64 kept)
{
	struct held_calls *held = held_of(task, true);

	if (!held)
		return NULL;
	for (int i = 0; i < MOST_HELD; i++) {
		struct held_call *call = &held->calls[i];

		if (call->event && call->sp > sp)
			continue;
		/* Another event's of the same call. */
		if (call->event && call->sp == sp && call->event != event)
			continue;
		call->event = event;
		call->sp = sp;
		call->kept = kept;
		return call;
	}
	return NULL;
}

/* The same, if anything of the task is wanted. */
static __always_inline struct held_call *hold(struct task_struct *task, u32 event, u64 sp, u64 kept)
{
	return keeps(task) ? hold_any(task, event, sp, kept) : NULL;
}

/* Keeps the arguments as well. */
static __always_inline void hold_args(struct task_struct *task, u32 event, struct pt_regs *ctx,
				      u64 kept)
{
	struct held_call *call = hold(task, event, ctx->sp, kept);

	if (!call)
		return;
	call->args[0] = ctx->di;
	call->args[1] = ctx->si;
	call->args[2] = ctx->dx;
	call->args[3] = ctx->cx;
	call->args[4] = ctx->r8;
	call->args[5] = ctx->r9;
}

/* Gives the arguments of the call that returns and forgets them; tells whether there are any. */
static __always_inline bool let_go(struct task_struct *task, u32 event, u64 sp,
				   struct held_call *out)
{
	struct held_calls *held = held_of(task, false);

	if (!held)
		return false;
	for (int i = 0; i < MOST_HELD; i++) {
		struct held_call *call = &held->calls[i];

		if (call->event != event || sp + SAME_FRAME - call->sp > 2 * SAME_FRAME)
			continue;
		*out = *call;
		call->event = 0;
		return true;
	}
	return false;
}
