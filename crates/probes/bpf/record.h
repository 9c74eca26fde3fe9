/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Deciding whether to make a record, counting it, and writing it: the one record writer. */
#pragma once

enum { PHASE_IDLE = 0, PHASE_PROVING = 1, PHASE_LIVE = 2 };

/* What user space tells the programs; user space writes it, they only read. */
struct control {
	u32 phase;
	u32 self_tgid;	/* the tracer */
	u32 scoped;	/* only tasks in scope are wanted */
	u32 cpus;	/* index of the life ring, behind the per-CPU ones */
	u32 preempts;	/* the kernel preempts programs, and skips them meanwhile */
	u32 content;	/* bytes of content (what is read and written) to copy at most */
	u32 chosen;	/* bit per event of processes' lives and of cgroups: selected, and not only needed */
	u32 narrows;	/* leave out what plans exclude (narrow/) */
	u64 live_since;	/* what started before is told by a snapshot */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct control);
} controls SEC(".maps");

/* One ring per CPU: two busy CPUs on a shared ring cost each other 500 ns a record. */
struct ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 65536);
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, u32);
	__array(values, struct ring);
} rings SEC(".maps");

/*
 * Per CPU and event, with the beginnings of calls behind. Atomic, since an interrupt or
 * another task can come between.
 */
struct count {
	u64 made;
	u64 filtered;
	u64 dropped;
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2 * EVENT_COUNT);
	__type(key, u32);
	__type(value, struct count);
} counts SEC(".maps");

/* Per CPU: records tried so far, [0] event ring and [1] life ring. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, u32);
	__type(value, u64);
} sequences SEC(".maps");

static __always_inline struct control *control_get(void)
{
	u32 zero = 0;

	return bpf_map_lookup_elem(&controls, &zero);
}

/* Events of processes' lives that are asked about by name; the bit is the place in LIFE. */
enum { LIFE_FORK = 0, LIFE_EXEC = 1, LIFE_EXIT = 2 };

/* The bit behind those of all events: processes are listed with what they were started with. */
#define LIVES_LISTED 31

static __always_inline bool is_chosen(u32 life)
{
	struct control *control = control_get();

	return fixed.choosable >> life & 1 && control && control->chosen >> life & 1;
}

static __always_inline bool in_scope(struct task_struct *task)
{
	struct task_state *state = task_state_of(task, false);

	return state && state->in_scope;
}

/* Whether a followed command has descendants of its own to look for. */
static __always_inline bool is_scoped(struct control *control)
{
	return control->phase == PHASE_LIVE && control->scoped;
}

/*
 * Whether a record is made only for what is learnt from it: nobody selected the event, or the task is
 * out of scope. `bit` is the event's in control.chosen.
 */
static __always_inline bool is_aside(u32 bit, struct task_struct *task)
{
	struct control *control = control_get();

	return control && (!(control->chosen >> bit & 1) || (is_scoped(control) && !in_scope(task)));
}

/*
 * Whether anything of this task is wanted; counts nothing, for entry halves. `state` is
 * the task's, looked up once per program since a look-up costs 10 ns; it matters only
 * where is_scoped().
 */
static __always_inline bool wanted(struct control *control, struct task_struct *task,
				   struct task_state *state)
{
	u32 tgid = TASK_READ(task, tgid);

	switch (control->phase) {
	case PHASE_LIVE:
		return tgid != control->self_tgid &&
		       (!control->scoped || (state && state->in_scope));
	case PHASE_PROVING:
		/* The tracer and its own child, which makes the calls that prove hooks live. */
		return tgid == control->self_tgid ||
		       TASK_READ(bare(task), real_parent, tgid) == control->self_tgid;
	}
	return false;
}

static __always_inline struct count *count_of(u32 index)
{
	return bpf_map_lookup_elem(&counts, &index);
}

/*
 * Whether to make a record: counts it as made, and as filtered if not wanted. `other`
 * says that a second task brings the event into scope.
 */
static __always_inline bool admit_state(u32 index, struct task_struct *task,
					struct task_state *state, bool other)
{
	struct control *control = control_get();
	struct count *count;
	bool pass;

	if (!control || control->phase == PHASE_IDLE)
		return false;
	pass = wanted(control, task, state) || (other && control->phase == PHASE_LIVE);
	if (!pass && control->phase == PHASE_PROVING)
		return false;
	count = count_of(index);
	if (!count)
		return false;
	__sync_fetch_and_add(&count->made, 1);
	if (!pass)
		__sync_fetch_and_add(&count->filtered, 1);
	return pass;
}

static __always_inline bool admit(u32 index, struct task_struct *task, bool other)
{
	struct control *control = control_get();
	struct task_state *state = NULL;

	if (control && is_scoped(control))
		state = task_state_of(task, false);
	return admit_state(index, task, state, other);
}

