// SPDX-License-Identifier: Apache-2.0 OR MIT
// Calls whose meaning is in memory, most of them of the kind that few programs make. The test knows what
// each of them must be told as.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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

/* Programs of both machines; no call is refused by the filters. */
static void programs(void)
{
	struct sock_filter packets[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned int)SKF_AD_OFF + SKF_AD_PROTOCOL),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x800, 0, 1),
		BPF_STMT(BPF_RET | BPF_A, 0),
		BPF_STMT(BPF_RET | BPF_K, 0x40000),
	};
	struct sock_filter calls[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1),
	};
	struct sock_fprog filter = { 4, packets };
	struct bpf_insn instructions[] = {
		{ BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 7 },
		{ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 },
	};
	char license[] = "GPL";
	union bpf_attr attr;

	/* Where an option is no more than a number nothing beside it is taken for a pointer. */
	int number[4] = { 1, 1, 0x55555555, 0x55555555 };

	setsockopt(CLOSED, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter));
	setsockopt(CLOSED, SOL_SOCKET, SO_RCVBUF, number, sizeof(number));
	filter = (struct sock_fprog){ 3, calls };
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
	syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0x80000000, &filter);

	memset(&attr, 0, sizeof(attr));
	/* No kind of program. */
	attr.prog_type = 0x7fffffff;
	attr.insn_cnt = 2;
	attr.insns = (uintptr_t)instructions;
	attr.license = (uintptr_t)license;
	syscall(SYS_bpf, BPF_PROG_LOAD, &attr, 48);
	/* BPF_COMMON_ATTRS: a structure that is no pointer where nothing asks for it. */
	memset(&attr, 0, sizeof(attr));
	uint64_t common[3] = { 0, 0x100000003, 0 };

	attr.map_type = 0x7fffffff;
	syscall(SYS_bpf, BPF_MAP_CREATE | 0x10000, &attr, 16, common, 20);
}

static void descriptors(void)
{
	int pair[2];

	if (pipe2(pair, O_CLOEXEC) || socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
		return;
	fcntl(pair[0], F_DUPFD_CLOEXEC, 100);
	fcntl(pair[0], F_GETFD);
	syscall(SYS_pipe2, 8, 0);
}

/* Requests that no context takes, and a mount as the kernel describes it. */
static void lists(void)
{
	struct iocb write = { .aio_data = 7, .aio_lio_opcode = IOCB_CMD_PWRITE, .aio_fildes = CLOSED,
			      .aio_nbytes = 5, .aio_offset = 9 };
	struct iocb sync = { .aio_lio_opcode = IOCB_CMD_FSYNC, .aio_fildes = CLOSED };
	struct iocb *requests[] = { &write, NULL, &sync };
	struct statx about;
	/* struct mnt_id_req, and room for a struct statmount with its texts. */
	uint64_t asked[3] = { 24, 0, 0x38 }, room[256];

	syscall(SYS_io_submit, 0, 3, requests);
	/* STATX_MNT_ID_UNIQUE */
	statx(AT_FDCWD, "/proc", 0, 0x4000, &about);
	asked[1] = about.stx_mnt_id;
	syscall(457, asked, room, sizeof(room), 0);
}

int main(int argc, char **argv)
{
	requests(argc == 1);
	(void)argv;
	programs();
	descriptors();
	lists();
	return 0;
}
