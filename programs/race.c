/*
 * race N [cold]: one thread keeps rewriting a set between two values while another passes it to
 * rt_sigprocmask(SIG_SETMASK) N times, each call followed by a query that gives the truth. With
 * "cold" the set's page is dropped before each call, so that it is not resident at entry.
 *
 * Prints a line per call: the mask after it in hexadecimal.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define A ((uint64_t)1 << 39)
#define B ((uint64_t)1 << 40 | 1 << 11)

static volatile int done;

static void *flip(void *set)
{
	volatile uint64_t *value = set;

	while (!done) {
		*value = A;
		*value = B;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 1000;
	int cold = argc > 2 && !strcmp(argv[2], "cold");
	uint64_t *seen = calloc(count, sizeof(*seen));
	/* A file's page keeps its content when it is dropped. */
	int file = memfd_create("set", 0);
	uint64_t *set;
	pthread_t thread;

	if (!seen || file < 0 || ftruncate(file, 4096))
		return 1;
	set = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (set == MAP_FAILED)
		return 1;
	*set = A;
	if (pthread_create(&thread, NULL, flip, set))
		return 1;
	for (long i = 0; i < count; i++) {
		if (cold)
			madvise(set, 4096, MADV_DONTNEED);
		syscall(SYS_rt_sigprocmask, SIG_SETMASK, set, NULL, 8);
		syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &seen[i], 8);
	}
	done = 1;
	pthread_join(thread, NULL);
	for (long i = 0; i < count; i++)
		printf("%llx\n", (unsigned long long)seen[i]);
	return 0;
}
