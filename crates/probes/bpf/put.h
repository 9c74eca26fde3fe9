/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* One put_<kind> per way a field is stored. */
#pragma once

#define SLOTS(rec) ((u64 *)((char *)(rec) + sizeof(struct th_record)))
#define put_value(rec, index, value) (SLOTS(rec)[index] = (u64)(value))

#define put_unread(rec, index, address)                \
	do {                                           \
		(rec)->unread |= 1u << (index);        \
		put_value(rec, index, address);        \
	} while (0)

#define put_absent(rec, index)                         \
	do {                                           \
		(rec)->absent |= 1u << (index);        \
		put_value(rec, index, 0);              \
	} while (0)

#define TAIL_SLOT(offset, length) ((u64)(offset) | (u64)(length) << 32)

/* A thread's name, 16 bytes at a fixed place behind the slots. */
#define put_comm(rec, index, task, fields, at)                                              \
	do {                                                                                \
		u32 __at = sizeof(struct th_record) + (fields) * 8 + (at);                   \
		long __n = bpf_probe_read_kernel_str((char *)(rec) + __at, 16,               \
			(const char *)(task) + bpf_core_field_offset(struct task_struct, comm)); \
		put_value(rec, index, TAIL_SLOT(__at, __n > 0 ? __n - 1 : 0));               \
		if (__n < 0)                                                                \
			put_unread(rec, index, 0);                                          \
	} while (0)

/*
 * Records with long tails are built in a scratch buffer and copied out, since the
 * size of a reservation must be a constant. The buffer is the program's own: the
 * kernel does not run a program twice on one CPU at a time (it counts a miss).
 */
#define SCRATCH_SIZE 16384
#define SCRATCH_SLACK 4096
struct scratch {
	union {
		struct th_record head;
		char bytes[SCRATCH_SIZE + SCRATCH_SLACK];
	};
	/*
	 * Where the next byte goes. Kept in memory and not in a register, so that the
	 * verifier forgets its bounds and finds the turns of a loop alike.
	 */
	u32 at;
};
#define AT(rec) (((struct scratch *)(rec))->at)
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

#define STR_MAX 4096
#define ARGV_MAX 2048
#define NAME_MAX_SIZE 256
#define PATH_NAMES 64

static __always_inline struct th_record *scratch_begin(struct task_struct *task, u32 life,
						       u16 event, u8 rung, u64 seq)
{
	u32 zero = 0;
	struct th_record *rec = bpf_map_lookup_elem(&scratches, &zero);

	if (rec)
		start_record(rec, task, seq, event, rung, 0);
	return rec;
}

static __always_inline u32 put_kstr(struct th_record *rec, u32 index, u32 end, const char *source)
{
	u32 at = end & (SCRATCH_SIZE - 1);
	long n = bpf_probe_read_kernel_str((char *)rec + at, STR_MAX, source);

	if (n < 0) {
		put_unread(rec, index, source);
		return end;
	}
	if (n == STR_MAX)
		rec->cut |= 1u << index;
	put_value(rec, index, TAIL_SLOT(at, n ? n - 1 : 0));
	return at + (u32)n;
}

static __always_inline u32 put_argv(struct th_record *rec, u32 index, u32 end,
				    struct task_struct *task)
{
	u32 at = end & (SCRATCH_SIZE - 1);
	unsigned long start = BPF_CORE_READ(task, mm, arg_start);
	unsigned long length = BPF_CORE_READ(task, mm, arg_end) - start;
	u32 n = length;

	if (length > ARGV_MAX) {
		n = ARGV_MAX;
		rec->cut |= 1u << index;
	}
	if (bpf_probe_read_user((char *)rec + at, n, (void *)start)) {
		put_unread(rec, index, start);
		return end;
	}
	put_value(rec, index, TAIL_SLOT(at, n));
	return at + n;
}

/* Names from the last to the first, each with its NUL; user space turns them round. */
static __always_inline u32 put_path(struct th_record *rec, u32 index, u32 end, struct file *file)
{
	struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);
	struct vfsmount *vfsmount = BPF_CORE_READ(file, f_path.mnt);
	struct mount *mount = (void *)vfsmount -
			      bpf_core_field_offset(struct mount, mnt);
	u32 start = end & (SCRATCH_SIZE - 1);
	bool whole = false;

	AT(rec) = start;

	if (!file) {
		put_unread(rec, index, 0);
		return end;
	}
	for (int i = 0; i < PATH_NAMES; i++) {
		struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
		struct dentry *root = BPF_CORE_READ(mount, mnt.mnt_root);
		u32 at;
		long n;

		if (dentry == root || dentry == parent) {
			struct mount *above = BPF_CORE_READ(mount, mnt_parent);

			if (dentry != root || mount == above) {
				whole = true;
				break;
			}
			dentry = BPF_CORE_READ(mount, mnt_mountpoint);
			mount = above;
			continue;
		}
		at = AT(rec) & (SCRATCH_SIZE - 1);
		n = bpf_probe_read_kernel_str((char *)rec + at, NAME_MAX_SIZE,
					      BPF_CORE_READ(dentry, d_name.name));
		if (n <= 0 || at > SCRATCH_SIZE - 2 * STR_MAX)
			break;
		AT(rec) = at + n;
		dentry = parent;
	}
	if (!whole)
		rec->cut |= 1u << index;
	put_value(rec, index, TAIL_SLOT(start, AT(rec) - start));
	return AT(rec);
}

static __always_inline void scratch_end(struct th_record *rec, u32 end, u32 index, u32 life)
{
	void *ring = ring_of(life);
	u32 size = (end + 7) & ~7u;

	if (size > SCRATCH_SIZE)
		size = SCRATCH_SIZE;
	rec->size = size;
	if (!ring || bpf_ringbuf_output(ring, rec, size, BPF_RB_NO_WAKEUP))
		count_drop(index);
}
