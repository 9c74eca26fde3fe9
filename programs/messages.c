/*
 * messages: over sockets of this machine, between a parent and a child of another user, with files,
 * and to the kernel; by this program's own calls and by i386's socketcall. The test beside it states
 * what must be seen.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "calls.h"

/* As 32-bit programs have them. */
struct vector32 {
	uint32_t base, length;
};

struct message32 {
	uint32_t name, name_length, vectors, count, control, control_length, flags;
};

struct rights32 {
	uint32_t length, level, type, fd;
};

static int listener_of(struct sockaddr_un *address, socklen_t *length)
{
	static const char name[] = "\0tracehound-messages";
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);

	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, name, sizeof(name) - 1);
	*length = offsetof(struct sockaddr_un, sun_path) + sizeof(name) - 1;
	if (bind(listener, (void *)address, *length) || listen(listener, 1))
		return -1;
	return listener;
}

static void peers(void)
{
	struct sockaddr_un address;
	socklen_t length;
	int listener = listener_of(&address, &length), client, server;
	pid_t child;

	note("listener", listener);
	child = fork();
	if (!child) {
		client = socket(AF_UNIX, SOCK_STREAM, 0);
		if (setgroups(0, NULL) || setgid(1235) || setuid(1234) ||
		    connect(client, (void *)&address, length))
			_exit(1);
		/* Until the parent has accepted. */
		_exit(read(client, &client, 1) != 0);
	}
	server = accept(listener, NULL, NULL);
	note("server", server);
	close(server);
	waitpid(child, NULL, 0);
}

static void files(void)
{
	struct sockaddr_un address;
	socklen_t length;
	int listener = listener_of(&address, &length), client = socket(AF_UNIX, SOCK_STREAM, 0);
	int fd = open("/etc/passwd", O_RDONLY | O_APPEND), server, one = 1;
	struct stat status;
	union {
		struct cmsghdr head;
		char room[256];
	} control;
	struct iovec vector = { "x", 1 };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control };

	fstat(fd, &status);
	note("inode", status.st_ino);
	if (connect(client, (void *)&address, length))
		return;
	server = accept(listener, NULL, NULL);
	note("server", server);
	/* The sender's credentials stand before its files then. */
	setsockopt(server, SOL_SOCKET, SO_PASSCRED, &one, sizeof(one));
	message.msg_controllen = CMSG_SPACE(2 * sizeof(fd));
	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	control.head.cmsg_len = CMSG_LEN(2 * sizeof(fd));
	memcpy(CMSG_DATA(&control.head), (int[2]){ fd, 0 }, 2 * sizeof(fd));
	note("sent", sendmsg(client, &message, 0));
	message.msg_controllen = sizeof(control);
	vector.iov_base = low(NULL, 8);
	note("received", recvmsg(server, &message, 0));

	struct vector32 bytes = { at(low("y", 1)), 1 };
	struct rights32 rights = { sizeof(rights), SOL_SOCKET, SCM_RIGHTS, fd };
	struct message32 out = { 0, 0, at(low(&bytes, sizeof(bytes))), 1,
				 at(low(&rights, sizeof(rights))), sizeof(rights), 0 };
	struct message32 in = { 0, 0, out.vectors, 1, at(low(NULL, 256)), 256, 0 };
	uint32_t sends[3] = { client, at(low(&out, sizeof(out))), 0 };
	uint32_t receives[3] = { server, at(low(&in, sizeof(in))), 0 };

	note("compat-sent", compat(102, 16, at(low(sends, sizeof(sends))), 0, 0, 0, 0));
	note("compat-received", compat(102, 17, at(low(receives, sizeof(receives))), 0, 0, 0, 0));
	/* Without files. */
	if (write(client, "z", 1) == 1)
		message.msg_controllen = sizeof(control);
	note("plain-received", recvmsg(server, &message, 0));
}

/* Messages that the kernel passes over, of three lengths. */
static void netlink(void)
{
	struct {
		struct nlmsghdr head;
		char bytes[16];
	} request = { { 20, NLMSG_NOOP, NLM_F_REQUEST, 7, 0 }, "" };
	struct iovec vector = { &request, 24 };
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK }, own;
	struct msghdr message = { &kernel, sizeof(kernel), &vector, 1, NULL, 0, 0 };
	socklen_t length = sizeof(own);
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	note("sendto", sendto(fd, &request, 20, 0, (void *)&kernel, sizeof(kernel)));
	request.head.nlmsg_type = NLMSG_OVERRUN;
	request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ECHO;
	request.head.nlmsg_len = 24;
	note("sendmsg", sendmsg(fd, &message, 0));
	request.head.nlmsg_type = RTM_GETLINK;
	request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	request.head.nlmsg_len = 28;

	struct vector32 bytes = { at(low(&request, 28)), 28 };
	struct message32 out = { 0, 0, at(low(&bytes, sizeof(bytes))), 1, 0, 0, 0 };
	uint32_t words[3] = { fd, at(low(&out, sizeof(out))), 0 };

	note("compat-sendmsg", compat(102, 16, at(low(words, sizeof(words))), 0, 0, 0, 0));
	getsockname(fd, (void *)&own, &length);
	note("port", own.nl_pid);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	begin();
	if (!strcmp(what, "peers"))
		peers();
	else if (!strcmp(what, "files"))
		files();
	else
		netlink();
	return end();
}
