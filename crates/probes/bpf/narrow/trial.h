/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For the test of plans: runs them on what user space gives (src/narrow.rs). */
#pragma once

/* A record that user space writes. */
struct trial_record {
	char bytes[MAX_SIZE];
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct trial_record);
} trial_records SEC(".maps");

/* The record is judged, or the task; or the task's header is put in the record's place. */
enum { TRIAL_RECORD, TRIAL_TASK, TRIAL_HEADER };

SEC("raw_tp/sys_enter")
int narrow__trial(u64 *ctx)
{
	u32 zero = 0, what = ctx[0], index = ctx[1];
	u64 given = ctx[2];
	struct trial_record *trial = bpf_map_lookup_elem(&trial_records, &zero);
	struct call_record *rec = call_record_of(BEGINNING);

	if (!trial || !rec)
		return -1;
	if (what == TRIAL_TASK)
		return keeps_task(index, 1, given);
	if (what == TRIAL_HEADER) {
		start_record((struct th_record *)trial, current_task(), 0, 0, 0,
			     sizeof(struct th_record));
		return 1;
	}
	__builtin_memset(&rec->head, 0, sizeof(rec->head));
	if (bpf_probe_read_kernel(rec->bytes, MAX_SIZE, trial))
		return -1;
	return keeps_fields(rec, BEGINNING, index, given);
}
