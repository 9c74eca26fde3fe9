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

/* Says what is special about a call. Numbers it does not have are -1. */
struct rule {
	int nr64, nr32;
	/* LEAVE: never made. SELDOM: one time in `value`. FIX: argument `arg` is always `value`. */
	enum { LEAVE, SELDOM, FIX } what;
	int arg;
	uint64_t value;
	const char *reason;
};

static const struct rule rules[] = {
	{ 60, 1, LEAVE, 0, 0, "exit: a thread would be gone; workers end by exit_group or are killed" },
	{ 231, 252, LEAVE, 0, 0, "exit_group: made once, as a worker's last call" },
	{ 58, 190, LEAVE, 0, 0, "vfork: the child would run in the parent's frame" },
	{ 56, 120, LEAVE, 0, 0, "clone: a child that shares memory would run on its parent's stack and log" },
	{ 435, 435, LEAVE, 0, 0, "clone3: as clone" },
	{ 15, 173, LEAVE, 0, 0, "rt_sigreturn: takes all registers from the stack" },
	{ -1, 119, LEAVE, 0, 0, "sigreturn: as rt_sigreturn" },
	{ 169, 88, LEAVE, 0, 0, "reboot: would end the namespace" },
	{ 162, 36, LEAVE, 0, 0, "sync: writes back the disks of the whole host" },
	{ 249, 287, LEAVE, 0, 0, "request_key: starts the host's /sbin/request-key" },
	{ 335, -1, SELDOM, 0, 30, "uretprobe: kills who makes it outside of one" },
	{ 336, -1, SELDOM, 0, 30, "uprobe: as uretprobe" },
	{ 130, 179, SELDOM, 0, 10, "rt_sigsuspend: waits with a mask that may let no signal in" },
	{ -1, 72, FIX, 2, 0, "sigsuspend: as rt_sigsuspend, with the mask in a register" },
	{ 62, 37, FIX, 1, 0, "kill: no signal, but the check for one" },
	{ 200, 238, FIX, 1, 0, "tkill: as kill" },
	{ 234, 270, FIX, 2, 0, "tgkill: as kill" },
	{ 129, 178, FIX, 1, 0, "rt_sigqueueinfo: as kill" },
	{ 297, 335, FIX, 2, 0, "rt_tgsigqueueinfo: as kill" },
	{ 424, 424, FIX, 1, 0, "pidfd_send_signal: as kill" },
	{ 101, 26, FIX, 0, 16, "ptrace: a traced thread would stop for good; PTRACE_ATTACH" },
	{ 101, 26, FIX, 1, -1, "ptrace: ... of no process" },
	{ 158, -1, FIX, 0, 0x1003, "arch_prctl: would take the thread's own memory away; ARCH_GET_FS" },
	{ -1, 384, FIX, 0, 0x1011, "arch_prctl: would forbid cpuid; ARCH_GET_CPUID" },
	{ 317, 354, FIX, 0, 2, "seccomp: refuses later calls before they are seen; SECCOMP_GET_ACTION_AVAIL" },
};

/* Options of prctl that leave the thread able to go on: others forbid calls (PR_SET_SECCOMP,
 * PR_SET_SYSCALL_USER_DISPATCH), the clock (PR_SET_TSC) or memory (PR_SET_MM, PR_SET_MDWE). */
static const int options[] = { 1, 2, 3, 4, 7, 8, 15, 15, 15, 16, 21, 23, 24, 25, 27, 28, 29, 30, 34, 36,
			       37, 38, 39, 40, 47, 52, 56, 62, 0x59616d61, 99 };

/* What common calls take: f a descriptor, p a pointer, s text, n a count, i a small number, x bits,
 * a anything. Every other call takes anything in each place, as do these every other time. */
struct hint {
	int nr64, nr32;
	const char *args;
};

