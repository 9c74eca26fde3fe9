/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * sigprocmask: what was asked for at entry, the mask before and after from
 * task->blocked. Every rung ends in the three functions here; only the way to the
 * registers differs.
 */
#pragma once

struct mask_args {
	u64 how, set, oldset, size;
	s32 nr;
	u8 abi;
};

#define mask_args_read(args, regs, task, direct)                              \
	do {                                                                  \
		long __nr = REGS(regs, direct, orig_ax);                      \
		(args)->abi = abi_of(task, __nr);                             \
		(args)->nr = __nr & ~X32_BIT;                                 \
		if ((args)->abi == ABI_I386) {                                \
			(args)->how = (u32)REGS(regs, direct, bx);            \
			(args)->set = (u32)REGS(regs, direct, cx);            \
			(args)->oldset = (u32)REGS(regs, direct, dx);         \
			(args)->size = (u32)REGS(regs, direct, si);           \
		} else {                                                      \
			(args)->how = REGS(regs, direct, di);                 \
			(args)->set = REGS(regs, direct, si);                 \
			(args)->oldset = REGS(regs, direct, dx);              \
			(args)->size = REGS(regs, direct, r10);               \
		}                                                             \
	} while (0)

/* SIGKILL and SIGSTOP. */
#define UNBLOCKABLE (1ull << 8 | 1ull << 18)

/* Whether a number is one of ours; numbers come from the schema. */
static __always_inline bool is_mask_call(struct task_struct *task, long nr)
{
	long number = nr & ~X32_BIT;

	if (number != NR_X86_64_rt_sigprocmask && number != NR_I386_rt_sigprocmask &&
	    number != NR_I386_sigprocmask)
		return false;
	if (abi_of(task, 0) == ABI_I386)
		return nr == NR_I386_rt_sigprocmask || nr == NR_I386_sigprocmask;
	return number == NR_X86_64_rt_sigprocmask;
}

static __always_inline bool is_legacy(u8 abi, s32 nr)
{
	return abi == ABI_I386 && nr == NR_I386_sigprocmask;
}

/*
 * Reads the set as the kernel will: 4 bytes for the legacy call, 8 for the others. Into
 * the stack first: a hardened kernel looks up the slab of any other destination.
 */
static __always_inline bool set_read(u64 *set, struct mask_call *call)
{
	u64 value = 0;
	bool failed;

	if (is_legacy(call->abi, call->nr))
		failed = bpf_probe_read_user(&value, 4, (void *)call->set_ptr);
	else if (call->sigsetsize == sizeof(value))
		failed = bpf_probe_read_user(&value, sizeof(value), (void *)call->set_ptr);
	else
		/* Any other size is refused by the kernel before it looks at the set. */
		failed = true;
	*set = value;
	return !failed;
}

/* How often the task has given up its CPU. */
static __always_inline u64 switches_of(struct task_struct *task)
{
	return TASK_READ(task, nvcsw) + TASK_READ(task, nivcsw);
}

/*
 * Whether the entry that was seen is this call's. A program is skipped only while another
 * thread sits inside it, having lost this CPU there; so if the task has not given up its
 * CPU since, neither the exit between two entries nor the later entry was skipped.
 * `late` has no number where probes run by ftrace, which skips none.
 */
static __always_inline bool is_paired(struct task_struct *task, struct mask_call *call,
				      struct mask_args *late)
{
	struct control *control = control_get();

	if (!control || !control->preempts || late->nr < 0)
		return true;
	return call->switches == switches_of(task);
}

static __always_inline void mask_enter(struct task_struct *task, struct mask_args *args)
{
	struct control *control = control_get();
	struct task_state *state;
	struct mask_call *call;

	if (!control || control->phase == PHASE_IDLE)
		return;
	/* A task in scope has its state; others of a followed command need none. */
	state = task_state_of(task, !is_scoped(control));
	if (!state || !wanted(control, task, state))
		return;
	call = &state->mask;
	call->how = args->how;
	call->set_ptr = args->set;
	call->oldset_ptr = args->oldset;
	call->sigsetsize = args->size;
	call->nr = args->nr;
	call->abi = args->abi;
	call->before = TASK_READ(task, blocked.sig[0]);
	call->inner = 0;
	if (control->preempts)
		call->switches = switches_of(task);
	call->set_read = call->set_ptr && set_read(&call->set_user, call);
	call->active = 1;
}

/* The kernel's inner function, where it is one: it holds the kernel's copy of the set. */
static __always_inline void mask_inner(struct task_struct *task, u64 set)
{
	struct task_state *state = task_state_of(task, false);

	if (!state || !state->mask.active)
		return;
	state->mask.set = set;
	state->mask.inner = 1;
}

static __always_inline bool sets_overlap(struct mask_call *call)
{
	return call->oldset_ptr && call->oldset_ptr + sizeof(u64) > call->set_ptr &&
	       call->set_ptr + sizeof(u64) > call->oldset_ptr;
}

