/*
 * Does to itself and to a child what events of tasks tell of, and says the values that they must
 * show, as lines of a name and its values.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>

#include "calls.h"

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif

static char secret[] = "what was there";

static pid_t child_begin(void)
{
	pid_t child = fork();

	if (!child) {
		pause();
		_exit(0);
	}
	note("child", child);
	return child;
}

static void child_end(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void capabilities(void)
{
	note("before", chroot("/"));
	note("left", setuid(1234));
	note("after", chroot("/"));
}

static void limits(void)
{
	struct rlimit files = { 200, 300 }, asked;
	struct { uint64_t soft, hard; } core = { 1ull << 33, (1ull << 33) + 5 };
	pid_t child = child_begin();

	note("set", native(SYS_setrlimit, RLIMIT_NOFILE, (long)&files, 0, 0, 0, 0));
	note("other", native(SYS_prlimit64, child, RLIMIT_CORE, (long)&core, 0, 0, 0));
	note("asked", prlimit(0, RLIMIT_NOFILE, NULL, &asked));
	child_end(child);
}

static void handler(int sig)
{
	(void)sig;
}

static void actions(void)
{
	struct sigaction act = { .sa_handler = handler, .sa_flags = SA_RESTART | SA_NODEFER };
	struct sigaction old;
	uint32_t *low_action = low(NULL, 16);

	sigaddset(&act.sa_mask, SIGUSR2);
	sigaddset(&act.sa_mask, 40);
	note("handler", (uintptr_t)handler);
	note("set", sigaction(SIGUSR1, &act, NULL));
	note("asked", sigaction(SIGUSR1, NULL, &old));
	act.sa_handler = SIG_IGN;
	note("ignored", sigaction(SIGUSR1, &act, &old));
	low_action[0] = 0x1234;
	low_action[1] = 1u << (SIGUSR2 - 1);
	low_action[2] = SA_RESETHAND;
	low_action[3] = 0;
	note("old", compat(67, SIGUSR1, at(low_action), 0, 0, 0, 0));
	note("oldest", compat(48, SIGUSR1, 0x5678, 0, 0, 0, 0));
}

static void directories(const char *path)
{
	int here = open(".", O_RDONLY | O_DIRECTORY);

	note("there", chdir(path));
	note("back", fchdir(here));
	note("nowhere", chdir("/nowhere"));
}

static void clocks(void)
{
	struct timespec time = { 1234567, 891 };
	uint64_t *low_time = low(NULL, 16);
	uint32_t *low_half = low(NULL, 16);
	struct timezone zone;
	struct timeval now;

	gettimeofday(&now, &zone);
	note("zone", zone.tz_minuteswest);
	note("same", settimeofday(NULL, &zone));
	note("left", setuid(1234));
	note("refused", clock_settime(CLOCK_REALTIME, &time));
	note("other", clock_settime(CLOCK_MONOTONIC, &time));
	low_half[0] = 7654321;
	low_half[1] = 198;
	low_time[0] = 1ull << 33;
	low_time[1] = 0xabcdull << 32 | 777;
	note("halves", compat(264, CLOCK_REALTIME, at(low_half), 0, 0, 0, 0));
	note("wholes", compat(404, CLOCK_REALTIME, at(low_time), 0, 0, 0, 0));
	note("seconds", compat(25, at(low_half), 0, 0, 0, 0, 0));
	note("usec", compat(79, at(low_half), 0, 0, 0, 0, 0));
}

/* The numbers of /proc/self/stat from the third on. */
static void stat_read(unsigned long long *numbers)
{
	char text[2048], *word;
	int fd = open("/proc/self/stat", O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[n > 0 ? n : 0] = 0;
	word = strtok(strrchr(text, ')') + 2, " ");
	for (int i = 3; word && i < 60; i++, word = strtok(NULL, " "))
		numbers[i] = strtoull(word, NULL, 10);
}

static void memory(const char *file)
{
	static const char *const names[] = {
		"start_code", "end_code", "start_data", "end_data", "start_brk", "brk",
		"start_stack", "arg_start", "arg_end", "env_start", "env_end",
	};
	static const int places[] = { 26, 27, 45, 46, 47, 0, 28, 48, 49, 50, 51 };
	/* struct prctl_mm_map as a 64-bit kernel has it, whoever calls. */
	struct {
		uint64_t addresses[11], auxv;
		uint32_t auxv_size, exe_fd;
	} map = { .exe_fd = -1 };
	unsigned long long numbers[60] = { 0 };
	unsigned char auxv[256];
	void *mapped = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open(file, O_RDONLY), from = open("/proc/self/auxv", O_RDONLY);
	ssize_t n = read(from, auxv, sizeof(auxv));

	stat_read(numbers);
	numbers[0] = (uintptr_t)sbrk(0);
	for (int i = 0; i < 11; i++) {
		map.addresses[i] = numbers[places[i]];
		note(names[i], map.addresses[i]);
	}
	note("map", prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0));
	note("one", prctl(PR_SET_MM, PR_SET_MM_ARG_START, (long)map.addresses[7] + 1, 0, 0));
	/* No program's file is replaced while it is mapped. */
	note("exe", prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, fd, 0, 0));
	say("auxv ");
	for (int i = 0; i < n; i++)
		say("%02x", auxv[i]);
	say("\n");
	note("vector", prctl(PR_SET_MM, PR_SET_MM_AUXV, auxv, n, 0));
	note("bad", prctl(PR_SET_MM, PR_SET_MM_MAP, 16, sizeof(map), 0));
	note("name", prctl(PR_SET_VMA, 0, mapped, 4096, "some heap"));
	/* SECBIT_NOROOT, which is of no consequence here. */
	note("bits", prctl(PR_SET_SECUREBITS, 1, 0, 0, 0));
	note("kept", prctl(PR_SET_SECUREBITS, 1, 0, 0, 0));
}

