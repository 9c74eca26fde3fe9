/*
 * Does things by io_uring: nothing, a write to FILE (by its descriptor), a read of it (as a registered
 * file) and an open; `uring FILE polled` a write alone, which a thread of the kernel fetches.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct io_uring_params params;
static struct io_uring_sqe *requests;
static char *submitted, *completed;
static int ring;

static unsigned *word(char *base, unsigned offset)
{
	return (unsigned *)(base + offset);
}

static void *mapped(size_t size, off_t what)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, what);

	if (at == MAP_FAILED)
		err(1, "mapping the ring");
	return at;
}

/* Puts one request and waits until it is done. */
static void done(struct io_uring_sqe request)
{
	unsigned *tail = word(submitted, params.sq_off.tail);
	unsigned *answered = word(completed, params.cq_off.head);
	unsigned slot = *tail & *word(submitted, params.sq_off.ring_mask);
	int polled = params.flags & IORING_SETUP_SQPOLL;

	requests[slot] = request;
	word(submitted, params.sq_off.array)[slot] = slot;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring, 1, 1,
		    IORING_ENTER_GETEVENTS | (polled ? IORING_ENTER_SQ_WAKEUP : 0), NULL, 0) < 0)
		err(1, "io_uring_enter");
	__atomic_store_n(answered, *answered + 1, __ATOMIC_RELEASE);
}

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "/tmp/uring-example";
	char buffer[8] = "request";
	struct io_uring_sqe request = { .opcode = IORING_OP_NOP, .user_data = 0x1122334455667788 };
	int fd;

	if (argc > 2) {
		params.flags = IORING_SETUP_SQPOLL;
		params.sq_thread_idle = 100;
	}
	ring = syscall(SYS_io_uring_setup, 4, &params);
	if (ring < 0)
		err(1, "io_uring_setup");
	submitted = mapped(params.sq_off.array + params.sq_entries * sizeof(unsigned), IORING_OFF_SQ_RING);
	completed = mapped(params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe),
			   IORING_OFF_CQ_RING);
	requests = mapped(params.sq_entries * sizeof(struct io_uring_sqe), IORING_OFF_SQES);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	if (fd < 0)
		err(1, "%s", path);
	printf("pid %d ring %d fd %d\n", getpid(), ring, fd);
	fflush(stdout);
	if (argc <= 2)
		done(request);
	request.opcode = IORING_OP_WRITE;
	request.fd = fd;
	request.addr = (uintptr_t)buffer;
	request.len = 7;
	request.user_data = 2;
	done(request);
	if (argc > 2)
		return 0;
	if (syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, &fd, 1))
		err(1, "IORING_REGISTER_FILES");
	request.opcode = IORING_OP_READ;
	request.flags = IOSQE_FIXED_FILE;
	request.fd = 0;
	request.user_data = 3;
	done(request);
	memset(&request, 0, sizeof(request));
	request.opcode = IORING_OP_OPENAT;
	request.fd = AT_FDCWD;
	request.addr = (uintptr_t)path;
	request.user_data = 4;
	done(request);
	if (argc <= 1)
		unlink(path);
	return 0;
}
