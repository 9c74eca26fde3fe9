/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * signal_mask_change: every change of a thread's mask, and what made it.
 *
 * The kernel writes a mask in four places. Three have a function whose beginning shows the mask
 * before and after: __set_task_blocked(), through which nearly all go, force_sig_info_to_task(), which
 * takes the signal of a fault out, and recalc_sigpending(), which follows when sigtimedwait(2) has
 * lent signals. The fourth, ptrace(2), is looked at before and after. Where none of them can be
 * hooked, tracepoints look (mask_looks.h).
 */
#pragma once

#define PTRACE_SETSIGMASK 0x420b

/* As names::MASK_CAUSE has them. */
enum {
	MASK_BY_CALL,
	MASK_BY_SIGRETURN,
	MASK_BY_HANDLER,
	MASK_BY_LOAN,
	MASK_BY_RETURN_OF_LOAN,
	MASK_BY_PTRACE,
	MASK_BY_FORCE,
	MASK_BY_UNKNOWN,
};

/* A system call, as a number that says its convention too; -1 for none. */
#define CALL_KEY(abi, nr) ((s64)(abi) << 32 | (u32)(nr))
#define NO_CALL (-1ll)

/* What is kept of a thread between two programs. */
struct mask_watch {
	u64 known;	/* the mask at the last look */
	u64 expect;	/* the mask with which the handler of `sig` will run */
	u64 saved;	/* the mask to come back when a loan ends */
	u64 target;	/* the task that ptrace(2) is about to change, 0 for none */
	u64 target_mask;
	s64 call;	/* the call under way */
	s64 left;	/* the call at whose end the signal is delivered */
	s64 lent;	/* the call that made the loan */
	u32 sig;	/* a handler is about to be entered */
	u8 seen;	/* `known` is valid */
	u8 loan;	/* `saved` is valid */
	u8 waits;	/* the loan of sigtimedwait(2) was told */
	u8 wanted;	/* ptrace(2) changes a task in scope */
#ifdef TH_LEGACY
	u64 task, born;	/* whose it is: ids are used again, and an exec takes that of its process */
#endif
};

#ifdef TH_LEGACY
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, u32);
	__type(value, struct mask_watch);
} mask_watches SEC(".maps");

static __always_inline struct mask_watch *mask_watch_of(struct task_struct *task, bool create)
{
	u32 tid = BPF_CORE_READ(task, pid);
	u64 born = BPF_CORE_READ(task, start_boottime);
	struct mask_watch *watch = bpf_map_lookup_elem(&mask_watches, &tid);
	struct mask_watch fresh = { .call = NO_CALL };

	if (watch && watch->task == (u64)task && watch->born == born)
		return watch;
	if (!create)
		return NULL;
	fresh.task = (u64)task;
	fresh.born = born;
	bpf_map_update_elem(&mask_watches, &tid, &fresh, BPF_ANY);
	return bpf_map_lookup_elem(&mask_watches, &tid);
}
#else
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct mask_watch);
} mask_watches SEC(".maps");

#define mask_watch_of(task, create)                                                 \
	((struct mask_watch *)bpf_task_storage_get(&mask_watches, task, NULL,        \
		(create) ? BPF_LOCAL_STORAGE_GET_F_CREATE : 0))
#endif

static __always_inline u64 bit_of(u32 sig)
{
	return sig ? 1ull << ((sig - 1) & 63) : 0;
}

/* What a call does to the mask of its thread. */
enum { CALL_OTHER, CALL_SETS, CALL_RESTORES, CALL_LENDS };

