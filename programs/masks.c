/*
 * Changes its signal mask in every way there is, and says what each change must show, a line per
 * change: thread, cause, mask before and after, call (-1 for none), signal (0 for none), and how the
 * change can be seen (0 always, 1 where one is seen although the thread did not sleep meanwhile).
 *
 * It keeps its own account of the mask, so that a tracer's word can be checked against it.
 */
#define _GNU_SOURCE
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <ucontext.h>

#include "calls.h"

#define BIT(signal) ((uint64_t)1 << ((signal) - 1))
#define UNBLOCKABLE (BIT(SIGKILL) | BIT(SIGSTOP))
#ifndef PTRACE_SETSIGMASK
#define PTRACE_SETSIGMASK 0x420b
#endif
#ifndef SYS_epoll_pwait2
#define SYS_epoll_pwait2 441
#endif
#ifdef __x86_64__
#define NR_RETURN 15
#define NR_RETURN_PLAIN 15
#else
#define NR_RETURN 173
#define NR_RETURN_PLAIN 119
#endif

enum cause { CALL, SIGRETURN, HANDLER_ENTRY, TEMPORARY_SET, TEMPORARY_RESTORED, PTRACE, FORCED };
enum { ALWAYS, UNSLEPT };

/* Handlers change these, of which the compiler knows nothing. */
static volatile uint64_t mask;
static pid_t self;

/* A call, at whose end a handler may run. */
static long made(long nr, long a, long b, long c, long d, long e, long f)
{
	long ret;

	asm volatile("" ::: "memory");
	ret = native(nr, a, b, c, d, e, f);
	asm volatile("" ::: "memory");
	return ret;
}

static void is(pid_t tid, enum cause cause, uint64_t before, uint64_t after, long call, int sig,
	       int how)
{
	if (before != after)
		say("mask %d %d %llx %llx %ld %d %d\n", tid, cause, (long long)before,
		    (long long)after, call, sig, how);
}

/* The mask becomes another. */
static void becomes(enum cause cause, uint64_t after, long call, int sig)
{
	is(self, cause, mask, after & ~UNBLOCKABLE, call, sig, ALWAYS);
	mask = after & ~UNBLOCKABLE;
}

static void fails(const char *what)
{
	note(what, errno);
}

static void set(uint64_t wanted)
{
	made(SYS_rt_sigprocmask, SIG_SETMASK, (long)&wanted, 0, 8, 0, 0);
	becomes(CALL, wanted, SYS_rt_sigprocmask, 0);
}

static void calls(void)
{
	uint64_t some = BIT(SIGUSR1) | BIT(40) | BIT(64) | UNBLOCKABLE, other = BIT(40) | BIT(SIGHUP);
	uint32_t *legacy = low(NULL, 8);
	uint64_t *wide = low(&other, 8);

	made(SYS_rt_sigprocmask, SIG_BLOCK, (long)&some, 0, 8, 0, 0);
	becomes(CALL, mask | some, SYS_rt_sigprocmask, 0);
	/* Nothing changes. */
	made(SYS_rt_sigprocmask, SIG_BLOCK, (long)&some, 0, 8, 0, 0);
	made(SYS_rt_sigprocmask, SIG_UNBLOCK, (long)&other, 0, 8, 0, 0);
	becomes(CALL, mask & ~other, SYS_rt_sigprocmask, 0);
	if (!compat(175, SIG_SETMASK, at(wide), 0, 8, 0, 0))
		becomes(CALL, other, 175, 0);
	legacy[0] = BIT(SIGUSR2);
	if (!compat(126, SIG_SETMASK, at(legacy), 0, 0, 0, 0))
		becomes(CALL, (mask & ~0xffffffffull) | BIT(SIGUSR2), 126, 0);
	if (compat(69, BIT(SIGHUP), 0, 0, 0, 0, 0) != -ENOSYS)
		becomes(CALL, BIT(SIGHUP), 69, 0);
#ifdef __x86_64__
	/* The same by x32, which few kernels serve. */
	if (!made(0x40000000 | SYS_rt_sigprocmask, SIG_BLOCK, (long)&some, 0, 8, 0, 0))
		becomes(CALL, mask | some, SYS_rt_sigprocmask, 0);
#endif
	set(BIT(SIGURG));
}