static __always_inline void count_drop(u32 index)
{
	struct count *count = count_of(index);

	if (count)
		__sync_fetch_and_add(&count->dropped, 1);
}

/* A record that there was no room to begin. */
static __always_inline void count_lost(u32 index)
{
	struct count *count = count_of(index);

	if (count) {
		__sync_fetch_and_add(&count->made, 1);
		__sync_fetch_and_add(&count->dropped, 1);
	}
}

static __always_inline u64 next_seq(u32 life)
{
	u64 *seq = bpf_map_lookup_elem(&sequences, &life);

	if (!seq)
		return 0;
#ifdef TH_LEGACY
	/* 5.10 cannot fetch and add in one; the reader tolerates a repeated number. */
	*seq += 1;
	return *seq;
#else
	return __sync_fetch_and_add(seq, 1) + 1;
#endif
}

static __always_inline void *ring_of(u32 life)
{
	struct control *control = control_get();
	u32 index = bpf_get_smp_processor_id();

	if (life && control)
		index = control->cpus;
	return bpf_map_lookup_elem(&rings, &index);
}

static __always_inline void start_record(struct th_record *rec, struct task_struct *task, u64 seq,
					 u16 event, u8 rung, u32 size)
{
	rec->size = size;
	rec->event = event;
	rec->rung = rung;
	rec->abi = ABI_NONE;
	rec->seq = seq;
	rec->nr = -1;
	rec->unread = rec->cut = rec->absent = rec->late = rec->kernel = 0;
	rec->flags = rec->pieces = 0;
	rec->ret = 0;
	fill_header(rec, task);
}

/*
 * A program that sits where it can be preempted: between taking a sequence number and
 * submitting the record that would look like a loss. 6.10 on; the kernels before do not
 * preempt here unless built with CONFIG_PREEMPT.
 */
extern void bpf_preempt_disable(void) __ksym __weak;
extern void bpf_preempt_enable(void) __ksym __weak;

static __always_inline void stay_on_cpu(void)
{
#ifndef TH_LEGACY
	if (bpf_ksym_exists(bpf_preempt_disable))
		bpf_preempt_disable();
#endif
}

static __always_inline void may_leave_cpu(void)
{
#ifndef TH_LEGACY
	if (bpf_ksym_exists(bpf_preempt_enable))
		bpf_preempt_enable();
#endif
}

/*
 * Reserves a record of a size known at compile time, or counts a drop and gives NULL. It gets its
 * number at its end, when it is known to be wanted: a number that does not come is a loss. Where
 * something is told beside it it is built in a buffer (beside.h), since what is reserved first is read
 * first, and what stands beside an event is told before it.
 */
#define record_begin(task, EVENT, rung, life, tail)                                             \
	({                                                                                      \
		const u32 __size = sizeof(struct th_record) + FIELDS_##EVENT * 8 + (tail);      \
		struct th_record *__rec = NULL;                                                 \
									                        \
		if (fixed.beside) {                                                             \
			__rec = buffered_begin();                                               \
		} else {                                                                        \
			void *__ring = ring_of(life);                                           \
									                        \
			if (__ring)                                                             \
				__rec = bpf_ringbuf_reserve(__ring, __size, 0);                 \
		}                                                                               \
		if (__rec) {                                                                    \
			start_record(__rec, task, 0, ID_##EVENT, rung, __size);                 \
		} else {                                                                        \
			next_seq(life);                                                         \
			count_drop(INDEX_##EVENT);                                              \
		}                                                                               \
		__rec;                                                                          \
	})

/* The reader polls: a wake-up per record would cost 10 us on a virtual machine. */
#define record_end(rec, EVENT, life)                                                            \
	do {                                                                                    \
		if (fixed.beside) {                                                             \
			buffered_end(rec, INDEX_##EVENT, life);                                 \
		} else if (keeps_short(rec, INDEX_##EVENT)) {                                   \
			(rec)->seq = next_seq(life);                                            \
			bpf_ringbuf_submit(rec, BPF_RB_NO_WAKEUP);                              \
		} else {                                                                        \
			bpf_ringbuf_discard(rec, BPF_RB_NO_WAKEUP);                             \
		}                                                                               \
	} while (0)

/* The same in a program that can be preempted. No global function may be called meanwhile. */
#define record_end_anywhere(rec, EVENT)                                                         \
	do {                                                                                    \
		if (fixed.beside) {                                                             \
			buffered_end(rec, INDEX_##EVENT, 0);                                    \
		} else if (keeps_short(rec, INDEX_##EVENT)) {                                   \
			stay_on_cpu();                                                          \
			(rec)->seq = next_seq(0);                                               \
			bpf_ringbuf_submit(rec, BPF_RB_NO_WAKEUP);                              \
			may_leave_cpu();                                                        \
		} else {                                                                        \
			bpf_ringbuf_discard(rec, BPF_RB_NO_WAKEUP);                             \
		}                                                                               \
	} while (0)
