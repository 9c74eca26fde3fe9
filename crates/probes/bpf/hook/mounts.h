/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What sources of mount events name. */
#pragma once
