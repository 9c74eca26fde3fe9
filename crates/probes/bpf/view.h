/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* A look at kernel memory, run by the tracer alone (BPF_PROG_TEST_RUN): the page at ctx[0]. */
#pragma once

struct view {
	u8 bytes[4096];
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct view);
} views SEC(".maps");

SEC("raw_tp")
int look_at_memory(u64 *ctx)
{
	u32 zero = 0;
	struct view *view = bpf_map_lookup_elem(&views, &zero);

	if (!view)
		return -EFAULT;
	return bpf_probe_read_kernel(view->bytes, sizeof(view->bytes), (void *)ctx[0]);
}
