/*
 * x32: calls with the numbers that x32 has for itself, whose structures have pointers of 32 bits, and
 * one that it shares. Most kernels are built without x32 and refuse them all; what is passed can be read
 * either way. The test beside it states what must be seen of each.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>

#include "calls.h"

#define X32 0x40000000

struct iovec32 {
	uint32_t base;
	uint32_t length;
};

struct sigaction32 {
	uint32_t handler;
	uint32_t flags;
	uint32_t restorer;
	uint32_t mask[2];
};

static void made(const char *label, long nr, long a, long b, long c, long d, long e, long f)
{
	told(label, native(X32 | nr, a, b, c, d, e, f));
}

static long list(const char *first, uint32_t one, const char *second, uint32_t two)
{
	struct iovec32 both[2] = {
		{ at(low(first, one)), one },
		{ at(low(second, two)), two },
	};

	return (long)low(both, sizeof(both));
}

int main(void)
{
	long null = open("/dev/null", O_RDWR), text, from;
	struct sigaction32 action = { 1, SA_NODEFER, 0, { 1 << (SIGUSR2 - 1), 1 << (40 - 33) } };
	uint32_t words[3];

	begin();
	note("fd", null);
	from = list("ab", 2, "cde", 3);
	made("writev", 516, null, from, 2, 0, 0, 0);
	made("pwritev", 535, null, from, 2, 0x100000002, 7, 0);
	made("pwritev2", 547, null, from, 2, -1, 0x10 /* RWF_APPEND */, 0);
	made("rt_sigaction", 512, SIGUSR1, (long)low(&action, sizeof(action)), 0, 8, 0, 0);
	text = (long)low("/nowhere", 9);
	words[0] = at((void *)text);
	words[1] = at(low("second", 7));
	words[2] = 0;
	made("execve", 520, text, (long)low(words, sizeof(words)), (long)low(words + 2, 4), 0, 0, 0);
	made("getpid", SYS_getpid, 0, 0, 0, 0, 0, 0);
	/* The number that only 64-bit programs have: no kernel takes it, and nothing is read narrowly. */
	made("writev-64", SYS_writev, null, 0, 0, 0, 0, 0);
	return end();
}
