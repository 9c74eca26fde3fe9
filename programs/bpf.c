/*
 * Makes a BPF map and a program, finds both by their ids, and attaches programs; says after each step
 * what the tracer is to say. On `kprobe` and `tracepoint` it attaches by a perf event and ioctl(2).
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/perf_event.h>

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int must(const char *what, long value)
{
	if (value >= 0)
		return value;
	perror(what);
	exit(1);
}

static uint64_t at(const void *address)
{
	return (uintptr_t)address;
}

static unsigned id_of(int fd)
{
	/* Of a map and of a program the second word is the id. */
	uint32_t info[64] = { 0 };
	union bpf_attr attr = { 0 };

	attr.info.bpf_fd = fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = at(info);
	must("info", bpf(BPF_OBJ_GET_INFO_BY_FD, &attr));
	return info[1];
}

static int load(int type, const char *name)
{
	static const uint64_t code[] = { 0xb7, 0x95 };
	union bpf_attr attr = { 0 };
	int fd;

	attr.prog_type = type;
	attr.insn_cnt = 2;
	attr.insns = at(code);
	attr.license = at("GPL");
	strcpy(attr.prog_name, name);
	fd = must("load", bpf(BPF_PROG_LOAD, &attr));
	printf("prog %u %s\n", id_of(fd), name);
	return fd;
}

static int open_by_id(int command, unsigned id)
{
	union bpf_attr attr = { 0 };

	attr.map_id = id;
	return must("by id", bpf(command, &attr));
}

static void number(const char *path, uint64_t *value)
{
	FILE *file = fopen(path, "r");
	unsigned long long read;

	if (!file || fscanf(file, "%llu", &read) != 1) {
		perror(path);
		exit(1);
	}
	fclose(file);
	*value = read;
}

static void attach_event(struct perf_event_attr *attr, int type, const char *name)
{
	int program = load(type, name);
	int event = must("perf_event_open", syscall(SYS_perf_event_open, attr, 0, -1, -1, 0));

	must("ioctl", ioctl(event, PERF_EVENT_IOC_SET_BPF, program));
}

static void by_event(const char *how)
{
	struct perf_event_attr attr = { .size = sizeof(attr), .sample_period = 1, .disabled = 1 };
	uint64_t number_read;

	if (!strcmp(how, "kprobe")) {
		number("/sys/bus/event_source/devices/kprobe/type", &number_read);
		attr.type = number_read;
		attr.config1 = at("vfs_fsync");
		attach_event(&attr, BPF_PROG_TYPE_KPROBE, "th_kprobe");
	} else {
		number("/sys/kernel/tracing/events/task/task_rename/id", &number_read);
		attr.type = PERF_TYPE_TRACEPOINT;
		attr.config = number_read;
		attach_event(&attr, BPF_PROG_TYPE_TRACEPOINT, "th_tracepoint");
	}
}

int main(int argc, char **argv)
{
	union bpf_attr attr = { 0 };
	unsigned id;
	int fd;

	if (argc > 1) {
		by_event(argv[1]);
		return 0;
	}
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = 4;
	attr.value_size = 8;
	attr.max_entries = 1;
	strcpy(attr.map_name, "th_map");
	fd = must("map", bpf(BPF_MAP_CREATE, &attr));
	id = id_of(fd);
	printf("map %u th_map\n", id);
	open_by_id(BPF_MAP_GET_FD_BY_ID, id);

	fd = load(BPF_PROG_TYPE_RAW_TRACEPOINT, "th_raw");
	open_by_id(BPF_PROG_GET_FD_BY_ID, id_of(fd));
	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.name = at("task_rename");
	attr.raw_tracepoint.prog_fd = fd;
	must("raw tracepoint", bpf(BPF_RAW_TRACEPOINT_OPEN, &attr));
	return 0;
}
