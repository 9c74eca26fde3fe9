/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Records of what was there before: the kernel runs such a program for each object of a kind when the
 * tracer reads from it, and hands over what it writes. A record that finds no room is made again at
 * the next read, so it counts when it is written.
 */
#pragma once

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct bpf_iter_meta {
	struct seq_file *seq;
};
#pragma clang attribute pop

/*
 * Whether a task is the one that reads, or one that it descends from. A command that is traced descends
 * from them too, and nothing else would tell of those.
 */
static __always_inline bool above_reader(struct task_struct *task)
{
	struct task_struct *one = (struct task_struct *)bpf_get_current_task();
	u32 tgid = TASK_READ(bare(task), tgid);

	for (int i = 0; i < 64; i++) {
		u32 own = BPF_CORE_READ(one, tgid);

		if (own == tgid)
			return true;
		if (own <= 1)
			return false;
		one = BPF_CORE_READ(one, real_parent);
	}
	return false;
}

/* Whether an object is to be told; `task` is whose it is, NULL for nobody's. */
static __always_inline bool exists(u32 index, struct task_struct *task)
{
	struct control *control = control_get();
	struct task_state *state = NULL;
	struct count *count;

	if (!control || control->phase == PHASE_IDLE)
		return false;
	if (!task || control->phase == PHASE_PROVING)
		return true;
	/* What started later is told by its fork. */
	if (TASK_READ(bare(task), group_leader, start_boottime) >= control->live_since)
		return false;
	if (is_scoped(control))
		state = task_state_of(task, false);
	if (wanted(control, task, state))
		return true;
	if (index == INDEX_existing_process && control->scoped && above_reader(task))
		return true;
	count = count_of(index);
	if (count) {
		__sync_fetch_and_add(&count->made, 1);
		__sync_fetch_and_add(&count->filtered, 1);
	}
	return false;
}

/* Starts the record of an object that is nobody's; counts a drop where there is no buffer. */
static __always_inline struct call_record *existing_begin(u32 number, u32 index, u16 event, u8 rung,
							  u32 fields)
{
	struct call_record *rec = number ? call_record_of(number) : NULL;
	struct count *count = count_of(index);

	if (!rec) {
		if (count) {
			__sync_fetch_and_add(&count->made, 1);
			__sync_fetch_and_add(&count->dropped, 1);
		}
		return NULL;
	}
	__builtin_memset(&rec->head, 0, sizeof(rec->head));
	rec->head.event = event;
	rec->head.rung = rung;
	rec->head.abi = ABI_NONE;
	rec->head.nr = -1;
	rec->head.time = bpf_ktime_get_boot_ns();
	rec->head.cpu = bpf_get_smp_processor_id();
	rec->at = sizeof(struct th_record) + fields * 8;
	return rec;
}

static __always_inline void existing_end(struct bpf_iter_meta *meta, struct call_record *rec,
					 u32 number, u32 index)
{
	u32 size = (rec->at + 7) & ~7u;
	struct count *count = count_of(index);

	if (size > CALL_SIZE)
		size = CALL_SIZE;
	rec->head.size = size;
	if (!bpf_seq_write(meta->seq, rec, size) && count)
		__sync_fetch_and_add(&count->made, 1);
	buffer_give(number);
}
