/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What the machine or the container of a thread is called. It is looked at with each event, and told
 * where it is not what was told of the thread last, whoever changed it and how.
 */
#pragma once

/* A name of 64 bytes and its end, and the words that hold it (include/uapi/linux/utsname.h). */
#define UTS_WORDS 9
#define UTS_SIZE 65

/* FNV-1a by words. A thread that runs a program may get another id, so it is of the id, too. */
static __always_inline u64 uts_hash(struct call_record *rec)
{
	const u32 ns = sizeof(struct th_record) + FIELD_uts_named_uts_ns * 8;
	u64 hash = 0xcbf29ce484222325ull ^ rec->head.host_tid ^ *(u64 *)(rec->bytes + ns) << 32;

	for (u32 i = 0; i < UTS_WORDS; i++)
		hash = (hash * 0x100000001b3ull) ^ *(u64 *)tail_place(rec, i * 8);
	/* 0 is what nothing was told of. */
	return hash | 1;
}

/* Reads the name to where a tail goes; gives its length with the end, 0 where there is none. */
static __always_inline u32 read_uts(struct call_record *rec, struct uts_namespace *uts)
{
	long n;

	for (u32 i = 0; i < UTS_WORDS; i++)
		*(u64 *)tail_place(rec, i * 8) = 0;
	n = bpf_probe_read_kernel_str(tail_place(rec, 0), UTS_SIZE,
				      (char *)uts + bpf_core_field_offset(struct uts_namespace, name.nodename));
	return n < 0 ? 0 : n;
}

/* Begins the record: the number of its buffer, in which the name is where a tail goes. */
__noinline int begin_uts(RECORD handed)
{
	struct call_record *event = record_of(handed), *rec;
	struct nsproxy *proxy;
	u32 number;

	if (!event || !fixed.beside || !is_of_this_thread(&event->head))
		return 0;
	/* A thread that is ending has given its namespaces back. */
	proxy = BPF_CORE_READ(current_task(), nsproxy);
	if (!proxy)
		return 0;
	number = buffer_take();
	rec = number ? call_record_of(number) : NULL;
	if (!rec) {
		count_lost(INDEX_uts_named);
		return 0;
	}
	rec->head = event->head;
	rec->head.time--;
	rec->head.pieces = 0;
	start_beside(rec, ID_uts_named, FIELDS_uts_named);
	rec->head.absent = 0;
	tail_slot(rec, FIELD_uts_named_uts_ns, BPF_CORE_READ(proxy, uts_ns, ns.inum));
	rec->fill = read_uts(rec, BPF_CORE_READ(proxy, uts_ns));
	return number;
}

/* Sends the record if it says something new. */
__noinline int end_uts(u32 number)
{
	struct call_record *rec = call_record_of(number);
	struct task_state *state;
	u64 hash;

	if (!rec || !number || !fixed.beside)
		return 0;
	hash = uts_hash(rec);
	state = task_state_of(current_task(), true);
	if (!state || state->uts_told != hash) {
		if (rec->fill)
			tail_end(rec, FIELD_uts_named_nodename, rec->fill - 1);
		else
			tail_missing(rec, FIELD_uts_named_nodename, 0);
		/* One that was lost is to be told again. */
		if (send_beside(rec, INDEX_uts_named) && state)
			state->uts_told = hash;
	}
	buffer_give(number);
	return 0;
}
