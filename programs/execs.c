/*
 * execs: programs that are started in unusual ways, and that cannot be started. The tests beside it
 * state what must be seen; what they cannot know it prints.
 *
 *   execs end            does nothing
 *   execs memfd          executes itself from memory
 *   execs deleted DIR    executes a copy of itself whose name is gone
 *   execs thread         executes itself from a second thread
 *   execs fail DIR       tries what fails, one after another
 *   execs lost DIR       executes what fails once the old program is gone: a signal kills it
 *   execs large BYTES    executes itself with as many bytes of arguments and as many of environment
 *   execs deep BYTES     the same by the longest path that there can be
 *   execs most           the same with as much as the kernel takes; says how many of each it tried
 *   execs one BYTES      executes itself with one argument of so many bytes, NUL included
 *   execs empty          executes itself without arguments and environment
 *   execs unended        tries to with a list that has no end, and with a text that has none
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __LP64__
typedef Elf64_Ehdr Head;
typedef Elf64_Phdr Part;
#else
typedef Elf32_Ehdr Head;
typedef Elf32_Phdr Part;
#endif

static char *words[] = { "first", "second word", "", NULL };
static char *end[] = { "execs", "end", NULL };
static char *nothing[] = { NULL };
static char *variables[] = { "KEY=value", NULL };

/* Writes a copy of this program. */
static void copy_to(int to)
{
	char buffer[65536];
	int from = open("/proc/self/exe", O_RDONLY);
	ssize_t n;

	while ((n = read(from, buffer, sizeof(buffer))) > 0)
		if (write(to, buffer, n) != n)
			exit(2);
	close(from);
}

static void tell(const char *name, int fd)
{
	struct stat facts;

	fstat(fd, &facts);
	printf("%s %llu\n", name, (unsigned long long)facts.st_ino);
	fflush(stdout);
}

static int from_memory(void)
{
	int fd = syscall(SYS_memfd_create, "hidden", MFD_CLOEXEC);

	copy_to(fd);
	tell("inode", fd);
	return syscall(SYS_execveat, fd, "", end, variables, AT_EMPTY_PATH);
}

static int made(const char *name, const char *text, mode_t mode)
{
	int fd = open(name, O_CREAT | O_TRUNC | O_WRONLY, mode);

	if (text && write(fd, text, strlen(text)) < 0)
		exit(2);
	fchmod(fd, mode);
	return fd;
}

static int deleted(void)
{
	int fd = made("gone", NULL, 0755);

	copy_to(fd);
	close(fd);
	fd = open("gone", O_RDONLY | O_CLOEXEC);
	unlink("gone");
	tell("inode", fd);
	return syscall(SYS_execveat, fd, "", end, variables, AT_EMPTY_PATH);
}

static void *second(void *unused)
{
	(void)unused;
	printf("tid %ld\n", (long)syscall(SYS_gettid));
	fflush(stdout);
	syscall(SYS_execve, "/proc/self/exe", end, variables);
	return NULL;
}

static void try(const char *path, char **arguments)
{
	syscall(SYS_execve, path, arguments, variables);
}

static void fail(void)
{
	static char large[200000], deep[5000];
	char *too_large[] = { "large", large, NULL };
	int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	close(made("plain", "text", 0644));
	close(made("text", "no program", 0755));
	close(made("script", "#!/nowhere/interpreter\n", 0755));
	close(made("chain", "#!text\n", 0755));
	if (symlink("loop", "loop"))
		exit(2);
	memset(large, 'l', sizeof(large) - 1);
	memset(deep, 'd', sizeof(deep) - 1);
	try("none", words);
	try("plain/none", words);
	try("plain", words);
	try(".", words);
	try("loop", words);
	try(deep, words);
	try((char *)8, words);
	try("text", too_large);
	try("text", (char **)8);
	try("text", words);
	try("script", words);
	try("chain", words);
	syscall(SYS_execveat, here, "text", words, variables, AT_SYMLINK_NOFOLLOW);
	syscall(SYS_execveat, here, "none", NULL, NULL, 0);
}

