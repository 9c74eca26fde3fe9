/*
 * numbered FILE: calls lseek(2) on no file until FILE is there, each time with the number of the call as the
 * offset, some 50,000 times a second; with every hundredth umask(2) and a name for the thread. Prints the
 * number of calls.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct timespec pause = { .tv_nsec = 2000000 };
	char name[32];
	long number = 0;

	if (argc != 2)
		return 2;
	while (access(argv[1], F_OK)) {
		for (int call = 0; call < 100; call++)
			lseek(-1, number++, SEEK_SET);
		umask(022);
		snprintf(name, sizeof(name), "n%ld", number);
		prctl(PR_SET_NAME, name);
		nanosleep(&pause, NULL);
	}
	printf("%ld\n", number);
	return 0;
}
