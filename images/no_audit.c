/* SPDX-License-Identifier: Apache-2.0 */
/* An image without the audit. */
#include "images/modules.h"

const struct hv_audit_module *const audit = NULL;
