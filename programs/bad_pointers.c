/*
 * bad_pointers: system calls whose pointers lead to nowhere, to the end of a page, or to one
 * another, and whose counts are absurd. Each prints what the kernel said, and what can be known of
 * the memory: `NAME RETURN`. The test beside it states what must be seen of each.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096l

/* What a call is told apart by: no call of the C library passes it. */
#define MARK 0x6b1d

static long called;

static void call(const char *name, long nr, long a, long b, long c, long d)
{
	called = syscall(nr, a, b, c, d, MARK, 0);
	printf("%s %ld\n", name, called < 0 ? -errno : called);
}

/* A page that can be used, with one behind it that cannot. */
static char *edge(void)
{
	char *at = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(at + PAGE, PAGE);
	memset(at, 'x', PAGE);
	return at + PAGE;
}

static void texts(void)
{
	char *end = edge();
	static char longest[2 * PAGE];

	call("open-nowhere", SYS_openat, AT_FDCWD, 8, O_RDONLY, 0);
	call("open-kernel", SYS_openat, AT_FDCWD, -PAGE, O_RDONLY, 0);
	call("open-null", SYS_openat, AT_FDCWD, 0, O_RDONLY, 0);
	call("open-unterminated", SYS_openat, AT_FDCWD, (long)(end - 3), O_RDONLY, 0);
	strcpy(end - 5, "/nix");
	call("open-fits-the-page", SYS_openat, AT_FDCWD, (long)(end - 5), O_RDONLY, 0);
	memset(longest, 'y', sizeof(longest) - 1);
	call("open-too-long", SYS_openat, AT_FDCWD, (long)longest, O_RDONLY, 0);
	longest[PAGE - 1] = 0;
	call("open-longest", SYS_openat, AT_FDCWD, (long)longest, O_RDONLY, 0);
}

static void contents(void)
{
	char *end = edge();
	int full = open("/dev/null", O_WRONLY), file = open("/proc/self/exe", O_RDONLY);
	int pipes[2];

	if (pipe(pipes))
		return;
	call("write-nowhere", SYS_write, pipes[1], 8, 4, 0);
	call("write-past-the-page", SYS_write, pipes[1], (long)(end - 3), 40, 0);
	call("write-huge", SYS_write, full, (long)(end - 3), -1, 0);
	call("write-negative", SYS_write, pipes[1], (long)(end - 3), (long)INT32_MIN, 0);
	call("write-bad-descriptor", SYS_write, -77, (long)(end - 3), 3, 0);
	call("write-nothing", SYS_write, full, 8, 0, 0);
	call("read-nowhere", SYS_read, file, 8, 4, 0);
	call("read-past-the-page", SYS_read, file, (long)(end - 3), 40, 0);
	memset(end - 3, 'x', 3);
}

static void lists(void)
{
	char *end = edge();
	char **argv = (char **)(end - 2 * sizeof(char *));
	static char *wild[4] = { "one", (char *)8, "three", NULL };
	static char path[] = "/nonexistent";

	call("exec-list-nowhere", SYS_execve, (long)path, 8, 0, 0);
	argv[0] = "only";
	argv[1] = "without an end";
	call("exec-list-past-the-page", SYS_execve, (long)path, (long)argv, 0, 0);
	call("exec-text-nowhere", SYS_execve, (long)path, (long)wild, 0, 0);
	wild[1] = (char *)wild;
	call("exec-list-in-itself", SYS_execve, (long)path, (long)wild, (long)wild, 0);
}

static void structures(void)
{
	char *end = edge();
	uint64_t *set = (uint64_t *)(end - 8);
	struct timespec *time = (struct timespec *)(end - sizeof(*time));

	*set = 1 << (SIGUSR1 - 1);
	/* The set that is read is where the old one is stored. */
	call("mask-overlapping", SYS_rt_sigprocmask, SIG_BLOCK, (long)set, (long)set, 8);
	call("mask-past-the-page", SYS_rt_sigprocmask, SIG_BLOCK, (long)(end - 4), 0, 8);
	call("mask-absurd-size", SYS_rt_sigprocmask, SIG_BLOCK, (long)set, 0, -1);
	time->tv_sec = 0;
	time->tv_nsec = 1;
	call("sleep-at-the-page-end", SYS_nanosleep, (long)time, (long)time, 0, 0);
	call("sleep-past-the-page", SYS_nanosleep, (long)(end - 8), 0, 0, 0);
	call("connect-huge", SYS_connect, -1, (long)(end - 16), -1, 0);
	call("connect-past-the-page", SYS_connect, -1, (long)(end - 2), 16, 0);
}

static char *volatile shaky;
static volatile int stop;

/* Takes the page away and gives it back, for as long as the calls last. */
static void *shake(void *unused)
{
	while (!stop) {
		munmap(shaky, PAGE);
		mmap(shaky, PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		strcpy(shaky, "/shaky");
	}
	return unused;
}

/* The page can go at any moment, in the call and in what is read of it. */
static void races(void)
{
	pthread_t thread;
	long opened = 0;

	shaky = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	/* Only the other thread writes; it alone takes the page away. */
	pthread_create(&thread, NULL, shake, NULL);
	for (int i = 0; i < 2000; i++)
		opened += syscall(SYS_openat, AT_FDCWD, shaky, O_RDONLY, 0, MARK + 1, 0) != -1;
	stop = 1;
	pthread_join(thread, NULL);
	printf("open-shaky %ld\n", opened);
}

int main(int argc, char **argv)
{
	/* The same addresses in every run. */
	if (argc == 1 && !(personality(0xffffffff) & ADDR_NO_RANDOMIZE)) {
		personality(ADDR_NO_RANDOMIZE);
		execv("/proc/self/exe", argv);
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	texts();
	contents();
	lists();
	structures();
	races();
	return 0;
}
