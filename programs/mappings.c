/* Maps files and memory, by calls of both conventions, and changes what they may be used for. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "calls.h"
#include <fcntl.h>
#include <stdlib.h>

#define PAGE 4096
#define RW (PROT_READ | PROT_WRITE)
#define RX (PROT_READ | PROT_EXEC)
#define RWX (RW | PROT_EXEC)

#ifdef __x86_64__
enum { MMAP2 = 192, OLD_MMAP = 90, MPROTECT = 125 };
#else
enum { MMAP2 = SYS_mmap2, OLD_MMAP = SYS_mmap, MPROTECT = SYS_mprotect };
#endif

static char *map(size_t length, int access, int flags, int fd, long page)
{
	return mmap(NULL, length, access, flags, fd, page * PAGE);
}

/* Memory of several mappings: the kernel does not join those that differ. */
static void protect(void)
{
	char *area = map(4 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	note("area", (uintptr_t)area);
	/* Executable after it could be written; 100 bytes are a page. */
	told("w_rem", mprotect(area, 100, RX));
	told("w_add", mprotect(area, PAGE, RWX));
	told("still", mprotect(area, PAGE, RWX));
	told("w_rem_again", mprotect(area, PAGE, RX));
	told("none", mprotect(area + PAGE, PAGE, PROT_NONE));
	told("x_add", mprotect(area + PAGE, PAGE, RX));
	/* Of the last page only, and of nothing. */
	told("both", mprotect(area + 3 * PAGE, PAGE, RWX));
	told("empty", mprotect(area, 0, RWX));
	told("odd", mprotect(area + 1, PAGE, RWX));
	told("nowhere", mprotect(NULL, PAGE, RX));
	told("key", syscall(SYS_pkey_mprotect, area + 2 * PAGE, PAGE, PROT_READ, -1));
#ifdef __x86_64__
	char *low = map(PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	note("low", (uintptr_t)low);
	told("compat", compat(MPROTECT, at(low), PAGE, RX, 0, 0, 0));
#endif
}

/* A page of the file in a pipe, behind one that a write has left and may append to. */
static void splice_file(int fd)
{
	int pipe_fds[2];
	char page[PAGE] = "";
	loff_t offset = 1;

	if (pipe(pipe_fds) || write(pipe_fds[1], page, PAGE) != PAGE ||
	    read(pipe_fds[0], page, PAGE) != PAGE)
		return;
	told("splice", splice(fd, &offset, pipe_fds[1], NULL, 100, 0));
	told("write", write(pipe_fds[1], page, 10));
	told("splice_on", splice(fd, NULL, pipe_fds[1], NULL, 100, 0));
}

int main(int argc, char **argv)
{
	int fd = open(argc > 1 ? argv[1] : argv[0], O_RDONLY | O_CLOEXEC);
	int memfd = syscall(SYS_memfd_create, "tracehound demo", 0);
	char name[64];

	if (fd < 0 || memfd < 0 || ftruncate(memfd, 2 * PAGE))
		return 1;
	begin();
	note("code", (uintptr_t)map(PAGE, RX, MAP_PRIVATE, fd, 1));
	note("data", (uintptr_t)map(100, PROT_READ, MAP_SHARED, fd, 0));
	note("at_once", (uintptr_t)map(5000, RWX, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	/* The descriptor of memory without a file means nothing. */
	note("memory", (uintptr_t)map(PAGE, RX, MAP_PRIVATE | MAP_ANONYMOUS, fd, 0));
	note("memfd", (uintptr_t)map(PAGE, RX, MAP_SHARED, memfd, 1));
	note("refused", (uintptr_t)map(PAGE, RX, MAP_PRIVATE, 999, 0));
	snprintf(name, sizeof(name), "/tmp/memfd:%d", getpid());
	int file = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0700);

	if (file < 0 || ftruncate(file, PAGE))
		return 1;
	unlink(name);
	note("file", (uintptr_t)map(PAGE, RX, MAP_PRIVATE, file, 0));
#if defined(__x86_64__) || defined(__i386__)
	uint32_t words[] = { 0, PAGE, RX, MAP_PRIVATE, fd, 2 * PAGE };

	note("mmap2", (uint32_t)compat(MMAP2, 0, PAGE, RX, MAP_PRIVATE, fd, 1));
	note("old", (uint32_t)compat(OLD_MMAP, at(low(words, sizeof(words))), 0, 0, 0, 0, 0));
#endif
	protect();
	splice_file(fd);
	/* No module: the kernel reads it and finds out. */
	told("module", syscall(SYS_finit_module, fd, "", 0));
	return end();
}
