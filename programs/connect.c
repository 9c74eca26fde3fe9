/* Connects a socket of each family to where it is known that it works: itself. */
#include <arpa/inet.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int check(const char *what, int result)
{
	if (result < 0)
		perror(what);
	return result < 0;
}

int main(void)
{
	static const char name[] = "\0tracehound-connect";
	struct sockaddr_in inet = { .sin_family = AF_INET, .sin_port = htons(4711) };
	struct sockaddr_un local = { .sun_family = AF_UNIX };
	socklen_t length = offsetof(struct sockaddr_un, sun_path) + sizeof(name) - 1;
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);

	inet.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	memcpy(local.sun_path, name, sizeof(name) - 1);
	return check("inet", connect(socket(AF_INET, SOCK_DGRAM, 0), (void *)&inet, sizeof(inet))) ||
	       check("bind", bind(listener, (void *)&local, length)) ||
	       check("listen", listen(listener, 1)) ||
	       check("unix", connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&local, length));
}
