/*
 * callcost [BATCHES [CALLS [CALL]]]: nanoseconds per getppid and per rt_sigprocmask(SIG_SETMASK), or only
 * per CALL, which may also be "open": openat of a file and its close. Each is the
 * median over batches, with the 10th and 90th percentile: "getppid MEDIAN P10 P90". Stays on CPU 0,
 * under SCHED_FIFO where that is allowed, so that only the tracer takes time from it. A call that is
 * slow gets fewer batches: LIMIT seconds for each, but at least LEAST batches.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define LIMIT 0.4e9
#define LEAST 5

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

static void call_getppid(int i)
{
	(void)i;
	syscall(SYS_getppid);
}

static void call_mask(int i)
{
	static const uint64_t set[2] = { 1 << 11, 1 << 9 };

	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &set[i & 1], NULL, 8);
}

static void call_open(int i)
{
	int fd = syscall(SYS_openat, AT_FDCWD, "/usr/bin/env", O_RDONLY, 0);

	(void)i;
	if (fd < 0) {
		perror("callcost: opening /usr/bin/env");
		exit(1);
	}
	syscall(SYS_close, fd);
}

static const struct {
	const char *name;
	void (*make)(int i);
	int asked;	/* only if it is named */
} CALLS[] = {
	{ "getppid", call_getppid, 0 },
	{ "rt_sigprocmask", call_mask, 0 },
	{ "open", call_open, 1 },
};
#define COUNT (sizeof(CALLS) / sizeof(*CALLS))

static void batch(void (*make)(int i), int calls)
{
	for (int i = 0; i < calls; i++)
		make(i);
}

static void measure(const char *name, void (*make)(int i), int batches, int calls)
{
	double *times = calloc(batches, sizeof(*times));
	int done = 0;
	double end = now() + LIMIT;

	if (!times)
		exit(1);
	batch(make, LEAST); /* what the first calls touch is then in the caches */
	while (done < batches && (done < LEAST || now() < end)) {
		double start = now();

		batch(make, calls);
		times[done++] = (now() - start) / calls;
	}
	qsort(times, done, sizeof(*times), compare);
	printf("%s %.1f %.1f %.1f\n", name, times[done / 2], times[done / 10],
	       times[done * 9 / 10]);
	free(times);
}

int main(int argc, char **argv)
{
	int batches = argc > 1 ? atoi(argv[1]) : 60, calls = argc > 2 ? atoi(argv[2]) : 500;
	struct sched_param priority = { .sched_priority = 1 };
	cpu_set_t cpus;

	if (batches < LEAST || calls < 1) {
		fprintf(stderr, "callcost: at least %d batches of 1 call\n", LEAST);
		return 2;
	}
	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus)) {
		perror("callcost: staying on CPU 0");
		return 1;
	}
	sched_setscheduler(0, SCHED_FIFO, &priority);
	for (size_t i = 0; i < COUNT; i++) {
		if (argc > 3 ? !strcmp(argv[3], CALLS[i].name) : !CALLS[i].asked)
			measure(CALLS[i].name, CALLS[i].make, batches, calls);
	}
	return 0;
}
