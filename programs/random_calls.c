/*
 * random_calls SECONDS SEED LOG [RATE]: makes system calls at random, with random arguments, in both
 * ABIs and from several threads, and keeps its own log of them; about RATE a second (default 6000).
 *
 * What it cannot reach it cannot harm: it runs in user, pid, mount, network, ipc and uts namespaces of
 * its own, its root is an empty tmpfs, and it maps to "nobody" outside. A supervisor (pid 1 there)
 * keeps one worker process at a time, which it cannot be named by. A worker that dies, that has filled
 * its log or of which a thread has stopped getting on is replaced: whatever it did to itself ends
 * with it. What is left out or tamed is in `rules`, each with its reason.
 *
 * A worker has CALLERS threads that make random calls, and one that unmaps, maps, protects and drops
 * the pages that they use, and interrupts calls that wait. Pointers lead into an arena below 4 GB,
 * where 32-bit calls reach it too and where nothing else lies; it is also mapped at another address,
 * through which it is filled without faults.
 *
 * LOG is a mapped file: a slot per thread, in it an entry per call (struct entry). The thread's first
 * call is close(MARK + slot): by it a reader finds which thread the slot is of. Every call that the
 * thread makes from then on is in the log, but for rt_sigreturn after signals.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MARK 0x72610000
#define CALLERS 3
#define THREADS (CALLERS + 1)
#define ENTRIES 4095
#define SLOTS_A_SECOND 64
#define PAGE 4096UL
#define ARENA 0x20000000UL
#define PAGES 24UL
/* Nobody's id outside. */
#define NOBODY "0 65534 1"
#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

enum abi { X86_64, I386 };
enum state { UNUSED, BEGUN, RETURNED };

/* 64 bytes. */
struct entry {
	uint64_t args[6];
	int64_t ret;
	uint32_t nr;
	uint16_t abi;
	uint16_t state;
};

struct slot {
	/* Entries in use; the last one may be BEGUN only. */
	volatile uint64_t count;
	/* The thread's id in its namespace, for the interrupter. */
	volatile uint64_t tid;
	uint64_t unused[6];
	struct entry entries[ENTRIES];
};

#include "random/rules.h"

struct thread {
	struct slot *slot;
	uint64_t random;
	/* Whether it waits because it wants to. */
	volatile int resting;
};

static struct slot *slots;
static uint64_t slot_count, taken, seed;
static long rate = 6000;
static unsigned char *alias;

/* Makes a call in either ABI; regs holds the number, then the arguments. For 32-bit ones the kernel
 * takes the lower halves, whatever is above. */
int64_t call64(const uint64_t *regs);
int64_t call32(const uint64_t *regs);
void restorer(void);

__asm__(".text\n"
	"call64:\n"
	"	mov	%rdi, %r11\n"
	"	mov	(%r11), %rax\n"
	"	mov	8(%r11), %rdi\n"
	"	mov	16(%r11), %rsi\n"
	"	mov	24(%r11), %rdx\n"
	"	mov	32(%r11), %r10\n"
	"	mov	40(%r11), %r8\n"
	"	mov	48(%r11), %r9\n"
	"	syscall\n"
	"	ret\n"
	"call32:\n"
	"	push	%rbx\n"
	"	push	%rbp\n"
	"	mov	%rdi, %r11\n"
	"	mov	(%r11), %rax\n"
	"	mov	8(%r11), %rbx\n"
	"	mov	16(%r11), %rcx\n"
	"	mov	24(%r11), %rdx\n"
	"	mov	32(%r11), %rsi\n"
	"	mov	40(%r11), %rdi\n"
	"	mov	48(%r11), %rbp\n"
	"	int	$0x80\n"
	"	pop	%rbp\n"
	"	pop	%rbx\n"
	"	ret\n"
	"restorer:\n"
	"	mov	$15, %eax\n"
	"	syscall\n");

#include "random/arguments.h"

