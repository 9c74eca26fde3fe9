/*
 * Does to names of files and to inodes what can be done to them, by descriptor and by path, in a file
 * system of memory that it mounts over the folder it is given; prints the numbers that tests need.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#define DO(call)                        \
	do {                            \
		if ((call) < 0) {       \
			perror(#call);  \
			exit(1);        \
		}                       \
	} while (0)

static const struct timespec given[2] = { { 1000000000, 5 }, { 1100000000, 7 } };
static const struct timespec kept[2] = { { 1200000000, 0 }, { 0, UTIME_OMIT } };

static void created(int here)
{
	DO(mknod("regular", S_IFREG | 0600, 0));
	DO(mkdir("folder", 01777));
	DO(mkdirat(here, "other", 0700));
	DO(rmdir("folder"));
	DO(unlinkat(here, "other", AT_REMOVEDIR));
	DO(symlink("../elsewhere", "arrow"));
	DO(symlinkat("/nowhere", here, "dart"));
	DO(mkfifo("pipe", 0666));
	DO(mknod("null", S_IFCHR | 0600, makedev(1, 3)));
	DO(mknodat(here, "disk", S_IFBLK | 0640, makedev(259, 0x12345)));
}

static void bound(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "socket" };

	DO(bind(socket(AF_UNIX, SOCK_DGRAM, 0), (void *)&address, sizeof(address)));
	/* Makes no file; the name is this process's own, as another may run beside it. */
	memset(address.sun_path, 0, sizeof(address.sun_path));
	snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "names-%d", getpid());
	DO(bind(socket(AF_UNIX, SOCK_DGRAM, 0), (void *)&address, sizeof(address)));
}

static void renamed(int here)
{
	DO(link("file", "second"));
	DO(linkat(here, "file", AT_FDCWD, "third", 0));
	DO(rename("file", "moved"));
	DO(syscall(SYS_renameat2, here, "moved", here, "regular", 2));
	DO(unlink("third"));
}

static void changed(int here, int fd)
{
	DO(fchmod(fd, 04750));
	DO(chmod("regular", 0600));
	DO(fchmodat(here, "regular", 0640, 0));
	DO(fchown(fd, 1234, -1));
	DO(chown("regular", -1, 4321));
#ifdef __i386__
	/* The old ones, with ids of 16 bits. */
	DO(syscall(SYS_fchown, fd, 0xffff, 77));
#endif
	DO(futimens(fd, given));
	DO(utimensat(here, "regular", kept, 0));
	DO(fsetxattr(fd, "trusted.one", "value", 5, XATTR_CREATE));
	DO(setxattr("regular", "trusted.two", "", 0, 0));
	DO(fremovexattr(fd, "trusted.one"));
	DO(removexattr("regular", "trusted.two"));
}

static void watched(int here)
{
	int watches = inotify_init1(0), marks;

	/* A folder, again, and a file with two names. */
	DO(inotify_add_watch(watches, ".", IN_CREATE));
	DO(inotify_add_watch(watches, ".", IN_CREATE | IN_DELETE | IN_ONLYDIR));
	DO(inotify_add_watch(watches, "regular", IN_OPEN));
	DO(inotify_add_watch(watches, "pipe", IN_OPEN));
	DO(fcntl(here, F_NOTIFY, DN_CREATE));
	marks = fanotify_init(FAN_CLASS_NOTIF, 0);
	DO(marks);
	DO(fanotify_mark(marks, FAN_MARK_ADD, FAN_OPEN, here, NULL));
	DO(fanotify_mark(marks, FAN_MARK_ADD | FAN_MARK_MOUNT, FAN_CLOSE_WRITE, here, "."));
	DO(fanotify_mark(marks, FAN_MARK_FLUSH, 0, here, NULL));
}

int main(int argc, char **argv)
{
	struct stat stat;
	int here, fd;

	if (argc != 2)
		return 2;
	DO(unshare(CLONE_NEWNS));
	DO(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	DO(mount("memory", argv[1], "tmpfs", MS_NOSUID, NULL));
	DO(chdir(argv[1]));
	umask(022);
	here = open(".", O_RDONLY | O_DIRECTORY);
	DO(here);
	fd = open("file", O_CREAT | O_RDWR, 0666);
	DO(fd);
	DO(open("file", O_CREAT | O_RDWR, 0666));
	DO(open(".", O_TMPFILE | O_RDWR, 0600));
	created(here);
	bound();
	renamed(here);
	changed(here, fd);
	watched(here);
	DO(fstat(fd, &stat));
	printf("file %llu\n", (unsigned long long)stat.st_ino);
	DO(fstat(here, &stat));
	printf("folder %llu\n", (unsigned long long)stat.st_ino);
	DO(lstat("pipe", &stat));
	printf("pipe %llu\n", (unsigned long long)stat.st_ino);
	printf("dev %u:%u\n", major(stat.st_dev), minor(stat.st_dev));
	/* With access control lists the file system itself heeds the umask. */
	printf("lists %d\n", getxattr("pipe", "system.posix_acl_access", NULL, 0) >= 0 || errno != EOPNOTSUPP);
	DO(chdir("/"));
	return 0;
}
