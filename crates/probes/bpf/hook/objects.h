/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What sources of BPF events name. */
#pragma once

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
enum bpf_prog_type { BPF_PROG_TYPE_UNSPEC };
enum bpf_link_type { BPF_LINK_TYPE_UNSPEC };
struct bpf_map {
	u32 id;
	char name[16];
};
struct bpf_prog_aux {
	u32 id;
	char name[16];
	const char *attach_func_name;
};
struct bpf_prog {
	enum bpf_prog_type type;
	struct bpf_prog_aux *aux;
};
struct bpf_link {
	enum bpf_link_type type;
	struct bpf_prog *prog;
};
struct bpf_perf_link {
	struct bpf_link link;
	struct file *perf_file;
};
struct tracepoint {
	const char *name;
};
struct bpf_raw_event_map {
	struct tracepoint *tp;
};
struct bpf_raw_tp_link {
	struct bpf_link link;
	struct bpf_raw_event_map *btp;
};
struct trace_event_call {
	struct tracepoint *tp;
	int flags;
};
/* Up to 6.10 an event may have a filter of its own; since 5.15 it can be made at run time. */
struct trace_event_call___filtered {
	void *filter;
};
struct trace_event_call___dynamic {
	void *module;
};
struct perf_event {
	struct trace_event_call *tp_event;
	struct bpf_prog *prog;
};
struct trace_probe_event {
	struct trace_event_call call;
	struct list_head probes;
};
struct trace_probe {
	struct list_head list;
};
struct kretprobe {
	struct kprobe kp;
	void *handler;
};
struct trace_kprobe {
	struct kretprobe rp;
	const char *symbol;
	struct trace_probe tp;
};
struct uprobe_consumer {
	void *ret_handler;
};
struct trace_uprobe {
	struct uprobe_consumer consumer;
	char *filename;
	unsigned long offset;
	struct trace_probe tp;
};
#pragma clang attribute pop

/* include/uapi/linux/bpf.h */
enum {
	COMMAND_PROG_LOAD = 5,
	COMMAND_OBJ_GET = 7,
	COMMAND_PROG_ATTACH = 8,
	COMMAND_TEST_RUN = 10,
	COMMAND_PROG_BY_ID = 13,
	COMMAND_MAP_BY_ID = 14,
	COMMAND_RAW_TRACEPOINT = 17,
	COMMAND_LINK_CREATE = 28,
};
enum { LINK_RAW_TRACEPOINT = 1, LINK_PERF_EVENT = 7 };
/* include/uapi/linux/perf_event.h: PERF_EVENT_IOC_SET_BPF */
#define PERF_SET_BPF 0x40042408

/* As in the table of names; a link adds its type to LINKED. */
enum attached {
	BY_RAW_TRACEPOINT,
	BY_TRACEPOINT,
	BY_KPROBE,
	BY_KRETPROBE,
	BY_UPROBE,
	BY_URETPROBE,
	BY_PERF_EVENT,
	BY_CALL,
	LINKED = 16,
};

static __always_inline u32 bpf_map_id(struct bpf_map *map)
{
	return BPF_CORE_READ(map, id);
}

static __always_inline u64 bpf_map_name(struct bpf_map *map)
{
	return (u64)map + bpf_core_field_offset(struct bpf_map, name);
}

static __always_inline u32 bpf_program_type(struct bpf_prog *prog)
{
	return BPF_CORE_READ(prog, type);
}

static __always_inline u32 bpf_program_id(struct bpf_prog *prog)
{
	return BPF_CORE_READ(prog, aux, id);
}

static __always_inline u64 bpf_program_name(struct bpf_prog *prog)
{
	return (u64)BPF_CORE_READ(prog, aux) + bpf_core_field_offset(struct bpf_prog_aux, name);
}

