/*
 * odd: files whose paths are hard to tell. The test that runs it states what must be seen.
 *
 *   odd deep DIR         opens `end` below 255 folders with names of 255 bytes, and says its inode number
 *   odd renamed DIR N    opens a file N times while its folder gets another name all the time
 *   odd removed DIR N    opens N files while another thread removes and makes them, and their folder
 *   odd killed DIR N     N children that open files till they are killed, at any moment
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEPTH 255

static volatile int done;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* The name of a level: its number, then the same letter up to the longest that there may be. */
static char *name_of(int level)
{
	static char name[256];

	memset(name, 'a' + level % 26, 255);
	name[snprintf(name, sizeof(name), "%03d", level)] = '-';
	return name;
}

static int deep(const char *folder)
{
	int at[DEPTH + 1], fd;
	struct stat facts;

	at[0] = open(folder, O_RDONLY | O_DIRECTORY);
	for (int i = 0; i < DEPTH; i++) {
		if (mkdirat(at[i], name_of(i), 0755))
			fail("mkdirat");
		at[i + 1] = openat(at[i], name_of(i), O_PATH | O_DIRECTORY);
		if (at[i + 1] < 0)
			fail("openat");
	}
	fd = openat(at[DEPTH], "end", O_CREAT | O_RDWR, 0644);
	fstat(fd, &facts);
	printf("inode %llu\n", (unsigned long long)facts.st_ino);
	unlinkat(at[DEPTH], "end", 0);
	for (int i = DEPTH; i--;)
		if (unlinkat(at[i], name_of(i), AT_REMOVEDIR))
			fail("unlinkat");
	return 0;
}

/* As long as a name can be that stands in the entry itself on most kernels. */
#define FIRST "first-first-first-first-first"
#define OTHER "OTHERxOTHERxOTHERxOTHERxOTHER"

static void *rename_it(void *unused)
{
	while (!done)
		if (rename(FIRST, OTHER) || rename(OTHER, FIRST))
			fail("rename");
	return unused;
}

static void *remove_it(void *unused)
{
	while (!done) {
		mkdir("folder", 0755);
		close(open("folder/file", O_CREAT | O_RDONLY, 0644));
		unlink("folder/file");
		rmdir("folder");
	}
	return unused;
}

static int beside(void *(*other)(void *), const char *path, int from, long count)
{
	pthread_t thread;
	long opened = 0;

	if (pthread_create(&thread, NULL, other, NULL))
		fail("pthread_create");
	for (long i = 0; i < count; i++) {
		int fd = openat(from, path, O_RDONLY | O_NOCTTY);

		opened += fd >= 0;
		if (fd >= 0)
			close(fd);
	}
	done = 1;
	pthread_join(thread, NULL);
	printf("opened %ld\n", opened);
	return 0;
}

static int renamed(long count)
{
	int folder;

	mkdir(FIRST, 0755);
	folder = open(FIRST, O_RDONLY | O_DIRECTORY);
	close(openat(folder, "file", O_CREAT | O_RDONLY, 0644));
	return beside(rename_it, "file", folder, count);
}

static int killed(long count)
{
	for (long i = 0; i < count; i++) {
		pid_t child = fork();
		int status;

		if (child < 0)
			fail("fork");
		if (!child)
			for (;;)
				close(open("file", O_CREAT | O_RDONLY, 0644));
		usleep(i * 37 % 2000);
		kill(child, SIGKILL);
		if (waitpid(child, &status, 0) != child || !WIFSIGNALED(status))
			fail("waitpid");
		printf("child %d\n", child);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *how = argc > 2 ? argv[1] : "";
	long count = argc > 3 ? atol(argv[3]) : 0;

	if (argc < 3 || chdir(argv[2]))
		return 2;
	if (!strcmp(how, "deep"))
		return deep(".");
	if (!strcmp(how, "renamed"))
		return renamed(count);
	if (!strcmp(how, "removed"))
		return beside(remove_it, "folder/file", AT_FDCWD, count);
	if (!strcmp(how, "killed"))
		return killed(count);
	return 2;
}