/* Makes a call and writes it down; the log is full after `ENTRIES`. */
static int64_t made(struct thread *self, enum abi abi, uint32_t nr, const uint64_t args[6])
{
	struct slot *slot = self->slot;
	uint64_t at = slot->count;
	struct entry *entry = &slot->entries[at];
	uint64_t regs[7] = { nr };
	int64_t ret;

	memcpy(regs + 1, args, sizeof(entry->args));
	memcpy(entry->args, args, sizeof(entry->args));
	entry->nr = nr;
	entry->abi = abi;
	entry->state = BEGUN;
	__atomic_store_n(&slot->count, at + 1, __ATOMIC_RELEASE);
	ret = abi == I386 ? call32(regs) : call64(regs);
	/* fork's child has no log: it shares its parent's. */
	if (!ret && nr == (abi == I386 ? 2 : SYS_fork))
		call64((uint64_t[7]){ SYS_exit_group });
	entry->ret = ret;
	__atomic_store_n(&entry->state, RETURNED, __ATOMIC_RELEASE);
	/* The last entry is for the end of the process. */
	if (at + 2 >= ENTRIES) {
		struct entry *last = &slot->entries[at + 1];

		last->nr = abi == I386 ? 252 : SYS_exit_group;
		last->abi = abi;
		last->state = BEGUN;
		__atomic_store_n(&slot->count, at + 2, __ATOMIC_RELEASE);
		regs[0] = last->nr;
		memset(regs + 1, 0, sizeof(entry->args));
		if (abi == I386)
			call32(regs);
		else
			call64(regs);
	}
	return ret;
}

#define DO(self, nr, ...) made(self, X86_64, nr, (uint64_t[6]){ __VA_ARGS__ })

static void nothing(int signal)
{
	(void)signal;
}

/* Takes back what would keep the thread from being interrupted. */
static void repair(struct thread *self, enum abi abi, int nr, uint64_t signal)
{
	static const uint64_t none;
	static const struct {
		void (*handler)(int);
		uint64_t flags;
		void (*restorer)(void);
		uint64_t mask;
	} action = { nothing, 0x04000000, restorer, 0 };
	int masks = abi == I386 ? nr == 175 || nr == 126 || nr == 69 : nr == SYS_rt_sigprocmask;
	int actions = abi == I386 ? nr == 174 || nr == 67 || nr == 48 : nr == SYS_rt_sigaction;

	if (masks)
		DO(self, SYS_rt_sigprocmask, SIG_SETMASK, (uint64_t)&none, 0, 8);
	if (actions && (uint32_t)signal - 1 < 64)
		DO(self, SYS_rt_sigaction, (uint32_t)signal, (uint64_t)&action, 0, 8);
}

/* Puts structures or texts somewhere, for calls to come. */
static void fill(struct thread *self)
{
	unsigned char *at = alias + below(self, PAGES) * PAGE + 8 * below(self, 480);
	uint64_t count = 1 + below(self, 30);
	uint64_t kind = below(self, 4);

	for (uint64_t i = 0; i < count; i++) {
		uint64_t value = kind == 3 ? next(self) | 1UL << 63 : anything(self);

		if (kind == 0) { /* a pointer and a count, as vectors have them */
			value = i % 2 ? counts[below(self, LENGTH(counts))] : pointer(self);
			memcpy(at + 8 * i, &value, 8);
		} else if (kind == 1) {
			memcpy(at + 4 * i, &value, 4);
		} else {
			memcpy(at + 8 * i, &value, 8);
		}
	}
}

static void random_call(struct thread *self)
{
	enum abi abi = below(self, 2) ? I386 : X86_64;
	uint64_t args[6];
	/* Some numbers are no call's. */
	uint32_t nr = below(self, 50) ? below(self, 475) : (uint32_t)anything(self);

	/* x32's bit, which no 32-bit number has. */
	if (!below(self, 200))
		nr |= 0x40000000;

	arguments(self, abi, nr, args);
	if (!allowed(self, abi, nr, args))
		return;
	made(self, abi, nr, args);
	repair(self, abi, nr, args[0]);
}

static void mark(struct thread *self)
{
	self->slot->tid = syscall(SYS_gettid);
	DO(self, SYS_close, MARK + (self->slot - slots));
}

static void *caller(void *arg)
{
	struct thread *self = arg;
	struct timespec pause = { 0, 32 * (1000000000L / rate) * CALLERS };

	mark(self);
	for (uint64_t i = 1;; i++) {
		random_call(self);
		if (i % 8 == 0)
			fill(self);
		if (i % 32 == 0) {
			self->resting = 1;
			DO(self, SYS_nanosleep, (uint64_t)&pause);
			self->resting = 0;
		}
	}
	return NULL;
}

