// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "kernel.h"
#include "schema.h"
#include "task.h"
#include "record.h"
#include "put.h"
#include "read.h"
#include "scope.h"
#include "library.h"
#include "copy.h"
#include "file.h"
#include "vector.h"
#include "step.h"
#include "call.h"
#include "hand/sigprocmask.h"
#include "programs.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
