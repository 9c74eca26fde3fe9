/*
 * Does what its arguments say, one after the other. A link to it of another name is another command:
 *
 *   NUMBER      the system call of this number, its arguments 0
 *   udp, tcp    connects to a port of this machine at which nobody listens
 *   uid         gives up user 0
 *   nap         sleeps for a moment, 200 times
 *   wait        waits until a line can be read, or none will come any more
 *   /PATH       writes what is in this file to its standard output
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A socket that is bound keeps its port from others; nobody is heard there as long as it does not listen. */
static void connect_to_nobody(int type)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(to);
	int deaf = socket(AF_INET, type, 0), own = socket(AF_INET, type, 0);

	if (bind(deaf, (struct sockaddr *)&to, size) || getsockname(deaf, (struct sockaddr *)&to, &size)) {
		perror("a port");
		exit(1);
	}
	/* Refused, as it should be, or nothing more than an address noted. */
	(void)!connect(own, (struct sockaddr *)&to, size);
	close(own);
	close(deaf);
}

static void copy(const char *path)
{
	char text[4096];
	int file = open(path, O_RDONLY);
	ssize_t n = read(file, text, sizeof(text));

	if (n < 0 || write(1, text, n) != n) {
		perror(path);
		exit(1);
	}
	close(file);
}

static void act(const char *what)
{
	char line[64];

	if (!strcmp(what, "udp"))
		connect_to_nobody(SOCK_DGRAM);
	else if (!strcmp(what, "tcp"))
		connect_to_nobody(SOCK_STREAM);
	else if (!strcmp(what, "uid"))
		(void)!setuid(65534);
	else if (!strcmp(what, "wait"))
		(void)!read(0, line, sizeof(line));
	else if (*what == '/')
		copy(what);
	else if (!strcmp(what, "nap"))
		for (int i = 0; i < 200; i++)
			usleep(1000);
	else
		syscall(atoi(what), 0, 0, 0, 0, 0, 0);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		act(argv[i]);
	return 0;
}