static const struct hint hints[] = {
	{ 0, 3, "fpn" }, { 1, 4, "fpn" }, { 2, 5, "sxx" }, { 3, 6, "f" }, { 4, -1, "sp" }, { 5, 108, "fp" },
	{ 6, -1, "sp" }, { 7, 168, "pii" }, { 8, 19, "fai" }, { 9, 192, "pnxxfi" }, { 10, 125, "pni" },
	{ 11, 91, "pn" }, { 13, 174, "ippi" }, { 14, 175, "ippi" }, { 16, 54, "fap" }, { 17, 180, "fpni" },
	{ 18, 181, "fpni" }, { 19, 145, "fpi" }, { 20, 146, "fpi" }, { 21, 33, "si" }, { 22, 42, "p" },
	{ 23, 142, "ipppp" }, { 28, 219, "pni" }, { 35, 162, "pp" }, { 41, 359, "iii" }, { 42, 362, "fpn" },
	{ 43, -1, "fpp" }, { 44, 369, "fpnxpn" }, { 45, 371, "fpnxpp" }, { 46, 370, "fpx" },
	{ 47, 372, "fpx" }, { 49, 361, "fpn" }, { 51, 367, "fpp" }, { 53, 360, "iiip" }, { 54, 366, "fiipn" },
	{ 55, 365, "fiipp" }, { 59, 11, "spp" }, { 61, 114, "ipip" }, { 72, 55, "fip" }, { 79, 183, "pn" },
	{ 82, 38, "ss" }, { 83, 39, "sx" }, { 87, 10, "s" }, { 89, 85, "spn" }, { 96, 78, "pp" },
	{ 97, 76, "ip" }, { 98, 77, "ip" }, { 128, 177, "pppi" }, { 137, 99, "sp" }, { 202, 240, "pxippi" },
	{ 217, 220, "fpn" }, { 230, 267, "iipp" }, { 232, 256, "fpii" }, { 233, 255, "fifp" },
	{ 247, 284, "iipip" }, { 257, 295, "fsxx" }, { 262, 300, "fspx" }, { 270, 308, "ippppp" },
	{ 271, 309, "ppipi" }, { 281, 319, "fpiipi" }, { 293, 331, "px" }, { 295, 333, "fpii" },
	{ 299, 337, "fpixp" }, { 302, 340, "iipp" }, { 310, 347, "ipipii" }, { 318, 355, "pnx" },
	{ 332, 383, "fsxxp" }, { 437, 437, "fspn" }, { -1, 102, "ip" }, { -1, 117, "iiiipi" },
	{ -1, 90, "p" }, { -1, 82, "p" }, { -1, 403, "ip" }, { -1, 407, "iipp" }, { -1, 414, "piipi" },
};

static const char *const texts[] = { "a", "a/b", "file", "./file", "", ".", "/", "no/such/file", "d", "d/e",
				     "\x1b[2J\x07", "line\nfeed\ttab", "\xff\xfe\x80", "q\"\\'{}", "user.name" };

/* Counts: none leads from the arena to the program's own memory, see `nowhere`. */
static const uint64_t counts[] = { 0, 1, 2, 7, 8, 16, 64, 128, 1024, 4095, 4096, 4097, 65536, 0x7fffffff,
				   0x80000000, 0xffffffff, 0x7fffffffffffffff, 1UL << 63, -1UL, -8UL };

/* Below every mapping of a 64-bit program even as a length from the arena on. */
static const uint64_t nowhere[] = { 1, 0xdead0000, 0x100000000000, 0x8000000000000000, 0xffffffff81000000,
				    0xfffffffffffff000, 0xffffffff, 0x7ffff000 };

/* The kinds of pages in the arena, the rest being common ones. */
enum { TEXTS = 8, EDGE = 10, HOLE, READ_ONLY, FORBIDDEN = 14, COLD = 16, CHURNED = 19 };

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

