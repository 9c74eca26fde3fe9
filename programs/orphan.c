/* Asks to be killed when its parent ends, and outlives a parent that ends soon. */

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(void)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL))
		return 1;
	sleep(1);
	puts("alive");
	return 0;
}