static volatile uint64_t inner_mask, left;

static void enter(int sig, int call, uint64_t blocks)
{
	left = mask;
	becomes(HANDLER_ENTRY, mask | blocks, call, sig);
}

/* Blocks what its action says, and nothing more: SA_NODEFER. */
static void inner(int sig)
{
	uint64_t was = mask;

	becomes(HANDLER_ENTRY, mask | inner_mask, SYS_kill, sig);
	made(SYS_getpid, 0, 0, 0, 0, 0, 0);
	becomes(SIGRETURN, was, NR_RETURN_PLAIN, 0);
}

static void outer(int sig, siginfo_t *info, void *at)
{
	ucontext_t *context = at;

	(void)info;
	enter(sig, SYS_kill, BIT(SIGUSR1) | BIT(SIGUSR2) | BIT(41));
	inner_mask = BIT(SIGTERM);
	made(SYS_kill, self, SIGWINCH, 0, 0, 0, 0);
	/* A handler that changes the mask itself, and what it will be. */
	set(mask | BIT(SIGINT));
	sigaddset(&context->uc_sigmask, SIGALRM);
	becomes(SIGRETURN, left | BIT(SIGALRM), NR_RETURN, 0);
}

/* Makes no call: what it does is seen at its return. */
static void quiet(int sig)
{
	left = mask;
	becomes(HANDLER_ENTRY, mask | BIT(sig), SYS_kill, sig);
	becomes(SIGRETURN, left, NR_RETURN_PLAIN, 0);
}

static void act(int sig, void *handler, int flags, uint64_t blocks)
{
	struct sigaction action = { .sa_flags = flags };

	action.sa_handler = handler;
	memcpy(&action.sa_mask, &blocks, sizeof(blocks));
	if (sigaction(sig, &action, NULL))
		fails("sigaction");
}

static void handlers(void)
{
	act(SIGUSR1, outer, SA_SIGINFO, BIT(SIGUSR2) | BIT(41));
	act(SIGWINCH, inner, SA_NODEFER, BIT(SIGTERM));
	act(SIGHUP, quiet, 0, 0);
	made(SYS_kill, self, SIGUSR1, 0, 0, 0, 0);
	made(SYS_kill, self, SIGHUP, 0, 0, 0, 0);
	/* Neither its own signal nor another is blocked: no change. */
	act(SIGHUP, SIG_DFL, 0, 0);
	act(SIGWINCH, SIG_DFL, 0, 0);
	set(BIT(SIGURG));
}

static volatile uint64_t suspended;
static volatile long suspender;

static void woken(int sig)
{
	/* Told here, since the call returns after its handler. */
	is(self, TEMPORARY_SET, mask, suspended, suspender, 0, ALWAYS);
	is(self, HANDLER_ENTRY, suspended, suspended | BIT(sig), suspender, sig, ALWAYS);
	is(self, SIGRETURN, suspended | BIT(sig), mask, NR_RETURN_PLAIN, 0, ALWAYS);
}

static void suspend(void)
{
	struct { long s, ns; } minute = { 60, 0 };

	act(SIGUSR1, woken, 0, 0);
	set(BIT(SIGUSR1) | BIT(SIGURG));
	made(SYS_kill, self, SIGUSR1, 0, 0, 0, 0);
	suspended = BIT(SIGUSR2) | BIT(50);
	suspender = SYS_rt_sigsuspend;
	made(SYS_rt_sigsuspend, (long)&suspended, 8, 0, 0, 0, 0);
	made(SYS_kill, self, SIGUSR1, 0, 0, 0, 0);
	suspender = SYS_ppoll;
	made(SYS_ppoll, 0, 0, (long)&minute, (long)&suspended, 8, 0);
}