/* The command of the bpf(2) that the task is in, -1 outside of one. */
static __always_inline s32 bpf_command(struct task_struct *task)
{
	return in_call(task, NR_X86_64_bpf, NR_I386_bpf) ? (s32)call_argument(task, 0) : -1;
}

/* A program that runs by BPF_PROG_TEST_RUN may give commands itself. */
static __always_inline u64 bpf_program_is_new(struct task_struct *task)
{
	s32 command = bpf_command(task);

	if (command < 0 || command == COMMAND_TEST_RUN)
		return ABSENT;
	return command == COMMAND_PROG_LOAD;
}

/* The object of a file without a path whose name starts with these eight bytes, NULL of others. */
static __always_inline void *object_of(struct file *file, const char name[8])
{
	u64 found = 0, wanted;

	if (!file || BPF_CORE_READ(file, f_inode, i_sb, s_magic) != ANON_INODE_FS_MAGIC)
		return NULL;
	__builtin_memcpy(&wanted, name, sizeof(wanted));
	bpf_probe_read_kernel(&found, sizeof(found),
			      BPF_CORE_READ(file, f_path.dentry, d_name.name));
	return found == wanted ? BPF_CORE_READ(file, private_data) : NULL;
}

static __always_inline struct bpf_map *map_opened(struct task_struct *task, s64 ret)
{
	s32 command = bpf_command(task);

	if (ret < 0 || (command && command != COMMAND_OBJ_GET && command != COMMAND_MAP_BY_ID))
		return NULL;
	return object_of(file_behind(task, ret), "bpf-map");
}

static __always_inline struct bpf_prog *program_opened(struct task_struct *task, s64 ret)
{
	s32 command = bpf_command(task);

	if (ret < 0 || (command != COMMAND_PROG_LOAD && command != COMMAND_OBJ_GET &&
			command != COMMAND_PROG_BY_ID))
		return NULL;
	return object_of(file_behind(task, ret), "bpf-prog");
}

/* The link that the call has made, NULL of other calls. */
static __always_inline struct bpf_link *link_made(struct task_struct *task, s64 ret)
{
	s32 command = ret < 0 ? -1 : bpf_command(task);

	if (command != COMMAND_RAW_TRACEPOINT && command != COMMAND_LINK_CREATE)
		return NULL;
	return object_of(file_behind(task, ret), "bpf_link");
}

/* The perf event that the call has given a program, NULL of other calls. */
static __always_inline struct perf_event *event_programmed(struct task_struct *task, s64 ret,
							   struct bpf_link *link)
{
	if (link) {
		struct bpf_perf_link *perf = (void *)link;

		if (!bpf_core_type_exists(struct bpf_perf_link) ||
		    BPF_CORE_READ(link, type) != LINK_PERF_EVENT)
			return NULL;
		return BPF_CORE_READ(perf, perf_file, private_data);
	}
	if (ret || !in_call(task, NR_X86_64_ioctl, NR_I386_ioctl) ||
	    (u32)call_argument(task, 1) != PERF_SET_BPF)
		return NULL;
	return object_of(file_behind(task, (s32)call_argument(task, 0)), "[perf_ev");
}

/* The program that the call has attached, NULL of other calls. */
static __always_inline struct bpf_prog *program_attached(struct task_struct *task, s64 ret,
							 struct bpf_link *link,
							 struct perf_event *event)
{
	u32 fd = 0;

	if (link)
		return BPF_CORE_READ(link, prog);
	if (event)
		return BPF_CORE_READ(event, prog);
	if (ret || bpf_command(task) != COMMAND_PROG_ATTACH)
		return NULL;
	/* The second word of the attributes. */
	if (bpf_probe_read_user(&fd, sizeof(fd), (void *)(call_argument(task, 1) + 4)))
		return NULL;
	return object_of(file_behind(task, (s32)fd), "bpf-prog");
}

