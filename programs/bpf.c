/*
 * Makes a BPF map and a program, finds both by their ids, and attaches programs; says after each step
 * what the tracer is to say. On `kprobe` and `tracepoint` it attaches by a perf event and ioctl(2), on
 * `helpers` it attaches programs that call some.
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

static int load_code(int type, const char *name, const uint64_t *code, unsigned count)
{
	union bpf_attr attr = { 0 };
	int fd;

	attr.prog_type = type;
	attr.insn_cnt = count;
	attr.insns = at(code);
	attr.license = at("GPL");
	strcpy(attr.prog_name, name);
	fd = must("load", bpf(BPF_PROG_LOAD, &attr));
	printf("prog %u %s\n", id_of(fd), name);
	return fd;
}

static int load(int type, const char *name)
{
	static const uint64_t code[] = { 0xb7, 0x95 };

	return load_code(type, name, code, 2);
}

static void to_tracepoint(int fd, const char *name)
{
	union bpf_attr attr = { 0 };

	attr.raw_tracepoint.name = at(name);
	attr.raw_tracepoint.prog_fd = fd;
	must("raw tracepoint", bpf(BPF_RAW_TRACEPOINT_OPEN, &attr));
}

static uint64_t bytes_of(uint8_t code, uint8_t registers, int16_t offset, int32_t number)
{
	return code | registers << 8 | (uint64_t)(uint16_t)offset << 16 | (uint64_t)number << 32;
}

/* Attached where hardly anything ever happens, and gone with this process. */
static void attach_code(const char *name, const uint64_t *code, unsigned count, const char *calls)
{
	int fd = load_code(BPF_PROG_TYPE_RAW_TRACEPOINT, name, code, count);

	printf("calls %s %s\n", name, calls);
	to_tracepoint(fd, "sched_process_hang");
}

/* Calls at both ends of a long program: what writes to a process if the kernel lets it. */
static void attach_long(void)
{
	static uint64_t code[4000];
	unsigned count = sizeof(code) / sizeof(*code);
	union bpf_attr attr = { 0 };
	const char *calls = "probe_write_user|send_signal";
	int fd;

	for (unsigned i = 0; i < count - 1; i++)
		code[i] = bytes_of(0xb7, 0, 0, 0);		/* r0 = 0 */
	code[0] = bytes_of(0x7a, 10, -8, 0);			/* *(u64 *)(r10 - 8) = 0 */
	code[1] = bytes_of(0xb7, 1, 0, 0);			/* r1 = 0 */
	code[2] = bytes_of(0xbf, 0xa2, 0, 0);			/* r2 = r10 */
	code[3] = bytes_of(0x07, 2, 0, -8);			/* r2 += -8 */
	code[4] = bytes_of(0xb7, 3, 0, 8);			/* r3 = 8 */
	code[5] = bytes_of(0x85, 0, 0, 36);			/* probe_write_user */
	code[count - 4] = bytes_of(0xb7, 1, 0, 0);
	code[count - 3] = bytes_of(0x85, 0, 0, 109);		/* send_signal */
	code[count - 1] = bytes_of(0x95, 0, 0, 0);
	attr.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT;
	attr.insn_cnt = count;
	attr.insns = at(code);
	attr.license = at("GPL");
	strcpy(attr.prog_name, "th_asks");
	fd = bpf(BPF_PROG_LOAD, &attr);
	if (fd >= 0) {
		close(fd);
		printf("calls th_asks %s\n", calls);
	} else {
		code[1] = bytes_of(0xbf, 0xa1, 0, 0);		/* r1 = r10 */
		code[2] = bytes_of(0x07, 1, 0, -8);		/* r1 += -8 */
		code[3] = bytes_of(0xb7, 2, 0, 8);		/* r2 = 8 */
		code[4] = bytes_of(0xb7, 3, 0, 0);		/* r3 = 0 */
		code[5] = bytes_of(0x85, 0, 0, 112);		/* probe_read_user */
		calls = "send_signal|probe_read_user";
	}
	attach_code("th_long", code, count, calls);
}

static void with_helpers(void)
{
	const uint64_t quiet[] = {
		bytes_of(0x85, 0, 0, 5),			/* ktime_get_ns */
		bytes_of(0xb7, 0, 0, 0), bytes_of(0x95, 0, 0, 0),
	};
	/* A call of its own function is none of the kernel's; that one calls two. */
	const uint64_t parts[] = {
		bytes_of(0x85, 0x10, 0, 1), bytes_of(0x95, 0, 0, 0),
		bytes_of(0x85, 0, 0, 14),			/* get_current_pid_tgid */
		bytes_of(0x85, 0, 0, 7),			/* get_prandom_u32 */
		bytes_of(0x95, 0, 0, 0),
	};

	attach_code("th_quiet", quiet, 3, "ktime_get_ns");
	attach_code("th_parts", parts, 5, "get_current_pid_tgid|others");
	attach_long();
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
		if (!strcmp(argv[1], "helpers"))
			with_helpers();
		else
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
	to_tracepoint(fd, "task_rename");
	return 0;
}
