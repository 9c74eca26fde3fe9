/* alarm: waits for a timer's signal, which the kernel sends from an interrupt. */
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

static void ignore(int signal)
{
	(void)signal;
}

int main(void)
{
	struct itimerval soon = { .it_value = { .tv_usec = 100000 } };

	signal(SIGALRM, ignore);
	setitimer(ITIMER_REAL, &soon, NULL);
	pause();
	return 0;
}
