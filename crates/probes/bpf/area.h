/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* A mapping of a process, as the kernel has it (hook/areas.h). */
#pragma once

enum { AREA_FOUND, AREA_NONE, AREA_UNKNOWN, AREA_UNWANTED };

struct area {
	u64 start, end, flags, page;
	u64 mm, private_data;
	struct file *file;
	u32 found;
	u32 pad;
};
