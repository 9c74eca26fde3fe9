/*
 * datagrams: UDP sockets of this program that send to each other, over IPv4, IPv6 and both, by the
 * calls of either width, and are closed in every way. The test beside it states what must be seen.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>

#include "address.h"
#include "calls.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

/* A socket with the times between which it was made. */
struct made {
	int fd;
	long long before, after;
};

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_BOOTTIME, &time);
	return time.tv_sec * 1000000000ll + time.tv_nsec;
}

static void note_of(const char *label, const char *what, long long value)
{
	char name[64];

	snprintf(name, sizeof(name), "%s-%s", label, what);
	note(name, value);
}

/* By this program's own call, by i386's, and by i386's socketcall. */
static struct made make(int family, int way)
{
	uint32_t words[3] = { family, SOCK_DGRAM, 0 };
	struct timeval second = { 1, 0 };
	struct made made = { .before = now() };

	if (way == 0)
		made.fd = native(SYS_socket, family, SOCK_DGRAM, 0, 0, 0, 0);
	else if (way == 1)
		made.fd = compat(359, family, SOCK_DGRAM, IPPROTO_UDP, 0, 0, 0);
	else /* SYS_SOCKET */
		made.fd = compat(102, 1, at(low(words, sizeof(words))), 0, 0, 0, 0);
	made.after = now();
	setsockopt(made.fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof(second));
	return made;
}

/* The shortest and the longest time that the socket can have been there, closed meanwhile. */
static void note_life(const char *label, const char *least, const char *most, struct made made,
		      long long before)
{
	note_of(label, least, before - made.after);
	note_of(label, most, now() - made.before);
}

static void expect(const char *label, long wanted, long ret)
{
	if (ret != wanted)
		note_of(label, "failed", wanted);
}