/* How often the thread has gone to sleep. */
static long sleeps(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_nvcsw;
}

static long slept;

/* A call has lent another mask. A busy machine can be so late that the time is over before a sleep. */
static void lends(long call, uint64_t other)
{
	int how = sleeps() == slept ? UNSLEPT : ALWAYS;

	is(self, TEMPORARY_SET, mask, other, call, 0, how);
	is(self, TEMPORARY_RESTORED, other, mask, call, 0, how);
	slept = sleeps();
}

static void loans(void)
{
	uint64_t other = BIT(SIGCHLD) | BIT(60), waited = BIT(SIGUSR1) | BIT(SIGUSR2);
	struct { long s, ns; } soon, *low_soon;
	struct { int64_t s, ns; } wide = { 0, 50000000 };
	struct { const void *set; size_t size; } with = { &other, 8 };
	struct epoll_event event;
	int epoll = epoll_create1(0);
	uint32_t brief[2] = { 0, 50000000 };

	/* The kernel writes back what is left of the time. */
	slept = sleeps();
#define AGAIN (soon.s = 0, soon.ns = 50000000, (long)&soon)
	if (made(SYS_ppoll, 0, 0, AGAIN, (long)&other, 8, 0))
		fails("ppoll");
	lends(SYS_ppoll, other);
	if (made(SYS_pselect6, 0, 0, 0, 0, AGAIN, (long)&with))
		fails("pselect6");
	lends(SYS_pselect6, other);
	if (made(SYS_epoll_pwait, epoll, (long)&event, 1, 50, (long)&other, 8))
		fails("epoll_pwait");
	lends(SYS_epoll_pwait, other);
	if (!made(SYS_epoll_pwait2, epoll, (long)&event, 1, (long)&wide, (long)&other, 8))
		lends(SYS_epoll_pwait2, other);
	if (made(SYS_rt_sigtimedwait, (long)&waited, 0, AGAIN, 8, 0, 0) != -EAGAIN)
		fails("rt_sigtimedwait");
	lends(SYS_rt_sigtimedwait, mask & ~waited);
	low_soon = low(brief, sizeof(brief));
	if (compat(309, 0, 0, at(low_soon), at(low(&other, 8)), 8, 0))
		fails("ppoll of i386");
	lends(309, other);
	soon.s = soon.ns = 0;
	made(SYS_ppoll, 0, 0, (long)&soon, (long)&other, 8, 0);
	lends(SYS_ppoll, other);
	/* Refused before the mask is looked at, and after. */
	soon.ns = -1;
	made(SYS_ppoll, 0, 0, (long)&soon, (long)&other, 8, 0);
	made(SYS_ppoll, 0, 0, 0, (long)&other, 7, 0);
	close(epoll);
}

/* The child blocks the signal of the fault that it makes, and dies of it. */
static void fault(void)
{
	uint64_t wanted = mask | BIT(SIGSEGV) | BIT(SIGUSR2);
	pid_t child = made(SYS_fork, 0, 0, 0, 0, 0, 0);
	int status;

	if (!child) {
		made(SYS_rt_sigprocmask, SIG_SETMASK, (long)&wanted, 0, 8, 0, 0);
		asm volatile("movl $0, 0" ::: "memory");
		_exit(0);
	}
	if (waitpid(child, &status, 0) != child || !WIFSIGNALED(status) || WTERMSIG(status) != SIGSEGV)
		fails("fault");
	is(child, CALL, mask, wanted, SYS_rt_sigprocmask, 0, ALWAYS);
	is(child, FORCED, wanted, wanted & ~BIT(SIGSEGV), -1, SIGSEGV, ALWAYS);
}

