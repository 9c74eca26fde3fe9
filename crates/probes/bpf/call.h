/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * System calls: two programs for all of them, one for the beginning and one for the end. What a
 * call is and what is copied for it is data that user space derives from the call's row.
 */
#pragma once

/* Numbers of one ABI; the newest kernels have some 470, and x32 has some of its own from 512 on. */
#define MOST_CALLS 1024
#define OWN_OF_X32 512

enum {
	CALL_BEGINS = 1,	/* its beginning is told */
	CALL_ENDS = 2,		/* its end is told */
	CALL_FORKS = 4,		/* its end comes by in the new task too, with 0 */
	CALL_KEEPS = 8,		/* its end does not show its number or its arguments */
	CALL_EXECS = 16,	/* its end can be that of another exec call */
	CALL_PACKED = 32,	/* its arguments are in memory */
	CALL_MULTIPLEXED = 64,	/* it stands for others */
	CALL_UNPACK = CALL_PACKED | CALL_MULTIPLEXED,
};

/* What is to be done for a call. */
struct call {
	u16 event;	/* 0 for not selected */
	u16 flags;
	u16 begins;	/* row of the account for its beginnings */
	u16 ends;	/* and for its ends */
	u16 before;	/* list of steps for its beginning, 0 for none */
	u16 after;	/* and for its end */
	u16 meanings;	/* where what it stands for begins */
	u16 words;	/* how many arguments there are in memory, or in registers elsewhere */
};

#include "unpack.h"
#include "proof.h"

/* Bit per ABI slot: whether the number is to be looked at at all. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MOST_CALLS);
	__type(key, u32);
	__type(value, u32);
} selected SEC(".maps");

/* 64-bit numbers, then 32-bit ones. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2 * MOST_CALLS);
	__type(key, u32);
	__type(value, struct call);
} calls SEC(".maps");

/* For most calls of a machine this is all that happens. */
static __always_inline bool is_selected(u32 nr)
{
	u32 *any;

	nr &= ~X32_BIT;
	any = bpf_map_lookup_elem(&selected, &nr);
	return any && *any;
}

static __always_inline struct call *call_of(u8 abi, u32 nr)
{
	u32 key;

	/* The bit is part of no 32-bit number: the kernel refuses it there. */
	if (abi != ABI_I386)
		nr &= ~X32_BIT;
	if (nr >= (abi == ABI_X32 ? MOST_CALLS : OWN_OF_X32))
		return NULL;
	key = nr + (abi == ABI_I386 ? MOST_CALLS : 0);
	return bpf_map_lookup_elem(&calls, &key);
}

#define read_arguments(args, regs, direct, abi)                               \
	do {                                                                  \
		if ((abi) == ABI_I386) {                                      \
			(args)[0] = (u32)REGS(regs, direct, bx);              \
			(args)[1] = (u32)REGS(regs, direct, cx);              \
			(args)[2] = (u32)REGS(regs, direct, dx);              \
			(args)[3] = (u32)REGS(regs, direct, si);              \
			(args)[4] = (u32)REGS(regs, direct, di);              \
			(args)[5] = (u32)REGS(regs, direct, bp);              \
		} else {                                                      \
			(args)[0] = REGS(regs, direct, di);                   \
			(args)[1] = REGS(regs, direct, si);                   \
			(args)[2] = REGS(regs, direct, dx);                   \
			(args)[3] = REGS(regs, direct, r10);                  \
			(args)[4] = REGS(regs, direct, r8);                   \
			(args)[5] = REGS(regs, direct, r9);                   \
		}                                                             \
	} while (0)

enum { BEGINNING = 0, END = 1 };

/* Whether anything of the task's state can matter: looking it up takes 10 ns. */
static __always_inline bool state_matters(struct call *call)
{
	struct control *control = control_get();

	return !control || is_scoped(control) || call->before || call->flags & CALL_KEEPS;
}

/* Starts a record with the arguments in place. */
static __always_inline void call_start(struct call_record *rec, struct task_struct *task,
				       struct call *call, u8 abi, u32 nr, u8 rung)
{
	struct control *control = control_get();

	start_record(&rec->head, task, 0, call->event, rung, 0);
	rec->head.abi = abi;
	rec->head.nr = nr & ~X32_BIT;
	for (int i = 0; i < REGISTERS; i++)
		put_value(&rec->head, i, rec->args[i]);
	rec->at = sizeof(struct th_record) + REGISTERS * 8;
	rec->word = abi == ABI_I386 || (nr & ~X32_BIT) >= OWN_OF_X32 ? 4 : 8;
	rec->spanned = rec->failed = rec->only = 0;
	if (call->flags & CALL_UNPACK && rec->packed) {
		for (int i = 0; i < REGISTERS; i++)
			put_value(&rec->head, i, rec->packed + i * 4);
		rec->head.unread = (1ull << REGISTERS) - 1;
	}
	rec->content = control ? control->content : 0;
}

