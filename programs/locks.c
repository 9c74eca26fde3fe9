/* Locks the file FILE in each way that there is, and is refused once. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct flock range = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 5LL << 30, .l_len = 10 };
	int first, second;

	if (argc < 2)
		return 1;
	first = open(argv[1], O_RDWR | O_CREAT, 0600);
	second = open(argv[1], O_RDWR);
	if (first < 0 || second < 0)
		err(1, "%s", argv[1]);
	if (flock(first, LOCK_EX) || !flock(second, LOCK_SH | LOCK_NB) || flock(first, LOCK_UN))
		err(1, "flock");
	if (fcntl(first, F_SETLK, &range))
		err(1, "F_SETLK");
	range.l_start = 100;
	range.l_len = 50;
	if (fcntl(first, F_OFD_SETLK, &range))
		err(1, "F_OFD_SETLK");
	/* The process's locks go with any of its descriptors of the file, the file's with the last. */
	close(second);
	close(first);
	first = open(argv[1], O_RDONLY);
	if (fcntl(first, F_SETLEASE, F_RDLCK) || fcntl(first, F_SETLEASE, F_UNLCK))
		err(1, "F_SETLEASE");
	printf("pid %d\n", getpid());
	return 0;
}
