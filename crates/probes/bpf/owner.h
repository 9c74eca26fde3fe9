/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Who a connection belongs to. Most of what happens to one happens in interrupts, where the current
 * task is anybody. So the task that connects a socket, lets it listen, or accepts it is kept by the
 * socket's address, and what happens to the socket is told of that task.
 *
 * Nothing is removed at a connection's end, since several events may look for it then: a new socket
 * at the same address begins with one of the states that put its own owner there or remove the old
 * one, and the map drops what was not used for long.
 */
#pragma once

/* include/net/tcp_states.h */
enum {
	TCP_SYN_SENT = 2,
	TCP_SYN_RECV = 3,
	TCP_TIME_WAIT = 6,
	TCP_CLOSE = 7,
	TCP_LISTEN = 10,
	TCP_NEW_SYN_RECV = 12,
};

/* As names::OWNED_BY has them. */
enum {
	OWNER_UNKNOWN = 0,
	OWNER_CONNECTED = 1,
	OWNER_LISTENS = 2,
	OWNER_ACCEPTED = 3,
	OWNER_ACTED = 4,
	OWNER_CREATED = 5,
};

struct owner {
	struct th_record head;	/* who it is, as a record says it */
	u64 since;		/* when the connection began, 0 if that was not seen */
	u32 how;
	u32 in_scope;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, u64);
	__type(value, struct owner);
} owners SEC(".maps");

/* Whether the current task does it itself, in a call: not an interrupt on another stack or between
 * calls, and no thread of the kernel's, which work for others. See in_interrupt(). */
static __always_inline bool acts(struct task_struct *task, void *ctx)
{
	u64 at = 0;

	bpf_probe_read_kernel(&at, sizeof(at), &ctx);
	return at - (u64)BPF_CORE_READ(task, stack) < THREAD_SIZE && call_regs(task);
}

static __always_inline struct owner *owner_at(u64 sk)
{
	return bpf_map_lookup_elem(&owners, &sk);
}

/* Of a socket that may be a stub: those of connections that wait or only begin have no owner. */
static __always_inline struct owner *owner_of(const struct sock *sk)
{
	u8 state = BPF_CORE_READ(sk, __sk_common.skc_state);

	if (state == TCP_TIME_WAIT || state == TCP_NEW_SYN_RECV)
		return NULL;
	return owner_at(plain((u64)sk));
}

static __always_inline void owner_keep(u64 sk, struct task_struct *task, u32 how, bool begins)
{
	struct owner *known = owner_at(sk);
	struct owner owner = {};

	fill_header(&owner.head, task);
	owner.how = how;
	owner.in_scope = in_scope(task);
	if (begins)
		owner.since = bpf_ktime_get_boot_ns();
	else if (known)
		owner.since = known->since;
	bpf_map_update_elem(&owners, &sk, &owner, BPF_ANY);
}

/*
 * The socket that listens, of which this one was copied a moment ago. The copy still has the place
 * of the original in the list of those bound to the port: there the original is found.
 */
static __always_inline u64 listener_of(const struct sock *sk)
{
	struct hlist_node **place = BPF_CORE_READ(sk, __sk_common.skc_bind_node.pprev);
	u64 node = 0;

	bpf_probe_read_kernel(&node, sizeof(node), place);
	return node - bpf_core_field_offset(struct sock, __sk_common) -
	       bpf_core_field_offset(struct sock_common, skc_bind_node);
}

/* A connection belongs to who listens until it is accepted. */
static __always_inline void owner_inherit(const struct sock *sk, u64 at)
{
	struct owner *owner = owner_at(listener_of(sk));

	if (!owner || owner->how != OWNER_LISTENS) {
		bpf_map_delete_elem(&owners, &at);
		return;
	}
	bpf_map_update_elem(&owners, &at, owner, BPF_ANY);
	owner = owner_at(at);
	if (owner)
		owner->since = bpf_ktime_get_boot_ns();
}

static __always_inline bool is_idle(void)
{
	struct control *control = control_get();

	return !control || control->phase == PHASE_IDLE;
}

