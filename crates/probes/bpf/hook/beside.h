/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Records that stand beside those of events (beside.h): how they begin and end. */
#pragma once

/* Whether the thread that a record tells of is the one that runs, and has come here by itself. */
static __always_inline bool is_of_this_thread(struct th_record *head)
{
	const u32 none = TH_ASIDE | TH_IN_INTERRUPT | TH_PIECE | TH_HAS_ENTRY;
	struct control *control = control_get();

	return !(head->flags & none) && head->host_tid == (u32)bpf_get_current_pid_tgid() &&
	       control && control->phase == PHASE_LIVE;
}

/* Starts a record that stands beside another, whose thread it is of, with all fields absent. */
static __always_inline void start_beside(struct call_record *rec, u16 event, u32 fields)
{
	struct th_record *head = &rec->head;

	head->event = event;
	head->rung = 0;
	head->unread = head->cut = head->late = head->kernel = 0;
	head->absent = (1ull << fields) - 1;
	head->flags = 0;
	head->ret = 0;
	for (u32 i = 0; i < fields; i++)
		put_value(head, i, 0);
	rec->at = sizeof(*head) + fields * 8;
}

/* Puts a record that stands beside another into the CPU's own ring; whether it is there. */
static __always_inline bool send_beside(struct call_record *rec, u32 index)
{
	struct count *count = count_of(index);
	u32 size = (rec->at + 7) & ~7u;
	bool sent;
	void *ring;

	if (count)
		__sync_fetch_and_add(&count->made, 1);
	if (size > CALL_SIZE)
		size = CALL_SIZE;
	rec->head.size = size;
	stay_on_cpu();
	rec->head.cpu = bpf_get_smp_processor_id();
	rec->head.seq = next_seq(0);
	ring = ring_of(0);
	sent = ring && !bpf_ringbuf_output(ring, rec, size, BPF_RB_NO_WAKEUP);
	if (!sent)
		count_drop(index);
	may_leave_cpu();
	return sent;
}
