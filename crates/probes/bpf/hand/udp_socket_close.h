/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * udp_socket_close: a UDP socket ends, with what went over it.
 *
 * The kernel counts nothing of a UDP socket, so the programs do, from when it is made: at the return of
 * what sends and receives, which io_uring and splice(2) come by too. Calls alone would not show those,
 * and count too little.
 */
#pragma once

#define SOCK_DGRAM 2
#define IPPROTO_UDP 17
#define MSG_PEEK 2
#define MSG_ERRQUEUE 0x2000
#define RCV_SHUTDOWN 1
#define PF_KTHREAD 0x00200000

/* By which rung a socket is told, and whether that sees what is sent and received. */
#define UDP_HOW(rung, counted) ((rung) | (counted) << 8)
#define UDP_COUNTED(how) ((how) >> 8)

enum { UDP_SENT, UDP_RECEIVED };

struct udp_life {
	struct owner owner;
	u64 inode;	/* the socket's, which no other has: addresses are used again */
	u64 bytes[2];
	u64 messages[2];
	u64 told;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, u64);
	__type(value, struct udp_life);
} udp_lives SEC(".maps");

static __always_inline bool is_of_v4(const struct sock *sk)
{
	return sock_family(sk) == AF_INET;
}

static __always_inline bool is_udp(const struct sock *sk)
{
	u32 family = sock_family(sk);

	return (family == AF_INET || family == AF_INET6) && sock_protocol(sk) == IPPROTO_UDP &&
	       BPF_CORE_READ(sk, sk_type) == SOCK_DGRAM;
}

static __always_inline struct sock *sock_of(struct socket *socket)
{
	return BPF_CORE_READ(socket, sk);
}

/* 0 where the socket has none, as one that was accepted by nobody. */
static __always_inline u64 inode_of_sock(const struct sock *sk)
{
	u64 at = (u64)BPF_CORE_READ(sk, sk_socket);

	return at ? LOAD(socket_alloc, at, vfs_inode.i_ino) : 0;
}

/* Begins to count what goes over a socket, as the task's. */
static __always_inline struct udp_life *udp_begin(struct task_struct *task, u64 sk, u64 inode,
						  u32 how)
{
	static const struct udp_life zero;
	struct udp_life *life;

	if (!keeps(task))
		return NULL;
	bpf_map_update_elem(&udp_lives, &sk, &zero, BPF_ANY);
	life = bpf_map_lookup_elem(&udp_lives, &sk);
	if (!life)
		return NULL;
	fill_header(&life->owner.head, task);
	life->owner.how = how;
	life->owner.in_scope = in_scope(task);
	if (how == OWNER_CREATED)
		life->owner.since = life->owner.head.time;
	life->inode = inode;
	return life;
}

/* What is kept of a socket; from now on it is, if the task that uses it is wanted. */
static __always_inline struct udp_life *udp_life_of(struct task_struct *task, const struct sock *sk)
{
	u64 at = plain((u64)sk), inode = inode_of_sock(sk);
	struct udp_life *life = bpf_map_lookup_elem(&udp_lives, &at);

	if (life && life->inode == inode)
		return life;
	if (!inode || BPF_CORE_READ(task, flags) & PF_KTHREAD)
		return NULL;
	return udp_begin(task, at, inode, OWNER_ACTED);
}

/* A socket was made: no one of the kernel's own. */
static __always_inline void udp_made(struct task_struct *task, struct socket *socket, u64 kernel)
{
	struct sock *sk = sock_of(socket);

	if (!kernel && sk && !is_idle() && is_udp(sk))
		udp_begin(task, (u64)sk, inode_of_sock(sk), OWNER_CREATED);
}

static __always_inline void udp_count(struct task_struct *task, const struct sock *sk, s32 ret,
				      const u32 which)
{
	struct udp_life *life;

	if (!sk || ret < 0 || is_idle() || !is_udp(sk))
		return;
	life = udp_life_of(task, sk);
	if (!life)
		return;
	__sync_fetch_and_add(&life->bytes[which], ret);
	__sync_fetch_and_add(&life->messages[which], 1);
}

