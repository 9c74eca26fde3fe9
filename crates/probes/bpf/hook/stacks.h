/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Where code runs and its stack is: what kind of memory, and whether that is the thread's own. */
#pragma once

#define VM_GROWSDOWN 0x100
/* The task has not executed a program since it was forked; include/linux/sched.h. */
#define PF_FORKNOEXEC 0x40

/* Kinds of memory, as names::VMA_TYPE has them. */
enum {
	OF_FILE, ANONYMOUS, MAIN_STACK, THREAD_STACK, HEAP, GOLANG_HEAP, VDSO, OTHER_MEMORY,
};

/* A thread's stack, found when it made its first call. */
struct own_stack {
	u64 mm;
	u64 born;
	u64 start, end;
};

#ifdef TH_LEGACY
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, u32);
	__type(value, struct own_stack);
} own_stacks SEC(".maps");

static __always_inline struct own_stack *own_stack_of(struct task_struct *task, bool create)
{
	static const struct own_stack zero;
	u32 tid = BPF_CORE_READ(task, pid);
	struct own_stack *stack = bpf_map_lookup_elem(&own_stacks, &tid);

	if (stack || !create)
		return stack;
	bpf_map_update_elem(&own_stacks, &tid, &zero, BPF_ANY);
	return bpf_map_lookup_elem(&own_stacks, &tid);
}
#else
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct own_stack);
} own_stacks SEC(".maps");

#define own_stack_of(task, create)                                                  \
	((struct own_stack *)bpf_task_storage_get(&own_stacks, task, NULL,           \
		(create) ? BPF_LOCAL_STORAGE_GET_F_CREATE : 0))
#endif

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct vm_special_mapping {
	const char *name;
};
struct mm_struct___stack {
	unsigned long stack_vm;
};
#pragma clang attribute pop

static __always_inline u64 user_ip(struct task_struct *task)
{
	return BPF_CORE_READ(user_regs(task), ip);
}

static __always_inline u64 user_sp(struct task_struct *task)
{
	return BPF_CORE_READ(user_regs(task), sp);
}

/* Whether anything of the task is wanted: a search costs more than to ask. */
static __always_inline bool is_worth_it(struct task_struct *task)
{
	struct control *control = control_get();
	struct task_state *state = NULL;

	if (!control || control->phase == PHASE_IDLE)
		return false;
	if (is_scoped(control))
		state = task_state_of(task, false);
	return wanted(control, task, state);
}

static __always_inline bool is_within(u64 address, u64 start, u64 end)
{
	return address >= start && address < end;
}

/* The name that the kernel gives a mapping of its own making, in so far as it fits a word. */
static __always_inline u64 special_name(struct area *area)
{
	struct vm_special_mapping *mapping = (void *)area->private_data;
	u64 word = 0;

	if (mapping && !area->file)
		bpf_probe_read_kernel(&word, sizeof(word), BPF_CORE_READ(mapping, name));
	return word;
}

/* "[vdso]", which six bytes are, and "[uprobes" with or without an end. */
#define IS_VDSO(word) (((word) & 0xffffffffffffull) == 0x5d6f7364765bull)
#define IS_UPROBES(word) ((word) == 0x7365626f7270755bull)

static __always_inline bool is_heap(struct mm_struct *mm, struct area *area)
{
	return area->start < BPF_CORE_READ(mm, brk) && BPF_CORE_READ(mm, start_brk) < area->end;
}

/*
 * Go asks for its heap, in which it also has its stacks, at this address. Where that is taken it asks for
 * the same in other terabytes; those are left out, as one in 256 of the addresses that the kernel itself
 * chooses looks like them.
 */
static __always_inline bool is_golang_heap(struct area *area)
{
	return area->start >> 32 == 0xc0;
}

static __always_inline bool is_main_stack(struct mm_struct *mm, struct area *area)
{
	u64 first = BPF_CORE_READ(mm, start_stack);

	/* Parts of it whose protection was changed are mappings of their own. */
	return (first >= area->start && first <= area->end) || area->flags & VM_GROWSDOWN;
}

static __always_inline u64 area_type(struct task_struct *task, struct area *area)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);

	if (area->found == AREA_UNKNOWN)
		return UNREAD;
	if (area->found == AREA_NONE)
		return ABSENT;
	if (is_of_file(area->file))
		return OF_FILE;
	if (is_main_stack(mm, area))
		return MAIN_STACK;
	if (is_heap(mm, area))
		return HEAP;
	if (is_golang_heap(area))
		return GOLANG_HEAP;
	if (is_within(user_sp(task), area->start, area->end))
		return THREAD_STACK;
	return IS_VDSO(special_name(area)) ? VDSO : ANONYMOUS;
}