/* Keeps the owner of a socket that goes from a state to another, and gives it. */
static __always_inline struct owner *owner_in_state(struct task_struct *task, u64 *ctx,
						    const struct sock *sk, s32 before, s32 after)
{
	u64 at = plain((u64)sk);

	if (is_idle())
		return NULL;
	if (before == TCP_LISTEN && after == TCP_SYN_RECV)
		owner_inherit(sk, at);
	else if (acts(task, ctx)) {
		if (after == TCP_SYN_SENT)
			owner_keep(at, task, OWNER_CONNECTED, true);
		else if (after == TCP_LISTEN)
			owner_keep(at, task, OWNER_LISTENS, true);
		else if (!owner_at(at))
			owner_keep(at, task, OWNER_ACTED, false);
	} else if (after == TCP_SYN_SENT || after == TCP_LISTEN) {
		/* The kernel's own doing. */
		bpf_map_delete_elem(&owners, &at);
	}
	return owner_at(at);
}

#define keep_owner_inet_sock_set_state(task, ctx, direct)                                      \
	owner_in_state(task, ctx, (const struct sock *)(ctx)[0], (s32)(ctx)[1], (s32)(ctx)[2])

/* At the end of calls: who accepts a connection owns it. */
#define keep_owner_sys_exit(task, ctx, direct)                                                 \
	do {                                                                                   \
		struct pt_regs *__regs = (struct pt_regs *)(ctx)[0];                           \
		u32 __number = REGS(__regs, direct, orig_ax) & ~X32_BIT;                       \
									                       \
		if (__number == NR_X86_64_accept || __number == NR_X86_64_accept4 ||           \
		    __number == NR_I386_accept4 || __number == NR_I386_socketcall)             \
			owner_accept(task, (s64)(ctx)[1]);                                     \
	} while (0)

static __always_inline void owner_accept(struct task_struct *task, s64 ret)
{
	struct socket *socket;
	struct sock *sk;
	u32 family;

	if (ret < 0 || is_idle() || accept_descriptor(task) == ABSENT)
		return;
	socket = socket_behind(task, ret);
	if (!socket)
		return;
	sk = BPF_CORE_READ(socket, sk);
	family = BPF_CORE_READ(sk, __sk_common.skc_family);
	if (family == AF_INET || family == AF_INET6)
		owner_keep((u64)sk, task, OWNER_ACCEPTED, false);
}

/* Whether to make a record of what happened to an owner's connection; see admit_state(). */
static __always_inline bool admit_owned(u32 index, struct task_struct *task, struct owner *owner,
					void *ctx)
{
	struct control *control = control_get();
	struct count *count;
	bool pass;

	if (!control || control->phase == PHASE_IDLE)
		return false;
	if (!owner && acts(task, ctx))
		return admit(index, task, false);
	if (control->phase == PHASE_PROVING)
		pass = owner && (owner->head.host_pid == control->self_tgid ||
				 owner->head.host_ppid == control->self_tgid);
	else if (owner)
		pass = owner->head.host_pid != control->self_tgid &&
		       (!control->scoped || owner->in_scope);
	else
		pass = !control->scoped;
	if (!pass && control->phase == PHASE_PROVING)
		return false;
	count = count_of(index);
	if (!count)
		return false;
	__sync_fetch_and_add(&count->made, 1);
	if (!pass)
		__sync_fetch_and_add(&count->filtered, 1);
	return pass;
}

#define IDENTITY_AT __builtin_offsetof(struct th_record, host_pid)
#define IDENTITY_SIZE (__builtin_offsetof(struct th_record, unread) - IDENTITY_AT)

/* Makes the owner the one that a record tells of. Without one it is whoever was interrupted. */
static __always_inline void tell_owner(struct th_record *rec, struct task_struct *task,
				       struct owner *owner, void *ctx)
{
	if (owner)
		__builtin_memcpy((char *)rec + IDENTITY_AT, (char *)&owner->head + IDENTITY_AT,
				 IDENTITY_SIZE);
	else if (!acts(task, ctx))
		rec->flags = TH_IN_INTERRUPT;
}