static __always_inline void call_submit(struct call_record *rec, u32 end, u32 row)
{
	u32 size = bounded(rec->at, 2 * CALL_SIZE - 1);
	void *ring;

	if (size > CALL_SIZE)
		size = CALL_SIZE;
	rec->head.size = size;
	beside_before(rec, end);
	stay_on_cpu();
	rec->head.cpu = bpf_get_smp_processor_id();
	rec->head.seq = next_seq(0);
	ring = ring_of(0);
	if (!ring || bpf_ringbuf_output(ring, rec, size, BPF_RB_NO_WAKEUP))
		count_drop(row);
	may_leave_cpu();
}

/* What the end must know: what could not be read, and a number that the end does not show. */
static __always_inline void call_remember(struct task_struct *task, struct task_state *state,
					  struct call *call, struct call_record *rec)
{
	bool keeps = call->flags & CALL_KEEPS;

	if (!rec->failed && !keeps) {
		if (state)
			state->call.failed = state->call.kept = 0;
		return;
	}
	if (!state)
		state = task_state_of(task, true);
	if (!state)
		return;
	state->call.failed = rec->failed;
	state->call.nr = rec->head.nr;
	state->call.abi = rec->head.abi;
	state->call.kept = keeps;
}

static __always_inline void call_begin(struct task_struct *task, struct call *call,
				       struct call_record *rec, u8 abi, u32 nr, u8 rung)
{
	struct task_state *state = NULL;

	if (state_matters(call))
		state = task_state_of(task, false);
	if (!admit_state(call->begins, task, state, false))
		return;
	if (call_proves(abi, nr, PROVED_BEGINNING))
		return;
	call_start(rec, task, call, abi, nr, rung);
	rec->head.flags = TH_ENTRY;
	rec->when = 0;
	rec->ret = 0;
	if (call->before)
		run_steps(hand(rec, BEGINNING), rec, call->before);
	call_remember(task, state, call, rec);
	call_submit(rec, BEGINNING, call->begins);
}

/* The end's three rounds of steps. */
enum { ROUND_BEFORE, ROUND_AFTER, ROUND_LATE, ROUNDS };

/*
 * Which lists run at the end: that for the beginning, if the beginning was not told; that for
 * the end; and again that for the beginning, for what could not be read then.
 */
static __always_inline void call_rounds(struct call_record *rec, struct call *call,
					struct open_call *open)
{
	bool begins = call->flags & CALL_BEGINS;
	/*
	 * After a successful exec the registers and the memory are those of the new program, after
	 * a return from a signal handler those of what it had interrupted.
	 */
	bool gone = open->kept && (rec->ret >= 0 || !(call->flags & CALL_EXECS));

	if (begins)
		rec->head.flags |= TH_HAS_ENTRY;
	if (gone)
		rec->head.unread = (1ull << REGISTERS) - 1;
	rec->rounds[ROUND_BEFORE] = begins || gone ? 0 : call->before;
	rec->rounds[ROUND_AFTER] = gone ? 0 : call->after;
	rec->rounds[ROUND_LATE] = gone || !open->failed ? 0 : call->before;
}

static __always_inline void call_finish(struct task_struct *task, struct call *call,
					struct call_record *rec, struct open_call *open, s64 ret,
					u8 rung)
{
	/* An end belongs to its beginning: where that is told user space holds it, and must see the end. */
	bool may_go = !(call->flags & CALL_BEGINS);

	if (may_go && !keeps_task(call->ends, 1, ret))
		return;
	call_start(rec, task, call, open->abi, open->nr, rung);
	rec->head.flags = TH_HAS_RET;
	rec->head.ret = rec->ret = ret;
	rec->when = CHUNK_EXIT;
	/* Plans look at no arguments. */
	if (may_go && !keeps_fields(rec, END, call->ends, 0))
		return;
	call_rounds(rec, call, open);
	for (u32 round = 0; round < ROUNDS; round++) {
		if (!rec->rounds[round])
			continue;
		if (round == ROUND_LATE) {
			rec->when = CHUNK_EXIT | CHUNK_LATE;
			rec->only = open->failed;
		}
		run_steps(hand(rec, END), rec, rec->rounds[round]);
	}
	call_submit(rec, END, call->ends);
}

/* Which call ends, as far as registers and what was remembered tell. */
static __always_inline void call_which(struct open_call *open, struct task_state *state,
				       struct call *call, u8 abi, u32 nr)
{
	open->nr = nr & ~X32_BIT;
	open->abi = abi;
	open->failed = open->kept = 0;
	if (!state)
		return;
	if (call->flags & (CALL_EXECS | CALL_KEEPS) && state->call.kept)
		*open = state->call;
	else if (state->call.nr == open->nr && state->call.abi == abi)
		open->failed = state->call.failed;
	state->call.failed = state->call.kept = 0;
}

