/* Gives up user 0: one change of credentials whose ends are known. */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	if (setuid(1234)) {
		perror("setuid");
		return 1;
	}
	return 0;
}
