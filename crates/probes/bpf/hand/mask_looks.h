/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * signal_mask_change by tracepoints: looks whether a thread's mask is another than at the last look,
 * and says why from what happened in between.
 */
#pragma once

/* A mask that ptrace(2) has set, as it was told: its thread looks here when it sees the change. */
struct set_mask {
	u64 born;
	u64 mask;
};
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, u32);
	__type(value, struct set_mask);
} set_masks SEC(".maps");

/* Whether ptrace(2) has set this mask, so that it was told already. */
static __always_inline bool mask_was_set(struct task_struct *task, u64 mask)
{
	u32 tid = TASK_READ(task, pid);
	struct set_mask *set = bpf_map_lookup_elem(&set_masks, &tid);
	bool was = set && set->mask == mask && set->born == TASK_READ(task, start_boottime);

	if (set)
		bpf_map_delete_elem(&set_masks, &tid);
	return was;
}

/* Why a mask is another than at the last look. `forced` is a signal that a fault sends, or 0. */
static __always_inline void mask_explain(struct task_struct *task, struct mask_watch *watch,
					 u64 known, u64 now, u32 forced, u8 rung)
{
	u64 bit = bit_of(forced);
	s64 call = watch->call;
	u32 cause = MASK_BY_UNKNOWN, kind = mask_call_kind(call);

	if (watch->loan && now == watch->saved) {
		cause = MASK_BY_RETURN_OF_LOAN;
		call = watch->lent;
		watch->loan = 0;
	} else if (known & bit && now == (known & ~bit)) {
		cause = MASK_BY_FORCE;
		call = call_key(task);
	} else if (kind == CALL_LENDS) {
		cause = MASK_BY_LOAN;
		watch->loan = 1;
		watch->saved = known;
		watch->lent = call;
	} else if (kind == CALL_SETS) {
		cause = MASK_BY_CALL;
	} else if (kind == CALL_RESTORES) {
		cause = MASK_BY_SIGRETURN;
	} else if (mask_was_set(task, now)) {
		return;
	}
	mask_tell(known, now, own_ids(task), call,
		  MASK_HOW(cause, cause == MASK_BY_FORCE ? forced : 0, 0, rung));
}

/*
 * Makes `now` the mask that is known; false if another look has done so. Where programs are preempted,
 * the switch to another thread is itself a look, in the middle of this one.
 */
static __always_inline bool mask_claim(struct mask_watch *watch, u64 known, u64 now)
{
#ifdef TH_LEGACY
	watch->known = now;
	return true;
#else
	return __sync_val_compare_and_swap(&watch->known, known, now) == known;
#endif
}

/* Looks whether the mask has changed. */
static __always_inline void mask_look(struct task_struct *task, struct mask_watch *watch, u32 forced,
				      u8 rung)
{
	u64 now = mask_of(task), known = watch->known, bit = bit_of(forced), expect = watch->expect;
	u32 sig = watch->sig;

	if (now == known || !mask_claim(watch, known, now))
		return;
	watch->sig = 0;
	if (sig && (now == expect || (expect & bit && now == (expect & ~bit)))) {
		mask_tell(known, expect, own_ids(task), watch->left,
			  MASK_HOW(MASK_BY_HANDLER, sig, 0, rung));
		known = expect;
		/* The handler's frame has the mask that was put aside. */
		watch->loan = 0;
	}
	if (now != known)
		mask_explain(task, watch, known, now, forced, rung);
}

/*
 * Whether a change is explained by what is known already. A fault's signal is delivered later, when a
 * call may have ended and the thread may have lost its CPU: until then it waits.
 */
static __always_inline bool mask_is_plain(struct mask_watch *watch, u64 now)
{
	return mask_call_kind(watch->call) != CALL_OTHER ||
	       (watch->sig && now == watch->expect) || (watch->loan && now == watch->saved);
}

/*
 * The thread's watch, which has looked; NULL if nothing of the thread is wanted. One that is patient
 * leaves what it cannot explain to the next look.
 */
static __always_inline struct mask_watch *mask_watched(struct task_struct *task, u32 forced,
						       bool patient, u8 rung)
{
	struct mask_watch *watch;

	if (!keeps(task))
		return NULL;
	watch = mask_watch_of(task, true);
	if (!watch)
		return NULL;
	if (watch->seen) {
		if (!patient || mask_is_plain(watch, mask_of(task)))
			mask_look(task, watch, forced, rung);
		return watch;
	}
	watch->seen = 1;
	watch->known = mask_of(task);
	watch->call = NO_CALL;
	return watch;
}

/* A call begins. */
static __always_inline void mask_begins(struct task_struct *task, u32 number, u8 rung)
{
	struct mask_watch *watch = mask_watched(task, 0, false, rung);
	struct task_struct *target;

	if (!watch)
		return;
	/* What comes of a handler without a mask of its own is over. */
	watch->sig = 0;
	watch->call = CALL_KEY(abi_of(task, number), number & ~X32_BIT);
	watch->target = 0;
	if ((!in_call(task, NR_X86_64_ptrace, NR_I386_ptrace) &&
	     watch->call != CALL_KEY(ABI_X32, NR_X32_ptrace)) ||
	    (u32)call_argument(task, 0) != PTRACE_SETSIGMASK)
		return;
	target = task_of_id(task, call_argument(task, 1));
	if (!target)
		return;
	watch->target = plain((u64)target);
	watch->target_mask = BPF_CORE_READ(target, blocked.sig[0]);
	watch->wanted = 0;
}

/* A call ends. */
static __always_inline void mask_ends(struct task_struct *task, s64 ret, u8 rung)
{
	struct mask_watch *watch = mask_watched(task, 0, true, rung);
	struct set_mask set = {};
	struct task_struct *target;
	u32 tid;

	if (!watch)
		return;
	target = mask_ptrace_end(task, watch, ret, rung);
	watch->call = NO_CALL;
	if (!target)
		return;
	tid = BPF_CORE_READ(target, pid);
	set.born = BPF_CORE_READ(target, start_boottime);
	set.mask = BPF_CORE_READ(target, blocked.sig[0]);
	bpf_map_update_elem(&set_masks, &tid, &set, BPF_ANY);
}

/* A signal is delivered: its handler will run, if it has one. */
static __always_inline void mask_deliver(struct task_struct *task, u32 sig,
					 struct kernel_siginfo *info, struct k_sigaction *action,
					 u8 rung)
{
	/* What a fault sends has a code of the kernel's. */
	bool forced = BPF_CORE_READ(info, si_code) > 0;
	struct mask_watch *watch = mask_watched(task, forced ? sig : 0, false, rung);

	if (!watch)
		return;
	watch->sig = 0;
	if ((u64)BPF_CORE_READ(action, sa.sa_handler) <= 1)
		return;
	mask_expect(task, watch, sig, action);
	watch->left = call_key(task);
}

/*
 * The thread loses its CPU: it may sleep in a call with a mask that is gone at the end. Nothing may be
 * allocated here.
 */
static __always_inline void mask_sleeps(struct task_struct *task, u8 rung)
{
	struct mask_watch *watch = mask_watch_of(task, false);
	u64 now = mask_of(task);

	if (watch && watch->seen && now != watch->known && mask_is_plain(watch, now) && keeps(task))
		mask_look(task, watch, 0, rung);
}