/* A program of this machine that says to need more memory than there are addresses. */
static void lost(void)
{
	int fd = made("lost", NULL, 0755);
	struct stat facts;
	unsigned char *file;
	Head *head;
	Part *part;

	copy_to(fd);
	close(fd);
	fd = open("lost", O_RDWR | O_CLOEXEC);
	fstat(fd, &facts);
	file = mmap(NULL, facts.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	head = (Head *)file;
	part = (Part *)(file + head->e_phoff);
	for (int i = 0; i < head->e_phnum; i++)
		if (part[i].p_type == PT_LOAD)
			part[i].p_memsz = (uintptr_t)-1 / 16 * 15;
	munmap(file, facts.st_size);
	close(fd);
	try("lost", words);
}

/* So many arguments of nearly a thousand bytes, which tell the process that gave them. */
static void large(const char *path, size_t count)
{
	char **arguments = calloc(count + 3, sizeof(char *));
	char **environment = calloc(count + 1, sizeof(char *));

	arguments[0] = "execs";
	arguments[1] = "end";
	for (size_t i = 0; i < count; i++) {
		arguments[i + 2] = malloc(1000);
		snprintf(arguments[i + 2], 1000, "argument%zu:%0900d", i, (int)getpid());
		environment[i] = malloc(1000);
		snprintf(environment[i], 1000, "KEY%zu=%0900d", i, (int)getppid());
	}
	syscall(SYS_execve, path, arguments, environment);
}

static void deep(size_t count)
{
	static char path[4096];
	const char *end = "/proc/self/exe";

	memset(path, '/', sizeof(path));
	strcpy(path + sizeof(path) - 1 - strlen(end), end);
	large(path, count);
}

static void most(void)
{
	for (size_t count = 1150; count; count--) {
		printf("count %zu\n", count);
		fflush(stdout);
		large("/proc/self/exe", count);
	}
}

static void one(size_t size)
{
	char *text = malloc(size);
	char *arguments[] = { "execs", "end", text, NULL };

	memset(text, 'x', size - 1);
	text[size - 1] = 0;
	syscall(SYS_execve, "/proc/self/exe", arguments, variables);
}

static void unended(void)
{
	size_t page = sysconf(_SC_PAGESIZE);
	char *memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char **list = (char **)(memory + page) - 2;
	char *text = memory + page - 3;
	char *arguments[] = { "first", text, NULL };

	munmap(memory + page, page);
	list[0] = "first";
	list[1] = "second";
	try("/proc/self/exe", list);
	memcpy(text, "abc", 3);
	try("/proc/self/exe", arguments);
}

static void files(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	pthread_t thread;

	if (argc > 2 && chdir(argv[2]))
		exit(2);
	if (!strcmp(how, "memfd"))
		from_memory();
	else if (!strcmp(how, "deleted"))
		deleted();
	else if (!strcmp(how, "lost"))
		lost();
	else if (!strcmp(how, "fail"))
		fail();
	else if (!pthread_create(&thread, NULL, second, NULL))
		pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";

	if (!strcmp(how, "end") || !argc || !*argv[0])
		return 0;
	if (!strcmp(how, "large"))
		large("/proc/self/exe", strtoul(argv[2], NULL, 10) / 1000);
	else if (!strcmp(how, "deep"))
		deep(strtoul(argv[2], NULL, 10) / 1000);
	else if (!strcmp(how, "most"))
		most();
	else if (!strcmp(how, "one"))
		one(strtoul(argv[2], NULL, 10));
	else if (!strcmp(how, "empty"))
		syscall(SYS_execve, "/proc/self/exe", nothing, nothing);
	else if (!strcmp(how, "unended"))
		unended();
	else
		files(argc, argv);
	return strcmp(how, "fail") && strcmp(how, "unended") ? 2 : 0;
}
