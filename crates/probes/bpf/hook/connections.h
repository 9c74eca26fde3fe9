/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What sources of events of connections name. */
#pragma once

#define SOCK_STREAM 1
#define IPPROTO_TCP 6
#define IPPROTO_MPTCP 262
/* include/net/sock.h */
#define SOCK_DONE 1
/* Up to the scope, which an address may lack. */
#define SHORTEST_SOCKADDR_IN 16
#define SHORTEST_SOCKADDR_IN6 24

static __always_inline u32 sock_family(const struct sock *sk)
{
	return BPF_CORE_READ(sk, __sk_common.skc_family);
}

static __always_inline u32 sock_protocol(const struct sock *sk)
{
	return BPF_CORE_READ(sk, sk_protocol);
}

static __always_inline bool is_tcp(const struct sock *sk)
{
	return BPF_CORE_READ(sk, sk_protocol) == IPPROTO_TCP;
}

static __always_inline u16 address_family(const void *address)
{
	u16 family = 0;

	bpf_probe_read_kernel(&family, sizeof(family), address);
	return family;
}

/* Whether a connection of TCP is asked for, in an address that the socket's family knows. */
static __always_inline bool is_tcp_target(struct socket *socket, const void *address, s32 length)
{
	struct sock *sk = BPF_CORE_READ(socket, sk);
	u32 protocol = BPF_CORE_READ(sk, sk_protocol);
	u16 family = address_family(address);

	if (BPF_CORE_READ(sk, sk_type) != SOCK_STREAM || family != sock_family(sk) ||
	    (protocol != IPPROTO_TCP && protocol != IPPROTO_MPTCP))
		return false;
	return (family == AF_INET && length >= SHORTEST_SOCKADDR_IN) ||
	       (family == AF_INET6 && length >= SHORTEST_SOCKADDR_IN6);
}

static __always_inline struct where address_ip(const void *address)
{
	if (address_family(address) == AF_INET)
		return bytes_at(address + 4, 4);
	return bytes_at(address + 8, 16);
}

static __always_inline u16 address_port(const void *address)
{
	u16 port = 0;

	bpf_probe_read_kernel(&port, sizeof(port), address + 2);
	return __builtin_bswap16(port);
}

static __always_inline struct where peer_ip(const struct sock *sk)
{
	const void *common = (const void *)sk + bpf_core_field_offset(struct sock, __sk_common);

	if (sock_family(sk) == AF_INET)
		return bytes_at(common + bpf_core_field_offset(struct sock_common, skc_daddr), 4);
	return bytes_at(common + bpf_core_field_offset(struct sock_common, skc_v6_daddr), 16);
}

static __always_inline u16 peer_port(const struct sock *sk)
{
	u16 port = BPF_CORE_READ(sk, __sk_common.skc_dport);

	return __builtin_bswap16(port);
}

static __always_inline struct where no_texts(void)
{
	return bytes_at(NULL, 0);
}

static __always_inline struct where sock_name(const struct sock *sk)
{
	struct where where = { (u64)sk, 0, OF_SOCKET };

	return where;
}

static __always_inline struct where sock_peer(const struct sock *sk)
{
	struct where where = { (u64)sk, 0, OF_PEER };

	return where;
}

static __always_inline u32 sock_state(const struct sock *sk)
{
	return BPF_CORE_READ(sk, __sk_common.skc_state);
}

static __always_inline u32 owned_by(struct owner *owner)
{
	return owner ? owner->how : OWNER_UNKNOWN;
}

/* Whether a TCP connection, or the attempt of one, ends. */
static __always_inline bool tcp_ends(const struct sock *sk, s32 before, s32 after)
{
	return is_tcp(sk) && after == TCP_CLOSE && before != TCP_LISTEN && before != TCP_CLOSE;
}

/* The kernel counts what it sends again too. */
static __always_inline u64 tcp_sent(const struct sock *sk, s32 before, s32 after)
{
	const struct tcp_sock *tcp = (const void *)sk;

	if (!tcp_ends(sk, before, after))
		return ABSENT;
	return BPF_CORE_READ(tcp, bytes_sent) - BPF_CORE_READ(tcp, bytes_retrans);
}

/* SOCK_DONE: the peer's end has come, which the kernel counts as a byte (tcp_fin()). */
static __always_inline u64 tcp_received(const struct sock *sk, s32 before, s32 after)
{
	const struct tcp_sock *tcp = (const void *)sk;
	u64 received = BPF_CORE_READ(tcp, bytes_received);

	if (!tcp_ends(sk, before, after))
		return ABSENT;
	if (received && BPF_CORE_READ(sk, __sk_common.skc_flags) >> SOCK_DONE & 1)
		received--;
	return received;
}

static __always_inline u64 tcp_retransmits(const struct sock *sk, s32 before, s32 after)
{
	const struct tcp_sock *tcp = (const void *)sk;

	if (!tcp_ends(sk, before, after))
		return ABSENT;
	return BPF_CORE_READ(tcp, total_retrans);
}

static __always_inline u64 tcp_lasted(const struct sock *sk, struct owner *owner, s32 before,
				      s32 after)
{
	if (!owner || !owner->since || !tcp_ends(sk, before, after))
		return ABSENT;
	return bpf_ktime_get_boot_ns() - owner->since;
}

static __always_inline struct owner *owner_if_any(const struct sock *sk)
{
	return sk ? owner_of(sk) : NULL;
}