static uint64_t next(struct thread *self)
{
	/* splitmix64 */
	uint64_t z = self->random += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static uint64_t below(struct thread *self, uint64_t limit)
{
	return next(self) % limit;
}

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

static uint64_t text(struct thread *self)
{
	return ARENA + TEXTS * PAGE + 32 * below(self, LENGTH(texts));
}

static uint64_t pointer(struct thread *self)
{
	uint64_t page;

	switch (below(self, 10)) {
	case 0:
		return nowhere[below(self, LENGTH(nowhere))];
	case 1:
		return 0;
	case 2: /* right before what is not mapped */
		return ARENA + HOLE * PAGE - below(self, 2) * below(self, 64) - 1;
	case 3:
		return text(self);
	case 4:
		page = READ_ONLY + below(self, 2);
		break;
	case 5:
		page = below(self, PAGES);
		break;
	case 6:
		page = COLD + below(self, 3);
		break;
	case 7:
		page = CHURNED + below(self, 3);
		break;
	default:
		page = below(self, TEXTS);
	}
	/* Few places: what is read and what is written often are the same. */
	return ARENA + page * PAGE + 8 * below(self, 4) * below(self, 128) + below(self, 2) * below(self, 8);
}

static uint64_t bits(struct thread *self)
{
	uint64_t value = 0;

	for (uint64_t left = below(self, 4); left; left--)
		value |= 1UL << below(self, 32);
	return value;
}

static uint64_t anything(struct thread *self)
{
	switch (below(self, 16)) {
	case 0:
		return 0;
	case 1:
		return -1;
	case 2:
	case 3:
		return below(self, 40);
	case 4:
		return counts[below(self, LENGTH(counts))];
	case 5:
		return -below(self, 200);
	case 6:
		return (uint32_t)next(self);
	case 7:
		return next(self) | 1UL << 63;
	case 8:
	case 9:
		return below(self, 24);
	case 10:
		return bits(self);
	case 11:
		return text(self);
	default:
		return pointer(self);
	}
}

static uint64_t hinted(struct thread *self, char hint)
{
	switch (hint) {
	case 'f':
		return below(self, 10) ? below(self, 24) : anything(self);
	case 'p':
		return pointer(self);
	case 's':
		return below(self, 4) ? text(self) : pointer(self);
	case 'n':
		return counts[below(self, LENGTH(counts))];
	case 'i':
		return below(self, 40);
	case 'x':
		return bits(self);
	default:
		return anything(self);
	}
}

static void arguments(struct thread *self, enum abi abi, int nr, uint64_t args[6])
{
	const char *hint = "";

	if (below(self, 2)) {
		for (uint64_t i = 0; i < LENGTH(hints); i++) {
			if (nr == (abi == I386 ? hints[i].nr32 : hints[i].nr64))
				hint = hints[i].args;
		}
	}
	for (int i = 0; i < 6; i++) {
		args[i] = *hint ? hinted(self, *hint++) : anything(self);
		/* What a 32-bit call must not look at. */
		if (abi == I386 && !below(self, 4))
			args[i] |= next(self) << 32;
	}
	if (nr == (abi == I386 ? 172 : SYS_prctl))
		args[0] = options[below(self, LENGTH(options))];
}

/* Whether the call may be made, its arguments set right. */
static int allowed(struct thread *self, enum abi abi, int nr, uint64_t args[6])
{
	nr &= ~0x40000000;
	for (uint64_t i = 0; i < LENGTH(rules); i++) {
		const struct rule *rule = &rules[i];

		if (nr != (abi == I386 ? rule->nr32 : rule->nr64))
			continue;
		if (rule->what == LEAVE || (rule->what == SELDOM && below(self, rule->value)))
			return 0;
		if (rule->what == FIX)
			args[rule->arg] = rule->value;
	}
	return 1;
}

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

static void limit(int what, uint64_t most)
{
	struct rlimit limit = { most, most };

	if (setrlimit(what, &limit))
		_exit(3);
}

/* The worker: pid 1 of its namespace, so that it can name nobody else. */
static void worker(uint64_t first)
{
	static struct thread threads[THREADS];
	struct sigaction action = { .sa_handler = nothing };
	pthread_attr_t attributes;
	pthread_t thread;
	int file = memfd_create("arena", 0);

	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", "/root", "tmpfs", 0, "size=16m,nr_inodes=1024") || chroot("/root") || chdir("/") ||
	    mkdir("d", 0700) || ftruncate(file, PAGES * PAGE))
		_exit(3);
	alias = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (alias == MAP_FAILED)
		_exit(3);
	for (uint64_t i = 0; i < LENGTH(texts); i++)
		strcpy((char *)alias + TEXTS * PAGE + 32 * i, texts[i]);
	/* A text that the mapping ends before it does. */
	memset(alias + EDGE * PAGE, 'x', PAGE);
	for (int signal = 1; signal <= SIGRTMAX; signal++) {
		if (signal != SIGSEGV && signal != SIGBUS)
			sigaction(signal, &action, NULL);
	}
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, 1 << 20);
	limit(RLIMIT_NOFILE, 64);
	limit(RLIMIT_NPROC, 64);
	limit(RLIMIT_MEMLOCK, 1 << 16);
	limit(RLIMIT_CPU, 20);
	limit(RLIMIT_AS, slot_count * sizeof(*slots) + (512 << 20));
	if (close_range(0, -1, 0))
		_exit(3);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 1 << 16);
	for (int i = 0; i < THREADS; i++) {
		threads[i].slot = &slots[first + i];
		threads[i].random = seed ^ (first + i) << 32;
		next(&threads[i]);
	}
	for (int i = 0; i < THREADS; i++) {
		if (pthread_create(&thread, &attributes, i < CALLERS ? caller : interrupter, &threads[i]))
			_exit(3);
	}
	for (;;)
		pause();
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Whether each of the worker's threads has got on since the last look. */
static int alive(uint64_t first, uint64_t seen[THREADS])
{
	int all = 1;

	for (int i = 0; i < THREADS; i++) {
		uint64_t count = slots[first + i].count;

		all &= count != seen[i];
		seen[i] = count;
	}
	return all;
}

