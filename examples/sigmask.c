/*
 * Examines and changes its signal mask in every way there is, a line per step.
 *
 *     sigmask            what users trace first
 *     sigmask --truth    a machine-readable line per call instead:
 *                        abi call how set oldset before after ret
 *                        (set and masks in hexadecimal, "-" for a null pointer, "bad" for a
 *                        pointer to nowhere; ret is 0 or the negative error number)
 *
 * It keeps its own account of the mask, by sigprocmask(2)'s rules, so that a tracer's word can be
 * checked against it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define BIT(signal) ((uint64_t)1 << ((signal) - 1))
#define UNBLOCKABLE (BIT(SIGKILL) | BIT(SIGSTOP))
#define BAD ((void *)16)

enum way { NATIVE, INT80_RT, INT80_LEGACY };

static uint64_t mask;
static int truth;
/* One page that 32-bit calls can reach. */
static uint64_t *low;

static long int80(long number, long how, void *set, void *oldset, long size)
{
#ifdef __x86_64__
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number), "b"(how), "c"(set), "d"(oldset), "S"(size)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
#else
	long result = syscall(number, how, set, oldset, size);

	return result < 0 ? -errno : result;
#endif
}

static long call(enum way way, int how, void *set, void *oldset, long size)
{
	long result;

	if (way == INT80_RT)
		return int80(175, how, set, oldset, size);
	if (way == INT80_LEGACY)
		return int80(126, how, set, oldset, size);
	result = syscall(SYS_rt_sigprocmask, how, set, oldset, size);
	return result < 0 ? -errno : result;
}

static uint64_t expected(enum way way, int how, uint64_t set)
{
	uint64_t keep = 0;

	if (way == INT80_LEGACY)
		keep = mask & ~(uint64_t)0xffffffff;
	switch (how) {
	case SIG_BLOCK:
		return (mask | set) & ~UNBLOCKABLE;
	case SIG_UNBLOCK:
		return mask & ~set;
	}
	return (keep | set) & ~UNBLOCKABLE;
}

static const char *shown(const void *pointer, uint64_t set, char *buffer)
{
	if (!pointer)
		return "-";
	if (pointer == BAD)
		return "bad";
	sprintf(buffer, "%llx", (unsigned long long)set);
	return buffer;
}

/* `set` and `oldset` are NULL, BAD or the page; `value` is what the set holds. */
static void step(const char *text, enum way way, int how, void *set, uint64_t value, void *oldset,
		 long size)
{
	static const char *const names[] = { "rt_sigprocmask", "rt_sigprocmask", "sigprocmask" };
	const char *abi = way == NATIVE && sizeof(long) == 8 ? "x86_64" : "i386";
	uint64_t before = mask;
	char buffer[20];
	long result;

	/* The legacy call's set is one word long. */
	if (way == INT80_LEGACY)
		value = (uint32_t)value;
	if (set && set != BAD)
		memcpy(set, &value, sizeof(value));
	result = call(way, how, set, oldset, size);
	/* A bad oldset fails after the mask has been changed. */
	if (set && set != BAD && (result == 0 || oldset == BAD))
		mask = expected(way, how, value);
	if (truth)
		printf("%s %s %d %s %s %llx %llx %ld\n", abi, names[way], how,
		       shown(set, value, buffer), !oldset ? "-" : oldset == BAD ? "bad" : "ptr",
		       (unsigned long long)before, (unsigned long long)mask, result);
	else
		printf("%-46s %-6s mask %016llx -> %016llx  %s\n", text, abi,
		       (unsigned long long)before, (unsigned long long)mask,
		       result ? strerror(-result) : "ok");
}

static void every_way(enum way way, const char *name)
{
	long size = 8;
	void *set = low, *old = low + 1;
	char text[80];
#define STEP(words, ...)                                             \
	do {                                                         \
		snprintf(text, sizeof(text), "%s: %s", name, words); \
		step(text, way, __VA_ARGS__);                        \
	} while (0)

	STEP("examine", SIG_BLOCK, NULL, 0, old, size);
	STEP("block INT and TERM", SIG_BLOCK, set, BIT(SIGINT) | BIT(SIGTERM), old, size);
	STEP("block nothing", SIG_BLOCK, set, 0, NULL, size);
	STEP("unblock INT", SIG_UNBLOCK, set, BIT(SIGINT), old, size);
	STEP("set the mask to USR1 and realtime 40", SIG_SETMASK, set, BIT(SIGUSR1) | BIT(40), old, size);
	STEP("block KILL, STOP and HUP: only HUP is", SIG_BLOCK, set, UNBLOCKABLE | BIT(SIGHUP), NULL, size);
	STEP("ask for something unknown", 7, set, BIT(SIGINT), NULL, size);
	STEP("set from nowhere", SIG_BLOCK, BAD, 0, NULL, size);
	STEP("old mask to nowhere", SIG_BLOCK, set, BIT(SIGALRM), BAD, size);
	if (way != INT80_LEGACY)
		STEP("a set of 4 bytes", SIG_BLOCK, set, BIT(SIGINT), NULL, 4);
	STEP("empty the mask", SIG_SETMASK, set, 0, NULL, size);
	if (mask) {
		/* The legacy call cannot reach the realtime signals. */
		step("rt_sigprocmask: empty it wholly", NATIVE, SIG_SETMASK, set, 0, NULL, size);
	}
}

static int has_int80(void)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		int80(20, 0, NULL, NULL, 0); /* getpid */
		_exit(0);
	}
	return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status);
}

static void *library(void *unused)
{
	sigset_t set;

	(void)unused;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	if (!truth)
		printf("a second thread blocked USR2 with pthread_sigmask\n");
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	sigset_t current;
	int flags = MAP_PRIVATE | MAP_ANONYMOUS;

	truth = argc > 1 && !strcmp(argv[1], "--truth");
#ifdef MAP_32BIT
	flags |= MAP_32BIT;
#endif
	low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, flags, -1, 0);
	if (low == MAP_FAILED) {
		perror("mmap");
		return 1;
	}
	int compat = sizeof(long) == 4 || has_int80();

	if (!truth && !pthread_create(&thread, NULL, library, NULL))
		pthread_join(thread, NULL);
	sigemptyset(&current);
	sigprocmask(SIG_SETMASK, &current, NULL);
	if (truth)
		printf("begin\n");
	fflush(stdout);
	every_way(NATIVE, "rt_sigprocmask");
	if (compat) {
		every_way(INT80_RT, "i386 rt_sigprocmask");
		every_way(INT80_LEGACY, "i386 sigprocmask");
	} else {
		fprintf(stderr, "int80 unavailable\n");
	}
	return 0;
}