static __always_inline u32 mask_call_kind(s64 call)
{
	switch (call) {
	case CALL_KEY(ABI_X86_64, NR_X86_64_rt_sigprocmask):
	case CALL_KEY(ABI_X32, NR_X32_rt_sigprocmask):
	case CALL_KEY(ABI_I386, NR_I386_rt_sigprocmask):
	case CALL_KEY(ABI_I386, NR_I386_sigprocmask):
	case CALL_KEY(ABI_I386, NR_I386_ssetmask):
		return CALL_SETS;
	case CALL_KEY(ABI_X86_64, NR_X86_64_rt_sigreturn):
	case CALL_KEY(ABI_X32, NR_X32_rt_sigreturn):
	case CALL_KEY(ABI_I386, NR_I386_rt_sigreturn):
	case CALL_KEY(ABI_I386, NR_I386_sigreturn):
		return CALL_RESTORES;
	case CALL_KEY(ABI_X86_64, NR_X86_64_pselect6):
	case CALL_KEY(ABI_X86_64, NR_X86_64_ppoll):
	case CALL_KEY(ABI_X86_64, NR_X86_64_epoll_pwait):
	case CALL_KEY(ABI_X86_64, NR_X86_64_epoll_pwait2):
	case CALL_KEY(ABI_X86_64, NR_X86_64_rt_sigsuspend):
	case CALL_KEY(ABI_X86_64, NR_X86_64_rt_sigtimedwait):
	case CALL_KEY(ABI_X86_64, NR_X86_64_io_pgetevents):
	case CALL_KEY(ABI_X86_64, NR_X86_64_io_uring_enter):
	case CALL_KEY(ABI_X32, NR_X32_pselect6):
	case CALL_KEY(ABI_X32, NR_X32_ppoll):
	case CALL_KEY(ABI_X32, NR_X32_epoll_pwait):
	case CALL_KEY(ABI_X32, NR_X32_epoll_pwait2):
	case CALL_KEY(ABI_X32, NR_X32_rt_sigsuspend):
	case CALL_KEY(ABI_X32, NR_X32_rt_sigtimedwait):
	case CALL_KEY(ABI_X32, NR_X32_io_pgetevents):
	case CALL_KEY(ABI_X32, NR_X32_io_uring_enter):
	case CALL_KEY(ABI_I386, NR_I386_pselect6):
	case CALL_KEY(ABI_I386, NR_I386_pselect6_time32):
	case CALL_KEY(ABI_I386, NR_I386_ppoll):
	case CALL_KEY(ABI_I386, NR_I386_ppoll_time32):
	case CALL_KEY(ABI_I386, NR_I386_epoll_pwait):
	case CALL_KEY(ABI_I386, NR_I386_epoll_pwait2):
	case CALL_KEY(ABI_I386, NR_I386_rt_sigsuspend):
	case CALL_KEY(ABI_I386, NR_I386_sigsuspend):
	case CALL_KEY(ABI_I386, NR_I386_rt_sigtimedwait):
	case CALL_KEY(ABI_I386, NR_I386_rt_sigtimedwait_time32):
	case CALL_KEY(ABI_I386, NR_I386_io_pgetevents):
	case CALL_KEY(ABI_I386, NR_I386_io_pgetevents_time32):
	case CALL_KEY(ABI_I386, NR_I386_io_uring_enter):
		return CALL_LENDS;
	}
	return CALL_OTHER;
}

static __always_inline s64 call_key(struct task_struct *task)
{
	struct pt_regs *regs = call_regs(task);
	long number;

	if (!regs)
		return NO_CALL;
	number = BPF_CORE_READ(regs, orig_ax);
	return CALL_KEY(abi_of(task, number), number & ~X32_BIT);
}

static __always_inline u64 mask_of(struct task_struct *task)
{
	return TASK_READ(task, blocked.sig[0]);
}

/* What mask_tell() is told besides masks and call, as one number. */
#define MASK_HOW(cause, sig, other, rung) \
	((u32)(cause) | (u32)(sig) << 8 | (u32)(other) << 16 | (u32)(rung) << 24)
#define THREAD_IDS(pid, tid) ((u64)(pid) << 32 | (u32)(tid))
#define own_ids(task) THREAD_IDS(TASK_READ(task, tgid), TASK_READ(task, pid))

/* Makes the record. `whose` is the thread whose mask changes; it may be another than the current one. */
__noinline int mask_tell(u64 before, u64 after, u64 whose, s64 call, u32 how)
{
	struct task_struct *task = current_task();
	u32 sig = how >> 8 & 0xff;
	struct th_record *rec;

	if (before == after || !admit(INDEX_signal_mask_change, task, how >> 16 & 1) ||
	    !keeps_task(INDEX_signal_mask_change, 0, 0))
		return 0;
	rec = record_begin(task, signal_mask_change, how >> 24, 0, 0);
	if (!rec)
		return 0;
	put_value(rec, FIELD_signal_mask_change_cause, how & 0xff);
	put_value(rec, FIELD_signal_mask_change_blocked_before, before);
	put_value(rec, FIELD_signal_mask_change_blocked_after, after);
	put_value(rec, FIELD_signal_mask_change_added, after & ~before);
	put_value(rec, FIELD_signal_mask_change_removed, before & ~after);
	if (call == NO_CALL) {
		put_absent(rec, FIELD_signal_mask_change_syscall);
	} else {
		rec->nr = (u32)call;
		rec->abi = call >> 32;
		put_value(rec, FIELD_signal_mask_change_syscall, (u32)call);
	}
	if (sig)
		put_value(rec, FIELD_signal_mask_change_sig, sig);
	else
		put_absent(rec, FIELD_signal_mask_change_sig);
	put_value(rec, FIELD_signal_mask_change_target_host_pid, whose >> 32);
	put_value(rec, FIELD_signal_mask_change_target_host_tid, (u32)whose);
	record_end(rec, signal_mask_change, 0);
	return 0;
}

/* What the handler of a signal will run with. */
static __always_inline void mask_expect(struct task_struct *task, struct mask_watch *watch, u32 sig,
					struct k_sigaction *action)
{
	u64 more = BPF_CORE_READ(action, sa.sa_mask.sig[0]);

	if (!(BPF_CORE_READ(action, sa.sa_flags) & 0x40000000 /* SA_NODEFER */))
		more |= bit_of(sig);
	watch->sig = sig;
	watch->expect = mask_of(task) | (more & ~UNBLOCKABLE);
}

