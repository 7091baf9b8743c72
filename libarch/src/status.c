/* SPDX-License-Identifier: Apache-2.0 */
/* Names of statuses, for the log. */
#include <hyp/base/status.h>

#include <hyp/base/types.h>

HYP_COLD const char *hyp_status_name(enum hyp_status status)
{
    switch (status) {
    case HYP_OK: return "ok";
    case HYP_E_PARAM: return "param";
    case HYP_E_RANGE: return "range";
    case HYP_E_ALIGN: return "align";
    case HYP_E_EXIST: return "exist";
    case HYP_E_ABSENT: return "absent";
    case HYP_E_NOMEM: return "nomem";
    case HYP_E_UNSUPPORTED: return "unsupported";
    case HYP_E_FAULT: return "fault";
    case HYP_E_FORMAT: return "format";
    }
    return "unknown";
}
