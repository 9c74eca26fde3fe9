/*
 * icount: cost of a getppid and of an rt_sigprocmask(SIG_SETMASK) in CLOCK_MONOTONIC_RAW
 * nanoseconds, the least of many batches: "getppid rt_sigprocmask". Under qemu's -icount with
 * shift=0 a nanosecond is an instruction, so these are exact counts; the least batch is one that no
 * interrupt came into.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define BATCHES 200
#define CALLS 100

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC_RAW, &time);
	return time.tv_sec * 1000000000ull + time.tv_nsec;
}

static double least(int mask_call)
{
	static uint64_t sets[2] = { 1 << 11, 1 << 9 };
	uint64_t best = UINT64_MAX;

	for (int batch = 0; batch < BATCHES; batch++) {
		uint64_t start = now(), took;

		for (int i = 0; i < CALLS; i++) {
			if (mask_call)
				syscall(SYS_rt_sigprocmask, SIG_SETMASK, &sets[i & 1], NULL, 8);
			else
				syscall(SYS_getppid);
		}
		took = now() - start;
		if (took < best)
			best = took;
	}
	return (double)best / CALLS;
}

int main(void)
{
	double other = least(0), mask = least(1);

	printf("%.1f %.1f\n", other, mask);
	return 0;
}
