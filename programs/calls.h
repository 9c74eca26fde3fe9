/*
 * What programs share that make calls and say what came of them: i386 calls of either width, memory
 * that a 32-bit pointer reaches, and lines that are printed when all calls are made.
 */
#ifndef CALLS_H
#define CALLS_H

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static char said[1 << 16];
static size_t said_length;
static char *arena;

static __attribute__((format(printf, 1, 2))) void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	said_length += vsnprintf(said + said_length, sizeof(said) - said_length, format, args);
	va_end(args);
}

/* Names a number that the test needs. */
static void note(const char *name, long long value)
{
	say("note %s %lld\n", name, value);
}

static inline long told(const char *label, long ret)
{
	say("call %s %ld\n", label, ret);
	return ret;
}

/* Memory below 4 GiB, resident, each piece where no other is. */
static void *low(const void *from, size_t size)
{
	char *piece = arena;

	arena += (size + 63) & ~(size_t)63;
	if (from)
		memcpy(piece, from, size);
	return piece;
}

static inline uint32_t at(const void *pointer)
{
	return (uint32_t)(uintptr_t)pointer;
}

/* A call by this program's own convention. */
static inline long native(long nr, long a, long b, long c, long d, long e, long f)
{
	long ret = syscall(nr, a, b, c, d, e, f);

	return ret == -1 ? -errno : ret;
}

/* A call by its number for 32-bit programs. */
static inline long compat(long nr, uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e,
			  uint32_t f)
{
#ifdef __x86_64__
	int32_t ret;

	asm volatile("mov %%rbp, %%r12; mov %[f], %%ebp; int $0x80; mov %%r12, %%rbp"
		     : "=a"(ret)
		     : "a"((uint32_t)nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e), [f] "r"(f)
		     : "memory", "r8", "r9", "r10", "r11", "r12");
	return ret;
#else
	return native(nr, a, b, c, d, e, f);
#endif
}

/* The calls between the two of getppid(2) are the program's own. */
static inline void begin(void)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE;

#ifdef MAP_32BIT
	flags |= MAP_32BIT;
#endif
	arena = mmap(NULL, 1 << 18, PROT_READ | PROT_WRITE, flags, -1, 0);
	syscall(SYS_getppid);
}

static inline int end(void)
{
	syscall(SYS_getppid);
	return write(1, said, said_length) != (ssize_t)said_length;
}

#endif