/* The same of the memory that a stack pointer is in, which is no thread's stack. */
static __always_inline u64 pivot_type(struct task_struct *task, struct area *area)
{
	u64 type = area_type(task, area);

	if (type != THREAD_STACK)
		return type;
	return IS_VDSO(special_name(area)) ? VDSO : ANONYMOUS;
}

static __always_inline u64 area_part(struct area *area, u64 value)
{
	if (area->found == AREA_UNKNOWN)
		return UNREAD;
	return area->found == AREA_NONE ? ABSENT : value;
}

static __always_inline u64 area_start(struct area *area)
{
	return area_part(area, area->start);
}

static __always_inline u64 area_size(struct area *area)
{
	return area_part(area, area->end - area->start);
}

static __always_inline u64 area_flags(struct area *area)
{
	return area_part(area, area->flags);
}

/* The mapping of the instruction that makes the call: the register shows the one behind it. */
static __always_inline struct area *area_behind(struct area *area, struct task_struct *task)
{
	area->found = AREA_UNWANTED;
	return is_worth_it(task) ? area_look_up(area, task, user_ip(task) - 1) : area;
}

#define area_of_code(task) area_behind(&(struct area){}, task)

/* Whether code in the mapping is none that was loaded from a file or is the kernel's own. */
static __always_inline bool is_odd_source(struct area *area)
{
	u64 name;

	if (area->found != AREA_FOUND)
		return area->found != AREA_UNWANTED;
	name = special_name(area);
	return !is_of_file(area->file) && !IS_VDSO(name) && !IS_UPROBES(name);
}

/* Whether the stack pointer is in the stack that signal handlers run on. */
static __always_inline bool on_signal_stack(struct task_struct *task, u64 sp)
{
	u64 start = BPF_CORE_READ(task, sas_ss_sp), size = BPF_CORE_READ(task, sas_ss_size);

	return size && sp >= start && sp - start <= size;
}

/* Whether a stack of the task is known, be the stack pointer there or not. */
static __always_inline bool is_known(struct own_stack *stack, struct task_struct *task,
				     struct mm_struct *mm)
{
	return stack && stack->mm && stack->mm == (u64)mm &&
	       stack->born == BPF_CORE_READ(task, start_boottime);
}

/* Whether the stack pointer is where the kernel has counted the first stack's pages. */
static __always_inline bool in_first_stack(struct mm_struct *of, u64 sp)
{
	struct mm_struct___stack *mm = (void *)of;
	u64 first = BPF_CORE_READ(of, start_stack);

	return sp <= first && first - sp <= BPF_CORE_READ(mm, stack_vm) * PAGE;
}

/*
 * Whether the stack pointer is in no stack of the thread's. The kernel knows that of a program's
 * first thread and that of signal handlers. Another thread's is where its first call is made from:
 * it was told where by whoever made it.
 */
static __always_inline bool is_pivoted(struct task_struct *task, struct area *area, u64 sp)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	struct own_stack *stack = own_stack_of(task, false);

	if (is_known(stack, task, mm) && sp >= stack->start && sp <= stack->end)
		return false;
	if (on_signal_stack(task, sp) || in_first_stack(mm, sp))
		return false;
	area_look_up(area, task, sp);
	if (area->found == AREA_NONE && sp)
		area_look_up(area, task, sp - 1);
	if (area->found != AREA_FOUND)
		return true;
	if (!area->file && is_golang_heap(area))
		return false;
	if (BPF_CORE_READ(mm, start_stack) >= area->start &&
	    BPF_CORE_READ(mm, start_stack) <= area->end)
		return false;
	if (is_known(stack, task, mm) || is_of_file(area->file) || is_heap(mm, area) ||
	    !(BPF_CORE_READ(task, flags) & PF_FORKNOEXEC))
		return true;
	stack = own_stack_of(task, true);
	if (stack) {
		stack->mm = (u64)mm;
		stack->born = BPF_CORE_READ(task, start_boottime);
		stack->start = area->start;
		stack->end = area->end;
	}
	return false;
}

#define no_area() (&(struct area){ .found = AREA_UNKNOWN })