static __always_inline void udp_sent(struct task_struct *task, const struct sock *sk, s32 ret)
{
	udp_count(task, sk, ret, UDP_SENT);
}

/* What an IPv6 socket sends to an IPv4 address comes here too, by udpv6_sendmsg(). */
static __always_inline void udp_sent_by_v4(struct task_struct *task, const struct sock *sk, s32 ret)
{
	if (is_of_v4(sk))
		udp_sent(task, sk, ret);
}

/* Whether a receive with these flags takes a datagram away. */
static __always_inline bool udp_takes(u32 flags)
{
	return !(flags & (MSG_PEEK | MSG_ERRQUEUE));
}

static __always_inline void udp_received(struct task_struct *task, const struct sock *sk, s32 ret,
					 u32 flags)
{
	if (!sk || !udp_takes(flags) || (!ret && BPF_CORE_READ(sk, sk_shutdown) & RCV_SHUTDOWN))
		return;
	udp_count(task, sk, ret, UDP_RECEIVED);
}

/* Keeps the socket until the function returns. */
static __always_inline void udp_hold(struct task_struct *task, struct pt_regs *ctx,
				     const struct sock *sk)
{
	if (sk && !is_idle() && is_udp(sk))
		hold_any(task, ID_udp_socket_close, ctx->sp, (u64)sk);
}

static __always_inline struct sock *udp_let_go(struct task_struct *task, struct pt_regs *ctx)
{
	struct held_call held = {};

	if (!let_go(task, ID_udp_socket_close, ctx->sp, &held))
		return NULL;
	return (struct sock *)held.kept;
}

#define put_counted(rec, name, life, how, member)                                               \
	put_maybe(rec, FIELD_udp_socket_close_##name,                                           \
		  UDP_COUNTED(how) && (life)->owner.since ? (life)->member : UNREAD)

/* Tells a socket that ends, once. */
__noinline int udp_tell(u64 sk, u32 how)
{
	struct task_struct *current = current_task();
	struct udp_life *life = bpf_map_lookup_elem(&udp_lives, &sk);
	struct call_record *whole;
	struct th_record *rec;
	u32 number;

	if (!life || life->told)
		return 0;
	life->told = 1;
	if (!admit_owned(INDEX_udp_socket_close, current, &life->owner, NULL))
		return 0;
	number = buffer_take();
	whole = long_begin(current, number, 0, INDEX_udp_socket_close, ID_udp_socket_close,
			   how & 0xff, FIELDS_udp_socket_close);
	if (!whole)
		return 0;
	rec = &whole->head;
	tell_owner(rec, current, &life->owner, NULL);
	hook_sockaddr(hand(whole, number), FIELD_udp_socket_close_local_addr,
		      sock_name((void *)sk));
	hook_sockaddr(hand(whole, number), FIELD_udp_socket_close_remote_addr | OPTIONAL,
		      sock_peer((void *)sk));
	put_value(rec, FIELD_udp_socket_close_owned_by, life->owner.how);
	put_counted(rec, bytes_sent, life, how, bytes[UDP_SENT]);
	put_counted(rec, messages_sent, life, how, messages[UDP_SENT]);
	put_counted(rec, bytes_received, life, how, bytes[UDP_RECEIVED]);
	put_counted(rec, messages_received, life, how, messages[UDP_RECEIVED]);
	put_maybe(rec, FIELD_udp_socket_close_duration,
		  life->owner.since ? rec->time - life->owner.since : ABSENT);
	long_end(whole, number, 0, INDEX_udp_socket_close);
	return 0;
}

/* The kernel ends a socket. */
static __always_inline void udp_ends(struct task_struct *task, const struct sock *sk, u32 rung)
{
	if (!is_idle() && is_udp(sk) && udp_life_of(task, sk))
		udp_tell(plain((u64)sk), UDP_HOW(rung, 1));
}
