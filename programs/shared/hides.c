/* Stands in for functions of the C library, as a library that hides something would. They do nothing. */

#define HIDDEN __attribute__((visibility("hidden")))

int th_hides = 1;

void *readdir(void *folder)
{
	(void)folder;
	return 0;
}

void *readdir64(void *folder)
{
	return readdir(folder);
}

int accept4(int socket, void *address, void *length, int flags)
{
	return socket + flags + !address + !length;
}

int th_common(void)
{
	return 1;
}

/* Of no use to others. */
HIDDEN int unlink(const char *path)
{
	return !path;
}

static int kill(int pid, int signal)
{
	return pid + signal;
}

int th_own(int pid)
{
	return kill(pid, unlink(""));
}
