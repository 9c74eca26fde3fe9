/*
 * Makes processes for so many seconds, of every kind: children, orphans, programs with long
 * arguments, deep families. At most LIVING of its own run at once.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LIVING 64
#define DEEP 6

static unsigned seed;

static unsigned any(unsigned most)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % most;
}

static void run(void)
{
	char text[2048], depth[16];
	size_t length = any(any(8) ? 100 : sizeof(text) - 1);

	memset(text, 'a' + any(26), length);
	text[length] = 0;
	snprintf(depth, sizeof(depth), "-%u", any(DEEP));
	execl("/proc/self/exe", "churn", depth, text, NULL);
	_exit(2);
}

/* One process, which may have others: in a loop, since the child goes on where its parent was. */
static void life(unsigned deeper)
{
	for (;;) {
		seed ^= getpid();
		switch (any(4)) {
		case 0:
			/* An orphan: this one ends at once. */
			if (!fork()) {
				usleep(any(2000));
				run();
			}
			_exit(0);
		case 1:
			run();
			break;
		case 2:
			usleep(any(5000));
			_exit(0);
		}
		if (!deeper--)
			_exit(0);
		if (fork()) {
			while (wait(NULL) > 0)
				;
			_exit(0);
		}
	}
}

int main(int argc, char **argv)
{
	long seconds = argc > 1 ? strtol(argv[1], NULL, 10) : 1;
	time_t end = time(NULL) + seconds;
	unsigned living = 0;

	if (seconds <= 0) {
		if (-seconds > 0 && !fork())
			life(-seconds - 1);
		return 0;
	}
	/* Orphans come here, so that they are waited for. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	while (time(NULL) < end) {
		if (!fork())
			life(DEEP);
		living++;
		while (waitpid(-1, NULL, living > LIVING ? 0 : WNOHANG) > 0)
			living -= !!living;
	}
	while (wait(NULL) > 0)
		;
	return 0;
}