static long long namespace_of(const char *name)
{
	char path[64];
	struct stat stat_of = { 0 };

	snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	stat(path, &stat_of);
	return stat_of.st_ino;
}

static void namespaces(void)
{
	int uts = open("/proc/self/ns/uts", O_RDONLY);
	int user = open("/proc/self/ns/user", O_RDONLY);
	long parent = syscall(434, getppid(), 0); /* pidfd_open(2) */

	note("unshared", syscall(SYS_unshare, 0x0c000000));
	note("uts", namespace_of("uts"));
	note("ipc", namespace_of("ipc"));
	note("files", syscall(SYS_unshare, 0x400));
	note("entered", syscall(SYS_setns, uts, 0));
	note("uts", namespace_of("uts"));
	note("own", syscall(SYS_setns, user, 0));
	note("process", syscall(SYS_setns, parent, 0x08000000));
	note("ipc", namespace_of("ipc"));
}

static void pieces(void)
{
	char read[sizeof(secret)];
	struct iovec here = { read, 9 }, there = { secret, 9 };
	pid_t child = child_begin();

	note("read", process_vm_readv(child, &here, 1, &there, 1, 0));
	here.iov_len = there.iov_len = 4;
	note("written", process_vm_writev(child, &here, 1, &there, 1, 0));
	note("nobody", process_vm_readv(0x7ffffff0, &here, 1, &there, 1, 0));
	child_end(child);
}

static void attaching(void)
{
	pid_t child = child_begin();

	note("seized", ptrace(PTRACE_SEIZE, child, NULL, (void *)PTRACE_O_TRACEEXEC));
	note("again", ptrace(PTRACE_ATTACH, child, NULL, NULL));
	note("nobody", ptrace(PTRACE_ATTACH, 0x7ffffff0, NULL, NULL));
	child_end(child);
	note("left", setuid(1234));
	note("refused", ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	const char *with = argc > 2 ? argv[2] : "/";

	begin();
	note("pid", getpid());
	if (!strcmp(what, "capabilities"))
		capabilities();
	if (!strcmp(what, "limits"))
		limits();
	if (!strcmp(what, "actions"))
		actions();
	if (!strcmp(what, "directories"))
		directories(with);
	if (!strcmp(what, "clocks"))
		clocks();
	if (!strcmp(what, "memory"))
		memory(with);
	if (!strcmp(what, "namespaces"))
		namespaces();
	if (!strcmp(what, "pieces"))
		pieces();
	if (!strcmp(what, "attaching"))
		attaching();
	return end();
}