static void supervise(uint64_t end)
{
	unsigned long workers = 0, stuck = 0, failed = 0, calls = 0;

	while (now() < end && taken + THREADS <= slot_count) {
		uint64_t seen[THREADS] = { 0 }, look = now() + 500;
		int status, child;

		child = syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0);
		if (!child)
			worker(taken);
		if (child < 0)
			exit(3);
		while (waitpid(child, &status, WNOHANG) != child) {
			usleep(2000);
			if (now() < look)
				continue;
			look = now() + 500;
			if (now() >= end || !alive(taken, seen)) {
				stuck += now() < end;
				kill(child, SIGKILL);
			}
		}
		failed += WIFEXITED(status) && WEXITSTATUS(status);
		workers++;
		taken += THREADS;
	}
	for (uint64_t i = 0; i < taken; i++)
		calls += slots[i].count;
	printf("%lu calls by %lu workers, %lu of them stuck\n", calls, workers, stuck);
	fflush(stdout);
	_exit(failed ? 3 : 0);
}

static void write_file(const char *format, int pid, const char *content)
{
	char path[64];
	int file;

	snprintf(path, sizeof(path), format, pid);
	file = open(path, O_WRONLY);
	if (file < 0 || write(file, content, strlen(content)) < 0)
		perror(path);
	close(file);
}

/* An empty root; the old one is let go. */
static int new_root(void)
{
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) || mount("none", "/tmp", "tmpfs", 0, "size=1m") ||
	    chdir("/tmp") || mkdir("root", 0700))
		return -1;
	/* The first file system of a machine cannot be left by pivot_root, only covered. */
	if (!syscall(SYS_pivot_root, ".", "."))
		return umount2(".", MNT_DETACH);
	return mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".");
}

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