static __always_inline void call_end(struct task_struct *task, struct call *call,
				     struct call_record *rec, u8 abi, u32 nr, s64 ret, u8 rung)
{
	struct task_state *state = NULL;
	struct open_call open;

	if (state_matters(call) || call->flags & CALL_EXECS)
		state = task_state_of(task, false);

	call_which(&open, state, call, abi, nr);
	if (state && state->in_scope == SCOPE_HELD && open.nr == NR_HELD_READ) {
		state->in_scope = 1;
		return;
	}
	if (call->flags & CALL_EXECS) {
		call = call_of(open.abi, open.nr);
		if (!call || !call->event)
			return;
	}
	if (!admit_state(call->ends, task, state, false))
		return;
	if (call_proves(abi, nr, PROVED_END | (ret == -ENOSYS ? PROVED_ABSENT : 0)))
		return;
	call_finish(task, call, rec, &open, ret, rung);
}

/* A return from a signal handler leaves -1 as the call's number. */
static __always_inline u32 number_at_end(u32 nr)
{
	struct task_state *state;

	if (nr != (u32)-1)
		return nr;
	state = task_state_of(current_task(), false);
	return state && state->call.kept ? state->call.nr : nr;
}

/* The two bodies. `number` is as the registers have it. */
#define CALL_BEGIN(regs, direct, number, rung)                                        \
	do {                                                                          \
		u32 __nr = (number);                                                  \
		struct task_struct *__task;                                           \
		struct call_record *__rec;                                            \
		struct call *__call;                                                  \
		u8 __abi;                                                             \
									              \
		if (!is_selected(__nr))                                                 \
			break;                                                        \
		__task = current_task();                                              \
		__abi = abi_of(__task, __nr);                                           \
		__call = call_of(__abi, __nr);                                          \
		__rec = call_record_of(BEGINNING);                                    \
		if (!__call || !__rec || !__call->flags)                              \
			break;                                                        \
		read_arguments(__rec->args, regs, direct, __abi);                     \
		if (__call->flags & CALL_UNPACK)                                      \
			__call = call_meant(__rec, __call, BEGINNING);                \
		if (!(__call->flags & CALL_BEGINS))                                   \
			break;                                                        \
		call_begin(__task, __call, __rec, __abi, __nr, rung);                   \
	} while (0)

#define CALL_END(regs, direct, number, ret, rung)                                     \
	do {                                                                          \
		u32 __nr = number_at_end(number);                                     \
		struct task_struct *__task;                                           \
		struct call_record *__rec;                                            \
		struct call *__call;                                                  \
		u8 __abi;                                                             \
									              \
		if (!is_selected(__nr))                                                 \
			break;                                                        \
		__task = current_task();                                              \
		__abi = abi_of(__task, __nr);                                           \
		__call = call_of(__abi, __nr);                                          \
		__rec = call_record_of(END);                                          \
		if (!__call || !__rec || !__call->flags)                              \
			break;                                                        \
		/* The new task has its first event elsewhere. */                     \
		if (__call->flags & CALL_FORKS && !(ret))                             \
			break;                                                        \
		read_arguments(__rec->args, regs, direct, __abi);                     \
		if (__call->flags & CALL_UNPACK)                                      \
			__call = call_meant(__rec, __call, END);                      \
		if (!(__call->flags & (CALL_ENDS | CALL_EXECS)))                      \
			break;                                                        \
		call_end(__task, __call, __rec, __abi, __nr, ret, rung);                \
	} while (0)

/*
 * On the functions that serve the calls each has a program of its own, which does no more than
 * call these: so there can be many of them. Where the kernel gives the registers typed, they
 * are read directly.
 */
#ifdef TH_LEGACY
#define TYPED_REGS 0
#else
#define TYPED_REGS bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs)
#endif

__noinline int begin_call(u32 rung)
{
	struct pt_regs *regs = user_regs(current_task());

	if (TYPED_REGS) {
		u32 nr = regs->orig_ax;

		CALL_BEGIN(regs, 1, nr, rung);
	} else {
		u32 nr = BPF_CORE_READ(regs, orig_ax);

		CALL_BEGIN(regs, 0, nr, rung);
	}
	return 0;
}

__noinline int end_call(s64 ret, u32 rung)
{
	struct pt_regs *regs = user_regs(current_task());

	if (TYPED_REGS) {
		u32 nr = regs->orig_ax;

		CALL_END(regs, 1, nr, ret, rung);
	} else {
		u32 nr = BPF_CORE_READ(regs, orig_ax);

		CALL_END(regs, 0, nr, ret, rung);
	}
	return 0;
}
