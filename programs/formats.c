/*
 * formats: i386 calls with times of 32 and 64 bits, with old and new structures, and with 64-bit
 * arguments in two registers; by int $0x80 in a 64-bit build. The test beside it states what must be
 * seen of each.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "calls.h"

/* An offset beyond 4 GiB in two registers. */
#define FAR 2, 1
#define FAR_NUMBER (1ull << 32 | 2)

static long made(const char *label, uint32_t nr, uint32_t a, uint32_t b, uint32_t c, uint32_t d,
		 uint32_t e, uint32_t f)
{
	return told(label, compat(nr, a, b, c, d, e, f));
}

static void times(void)
{
	uint32_t *narrow = low(NULL, 16), zone[2] = { 9, 9 }, pause[2] = { 0, 1000 };
	uint32_t *where = low(NULL, 16);
	int64_t *wide = low(NULL, 16), nap[2] = { 0, 2000 };
	uint32_t interval[4] = { 1, 2, 1000, 3 };

	made("clock_gettime", 265, CLOCK_REALTIME, at(narrow), 0, 0, 0, 0);
	note("narrow_sec", narrow[0]);
	note("narrow_nsec", narrow[1]);
	made("clock_gettime64", 403, CLOCK_MONOTONIC, at(wide), 0, 0, 0, 0);
	note("wide_sec", wide[0]);
	note("wide_nsec", wide[1]);
	made("clock_getres", 266, CLOCK_REALTIME, at(narrow), 0, 0, 0, 0);
	note("res_nsec", narrow[1]);
	made("clock_getres64", 406, CLOCK_REALTIME, at(wide), 0, 0, 0, 0);
	made("nanosleep", 162, at(low(pause, sizeof(pause))), 0, 0, 0, 0, 0);
	made("clock_nanosleep", 267, CLOCK_MONOTONIC, 0, at(low(pause, sizeof(pause))), 0, 0, 0);
	made("clock_nanosleep64", 407, CLOCK_MONOTONIC, 0, at(low(nap, sizeof(nap))), 0, 0, 0);
	made("gettimeofday", 78, at(where), at(low(zone, sizeof(zone))), 0, 0, 0, 0);
	note("day_sec", where[0]);
	note("day_usec", where[1]);
	note("time", made("time", 13, at(narrow), 0, 0, 0, 0, 0));
	made("setitimer", 104, 0, at(low(interval, sizeof(interval))), 0, 0, 0, 0);
	memset(interval, 0, sizeof(interval));
	made("setitimer-off", 104, 0, at(low(interval, sizeof(interval))), 0, 0, 0, 0);
}

static void timeouts(void)
{
	uint32_t pause[2] = { 0, 1000 }, wait[2] = { 1, 5 };
	int64_t nap[2] = { 1, 7 };
	uint32_t word = at(low(NULL, 4)), packed[5] = { 0, 0, 0, 0, at(low(pause, 8)) };

	/* FUTEX_WAIT of a word that holds something else */
	made("futex", 240, word, 0, 1, at(low(wait, sizeof(wait))), 0, 0);
	made("futex64", 422, word, 0, 1, at(low(nap, sizeof(nap))), 0, 0);
	note("word", word);
	made("select", 82, at(low(packed, sizeof(packed))), 0, 0, 0, 0, 0);
	made("_newselect", 142, 0, 0, 0, 0, at(low(pause, sizeof(pause))), 0);
}

static void states(uint32_t fd)
{
	uint32_t path = at(low("/dev/null", 10)), state = at(low(NULL, 128));

	made("stat", 106, path, state, 0, 0, 0, 0);
	made("stat64", 195, path, state, 0, 0, 0, 0);
	made("fstatat64", 300, AT_FDCWD, path, state, AT_SYMLINK_NOFOLLOW, 0, 0);
	made("fstat64", 197, fd, state, 0, 0, 0, 0);
}

/* What the C library says of the same file; not among the calls that are compared. */
static void known(void)
{
	struct stat null;

	if (fstatat(AT_FDCWD, "/dev/null", &null, 0))
		return;
	note("ino", null.st_ino);
	note("nlink", null.st_nlink);
	note("uid", null.st_uid);
	note("gid", null.st_gid);
	note("mode", null.st_mode & 07777);
}

static void offsets(uint32_t fd)
{
	uint32_t text = at(low("far away", 8)), buffer = at(low(NULL, 64));
	char path[32];
	int64_t *result = low(NULL, 8);

	made("pwrite64", 181, fd, text, 8, FAR, 0);
	made("pread64", 180, fd, buffer, 16, FAR, 0);
	made("_llseek", 140, fd, 1, 5, at(result), SEEK_SET, 0);
	note("result", *result);
	made("ftruncate64", 194, fd, FAR, 0, 0, 0);
	sprintf(path, "/proc/self/fd/%u", fd);
	made("truncate64", 193, at(low(path, sizeof(path))), FAR, 0, 0, 0);
	made("fadvise64_64", 272, fd, FAR, 0, 3, POSIX_FADV_DONTNEED);
	made("fadvise64", 250, fd, FAR, 4096, POSIX_FADV_WILLNEED, 0);
	made("sync_file_range", 314, fd, FAR, 4096, 0, SYNC_FILE_RANGE_WRITE);
	made("readahead", 225, fd, FAR, 4096, 0, 0);
	made("fallocate", 324, fd, FALLOC_FL_KEEP_SIZE, FAR, 4096, 0);
	made("pread64-negative", 180, fd, buffer, 16, 0xfffffffe, 0xffffffff, 0);
}

static void vectors(uint32_t fd)
{
	uint32_t list[4] = { at(low("ab", 2)), 2, at(low("cde", 3)), 3 };
	uint32_t room[4] = { at(low(NULL, 16)), 2, at(low(NULL, 16)), 16 };
	uint32_t from = at(low(list, sizeof(list))), into = at(low(room, sizeof(room)));

	made("pwritev", 334, fd, from, 2, FAR, 0);
	made("preadv", 333, fd, into, 2, FAR, 0);
	made("pwritev2", 379, fd, from, 2, FAR, 0);
	made("preadv2", 378, fd, into, 2, FAR, 8 /* RWF_NOWAIT */);
}

int main(void)
{
	uint32_t fd;

	known();
	begin();
	note("arena", at(arena));
	fd = made("memfd_create", 356, at(low("far", 4)), 1 /* MFD_CLOEXEC */, 0, 0, 0, 0);
	note("fd", fd);
	times();
	timeouts();
	offsets(fd);
	vectors(fd);
	states(fd);
	return end();
}
