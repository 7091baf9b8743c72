/* SPDX-License-Identifier: Apache-2.0 */
/* Links the audit. */
#include "images/modules.h"

#include "libhv/boot/audit.h"

static struct hv_audit state;
static const struct hv_audit_module module = {.run = hv_audit, .state = &state};

const struct hv_audit_module *const audit = &module;