/* A call that is refused by a signal, which is blocked. */
static void trap(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { 4, filter };
	uint64_t wanted = mask | BIT(SIGSYS) | BIT(34);
	pid_t child = made(SYS_fork, 0, 0, 0, 0, 0, 0);
	int status;

	if (!child) {
		made(SYS_rt_sigprocmask, SIG_SETMASK, (long)&wanted, 0, 8, 0, 0);
		made(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0);
		made(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, (long)&program, 0, 0, 0);
		made(SYS_getppid, 0, 0, 0, 0, 0, 0);
		_exit(0);
	}
	if (waitpid(child, &status, 0) != child || !WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
		fails("trap");
	is(child, CALL, mask, wanted, SYS_rt_sigprocmask, 0, ALWAYS);
	is(child, FORCED, wanted, wanted & ~BIT(SIGSYS), SYS_getppid, SIGSYS, ALWAYS);
}

static void traced(void)
{
	uint64_t first = BIT(SIGUSR2) | BIT(33), second = BIT(SIGTERM) | UNBLOCKABLE, last = BIT(50);
	pid_t child = made(SYS_fork, 0, 0, 0, 0, 0, 0);

	if (!child) {
		made(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0, 0, 0);
		made(SYS_kill, made(SYS_getpid, 0, 0, 0, 0, 0, 0), SIGSTOP, 0, 0, 0, 0);
		made(SYS_getppid, 0, 0, 0, 0, 0, 0);
		made(SYS_rt_sigprocmask, SIG_SETMASK, (long)&last, 0, 8, 0, 0);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	if (made(SYS_ptrace, PTRACE_SETSIGMASK, child, 8, (long)&first, 0, 0))
		fails("first PTRACE_SETSIGMASK");
	is(child, PTRACE, mask, first, SYS_ptrace, 0, ALWAYS);
	if (made(SYS_ptrace, PTRACE_SETSIGMASK, child, 8, (long)&second, 0, 0))
		fails("second PTRACE_SETSIGMASK");
	second &= ~UNBLOCKABLE;
	is(child, PTRACE, first, second, SYS_ptrace, 0, ALWAYS);
	/* The same again, and a size that is refused. */
	made(SYS_ptrace, PTRACE_SETSIGMASK, child, 8, (long)&second, 0, 0);
	if (made(SYS_ptrace, PTRACE_SETSIGMASK, child, 4, (long)&first, 0, 0) != -EINVAL)
		fails("PTRACE_SETSIGMASK of 4 bytes");
	made(SYS_ptrace, PTRACE_CONT, child, 0, 0, 0, 0);
	waitpid(child, NULL, 0);
	is(child, CALL, second, last, SYS_rt_sigprocmask, 0, ALWAYS);
}

static char stack[1 << 16] __attribute__((aligned(16)));

/* Shares the memory, but not the mask. */
static int vforked(void *wanted)
{
	made(SYS_rt_sigprocmask, SIG_SETMASK, (long)wanted, 0, 8, 0, 0);
	syscall(SYS_exit, 0);
	return 0;
}

static void children(void)
{
	uint64_t wanted = BIT(SIGPIPE);
	pid_t child = clone(vforked, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, &wanted);

	waitpid(child, NULL, 0);
	is(child, CALL, mask, wanted, SYS_rt_sigprocmask, 0, ALWAYS);
	set(mask | BIT(SIGTSTP));
}

int main(int argc, char **argv)
{
	begin();
	self = made(SYS_getpid, 0, 0, 0, 0, 0, 0);
	made(SYS_rt_sigprocmask, 0, 0, (long)&mask, 8, 0, 0);
	if (argc > 1) {
		/* What was before the exec is still so. */
		if (mask != strtoull(argv[1], NULL, 16))
			fails("exec");
		set(0);
		return end();
	}
	set(0);
	calls();
	handlers();
	suspend();
	loans();
	fault();
	trap();
	traced();
	children();
	set(BIT(SIGTTIN) | BIT(45));
	end();
	execl(argv[0], argv[0], "100000100000", NULL);
	return 1;
}
