/* hostile: gives itself names that attack terminals and parsers, then makes a call under each. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	static const char *const names[] = {
		"\x1b[2J\x1b]0;x\x07", "a\nb\r\"c\\d", "\xff\xfe\xc2\x9b[31m", "{\"event\":1}",
	};

	for (unsigned int i = 0; i < sizeof(names) / sizeof(*names); i++) {
		uint64_t set = 1;

		prctl(PR_SET_NAME, names[i]);
		syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 8);
	}
	return 0;
}
