/* SPDX-License-Identifier: Apache-2.0 */
/* What hyp_image() links by choice: one of modules_*.c; audit.c or no_audit.c. */
#pragma once

#include "libhv/modules.h"

extern const struct hv_modules modules;
extern const struct hv_audit_module *const audit; /* NULL: none. */