/* Opens one more descriptor of some kind, where others are closed all the time. */
static void open_one(struct thread *self)
{
	static const char name[] = "file";
	static int pair[2];
	uint64_t to = (uint64_t)pair;

	switch (below(self, 9)) {
	case 0:
		DO(self, SYS_openat, AT_FDCWD, (uint64_t)name, O_RDWR | O_CREAT, 0600);
		return;
	case 1:
		DO(self, SYS_openat, AT_FDCWD, (uint64_t)".", O_RDONLY | O_DIRECTORY);
		return;
	case 2:
		DO(self, SYS_pipe2, to, below(self, 2) * O_NONBLOCK);
		return;
	case 3:
		DO(self, SYS_socketpair, 1, 1 + below(self, 2), 0, to);
		return;
	case 4:
		DO(self, SYS_socket, below(self, 2) ? 2 : 10, 1 + below(self, 3), 0);
		return;
	case 5:
		DO(self, SYS_eventfd2, below(self, 2), 0);
		return;
	case 6:
		DO(self, SYS_epoll_create1, 0);
		return;
	case 7:
		DO(self, SYS_memfd_create, (uint64_t)name, 0);
		return;
	default:
		DO(self, SYS_timerfd_create, CLOCK_MONOTONIC, 0);
	}
}

static void put_back(struct thread *self, uint64_t page)
{
	/* Of size 0, the move is a second mapping of shared memory. */
	DO(self, SYS_mremap, (uint64_t)alias + page * PAGE, 0, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
	   ARENA + page * PAGE);
	if (page == READ_ONLY || page == READ_ONLY + 1)
		DO(self, SYS_mprotect, ARENA + page * PAGE, PAGE, PROT_READ);
	if (page == FORBIDDEN)
		DO(self, SYS_mprotect, ARENA + page * PAGE, PAGE, PROT_NONE);
	if (page == HOLE)
		DO(self, SYS_munmap, ARENA + page * PAGE, PAGE);
}

/* Pages come and go under the calls of the others, and calls that wait are interrupted. */
static void *interrupter(void *arg)
{
	static const struct timespec pause = { 0, 2000000 };
	struct thread *self = arg, *others = self - CALLERS;
	uint64_t seen[CALLERS] = { 0 };

	mark(self);
	for (uint64_t page = 0; page < PAGES; page++)
		put_back(self, page);
	for (uint64_t i = 0;; i++) {
		uint64_t page = CHURNED + i % 3;

		DO(self, SYS_munmap, ARENA + page * PAGE, PAGE);
		DO(self, SYS_madvise, ARENA + COLD * PAGE, 3 * PAGE, MADV_DONTNEED);
		put_back(self, i % 2 ? page : i / 2 % PAGES);
		if (i % 4 == 0)
			open_one(self);
		for (int other = 0; other < CALLERS; other++) {
			uint64_t count = others[other].slot->count;

			if (count == seen[other] && !others[other].resting)
				DO(self, SYS_tgkill, 1, others[other].slot->tid, SIGUSR1);
			seen[other] = count;
		}
		DO(self, SYS_nanosleep, (uint64_t)&pause);
	}
	return NULL;
}

#include "random/workers.h"

int main(int argc, char **argv)
{
	int seconds = argc > 1 ? atoi(argv[1]) : 0;
	int file, child, status, ready[2];
	char go;

	if (seconds <= 0 || argc < 4) {
		fprintf(stderr, "usage: random_calls SECONDS SEED LOG [RATE]\n");
		return 2;
	}
	seed = strtoull(argv[2], NULL, 0);
	rate = argc > 4 ? atol(argv[4]) : rate;
	printf("seed %llu\n", (unsigned long long)seed);
	fflush(stdout);
	slot_count = SLOTS_A_SECOND * (seconds + 1);
	file = open(argv[3], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (file < 0 || ftruncate(file, slot_count * sizeof(*slots)) || pipe(ready))
		return perror(argv[3]), 1;
	slots = mmap(NULL, slot_count * sizeof(*slots), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (slots == MAP_FAILED)
		return perror("mmap"), 1;
	close(file);
	child = syscall(SYS_clone, CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC |
			CLONE_NEWUTS | SIGCHLD, 0, 0, 0, 0);
	if (child < 0)
		return perror("namespaces"), 1;
	if (!child) {
		if (read(ready[0], &go, 1) != 1 || setresuid(0, 0, 0) || setresgid(0, 0, 0) || new_root())
			return perror("sandbox"), 3;
		supervise(now() + seconds * 1000UL);
	}
	write_file("/proc/%d/uid_map", child, NOBODY);
	write_file("/proc/%d/gid_map", child, NOBODY);
	if (write(ready[1], "", 1) != 1)
		return 1;
	/* Whatever happens in there, it ends. */
	for (int waited = 0; waitpid(child, &status, WNOHANG) != child; waited++) {
		usleep(10000);
		if (waited == (seconds + 20) * 100)
			kill(child, SIGKILL);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 4;
}
