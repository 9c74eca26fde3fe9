/* What is special about calls, and what values are worth passing. */
#pragma once

/* Says what is special about a call. Numbers it does not have are -1. */
struct rule {
	int nr64, nr32;
	/* LEAVE: never made. SELDOM: one time in `value`. FIX: argument `arg` is always `value`. */
	enum { LEAVE, SELDOM, FIX } what;
	int arg;
	uint64_t value;
	const char *reason;
};

static const struct rule rules[] = {
	{ 60, 1, LEAVE, 0, 0, "exit: a thread would be gone; workers end by exit_group or are killed" },
	{ 231, 252, LEAVE, 0, 0, "exit_group: made once, as a worker's last call" },
	{ 58, 190, LEAVE, 0, 0, "vfork: the child would run in the parent's frame" },
	{ 56, 120, LEAVE, 0, 0, "clone: a child that shares memory would run on its parent's stack and log" },
	{ 435, 435, LEAVE, 0, 0, "clone3: as clone" },
	{ 15, 173, LEAVE, 0, 0, "rt_sigreturn: takes all registers from the stack" },
	{ -1, 119, LEAVE, 0, 0, "sigreturn: as rt_sigreturn" },
	{ 169, 88, LEAVE, 0, 0, "reboot: would end the namespace" },
	{ 162, 36, LEAVE, 0, 0, "sync: writes back the disks of the whole host" },
	{ 249, 287, LEAVE, 0, 0, "request_key: starts the host's /sbin/request-key" },
	{ 335, -1, SELDOM, 0, 30, "uretprobe: kills who makes it outside of one" },
	{ 336, -1, SELDOM, 0, 30, "uprobe: as uretprobe" },
	{ 130, 179, SELDOM, 0, 10, "rt_sigsuspend: waits with a mask that may let no signal in" },
	{ -1, 72, FIX, 2, 0, "sigsuspend: as rt_sigsuspend, with the mask in a register" },
	{ 62, 37, FIX, 1, 0, "kill: no signal, but the check for one" },
	{ 200, 238, FIX, 1, 0, "tkill: as kill" },
	{ 234, 270, FIX, 2, 0, "tgkill: as kill" },
	{ 129, 178, FIX, 1, 0, "rt_sigqueueinfo: as kill" },
	{ 297, 335, FIX, 2, 0, "rt_tgsigqueueinfo: as kill" },
	{ 424, 424, FIX, 1, 0, "pidfd_send_signal: as kill" },
	{ 101, 26, FIX, 0, 16, "ptrace: a traced thread would stop for good; PTRACE_ATTACH" },
	{ 101, 26, FIX, 1, -1, "ptrace: ... of no process" },
	{ 158, -1, FIX, 0, 0x1003, "arch_prctl: would take the thread's own memory away; ARCH_GET_FS" },
	{ -1, 384, FIX, 0, 0x1011, "arch_prctl: would forbid cpuid; ARCH_GET_CPUID" },
	{ 317, 354, FIX, 0, 2, "seccomp: refuses later calls before they are seen; SECCOMP_GET_ACTION_AVAIL" },
};

/* Options of prctl that leave the thread able to go on: others forbid calls (PR_SET_SECCOMP,
 * PR_SET_SYSCALL_USER_DISPATCH), the clock (PR_SET_TSC) or memory (PR_SET_MM, PR_SET_MDWE). */
static const int options[] = { 1, 2, 3, 4, 7, 8, 15, 15, 15, 16, 21, 23, 24, 25, 27, 28, 29, 30, 34, 36,
			       37, 38, 39, 40, 47, 52, 56, 62, 0x59616d61, 99 };

/* What common calls take: f a descriptor, p a pointer, s text, n a count, i a small number, x bits,
 * a anything. Every other call takes anything in each place, as do these every other time. */
struct hint {
	int nr64, nr32;
	const char *args;
};

static const struct hint hints[] = {
	{ 0, 3, "fpn" }, { 1, 4, "fpn" }, { 2, 5, "sxx" }, { 3, 6, "f" }, { 4, -1, "sp" }, { 5, 108, "fp" },
	{ 6, -1, "sp" }, { 7, 168, "pii" }, { 8, 19, "fai" }, { 9, 192, "pnxxfi" }, { 10, 125, "pni" },
	{ 11, 91, "pn" }, { 13, 174, "ippi" }, { 14, 175, "ippi" }, { 16, 54, "fap" }, { 17, 180, "fpni" },
	{ 18, 181, "fpni" }, { 19, 145, "fpi" }, { 20, 146, "fpi" }, { 21, 33, "si" }, { 22, 42, "p" },
	{ 23, 142, "ipppp" }, { 28, 219, "pni" }, { 35, 162, "pp" }, { 41, 359, "iii" }, { 42, 362, "fpn" },
	{ 43, -1, "fpp" }, { 44, 369, "fpnxpn" }, { 45, 371, "fpnxpp" }, { 46, 370, "fpx" },
	{ 47, 372, "fpx" }, { 49, 361, "fpn" }, { 51, 367, "fpp" }, { 53, 360, "iiip" }, { 54, 366, "fiipn" },
	{ 55, 365, "fiipp" }, { 59, 11, "spp" }, { 61, 114, "ipip" }, { 72, 55, "fip" }, { 79, 183, "pn" },
	{ 82, 38, "ss" }, { 83, 39, "sx" }, { 87, 10, "s" }, { 89, 85, "spn" }, { 96, 78, "pp" },
	{ 97, 76, "ip" }, { 98, 77, "ip" }, { 128, 177, "pppi" }, { 137, 99, "sp" }, { 202, 240, "pxippi" },
	{ 217, 220, "fpn" }, { 230, 267, "iipp" }, { 232, 256, "fpii" }, { 233, 255, "fifp" },
	{ 247, 284, "iipip" }, { 257, 295, "fsxx" }, { 262, 300, "fspx" }, { 270, 308, "ippppp" },
	{ 271, 309, "ppipi" }, { 281, 319, "fpiipi" }, { 293, 331, "px" }, { 295, 333, "fpii" },
	{ 299, 337, "fpixp" }, { 302, 340, "iipp" }, { 310, 347, "ipipii" }, { 318, 355, "pnx" },
	{ 332, 383, "fsxxp" }, { 437, 437, "fspn" }, { -1, 102, "ip" }, { -1, 117, "iiiipi" },
	{ -1, 90, "p" }, { -1, 82, "p" }, { -1, 403, "ip" }, { -1, 407, "iipp" }, { -1, 414, "piipi" },
};

static const char *const texts[] = { "a", "a/b", "file", "./file", "", ".", "/", "no/such/file", "d", "d/e",
				     "\x1b[2J\x07", "line\nfeed\ttab", "\xff\xfe\x80", "q\"\\'{}", "user.name" };

/* Counts: none leads from the arena to the program's own memory, see `nowhere`. */
static const uint64_t counts[] = { 0, 1, 2, 7, 8, 16, 64, 128, 1024, 4095, 4096, 4097, 65536, 0x7fffffff,
				   0x80000000, 0xffffffff, 0x7fffffffffffffff, 1UL << 63, -1UL, -8UL };

/* Below every mapping of a 64-bit program even as a length from the arena on. */
static const uint64_t nowhere[] = { 1, 0xdead0000, 0x100000000000, 0x8000000000000000, 0xffffffff81000000,
				    0xfffffffffffff000, 0xffffffff, 0x7ffff000 };

/* The kinds of pages in the arena, the rest being common ones. */
enum { TEXTS = 8, EDGE = 10, HOLE, READ_ONLY, FORBIDDEN = 14, COLD = 16, CHURNED = 19 };
