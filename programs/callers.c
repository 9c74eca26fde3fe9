/*
 * Makes calls from known places: through three functions, and from code that it makes itself and tells of
 * in a perf map. `depth N` calls itself before, `base N` with N for a frame pointer.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define KEPT __attribute__((noinline, noipa))

/* Keeps a call from being the last thing that a function does. */
static volatile int after;

KEPT void inner_work(void)
{
	if (write(STDOUT_FILENO, "chain\n", 6) != 6)
		exit(1);
	after++;
}

KEPT void middle_work(void)
{
	inner_work();
	after++;
}

KEPT void outer_work(void)
{
	middle_work();
	after++;
}

KEPT void deeper(int left)
{
	if (left)
		deeper(left - 1);
	else
		outer_work();
	after++;
}

#ifdef __x86_64__
/* 0 is what the outermost function has. */
KEPT static void from_base(unsigned long base)
{
	__asm__ volatile("sub $136, %%rsp; push %%rbp; mov %0, %%rbp; call outer_work; pop %%rbp; add $136, %%rsp"
			 : : "b"(base)
			 : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory", "cc");
	after++;
}

/* push %rbp; mov %rsp,%rbp; mov $110,%eax (getppid); syscall; pop %rbp; ret */
static const unsigned char CODE[] = {
	0x55, 0x48, 0x89, 0xe5, 0xb8, 110, 0, 0, 0, 0x0f, 0x05, 0x5d, 0xc3,
};

KEPT static void made_work(void)
{
	char name[64];
	void *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	FILE *map;

	if (code == MAP_FAILED)
		exit(1);
	memcpy(code, CODE, sizeof(CODE));
	snprintf(name, sizeof(name), "/tmp/perf-%d.map", getpid());
	map = fopen(name, "w");
	if (!map || fprintf(map, "%lx %zx made at run time\n", (long)code, sizeof(CODE)) < 0 ||
	    fclose(map))
		exit(1);
	((void (*)(void))code)();
	/* The tracer reads it while the process is there. */
	usleep(300000);
	unlink(name);
	after++;
}
#endif

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "depth") && argc > 2)
		deeper(atoi(argv[2]));
#ifdef __x86_64__
	else if (!strcmp(what, "base") && argc > 2)
		from_base(strtoul(argv[2], NULL, 0));
	else if (!strcmp(what, "made"))
		made_work();
#endif
	else
		outer_work();
	return 0;
}