/* The probe that an event was made for. */
static __always_inline u64 probe_of(struct trace_event_call *call)
{
	struct trace_probe_event *event =
		(void *)((u64)call - bpf_core_field_offset(struct trace_probe_event, call));

	return (u64)BPF_CORE_READ(event, probes.next) -
	       bpf_core_field_offset(struct trace_probe, list);
}

static __always_inline struct trace_kprobe *kprobe_of(struct trace_event_call *call)
{
	return (void *)(probe_of(call) - bpf_core_field_offset(struct trace_kprobe, tp));
}

static __always_inline struct trace_uprobe *uprobe_of(struct trace_event_call *call)
{
	return (void *)(probe_of(call) - bpf_core_field_offset(struct trace_uprobe, tp));
}

/* What a perf event counts. The bits stand in an enum without a name, so they are told by members. */
static __always_inline u32 event_how(struct trace_event_call *call)
{
	u32 flags, bit = 3;

	if (!call)
		return BY_PERF_EVENT;
	flags = BPF_CORE_READ(call, flags);
	if (bpf_core_field_exists(struct trace_event_call___filtered, filter))
		bit++;
	if (flags & 1 << bit)
		return BY_TRACEPOINT;
	bit++;
	if (bpf_core_field_exists(struct trace_event_call___dynamic, module))
		bit++;
	if (bpf_core_type_exists(struct trace_kprobe) && flags & 1 << bit)
		return BPF_CORE_READ(kprobe_of(call), rp.handler) ? BY_KRETPROBE : BY_KPROBE;
	if (bpf_core_type_exists(struct trace_uprobe) && flags & 2 << bit)
		return BPF_CORE_READ(uprobe_of(call), consumer.ret_handler) ? BY_URETPROBE :
									     BY_UPROBE;
	return BY_PERF_EVENT;
}

static __always_inline u32 attached_how(struct bpf_link *link, struct perf_event *event)
{
	u32 type;

	if (event)
		return event_how(BPF_CORE_READ(event, tp_event));
	if (!link)
		return BY_CALL;
	type = BPF_CORE_READ(link, type);
	return type == LINK_RAW_TRACEPOINT ? BY_RAW_TRACEPOINT : LINKED + type;
}

static __always_inline u64 attached_to(struct bpf_link *link, struct perf_event *event,
				       struct bpf_prog *prog)
{
	struct trace_event_call *call = event ? BPF_CORE_READ(event, tp_event) : NULL;
	struct bpf_raw_tp_link *raw = (void *)link;

	if (event) {
		switch (event_how(call)) {
		case BY_TRACEPOINT:
			return (u64)BPF_CORE_READ(call, tp, name);
		case BY_KPROBE:
		case BY_KRETPROBE:
			if (bpf_core_type_exists(struct trace_kprobe))
				return (u64)BPF_CORE_READ(kprobe_of(call), symbol);
			return 0;
		case BY_UPROBE:
		case BY_URETPROBE:
			if (bpf_core_type_exists(struct trace_uprobe))
				return (u64)BPF_CORE_READ(uprobe_of(call), filename);
			return 0;
		}
		return 0;
	}
	if (link && BPF_CORE_READ(link, type) == LINK_RAW_TRACEPOINT)
		return (u64)BPF_CORE_READ(raw, btp, tp, name);
	return (u64)BPF_CORE_READ(prog, aux, attach_func_name);
}

static __always_inline u64 attached_at(struct perf_event *event)
{
	struct trace_event_call *call = event ? BPF_CORE_READ(event, tp_event) : NULL;
	u32 how = event ? event_how(call) : BY_CALL;

	if (bpf_core_type_exists(struct trace_kprobe) && (how == BY_KPROBE || how == BY_KRETPROBE))
		return (u64)BPF_CORE_READ(kprobe_of(call), rp.kp.addr);
	if (bpf_core_type_exists(struct trace_uprobe) && (how == BY_UPROBE || how == BY_URETPROBE))
		return BPF_CORE_READ(uprobe_of(call), offset);
	return ABSENT;
}
