/*
 * sequence N THREADS: each thread makes N / THREADS calls rt_sigprocmask(SIG_SETMASK), the set
 * being the number of the call << 20, counted from 1 across threads. Signals 21 to 44 carry the
 * number, so it must stay below 2^24. Prints "tid first last" per thread.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_barrier_t start;
static long each;

static void *count(void *argument)
{
	uint64_t first = (uintptr_t)argument * each + 1;

	pthread_barrier_wait(&start);
	for (uint64_t i = first; i < first + each; i++) {
		uint64_t set = i << 20;

		syscall(SYS_rt_sigprocmask, SIG_SETMASK, &set, NULL, 8);
	}
	printf("%ld %llu %llu\n", (long)syscall(SYS_gettid), (unsigned long long)first,
	       (unsigned long long)(first + each - 1));
	return NULL;
}

int main(int argc, char **argv)
{
	long calls = argc > 1 ? atol(argv[1]) : 1000;
	int threads = argc > 2 ? atoi(argv[2]) : 1;
	pthread_t *all = calloc(threads, sizeof(*all));

	each = calls / threads;
	if (!all || calls >= 1 << 24 || pthread_barrier_init(&start, NULL, threads))
		return 1;
	for (int i = 0; i < threads; i++)
		if (pthread_create(&all[i], NULL, count, (void *)(uintptr_t)i))
			return 1;
	for (int i = 0; i < threads; i++)
		pthread_join(all[i], NULL);
	return 0;
}
