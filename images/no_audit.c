/* SPDX-License-Identifier: Apache-2.0 */
/* Links no audit. */
#include "images/modules.h"

const struct hv_audit_module *const audit = NULL;
