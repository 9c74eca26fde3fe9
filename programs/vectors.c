/*
 * vectors: calls that gather and scatter, and messages with control data, by the program's own
 * convention. The test beside it states what must be seen of each.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "calls.h"

#ifndef SCM_CREDENTIALS
#define SCM_CREDENTIALS 2
#endif

static long made(const char *label, long nr, long a, long b, long c, long d, long e, long f)
{
	return told(label, native(nr, a, b, c, d, e, f));
}

static struct iovec *list(const char *first, size_t one, const char *second, size_t two)
{
	struct iovec both[2] = {
		{ low(first, one), one },
		{ low(second, two), two },
	};

	return low(both, sizeof(both));
}

static void files(void)
{
	long fd = made("memfd_create", SYS_memfd_create, (long)low("v", 2), 0, 0, 0, 0, 0);
	struct iovec *from = list("ab", 2, "cde", 3), *into = list(NULL, 4, NULL, 16);

	note("fd", fd);
	made("writev", SYS_writev, fd, (long)from, 2, 0, 0, 0);
	made("pwritev", SYS_pwritev, fd, (long)from, 2, 5, 0, 0);
	made("pwritev2", SYS_pwritev2, fd, (long)from, 2, -1, -1, 0x10 /* RWF_APPEND */);
	made("preadv", SYS_preadv, fd, (long)into, 2, 1, 0, 0);
	made("preadv2", SYS_preadv2, fd, (long)into, 2, 2, 0, 0);
	made("readv-end", SYS_readv, fd, (long)into, 2, 0, 0, 0);
	made("lseek", SYS_lseek, fd, 0, SEEK_SET, 0, 0, 0);
	made("readv", SYS_readv, fd, (long)into, 2, 0, 0, 0);
	made("readv-none", SYS_readv, fd, (long)into, 0, 0, 0, 0);
	made("writev-many", SYS_writev, fd, (long)from, 1025, 0, 0, 0);
	into[1].iov_base = (void *)8;
	made("readv-wild", SYS_preadv, fd, (long)into, 2, 0, 0, 0);
}

static void others(void)
{
	struct iovec *own = list(NULL, 3, NULL, 8), *far = list("remote", 6, "memory", 6);

	note("pid", getpid());
	note("far", (long)far[0].iov_base);
	note("further", (long)far[1].iov_base);
	made("process_vm_readv", SYS_process_vm_readv, getpid(), (long)own, 2, (long)far, 2, 0);
	made("process_vm_writev", SYS_process_vm_writev, getpid(), (long)own, 1, (long)far, 1, 0);
}

/* A descriptor and who sends it. */
static size_t control(char *into, size_t room, int fd)
{
	struct msghdr message = { .msg_control = into, .msg_controllen = room };
	struct cmsghdr *first = CMSG_FIRSTHDR(&message), *second;
	struct ucred who = { getpid(), getuid(), getgid() };

	first->cmsg_level = SOL_SOCKET;
	first->cmsg_type = SCM_RIGHTS;
	first->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(first), &fd, sizeof(fd));
	second = CMSG_NXTHDR(&message, first);
	second->cmsg_level = SOL_SOCKET;
	second->cmsg_type = SCM_CREDENTIALS;
	second->cmsg_len = CMSG_LEN(sizeof(who));
	memcpy(CMSG_DATA(second), &who, sizeof(who));
	return CMSG_SPACE(sizeof(fd)) + CMSG_SPACE(sizeof(who));
}

static void messages(void)
{
	int pair[2], on = 1;
	char *sent = low(NULL, 256), *got = low(NULL, 256), *third = low(NULL, 256);
	struct mmsghdr many[2] = { 0 }, more[2] = { 0 };
	struct timespec time = { 5, 6 };

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
		return;
	setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
	note("left", pair[0]);
	note("right", pair[1]);
	note("uid", getuid());
	note("gid", getgid());
	note("offered", 256);
	struct msghdr out = { .msg_iov = list("ab", 2, "cde", 3), .msg_iovlen = 2,
			      .msg_control = sent, .msg_controllen = control(sent, 256, 1) };
	struct msghdr in = { .msg_iov = list(NULL, 4, NULL, 4), .msg_iovlen = 2,
			     .msg_control = got, .msg_controllen = 256 };

	note("control", out.msg_controllen);
	made("sendmsg", SYS_sendmsg, pair[0], (long)low(&out, sizeof(out)), MSG_NOSIGNAL, 0, 0, 0);
	struct msghdr *received = low(&in, sizeof(in));
	made("recvmsg", SYS_recvmsg, pair[1], (long)received, 0, 0, 0, 0);
	note("received", received->msg_controllen);
	for (struct cmsghdr *one = CMSG_FIRSTHDR(received); one; one = CMSG_NXTHDR(received, one))
		if (one->cmsg_type == SCM_RIGHTS)
			note("passed", *(int *)CMSG_DATA(one));
	for (int i = 0; i < 2; i++) {
		many[i].msg_hdr.msg_iov = list(i ? "two" : "one", 3, "", 0);
		many[i].msg_hdr.msg_iovlen = 1;
		more[i].msg_hdr.msg_iov = list(NULL, 8, NULL, 0);
		more[i].msg_hdr.msg_iovlen = 1;
	}
	more[1].msg_hdr.msg_control = third;
	more[1].msg_hdr.msg_controllen = 256;
	struct mmsghdr *all = low(many, sizeof(many));
	made("sendmmsg", SYS_sendmmsg, pair[0], (long)all, 2, 0, 0, 0);
	all = low(more, sizeof(more));
	made("recvmmsg", SYS_recvmmsg, pair[1], (long)all, 2, MSG_DONTWAIT,
	     (long)low(&time, sizeof(time)), 0);
	note("cred_length", all[1].msg_hdr.msg_controllen);
	made("recvmsg-empty", SYS_recvmsg, pair[1], (long)received, MSG_DONTWAIT, 0, 0, 0);
}

int main(void)
{
	begin();
	files();
	others();
	messages();
	return end();
}
