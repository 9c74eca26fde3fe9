/*
 * Reads, writes and cuts the file FILE by every call that does so, each at a place of its own; the
 * places beyond 4 GiB tell whether both halves of one are looked at. Beside it VECTOR is written from
 * parts.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#define FAR (5LL << 30)

static int opened(const char *path, int flags)
{
	int fd = open(path, flags, 0600);

	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

int main(int argc, char **argv)
{
	char first[4] = "ij", second[4] = "klm", long_part[40] = "LF: a head that is longer than told";
	struct iovec parts[2] = { { first, 2 }, { second, 3 } };
	struct iovec head[3] = { { "\177E", 2 }, { NULL, 0 }, { long_part, 40 } };
	char buffer[8];
	int pipes[2], fd;

	if (argc < 3 || pipe(pipes))
		return 1;
	fd = opened(argv[1], O_RDWR | O_CREAT | O_TRUNC);
	if (write(fd, "abcdef", 6) != 6 || pwrite(fd, "gh", 2, 100000) != 2 ||
	    writev(fd, parts, 2) != 5 || pwritev(fd, parts, 2, FAR) != 5 ||
	    pwritev2(fd, parts, 2, -1, RWF_APPEND) != 5)
		err(1, "writing");
	close(fd);
	/* Appended, whatever place is given. */
	fd = opened(argv[1], O_WRONLY | O_APPEND);
	if (pwrite(fd, "xy", 2, 3) != 2)
		err(1, "appending");
	close(fd);
	fd = opened(argv[1], O_RDWR);
	if (read(fd, buffer, 4) != 4 || pread(fd, buffer, 2, 100000) != 2 ||
	    readv(fd, parts, 2) != 5 || preadv(fd, parts, 2, FAR) != 5 ||
	    preadv2(fd, parts, 2, -1, 0) != 5)
		err(1, "reading");
	if (ftruncate(fd, 7LL << 30) || truncate(argv[1], 3))
		err(1, "cutting");
	close(fd);
	close(opened(argv[1], O_WRONLY | O_TRUNC));
	fd = opened(argv[2], O_WRONLY | O_CREAT);
	if (writev(fd, head, 3) != 42)
		err(1, "writing the head");
	close(fd);
	/* What has no places. */
	fd = opened("/dev/null", O_WRONLY);
	if (write(fd, "nothing", 7) != 7 || write(pipes[1], "through", 7) != 7 ||
	    read(pipes[0], buffer, 7) != 7)
		err(1, "what has no places");
	return 0;
}
