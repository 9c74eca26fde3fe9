/*
 * Calls the C library's signal functions a known number of times, with known arguments.
 *
 *   library [ROUNDS]        make the calls
 *   library wait [ROUNDS]   first wait until the library's code is changed in memory, as a
 *                           breakpoint does; for a library that the tracer meets only now
 *   library hold [ROUNDS]   the same, and before that until its standard input ends
 *   library load PATH ROUNDS  load a second C library beside the first (glibc), wait until its
 *                           sigaddset is changed, and call it
 *   library cost CALLS      the time that sigaddset takes of the processor
 *
 * Prints the functions whose code differs from the file, and where the program's own code is.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>

#define LOOKED_AT 64

static const char *const names[] = {"signal", "sigaddset", "sigprocmask", "pthread_sigmask"};
#define NAMES (sizeof(names) / sizeof(names[0]))

extern char __executable_start, etext;

struct search {
	const unsigned char *code;
	int changed;
};

/* Compares the code at an address with the file that it was mapped from. */
static int compare(struct dl_phdr_info *info, size_t size, void *data)
{
	struct search *search = data;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		size_t within = (size_t)search->code - (info->dlpi_addr + segment->p_vaddr);
		unsigned char file[LOOKED_AT];
		int fd;

		if (segment->p_type != PT_LOAD || within >= segment->p_filesz)
			continue;
		fd = open(info->dlpi_name, O_RDONLY);
		if (fd < 0 ||
		    pread(fd, file, sizeof(file), segment->p_offset + within) != sizeof(file)) {
			perror(info->dlpi_name);
			exit(1);
		}
		close(fd);
		search->changed = memcmp(file, search->code, sizeof(file)) != 0;
		return 1;
	}
	return 0;
}

static size_t changed(void)
{
	size_t count = 0;

	for (size_t i = 0; i < NAMES; i++) {
		struct search search = {.code = dlsym(RTLD_DEFAULT, names[i])};

		dl_iterate_phdr(compare, &search);
		count += search.changed;
	}
	return count;
}

static void calls(void)
{
	sigset_t set, old;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, 40);
	sigaddset(&set, 1000);
	signal(SIGUSR2, SIG_IGN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	pthread_sigmask(SIG_SETMASK, &set, &old);
	pthread_sigmask(SIG_BLOCK, NULL, &old);
}

#ifdef LM_ID_NEWLM
static int load(const char *path, long rounds)
{
	void *handle = dlmopen(LM_ID_NEWLM, path, RTLD_NOW);
	int (*add)(sigset_t *, int) = handle ? dlsym(handle, "sigaddset") : NULL;
	struct dl_phdr_info info = {.dlpi_name = path};
	struct search search = {.code = (void *)add};
	struct link_map *map;
	sigset_t set;

	if (!add || dlinfo(handle, RTLD_DI_LINKMAP, &map)) {
		fprintf(stderr, "library: %s\n", dlerror());
		return 1;
	}
	const ElfW(Ehdr) *header = (void *)map->l_addr;

	info.dlpi_addr = map->l_addr;
	info.dlpi_phdr = (void *)(map->l_addr + header->e_phoff);
	info.dlpi_phnum = header->e_phnum;
	for (int i = 0; i < 10000 && !search.changed; i++) {
		compare(&info, sizeof(info), &search);
		usleep(1000);
	}
	printf("pid %d\n", getpid());
	sigemptyset(&set);
	for (long i = 0; i < rounds; i++)
		add(&set, SIGUSR1);
	return 0;
}
#else
static int load(const char *path, long rounds)
{
	fprintf(stderr, "library: cannot load %s %ld times\n", path, rounds);
	return 1;
}
#endif

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

static void cost(long count)
{
	sigset_t set;
	double start;

	sigemptyset(&set);
	start = now();
	for (long i = 0; i < count; i++)
		sigaddset(&set, SIGUSR1);
	printf("%.1f ns per sigaddset\n", (now() - start) / count);
}

int main(int argc, char **argv)
{
	int hold = argc > 1 && !strcmp(argv[1], "hold");
	int wait = hold || (argc > 1 && !strcmp(argv[1], "wait"));
	long rounds = argc > 1 + wait ? atol(argv[1 + wait]) : 100;

	if (argc > 2 && !strcmp(argv[1], "cost")) {
		cost(atol(argv[2]));
		return 0;
	}
	if (argc > 3 && !strcmp(argv[1], "load"))
		return load(argv[2], atol(argv[3]));
	while (hold && getchar() != EOF)
		;
	for (int i = 0; wait && changed() < NAMES; i++) {
		if (i > 10000) {
			fprintf(stderr, "library: nobody came\n");
			return 1;
		}
		usleep(1000);
	}
	printf("changed %zu\n", changed());
	printf("code %lx %lx\n", (unsigned long)&__executable_start, (unsigned long)&etext);
	printf("pid %d\n", getpid());
	fflush(stdout);
	for (long i = 0; i < rounds; i++)
		calls();
	return 0;
}
