/*
 * numbered COUNT: so many calls of lseek(2) on no file, each with its number as the offset, some 50,000 a second;
 * with every hundredth a umask(2) and a name for the thread.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 0;
	struct timespec pause = { .tv_nsec = 2000000 };
	char name[32];

	for (long number = 0; number < count; number++) {
		lseek(-1, number, SEEK_SET);
		if (number % 100)
			continue;
		umask(022);
		snprintf(name, sizeof(name), "n%ld", number);
		prctl(PR_SET_NAME, name);
		nanosleep(&pause, NULL);
	}
	return 0;
}