static __always_inline void put_set(struct th_record *rec, struct mask_call *call)
{
	u64 set = call->set;

	put_absent(rec, FIELD_sigprocmask_set_user);
	if (!call->set_ptr) {
		put_absent(rec, FIELD_sigprocmask_set);
		return;
	}
	if (call->inner) {
		/*
		 * The kernel has taken KILL and STOP out of its copy. A value in user memory
		 * that differs by no more is what was asked for.
		 */
		if (call->set_read && !((call->set_user ^ set) & ~UNBLOCKABLE))
			set = call->set_user;
		put_value(rec, FIELD_sigprocmask_set, set);
		rec->kernel |= 1ull << FIELD_sigprocmask_set;
		if (call->set_read) {
			rec->absent &= ~(1ull << FIELD_sigprocmask_set_user);
			put_value(rec, FIELD_sigprocmask_set_user, call->set_user);
		}
		return;
	}
	if (call->set_read) {
		put_value(rec, FIELD_sigprocmask_set, call->set_user);
		return;
	}
	/* The kernel has faulted the page in meanwhile, and may have stored the old set there. */
	if (!sets_overlap(call) && set_read(&set, call)) {
		put_value(rec, FIELD_sigprocmask_set, set);
		rec->late |= 1ull << FIELD_sigprocmask_set;
		return;
	}
	put_unread(rec, FIELD_sigprocmask_set, call->set_ptr);
}

/* The kernel stores the mask it found; the legacy call stores its low word. */
static __always_inline void put_oldset(struct th_record *rec, struct mask_call *call)
{
	u64 old = call->before;

	if (!call->oldset_ptr) {
		put_absent(rec, FIELD_sigprocmask_oldset);
		return;
	}
	if (rec->ret || !call->active) {
		put_unread(rec, FIELD_sigprocmask_oldset, call->oldset_ptr);
		return;
	}
	if (is_legacy(call->abi, call->nr))
		old = (u32)old;
	put_value(rec, FIELD_sigprocmask_oldset, old);
}

static __always_inline void put_masks(struct th_record *rec, struct mask_call *call, u64 after)
{
	put_value(rec, FIELD_sigprocmask_blocked_after, after);
	if (!call->active) {
		put_unread(rec, FIELD_sigprocmask_blocked_before, 0);
		put_unread(rec, FIELD_sigprocmask_added, 0);
		put_unread(rec, FIELD_sigprocmask_removed, 0);
		return;
	}
	put_value(rec, FIELD_sigprocmask_blocked_before, call->before);
	put_value(rec, FIELD_sigprocmask_added, after & ~call->before);
	put_value(rec, FIELD_sigprocmask_removed, call->before & ~after);
}

/* `late` holds the arguments as the registers have them at exit, for a call whose entry was not seen. */
static __always_inline void mask_exit(struct task_struct *task, struct mask_args *late, s64 ret,
				      u8 rung)
{
	struct task_state *state;
	struct mask_call *call, unseen = {};
	struct th_record *rec;

	state = task_state_of(task, false);
	if (!admit_state(INDEX_sigprocmask, task, state, false))
		return;
	call = state ? &state->mask : &unseen;
	if (!call->active || !is_paired(task, call, late)) {
		call = &unseen;
		call->how = late->how;
		call->set_ptr = late->set;
		call->oldset_ptr = late->oldset;
		call->sigsetsize = late->size;
		call->nr = late->nr;
		call->abi = late->abi;
	}
	if (!keeps_task(INDEX_sigprocmask, 1, ret))
		rec = NULL;
	else
		rec = record_begin(task, sigprocmask, rung, 0, 0);
	if (rec) {
		rec->abi = call->abi;
		rec->nr = call->nr;
		rec->ret = ret;
		rec->flags = TH_HAS_RET;
		put_value(rec, FIELD_sigprocmask_how, call->how);
		put_set(rec, call);
		put_oldset(rec, call);
		if (is_legacy(call->abi, call->nr))
			put_absent(rec, FIELD_sigprocmask_sigsetsize);
		else
			put_value(rec, FIELD_sigprocmask_sigsetsize, call->sigsetsize);
		put_masks(rec, call, TASK_READ(task, blocked.sig[0]));
		record_end(rec, sigprocmask, 0);
	}
	if (state)
		state->mask.active = 0;
}

/* The function probes below go straight to the call, whose registers are the argument. */
#define MASK_ENTER(regs, direct)                                  \
	do {                                                      \
		struct task_struct *__task = current_task();      \
		struct mask_args __args;                          \
		mask_args_read(&__args, regs, __task, direct);    \
		mask_enter(__task, &__args);                      \
	} while (0)

#define MASK_EXIT(regs, direct, ret, rung)                        \
	do {                                                      \
		struct task_struct *__task = current_task();      \
		struct mask_args __args;                          \
		mask_args_read(&__args, regs, __task, direct);    \
		mask_exit(__task, &__args, ret, rung);            \
	} while (0)

/* kretprobe: the registers are those of the return; the arguments come from entry, or not at all. */
#define MASK_RETURN(ret, rung)                                    \
	do {                                                      \
		struct task_struct *__task = current_task();      \
		struct mask_args __args = {};                     \
		__args.abi = abi_of(__task, 0);                   \
		__args.nr = -1;                                   \
		mask_exit(__task, &__args, ret, rung);            \
	} while (0)
