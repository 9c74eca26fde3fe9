/*
 * cgroups FOLDER COUNT: makes a cgroup with the name of a container below FOLDER, goes into it, calls
 * itself in-NUMBER there, goes back and removes it; COUNT times.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static void enter(const char *group)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", group);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, "0", 1) != 1) {
		perror(path);
		exit(1);
	}
	close(fd);
}

int main(int argc, char **argv)
{
	char group[400], name[16];

	if (argc != 3)
		return 2;
	for (int i = 0; i < atoi(argv[2]); i++) {
		snprintf(group, sizeof(group), "%s/docker-%064d.scope", argv[1], i);
		snprintf(name, sizeof(name), "in-%d", i);
		if (mkdir(group, 0755)) {
			perror(group);
			return 1;
		}
		enter(group);
		prctl(PR_SET_NAME, name);
		prctl(PR_SET_NAME, "out");
		enter(argv[1]);
		if (rmdir(group)) {
			perror(group);
			return 1;
		}
	}
	/* FOLDER is to be removed while this process ends. */
	snprintf(group, sizeof(group), "%s/..", argv[1]);
	enter(group);
	return 0;
}
