/*
 * alias N: passes one address as both set and old set, N times, each time when its page is not
 * resident: a tracer that reads the set when the call ends finds the old one in its place.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 10;
	/* A file's page keeps its content when it is dropped. */
	int file = memfd_create("set", 0);
	uint64_t *set;

	if (file < 0 || ftruncate(file, 4096))
		return 1;
	set = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (set == MAP_FAILED)
		return 1;
	for (long i = 1; i <= count; i++) {
		*set = (uint64_t)i << 20;
		madvise(set, 4096, MADV_DONTNEED);
		syscall(SYS_rt_sigprocmask, SIG_SETMASK, set, set, 8);
	}
	return 0;
}
