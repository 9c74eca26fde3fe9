// SPDX-License-Identifier: Apache-2.0 OR MIT
// Calls whose meaning is in memory, most of them of the kind that few programs make. The test knows what
// each of them must be told as.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* A descriptor that is not open. */
#define CLOSED 999

static void requests(int decoded_elsewhere)
{
	char in[] = "to the kernel", out[16] = "from the kernel", both[8] = "in, out";
	int random = open("/dev/urandom", O_RDONLY), entropy = 0x55555555;

	ioctl(CLOSED, _IOC(_IOC_WRITE, 0xfe, 1, 13), in);
	ioctl(CLOSED, _IOC(_IOC_READ, 0xfe, 2, 16), out);
	ioctl(CLOSED, _IOC(_IOC_READ | _IOC_WRITE, 0xfe, 3, 8), both);
	ioctl(CLOSED, _IOC(_IOC_NONE, 0xfe, 4, 8), both);
	/* RNDGETENTCNT, which strace knows and our rows do not. */
	if (decoded_elsewhere)
		ioctl(random, _IOR('R', 0, int), &entropy);
	close(random);
}

int main(int argc, char **argv)
{
	requests(argc == 1);
	(void)argv;
	return 0;
}
