/*
 * flood SECONDS [CALLS]: prints "begin", calls rt_sigprocmask(SIG_SETMASK) as fast as it can on
 * CPU 0, for so long and at least so often (once if not given), prints "end CALLS NANOSECONDS" and
 * stays until its standard input ends, so that the tracer can be looked at.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Calls between two looks at the clock; at strace's 150 us per call they take 5 ms. */
#define STRIDE 32

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC_RAW, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

static void call(unsigned long number)
{
	static const uint64_t set[2] = { 1 << 11, 1 << 9 };

	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &set[number & 1], NULL, 8);
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 1, start, end;
	unsigned long calls = 0, least = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	puts("begin");
	fflush(stdout);
	if (sched_setaffinity(0, sizeof(cpus), &cpus)) {
		perror("flood: staying on CPU 0");
		return 1;
	}
	start = now();
	end = start + seconds * 1e9;
	call(calls++);
	while (calls < least || now() < end) {
		for (int i = 0; i < STRIDE; i++)
			call(calls++);
	}
	printf("end %lu %.0f\n", calls, now() - start);
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}
