/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What sources of events of connections name. */
#pragma once

#define SOCK_STREAM 1
#define IPPROTO_TCP 6
#define IPPROTO_MPTCP 262
/* include/net/tcp_states.h */
#define TCP_SYN_SENT 2
/* Up to the scope, which an address may lack. */
#define SHORTEST_SOCKADDR_IN 16
#define SHORTEST_SOCKADDR_IN6 24

static __always_inline u32 sock_family(const struct sock *sk)
{
	return BPF_CORE_READ(sk, __sk_common.skc_family);
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
