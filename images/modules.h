/* SPDX-License-Identifier: Apache-2.0 */
/* hyp_image() links one of modules_*.c, and audit.c or no_audit.c. */
#pragma once

#include "libhv/modules.h"

extern const struct hv_modules modules;
extern const struct hv_audit_module *const audit; /* NULL: there is no audit. */
