/*
 * socketcall: every call that i386's socketcall(2) stands for, by int $0x80 in a 64-bit build. The
 * test beside it states what must be seen of each.
 */
#define _GNU_SOURCE
#include <sys/socket.h>

#include "calls.h"

#define LOCALHOST 0x0100007f /* in network order */

/* As 32-bit programs have them. */
struct vector {
	uint32_t base, length;
};

struct message {
	uint32_t name, name_length, vectors, count, control, control_length, flags;
};

struct messages {
	struct message message;
	uint32_t length;
};

struct rights {
	uint32_t length, level, type, fd;
};

static long made(const char *label, uint32_t call, uint32_t a, uint32_t b, uint32_t c, uint32_t d,
		 uint32_t e, uint32_t f)
{
	uint32_t words[6] = { a, b, c, d, e, f };

	return told(label, compat(102, call, at(low(words, sizeof(words))), 0, 0, 0, 0));
}

static uint32_t length_of(uint32_t length)
{
	return at(low(&length, sizeof(length)));
}

static uint32_t vectors(const char *first, const char *second)
{
	struct vector list[2] = {
		{ at(low(first, strlen(first) + 1)), strlen(first) },
		{ at(low(second, strlen(second) + 1)), strlen(second) },
	};

	return at(low(list, sizeof(list)));
}

static void streams(void)
{
	uint32_t name = at(low("\1\0\0live", 7)), found = at(low(NULL, 128));
	long listener = made("socket", 1, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, 0, 0, 0);
	long client, other, server;

	note("listener", listener);
	made("bind", 2, listener, name, 7, 0, 0, 0);
	made("listen", 4, listener, 3, 0, 0, 0, 0);
	client = made("socket-client", 1, AF_UNIX, SOCK_STREAM, 0, 0, 0, 0);
	note("client", client);
	made("connect", 3, client, name, 7, 0, 0, 0);
	server = made("accept", 5, listener, found, length_of(110), 0, 0, 0);
	note("server", server);
	other = made("socket-other", 1, AF_UNIX, SOCK_STREAM, 0, 0, 0, 0);
	note("other", other);
	made("connect-other", 3, other, name, 7, 0, 0, 0);
	made("accept4", 18, listener, 0, 0, SOCK_NONBLOCK, 0, 0);
	made("getsockname", 6, listener, found, length_of(110), 0, 0, 0);
	made("getpeername", 7, client, found, length_of(110), 0, 0, 0);
	made("shutdown", 13, client, SHUT_RDWR, 0, 0, 0, 0);
}

static void datagrams(uint32_t *pair)
{
	struct {
		uint16_t family, port;
		uint32_t address;
		uint32_t zero[2];
	} ip = { AF_INET, 0x0900, LOCALHOST, { 0 } };
	uint32_t found = at(low(NULL, 128)), buffer = at(low(NULL, 64)), udp;

	made("socketpair", 8, AF_UNIX, SOCK_DGRAM, 0, at(pair), 0, 0);
	note("left", pair[0]);
	note("right", pair[1]);
	made("send", 9, pair[0], at(low("hello", 5)), 5, MSG_NOSIGNAL, 0x77, 0x77);
	made("recv", 10, pair[1], buffer, 16, 0, 0x77, 0x77);
	made("sendto", 11, pair[0], at(low("again", 5)), 5, 0, 0, 0);
	made("recvfrom", 12, pair[1], buffer, 16, MSG_DONTWAIT, found, length_of(110));
	udp = made("socket-udp", 1, AF_INET, SOCK_DGRAM, 0, 0, 0, 0);
	note("udp", udp);
	made("sendto-udp", 11, udp, at(low("x", 1)), 1, MSG_DONTWAIT, at(low(&ip, sizeof(ip))),
	     sizeof(ip));
}

static void options(uint32_t *pair)
{
	uint32_t time[2] = { 1, 500000 }, size = 4096, found = at(low(NULL, 8));

	/* SO_RCVTIMEO with 32-bit seconds, and with 64-bit ones. */
	made("setsockopt", 14, pair[0], SOL_SOCKET, 20, at(low(time, sizeof(time))), 8, 0);
	made("getsockopt", 15, pair[0], SOL_SOCKET, 20, found, length_of(8), 0);
	uint64_t wide[2] = { 2, 250000 };
	made("setsockopt-wide", 14, pair[0], SOL_SOCKET, 66, at(low(wide, sizeof(wide))), 16, 0);
	made("setsockopt-size", 14, pair[0], SOL_SOCKET, SO_SNDBUF, at(low(&size, 4)), 4, 0);
}

static void messages(uint32_t *pair)
{
	struct rights rights = { sizeof(rights), SOL_SOCKET, SCM_RIGHTS, 1 };
	struct message out = { 0, 0, vectors("ab", "cde"), 2, at(low(&rights, sizeof(rights))),
			       sizeof(rights), 0 };
	struct message in = { at(low(NULL, 128)), 110, vectors("1234", "5678"), 2,
			      at(low(NULL, 64)), 64, 0 };
	struct messages many[2] = {
		{ { 0, 0, vectors("one", ""), 1, 0, 0, 0 }, 0 },
		{ { 0, 0, vectors("tw", "o"), 2, 0, 0, 0 }, 0 },
	};
	struct messages more[2] = {
		{ { 0, 0, vectors("1234", ""), 1, 0, 0, 0 }, 0 },
		{ { 0, 0, vectors("1", "23"), 2, 0, 0, 0 }, 0 },
	};
	uint32_t time[2] = { 1, 1000 };
	struct rights *got;

	made("sendmsg", 16, pair[0], at(low(&out, sizeof(out))), 0, 0, 0, 0);
	got = (struct rights *)(uintptr_t)in.control;
	made("recvmsg", 17, pair[1], at(low(&in, sizeof(in))), 0, 0, 0, 0);
	note("passed", got->fd);
	made("sendmmsg", 20, pair[0], at(low(many, sizeof(many))), 2, MSG_DONTWAIT, 0, 0);
	made("recvmmsg", 19, pair[1], at(low(more, sizeof(more))), 2, MSG_DONTWAIT,
	     at(low(time, sizeof(time))), 0);
}

int main(void)
{
	begin();
	uint32_t *pair = low(NULL, 8);

	note("arena", at(pair));
	streams();
	datagrams(pair);
	options(pair);
	messages(pair);
	made("unknown", 99, 1, 2, 3, 0, 0, 0);
	told("nowhere", compat(102, 3, 8, 0, 0, 0, 0));
	return end();
}