/* signal_setup_done(): the frame is written, the mask follows. */
static __always_inline void mask_setup(struct task_struct *task, u32 failed, struct ksignal *signal)
{
	struct mask_watch *watch;

	if (!keeps(task))
		return;
	watch = mask_watch_of(task, true);
	if (!watch)
		return;
	watch->sig = 0;
	if (!failed)
		mask_expect(task, watch, BPF_CORE_READ(signal, sig), &signal->ka);
}

static __always_inline u32 mask_cause(struct task_struct *task, u64 set, s64 call)
{
	u64 at = plain((u64)task);

	if (set == at + bpf_core_field_offset(struct task_struct, saved_sigmask) ||
	    set == at + bpf_core_field_offset(struct task_struct, real_blocked))
		return MASK_BY_RETURN_OF_LOAN;
	switch (mask_call_kind(call)) {
	case CALL_SETS: return MASK_BY_CALL;
	case CALL_RESTORES: return MASK_BY_SIGRETURN;
	case CALL_LENDS: return MASK_BY_LOAN;
	}
	return MASK_BY_UNKNOWN;
}

/* __set_task_blocked(), which works for the current task only. */
static __always_inline void mask_set(struct task_struct *task, u64 set, u8 rung)
{
	struct mask_watch *watch = mask_watch_of(task, false);
	u64 before = mask_of(task), after = 0;
	s64 call = call_key(task);
	u32 sig = 0, cause;

	bpf_probe_read_kernel(&after, sizeof(after), (void *)set);
	cause = mask_cause(task, set, call);
	if (watch) {
		if (watch->sig && watch->expect == after) {
			cause = MASK_BY_HANDLER;
			sig = watch->sig;
		}
		watch->sig = watch->waits = 0;
	}
	mask_tell(before, after, own_ids(task), call, MASK_HOW(cause, sig, 0, rung));
}

/* recalc_sigpending(): sigtimedwait(2) has put the mask aside and unblocked what it waits for. */
static __always_inline void mask_wait(struct task_struct *task, u8 rung)
{
	u64 before = TASK_READ(task, real_blocked.sig[0]), after = mask_of(task);
	struct mask_watch *watch;
	s64 call;

	if (!before || before == after || !keeps(task))
		return;
	call = call_key(task);
	if (mask_call_kind(call) != CALL_LENDS)
		return;
	watch = mask_watch_of(task, true);
	if (!watch || watch->waits)
		return;
	watch->waits = 1;
	mask_tell(before, after, own_ids(task), call, MASK_HOW(MASK_BY_LOAN, 0, 0, rung));
}

/* force_sig_info_to_task(): a signal that may not be blocked is unblocked. */
static __always_inline void mask_force(struct task_struct *task, struct kernel_siginfo *info,
				       struct task_struct *to, u8 rung)
{
	struct mask_watch *watch = mask_watch_of(task, false);
	u32 sig = BPF_CORE_READ(info, si_signo);
	u64 before = BPF_CORE_READ(to, blocked.sig[0]);
	u64 whose = THREAD_IDS(BPF_CORE_READ(to, tgid), BPF_CORE_READ(to, pid));

	if (watch)
		watch->sig = 0;
	mask_tell(before, before & ~bit_of(sig), whose, call_key(task),
		  MASK_HOW(MASK_BY_FORCE, sig, 0, rung));
}

/* Whether a task that a probe is handed is in scope: newer kernels tell only by a typed pointer. */
#ifdef TH_LEGACY
#define PROBED_IN_SCOPE(task) in_scope(task)
#else
#define PROBED_IN_SCOPE(task) false
#endif

/* Before ptrace(2) does what it was asked to: `other` says that its target is in scope. */
static __always_inline void mask_ptrace_begin(struct task_struct *task, struct task_struct *target,
					      u64 request, bool other)
{
	bool sets = request == PTRACE_SETSIGMASK && (other || keeps(task));
	struct mask_watch *watch = mask_watch_of(task, sets);

	if (!watch)
		return;
	watch->target = sets ? plain((u64)target) : 0;
	watch->wanted = other;
	if (sets)
		watch->target_mask = BPF_CORE_READ(target, blocked.sig[0]);
}

static __always_inline struct task_struct *mask_ptrace_end(struct task_struct *task,
							   struct mask_watch *watch, s64 ret,
							   u8 rung)
{
	struct task_struct *target;
	u64 whose;

	if (!watch || !watch->target)
		return NULL;
	target = (void *)watch->target;
	watch->target = 0;
	if (ret)
		return NULL;
	whose = THREAD_IDS(BPF_CORE_READ(target, tgid), BPF_CORE_READ(target, pid));
	mask_tell(watch->target_mask, BPF_CORE_READ(target, blocked.sig[0]), whose, call_key(task),
		  MASK_HOW(MASK_BY_PTRACE, 0, watch->wanted, rung));
	return target;
}
