/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The APLIC model's requests. In direct mode a source that is pending, enabled and has a hart as
 * its target is a request of that hart's IDC structure. In MSI mode its MSI is sent at once, which
 * clears the pending bit.
 */
#pragma once

#include "vaplic_priv.h"

/*
 * Call after the source's pending or enable bit has changed: adds or removes its request, or sends
 * its MSI. Does nothing while the source's update is deferred.
 */
void vaplic_update_request(struct vaplic *vaplic, uint32_t source);

/* Sets the source's target. Its request moves to the hart that the target names. */
void vaplic_retarget_request(struct vaplic *vaplic, uint32_t source, uint32_t target);

/* Removes all requests. The caller calls vaplic_update_all_external() afterwards. */
void vaplic_remove_requests(struct vaplic *vaplic);

/* Computes external interrupts anew from domaincfg and the IDC structures. */
void vaplic_update_external(struct vaplic *vaplic, struct vaplic_idc *idc);
void vaplic_update_all_external(struct vaplic *vaplic);

bool vaplic_signals(const struct vaplic *vaplic, const struct vaplic_idc *idc);

/*
 * The key of the best request of an IDC structure in word `w`, or VAPLIC_NONE. The loop looks at
 * one bit of the priority at a time, the highest first. Sources that have the bit are dropped,
 * unless all that are left have it.
 */
static inline uint32_t vaplic_best_in_word(const struct vaplic *vaplic,
                                           const struct vaplic_idc *idc, uint32_t w)
{
    uint64_t left = idc->requests[w];
    const uint64_t *bits =
        vaplic->iprio + (size_t)vaplic->config.iprio_bits * vaplic->word_count + w;
    uint32_t iprio = 0;
    if (left == 0) {
        return VAPLIC_NONE;
    }
    for (uint32_t k = 0; k < vaplic->config.iprio_bits; k++) {
        bits -= vaplic->word_count;
        uint64_t less = left & ~*bits;
        iprio = iprio << 1 | (less == 0);
        left = less != 0 ? less : left;
    }
    return iprio << KEY_SHIFT | (w * 64 + lowest_bit(left));
}

/* The plain way of vaplic_handle_phys_irq(). */
void vaplic_handle_any_phys_irq(struct vaplic *vaplic, uint32_t source);

/* Reads of topi and claimi. */
enum vdev_result vaplic_read_topi(struct vaplic *vaplic, struct vaplic_idc *idc, uint64_t *value);
enum vdev_result vaplic_read_claimi(struct vaplic *vaplic, struct vaplic_idc *idc, uint64_t *value);

/* The same as vaplic_read_claimi(), if the best request's physical input was just read and is low.
 */
enum vdev_result vaplic_claim_next(struct vaplic *vaplic, struct vaplic_idc *idc, uint64_t *value);
