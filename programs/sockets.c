/*
 * sockets: connections of this program with itself, over IPv4, IPv6, both, and by name on this
 * machine; accepted by accept, accept4 and i386's socketcall, with options and duplicates. The test
 * beside it states what must be seen of each.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/tcp.h>
#include <stddef.h>

#include "address.h"
#include "calls.h"

static int accepted(int listener, int way)
{
	uint32_t words[4] = { listener, 0, 0, SOCK_CLOEXEC };

	switch (way) {
	case 0:
		return accept(listener, NULL, NULL);
	case 1:
		return accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	case 2: /* SYS_ACCEPT */
		return compat(102, 5, at(low(words, sizeof(words))), 0, 0, 0, 0);
	default: /* SYS_ACCEPT4 */
		return compat(102, 18, at(low(words, sizeof(words))), 0, 0, 0, 0);
	}
}

static void note_of(const char *label, const char *what, long long value)
{
	char name[64];

	snprintf(name, sizeof(name), "%s-%s", label, what);
	note(name, value);
}

/* One connection from `to` to `bound`, closed by the client first. */
static void connection(const char *label, const char *bound, const char *to, int way)
{
	union address address;
	socklen_t length = set(&address, bound, 0);
	int listener = socket(address.any.sa_family, SOCK_STREAM, 0), client, server, port;
	char bytes[8];

	if (listener < 0 || bind(listener, &address.any, length) || listen(listener, 1)) {
		close(listener);
		return;
	}
	port = port_of(listener);
	length = set(&address, to, port);
	client = socket(address.any.sa_family, SOCK_STREAM, 0);
	if (connect(client, &address.any, length))
		return;
	server = accepted(listener, way);
	note_of(label, "listener", listener);
	note_of(label, "port", port);
	note_of(label, "client", port_of(client));
	if (write(client, "hello", 5) != 5 || read(server, bytes, 5) != 5 ||
	    write(server, "you", 3) != 3 || read(client, bytes, 3) != 3)
		note_of(label, "failed", errno);
	close(client);
	if (read(server, bytes, 1) != 0)
		note_of(label, "failed", errno);
	close(server);
	close(listener);
}

/* Two ends of a connection over IPv4, and their ports. */
static void pair(const char *label, int ends[2])
{
	union address address;
	socklen_t length = set(&address, "127.0.0.1", 0);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	bind(listener, &address.any, length);
	listen(listener, 1);
	set(&address, "127.0.0.1", port_of(listener));
	note_of(label, "port", port_of(listener));
	ends[0] = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(ends[0], &address.any, length))
		note_of(label, "failed", errno);
	note_of(label, "client", port_of(ends[0]));
	ends[1] = accept(listener, NULL, NULL);
	close(listener);
}

/* Refused, since nothing listens there; then broken off by the server, with a byte not read. */
static void resets(void)
{
	union address address;
	socklen_t length = set(&address, "127.0.0.1", 0);
	int bound = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
	int ends[2];
	char byte;

	bind(bound, &address.any, length);
	set(&address, "127.0.0.1", port_of(bound));
	note("refused-port", port_of(bound));
	connect(client, &address.any, length);
	note("refused", errno);
	pair("reset", ends);
	if (write(ends[0], "x", 1) != 1 || recv(ends[1], &byte, 1, MSG_PEEK) != 1)
		note("reset-failed", errno);
	close(ends[1]);
	note("reset", read(ends[0], &byte, 1) < 0 ? errno : 0);
}

/* A byte to a socket that drops all it gets is sent again after 200 ms. */
static void losses(void)
{
	struct sock_filter drop = { BPF_RET | BPF_K, 0, 0, 0 };
	struct sock_fprog filter = { 1, &drop };
	struct linger linger = { 1, 0 };
	struct tcp_info info;
	socklen_t length = sizeof(info);
	int ends[2];

	pair("lost", ends);
	setsockopt(ends[1], SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter));
	if (write(ends[0], "x", 1) != 1)
		note("lost-failed", errno);
	usleep(500000);
	getsockopt(ends[0], IPPROTO_TCP, TCP_INFO, &info, &length);
	setsockopt(ends[0], SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(ends[0]);
	note("retransmits", info.tcpi_total_retrans);
}

static void duplicates(void)
{
	static const char name[] = "\0tracehound-sockets";
	union address address = { .local.sun_family = AF_UNIX };
	socklen_t length = offsetof(struct sockaddr_un, sun_path) + sizeof(name) - 1;
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
	int server, copy;

	memcpy(address.local.sun_path, name, sizeof(name) - 1);
	if (bind(listener, &address.any, length) || listen(listener, 1) ||
	    connect(client, &address.any, length))
		return;
	server = accept(listener, NULL, NULL);
	note("unix-listener", listener);
	note("unix-client", client);
	copy = dup(client);
	note("dup", copy);
	note("dup2", dup2(client, 50));
	/* Changes nothing. */
	dup2(client, client);
	note("dup3", dup3(client, 51, O_CLOEXEC));
	note("fcntl", fcntl(client, F_DUPFD, 60));
	note("fcntl-cloexec", fcntl(client, F_DUPFD_CLOEXEC, 70));
	/* Of what it is not: no socket, and no duplicate. */
	close(dup(1));
	fcntl(client, F_GETFD);
	/* By i386's numbers of dup, dup2, dup3, fcntl and fcntl64. */
	note("compat-dup", compat(41, client, 0, 0, 0, 0, 0));
	note("compat-dup2", compat(63, client, 80, 0, 0, 0, 0));
	note("compat-dup3", compat(330, client, 81, 0, 0, 0, 0));
	note("compat-fcntl", compat(55, client, F_DUPFD, 90, 0, 0, 0));
	note("compat-fcntl64", compat(221, client, F_DUPFD_CLOEXEC, 91, 0, 0, 0));
	/* One without a peer. */
	note("lone", socket(AF_INET, SOCK_DGRAM, 0));
	note("lone-dup", fcntl(socket(AF_INET, SOCK_DGRAM, 0), F_DUPFD, 100));
	(void)server;
}

static void options(void)
{
	int udp = socket(AF_INET, SOCK_DGRAM, 0), tcp = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	uint32_t words[5] = { udp, SOL_SOCKET, SO_KEEPALIVE, at(low(&one, sizeof(one))), 4 };

	note("udp", udp);
	note("tcp", tcp);
	setsockopt(udp, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(tcp, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	compat(102, 14, at(low(words, sizeof(words))), 0, 0, 0, 0);
	compat(366, udp, SOL_IP, IP_TTL, at(low(&one, sizeof(one))), 4, 0);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	begin();
	if (!strcmp(what, "connections")) {
		connection("v4", "127.0.0.1", "127.0.0.1", 0);
		connection("v6", "::1", "::1", 1);
		connection("dual", "::", "127.0.0.1", 2);
		connection("mapped", "127.0.0.1", "::ffff:127.0.0.1", 3);
	} else if (!strcmp(what, "duplicates")) {
		duplicates();
	} else if (!strcmp(what, "reset")) {
		resets();
	} else if (!strcmp(what, "lost")) {
		losses();
	} else {
		options();
	}
	return end();
}
