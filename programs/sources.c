/*
 * Makes a call from each kind of memory that code or a stack can be in, each another call, so that
 * it is told apart. Prints the mappings.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096
#define STACK (64 * PAGE)
#define RWX (PROT_READ | PROT_WRITE | PROT_EXEC)

/* A function: mov eax, [number]; syscall or int 0x80; ret. */
#ifdef __x86_64__
#define TRAP 0x0f, 0x05
#else
#define TRAP 0xcd, 0x80
#endif

static void note(const char *name, uintptr_t value)
{
	printf("note %s %llu\n", name, (unsigned long long)value);
}

static void call_from(char *memory, uint32_t number)
{
	unsigned char code[] = { 0xb8, 0, 0, 0, 0, TRAP, 0xc3 };

	memcpy(code + 1, &number, 4);
	memcpy(memory, code, sizeof(code));
	((void (*)(void))memory)();
}

/* A call with the stack pointer there; there is no signal that would use it. */
static void call_on(char *stack, long number)
{
#ifdef __x86_64__
	asm volatile("mov %%rsp, %%r12; mov %[s], %%rsp; syscall; mov %%r12, %%rsp"
		     : "+a"(number) : [s] "r"(stack) : "memory", "rcx", "r11", "r12");
#else
	asm volatile("mov %%esp, %%esi; mov %[s], %%esp; int $0x80; mov %%esi, %%esp"
		     : "+a"(number) : [s] "r"(stack) : "memory", "esi");
#endif
}

static char *fresh(size_t size, int access)
{
	return mmap(NULL, size, access, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void *thread(void *memory)
{
	call_from(memory, SYS_geteuid);
	/* From its own stack, which is none to be told. */
	syscall(SYS_getpgrp);
	return NULL;
}

/* A thread whose stack is executable: the code lies at the stack's lower end. */
static void on_thread(void)
{
	char *stack = fresh(STACK, RWX);
	pthread_attr_t attributes;
	pthread_t id;

	note("thread", (uintptr_t)stack);
	pthread_attr_init(&attributes);
	pthread_attr_setstack(&attributes, stack, STACK);
	pthread_create(&id, &attributes, thread, stack);
	pthread_join(id, NULL);
}

static void handler(int signal)
{
	(void)signal;
	syscall(SYS_getpgrp);
}

/* A signal handler on a stack of its own. */
static void on_signal_stack(void)
{
	stack_t stack = { .ss_sp = fresh(STACK, PROT_READ | PROT_WRITE), .ss_size = STACK };
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_ONSTACK };

	sigaltstack(&stack, NULL);
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
}

static void *forks(void *unused)
{
	(void)unused;
	if (!fork()) {
		syscall(SYS_getpgrp);
		_exit(0);
	}
	wait(NULL);
	return NULL;
}

int main(void)
{
	char *memory = fresh(PAGE, RWX), *heap, *other, *shared, on_stack[2 * PAGE];
	char *page = (char *)(((uintptr_t)on_stack + PAGE - 1) & ~(uintptr_t)(PAGE - 1));
	static char data[PAGE] = "x";
	pthread_t id;

	heap = sbrk(2 * PAGE);
	heap = (char *)(((uintptr_t)heap + PAGE - 1) & ~(uintptr_t)(PAGE - 1));
	if (mprotect(heap, PAGE, RWX) || mprotect(page, PAGE, RWX))
		return 1;
	note("memory", (uintptr_t)memory);
	call_from(memory, SYS_getppid);
	note("heap", (uintptr_t)heap);
	call_from(heap, SYS_getuid);
	note("stack", (uintptr_t)page);
	call_from(page, SYS_getgid);
	on_thread();
	shared = mmap(NULL, PAGE, RWX, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	note("shared", (uintptr_t)shared);
	call_from(shared, SYS_getsid);

	other = fresh(STACK, PROT_READ | PROT_WRITE);
	note("other", (uintptr_t)other);
	call_on(other + PAGE, SYS_getegid);
	call_on(heap + PAGE / 2, SYS_getpid);
	call_on(data + PAGE / 2, SYS_gettid);
	call_on((char *)64, SYS_sched_yield);
	on_signal_stack();
	pthread_create(&id, NULL, forks, NULL);
	pthread_join(id, NULL);
	if (!vfork())
		_exit(0);
	wait(NULL);
	return fflush(stdout);
}
