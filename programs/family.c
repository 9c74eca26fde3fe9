/*
 * Has descendants of which each way of making them says something else of who is whose, and opens
 * /etc/hostname in the last of them. Says the ids of all, from the first on.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(void)
{
	printf("%d\n", getpid());
	fflush(stdout);
}

static void act(void)
{
	close(open("/etc/hostname", O_RDONLY));
}

/* The middle one ends, so the last gets another parent. */
static void orphan(void)
{
	int ready[2];
	char byte;

	if (pipe(ready))
		exit(2);
	if (fork()) {
		close(ready[1]);
		wait(NULL);
		/* The last one closes it by its end. */
		while (read(ready[0], &byte, 1) > 0)
			;
		return;
	}
	say();
	pid_t middle = getpid();
	if (fork())
		_exit(0);
	while (getppid() == middle)
		usleep(100);
	say();
	act();
	_exit(0);
}

/* Its parent is its creator's. */
static void sibling(void)
{
	if (fork()) {
		while (wait(NULL) > 0)
			;
		return;
	}
	say();
	if (!syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0)) {
		say();
		act();
	}
	_exit(0);
}

static void *second(void *unused)
{
	(void)unused;
	execl("/proc/self/exe", "family", "act", NULL);
	return NULL;
}

/* A thread executes a program in the first one's place. */
static void thread(void)
{
	pthread_t other;

	if (fork()) {
		wait(NULL);
		return;
	}
	say();
	pthread_create(&other, NULL, second, NULL);
	pthread_join(other, NULL);
	_exit(2);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";

	if (!strcmp(how, "act")) {
		act();
		return 0;
	}
	say();
	if (!strcmp(how, "orphan"))
		orphan();
	else if (!strcmp(how, "sibling"))
		sibling();
	else if (!strcmp(how, "thread"))
		thread();
	return 0;
}
