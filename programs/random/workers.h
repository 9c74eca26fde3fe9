/* The namespaces and limits that the calls are made under, and who keeps workers going. */
#pragma once

static void limit(int what, uint64_t most)
{
	struct rlimit limit = { most, most };

	if (setrlimit(what, &limit))
		_exit(3);
}

/* The worker: pid 1 of its namespace, so that it can name nobody else. */
static void worker(uint64_t first)
{
	static struct thread threads[THREADS];
	struct sigaction action = { .sa_handler = nothing };
	pthread_attr_t attributes;
	pthread_t thread;
	int file = memfd_create("arena", 0);

	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", "/root", "tmpfs", 0, "size=16m,nr_inodes=1024") || chroot("/root") || chdir("/") ||
	    mkdir("d", 0700) || ftruncate(file, PAGES * PAGE))
		_exit(3);
	alias = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (alias == MAP_FAILED)
		_exit(3);
	for (uint64_t i = 0; i < LENGTH(texts); i++)
		strcpy((char *)alias + TEXTS * PAGE + 32 * i, texts[i]);
	/* A text that the mapping ends before it does. */
	memset(alias + EDGE * PAGE, 'x', PAGE);
	for (int signal = 1; signal <= SIGRTMAX; signal++) {
		if (signal != SIGSEGV && signal != SIGBUS)
			sigaction(signal, &action, NULL);
	}
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, 1 << 20);
	limit(RLIMIT_NOFILE, 64);
	limit(RLIMIT_NPROC, 64);
	limit(RLIMIT_MEMLOCK, 1 << 16);
	limit(RLIMIT_CPU, 20);
	limit(RLIMIT_AS, slot_count * sizeof(*slots) + (512 << 20));
	if (close_range(0, -1, 0))
		_exit(3);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 1 << 16);
	for (int i = 0; i < THREADS; i++) {
		threads[i].slot = &slots[first + i];
		threads[i].random = seed ^ (first + i) << 32;
		next(&threads[i]);
	}
	for (int i = 0; i < THREADS; i++) {
		if (pthread_create(&thread, &attributes, i < CALLERS ? caller : interrupter, &threads[i]))
			_exit(3);
	}
	for (;;)
		pause();
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Whether each of the worker's threads has got on since the last look. */
static int alive(uint64_t first, uint64_t seen[THREADS])
{
	int all = 1;

	for (int i = 0; i < THREADS; i++) {
		uint64_t count = slots[first + i].count;

		all &= count != seen[i];
		seen[i] = count;
	}
	return all;
}

static void supervise(uint64_t end)
{
	unsigned long workers = 0, stuck = 0, failed = 0, calls = 0;

	while (now() < end && taken + THREADS <= slot_count) {
		uint64_t seen[THREADS] = { 0 }, look = now() + 500;
		int status, child;

		child = syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0);
		if (!child)
			worker(taken);
		if (child < 0)
			exit(3);
		while (waitpid(child, &status, WNOHANG) != child) {
			usleep(2000);
			if (now() < look)
				continue;
			look = now() + 500;
			if (now() >= end || !alive(taken, seen)) {
				stuck += now() < end;
				kill(child, SIGKILL);
			}
		}
		failed += WIFEXITED(status) && WEXITSTATUS(status);
		workers++;
		taken += THREADS;
	}
	for (uint64_t i = 0; i < taken; i++)
		calls += slots[i].count;
	printf("%lu calls by %lu workers, %lu of them stuck\n", calls, workers, stuck);
	fflush(stdout);
	_exit(failed ? 3 : 0);
}

static void write_file(const char *format, int pid, const char *content)
{
	char path[64];
	int file;

	snprintf(path, sizeof(path), format, pid);
	file = open(path, O_WRONLY);
	if (file < 0 || write(file, content, strlen(content)) < 0)
		perror(path);
	close(file);
}

/* An empty root; the old one is let go. */
static int new_root(void)
{
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) || mount("none", "/tmp", "tmpfs", 0, "size=1m") ||
	    chdir("/tmp") || mkdir("root", 0700))
		return -1;
	/* The first file system of a machine cannot be left by pivot_root, only covered. */
	if (!syscall(SYS_pivot_root, ".", "."))
		return umount2(".", MNT_DETACH);
	return mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".");
}
