// SPDX-License-Identifier: Apache-2.0 OR MIT
// Makes every system call by number and has the kernel refuse each before it does anything: a filter
// answers ENOSYS to calls whose sixth argument is a number nobody passes. A tracer sees them all.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REFUSED 0x5ca1ab1e
#define LAST 500

int main(void)
{
	struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[5])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, REFUSED, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 38),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof(steps) / sizeof(*steps), steps };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter)) {
		perror("seccomp");
		return 1;
	}
	for (long number = 0; number < LAST; number++) {
		/* uretprobe and uprobe of 64-bit x86 are for the kernel's own trampolines: no filter sees them. */
		if (sizeof(long) == 4 || (number != 335 && number != 336))
			syscall(number, 0, 0, 0, 0, 0, REFUSED);
	}
	return 0;
}
