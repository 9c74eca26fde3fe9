/*
 * many forks COUNT: a bomb of so many processes: each makes two that make two, till there are COUNT. Every
 * fourth executes this program once more, to do nothing.
 * many opens COUNT DIR: makes a tree of 10,000 files in DIR if there is none and walks it, opening each, till
 * COUNT files were opened.
 *
 * Both print "end NANOSECONDS FORKS EXECS OPENS": how long it took, and what was done, of opens those of the
 * program's own calls.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FOLDERS 100
#define FILES 100

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ll + time.tv_nsec;
}

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void processes(long first, long last);

/* Starts the process that is to be the first of these and to start the others. */
static void start(long first, long last)
{
	pid_t child;

	if (first > last)
		return;
	child = fork();
	if (child < 0)
		fail("fork");
	if (child)
		return;
	processes(first + 1, last);
	if (first % 4 == 0) {
		execl("/proc/self/exe", "many", "end", NULL);
		fail("exec");
	}
	_exit(0);
}

static void processes(long first, long last)
{
	long middle = (first + last) / 2;
	int status;

	start(first, middle);
	start(middle + 1, last);
	while (wait(&status) > 0)
		if (status)
			_exit(1);
}

static void make(const char *folder)
{
	char path[4096];

	if (mkdir(folder, 0755))
		return;
	for (int i = 0; i < FOLDERS; i++) {
		snprintf(path, sizeof(path), "%s/%d", folder, i);
		if (mkdir(path, 0755))
			fail(path);
		for (int j = 0; j < FILES; j++) {
			snprintf(path, sizeof(path), "%s/%d/file%d", folder, i, j);
			close(open(path, O_CREAT | O_WRONLY, 0644));
		}
	}
}

/* Opens the files of a folder and of those in it; returns how many opens that took. */
static long walk(int folder, long *files)
{
	DIR *dir = fdopendir(folder);
	struct dirent *entry;
	long opens = 0;

	if (!dir)
		fail("fdopendir");
	while ((entry = readdir(dir))) {
		int is_dir = entry->d_type == DT_DIR;
		int fd;

		if (entry->d_name[0] == '.')
			continue;
		fd = openat(folder, entry->d_name, is_dir ? O_RDONLY | O_DIRECTORY : O_RDONLY);
		if (fd < 0)
			fail(entry->d_name);
		opens++;
		if (is_dir) {
			opens += walk(fd, files);
		} else {
			++*files;
			close(fd);
		}
	}
	closedir(dir);
	return opens;
}

int main(int argc, char **argv)
{
	long count = argc > 2 ? atol(argv[2]) : 0, files = 0, opens = 0;
	long long from;

	if (argc == 4 && !strcmp(argv[1], "opens")) {
		make(argv[3]);
		from = now();
		while (files < count) {
			int fd = open(argv[3], O_RDONLY | O_DIRECTORY);

			if (fd < 0)
				fail(argv[3]);
			opens += 1 + walk(fd, &files);
		}
		printf("end %lld 0 0 %ld\n", now() - from, opens);
	} else if (argc == 3 && !strcmp(argv[1], "forks")) {
		from = now();
		processes(1, count);
		printf("end %lld %ld %ld 0\n", now() - from, count, count / 4);
	} else if (argc != 2 || strcmp(argv[1], "end")) {
		return 2;
	}
	return 0;
}
