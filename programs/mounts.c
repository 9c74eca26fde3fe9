/* Mounts, by the old call and by the new ones, pivots, and takes away, below the folder it is given. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DO(call)                        \
	do {                            \
		if ((call) < 0) {       \
			perror(#call);  \
			exit(1);        \
		}                       \
	} while (0)

/* Of calls that C libraries came to know late. */
enum { CLONE = 1, CREATE = 6, SET_STRING = 1, EMPTY_PATH = 4 };

int main(int argc, char **argv)
{
	int made, tree;

	if (argc != 2)
		return 2;
	DO(unshare(CLONE_NEWNS));
	DO(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	DO(mount("memory", argv[1], "tmpfs", 0xc0ed0000 | MS_NOSUID, NULL));
	DO(chdir(argv[1]));
	DO(mkdir("bound", 0700));
	DO(mkdir("new", 0700));
	DO(mkdir("tree", 0700));
	DO(mount(".", "bound", NULL, MS_BIND, NULL));
	DO(umount2("bound", MNT_DETACH));

	made = syscall(SYS_fsopen, "tmpfs", 0);
	DO(made);
	DO(syscall(SYS_fsconfig, made, SET_STRING, "source", "fresh", 0));
	DO(syscall(SYS_fsconfig, made, CREATE, NULL, NULL, 0));
	made = syscall(SYS_fsmount, made, 0, 0);
	DO(made);
	DO(syscall(SYS_move_mount, made, "", AT_FDCWD, "new", EMPTY_PATH));
	tree = syscall(SYS_open_tree, AT_FDCWD, "new", CLONE);
	DO(tree);
	DO(syscall(SYS_move_mount, tree, "", AT_FDCWD, "tree", EMPTY_PATH));
	DO(mkdir("moved", 0700));
	DO(syscall(SYS_move_mount, AT_FDCWD, "tree", AT_FDCWD, "moved", 0));

	DO(mkdir("new/old", 0700));
	DO(chroot("."));
	DO(syscall(SYS_pivot_root, "new", "new/old"));
	return 0;
}
