/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The result of a library function for its caller. A guest never sees these numbers: libvm makes
 * what a guest sees (SBI errors, traps) in one place.
 */
#pragma once

#define HYP_MUST_USE __attribute__((warn_unused_result))

enum hyp_status {
    HYP_OK = 0,
    HYP_E_PARAM,       /* An argument is outside what the contract allows. */
    HYP_E_RANGE,       /* An address or size is beyond what the object or the ISA can name. */
    HYP_E_ALIGN,       /* An address or size is not a multiple of what it must be. */
    HYP_E_EXIST,       /* The object exists already: mapped, owned, started. */
    HYP_E_ABSENT,      /* The object does not exist: not mapped, not owned. */
    HYP_E_NOMEM,       /* No page or slot is left. */
    HYP_E_UNSUPPORTED, /* This machine or firmware lacks the feature. */
    HYP_E_FAULT,       /* An access to guest memory or to a device trapped. */
    HYP_E_FORMAT,      /* Input from outside (device tree, image) is malformed. */
};

/* Its word in the log: "ok", "param", … "unknown" for any other number. */
const char *hyp_status_name(enum hyp_status status);

/* Returns from the calling function if `expr` is not HYP_OK. The only macro that may return. */
#define HYP_TRY(expr)                             \
    do {                                          \
        enum hyp_status hyp_try_status_ = (expr); \
        if (hyp_try_status_ != HYP_OK) {          \
            return hyp_try_status_;               \
        }                                         \
    } while (0)
