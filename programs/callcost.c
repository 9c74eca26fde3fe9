/*
 * callcost BATCHES CALLS: nanoseconds per getppid and per rt_sigprocmask(SIG_SETMASK), each the
 * median over batches, with the 10th and 90th percentile: "getppid MEDIAN P10 P90".
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC_RAW, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void measure(const char *name, int batches, int calls)
{
	double *times = calloc(batches, sizeof(*times));
	int mask_call = !strcmp(name, "rt_sigprocmask");
	uint64_t set[2] = { 1 << 11, 1 << 9 };

	if (!times)
		exit(1);
	for (int b = 0; b < batches; b++) {
		double start = now();

		for (int i = 0; i < calls; i++) {
			if (mask_call)
				syscall(SYS_rt_sigprocmask, SIG_SETMASK, &set[i & 1], NULL, 8);
			else
				syscall(SYS_getppid);
		}
		times[b] = (now() - start) / calls;
	}
	qsort(times, batches, sizeof(*times), compare);
	printf("%s %.1f %.1f %.1f\n", name, times[batches / 2], times[batches / 10],
	       times[batches * 9 / 10]);
	free(times);
}

int main(int argc, char **argv)
{
	int batches = argc > 1 ? atoi(argv[1]) : 60, calls = argc > 2 ? atoi(argv[2]) : 500;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	measure("getppid", batches, calls);
	measure("rt_sigprocmask", batches, calls);
	return 0;
}
