/*
 * Lists a folder over which it serves a file system of its own: one with an entry that says inode
 * number 0, which no other file system here does.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
	const char *name;
	unsigned int inode;
} entries[] = { { ".", 1 }, { "seen", 2 }, { "hidden", 0 }, { "last", 4 } };

static void answer(int fuse, const struct fuse_in_header *in, const void *body, size_t size, int error)
{
	struct fuse_out_header out = { sizeof(out) + size, error, in->unique };
	struct iovec parts[2] = { { &out, sizeof(out) }, { (void *)body, size } };

	if (writev(fuse, parts, 2) < 0)
		perror("writev");
}

static size_t list(char *to, unsigned int from)
{
	size_t length = 0;

	for (unsigned int i = from; i < sizeof(entries) / sizeof(entries[0]); i++) {
		struct fuse_dirent *entry = (void *)(to + length);

		entry->ino = entries[i].inode;
		entry->off = i + 1;
		entry->namelen = strlen(entries[i].name);
		entry->type = DT_REG;
		/* No NUL behind the name: the kernel must not need one. */
		memset(entry->name, 'X', 24);
		memcpy(entry->name, entries[i].name, entry->namelen);
		length += FUSE_DIRENT_SIZE(entry);
	}
	return length;
}

static void serve(int fuse)
{
	static char request[1 << 18], listed[4096];
	const struct fuse_in_header *in = (void *)request;
	const struct fuse_read_in *read_in = (void *)(in + 1);
	struct fuse_init_out init = { .major = 7, .minor = 31, .max_write = 4096 };
	struct fuse_attr_out attr = { .attr = { .ino = 1, .mode = S_IFDIR | 0755, .nlink = 2 } };
	struct fuse_open_out opened = { .fh = 1 };

	while (read(fuse, request, sizeof(request)) > 0) {
		switch (in->opcode) {
		case FUSE_INIT:
			answer(fuse, in, &init, sizeof(init), 0);
			break;
		case FUSE_GETATTR:
			answer(fuse, in, &attr, sizeof(attr), 0);
			break;
		case FUSE_OPENDIR:
			answer(fuse, in, &opened, sizeof(opened), 0);
			break;
		case FUSE_READDIR:
			answer(fuse, in, listed, list(listed, read_in->offset), 0);
			break;
		case FUSE_RELEASEDIR:
			answer(fuse, in, NULL, 0, 0);
			break;
		case FUSE_FORGET:
		case FUSE_BATCH_FORGET:
		case FUSE_INTERRUPT:
			break;
		default:
			answer(fuse, in, NULL, 0, -38);
		}
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	char options[100], buffer[4096];
	int fuse, fd, child;

	if (argc != 2)
		return 2;
	fuse = open("/dev/fuse", O_RDWR);
	if (fuse < 0)
		return perror("/dev/fuse"), 77;
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fuse);
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("zeroed", argv[1], "fuse", 0, options))
		return perror("mount"), 1;
	child = fork();
	if (!child)
		serve(fuse);
	/* By each of the calls. */
	fd = open(argv[1], O_RDONLY | O_DIRECTORY);
	printf("getdents64 %ld\n", syscall(SYS_getdents64, fd, buffer, sizeof(buffer)));
	lseek(fd, 0, SEEK_SET);
	printf("getdents %ld\n", syscall(SYS_getdents, fd, buffer, sizeof(buffer)));
	close(fd);
	fflush(stdout);
	umount2(argv[1], MNT_DETACH);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return 0;
}
