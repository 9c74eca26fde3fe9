/*
 * Maps files as code, as a loader does. -r FILE puts FILE in the place of the last one that was mapped,
 * -w waits a moment, -f goes on in a child, -e in the same program executed anew.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int load(const char *path)
{
	int fd = open(path, O_RDONLY);
	void *at;

	if (fd < 0)
		return 1;
	at = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	close(fd);
	return at == MAP_FAILED;
}

int main(int argc, char **argv)
{
	const char *last = "";

	(void)argc;
	for (char **word = argv + 1; *word; word++) {
		int failed = 0;

		if (!strcmp(*word, "-w")) {
			usleep(500000);
		} else if (!strcmp(*word, "-r")) {
			failed = rename(*++word, last);
		} else if (!strcmp(*word, "-f")) {
			if (fork())
				return wait(&failed) < 0 || failed;
		} else if (!strcmp(*word, "-e")) {
			*word = argv[0];
			execv("/proc/self/exe", word);
			failed = 1;
		} else {
			last = *word;
			failed = load(last);
		}
		if (failed) {
			perror(*word);
			return 1;
		}
	}
	return 0;
}