/* Sends 36 bytes by 9 messages; what fails sends nothing. */
static void sends(const char *label, int fd)
{
	char *bytes = low("tracehound", 10);
	uint32_t words[6] = { fd, at(bytes), 7, 0 };
	struct iovec parts[2] = { { bytes, 4 }, { bytes, 2 } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	struct iovec each[2] = { { bytes, 2 }, { bytes, 1 } };
	struct mmsghdr several[2] = { { .msg_hdr = { .msg_iov = &each[0], .msg_iovlen = 1 } },
				      { .msg_hdr = { .msg_iov = &each[1], .msg_iovlen = 1 } } };

	expect(label, 5, write(fd, bytes, 5));
	expect(label, 3, sendto(fd, bytes, 3, 0, NULL, 0));
	expect(label, 0, send(fd, bytes, 0, 0));
	expect(label, 6, writev(fd, parts, 2));
	expect(label, 4, (parts[1].iov_len = 0, sendmsg(fd, &message, 0)));
	expect(label, 2, sendmmsg(fd, several, 2, 0));
	/* SYS_SEND, and sendto */
	expect(label, 7, compat(102, 9, at(low(words, sizeof(words))), 0, 0, 0, 0));
	expect(label, 8, compat(369, fd, at(bytes), 8, 0, 0, 0));
	expect(label, -1, send(fd, bytes, 70000, 0));
}

/* Receives all of it, of one message too little: 9 messages, 35 bytes. */
static void receives(const char *label, int fd)
{
	char *bytes = low(NULL, 64);
	uint32_t words[6] = { fd, at(bytes), 64, 0 };
	struct iovec parts[2] = { { bytes, 3 }, { bytes + 3, 2 } }, part = { bytes, 64 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	struct mmsghdr several[2] = { { .msg_hdr = message }, { .msg_hdr = message } };

	expect(label, 5, recv(fd, bytes, 64, MSG_PEEK));
	expect(label, 5, read(fd, bytes, 64));
	expect(label, 3, recvfrom(fd, bytes, 64, 0, NULL, NULL));
	expect(label, 0, recv(fd, bytes, 64, 0));
	expect(label, 5, readv(fd, parts, 2));
	expect(label, 4, recvmsg(fd, &message, 0));
	expect(label, 2, recvmmsg(fd, several, 2, 0, NULL));
	/* SYS_RECV, and recvfrom */
	expect(label, 7, compat(102, 10, at(low(words, sizeof(words))), 0, 0, 0, 0));
	expect(label, 8, compat(371, fd, at(bytes), 64, 0, 0, 0));
	expect(label, -1, recv(fd, bytes, 64, MSG_DONTWAIT));
	expect(label, -1, recv(fd, bytes, 64, MSG_DONTWAIT | MSG_ERRQUEUE));
}

/* Closes a descriptor; of one that is open elsewhere too it is not the end. */
static void close_by(int way, int fd)
{
	int other = open("/dev/null", O_RDONLY);

	switch (way) {
	case 0:
		close(fd);
		break;
	case 1:
		dup2(fd, fd);
		dup2(other, fd);
		break;
	case 2:
		compat(6, fd, 0, 0, 0, 0, 0);
		break;
	case 3:
		compat(330, other, fd, 0, 0, 0, 0);
		break;
	case 4:
		close(dup(fd));
		compat(63, other, fd, 0, 0, 0, 0);
		break;
	case 5:
		if (syscall(SYS_close_range, fd, fd, 0))
			close(fd);
		break;
	}
	close(other);
}

/* From a socket that is connected to one that is not, and a message back. */
static void exchange(const char *label, const char *bound, const char *to, int way)
{
	union address address;
	socklen_t length = set(&address, bound, 0);
	struct made server = make(address.any.sa_family, way % 3), client;
	char bytes[10] = "tracehound";
	long long before;

	if (bind(server.fd, &address.any, length)) {
		close(server.fd);
		return;
	}
	note_of(label, "server", port_of(server.fd));
	length = set(&address, to, port_of(server.fd));
	client = make(address.any.sa_family, (way + 1) % 3);
	expect(label, 0, connect(client.fd, &address.any, length));
	note_of(label, "client", port_of(client.fd));
	sends(label, client.fd);
	receives(label, server.fd);
	/* As the server sees the client. */
	length = set(&address, strchr(bound, ':') && strchr(to, '.') ? "::ffff:127.0.0.1" :
		     strchr(bound, '.') ? "127.0.0.1" : to, port_of(client.fd));
	expect(label, 10, sendto(server.fd, bytes, 10, 0, &address.any, length));
	expect(label, 10, recv(client.fd, bytes, 1, MSG_TRUNC));
	before = now();
	close_by(way, client.fd);
	note_life(label, "client-least", "client-most", client, before);
	before = now();
	close_by(way + 2, server.fd);
	note_life(label, "server-least", "server-most", server, before);
}

/* A child sends by its parent's socket and closes it first; the parent's is told. */
static void share(void)
{
	union address address;
	socklen_t length = set(&address, "127.0.0.1", 9);
	struct made made = make(AF_INET, 0);
	long long before;
	pid_t child;

	connect(made.fd, &address.any, length);
	note("shared-client", port_of(made.fd));
	child = fork();
	if (!child)
		_exit(write(made.fd, "abc", 3) != 3);
	waitpid(child, NULL, 0);
	before = now();
	close(made.fd);
	note_life("shared", "client-least", "client-most", made, before);
}

/* Left open by a child that is killed, and by the program. */
static void leave(void)
{
	pid_t child = fork();

	if (!child) {
		make(AF_INET, 0);
		raise(9);
	}
	waitpid(child, NULL, 0);
	note("killed", child);
	make(AF_INET, 0);
}

int main(void)
{
	begin();
	exchange("v4", "127.0.0.1", "127.0.0.1", 0);
	exchange("v6", "::1", "::1", 1);
	exchange("dual", "::", "127.0.0.1", 2);
	exchange("mapped", "127.0.0.1", "::ffff:127.0.0.1", 3);
	share();
	leave();
	return end();
}
