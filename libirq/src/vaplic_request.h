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

/* The key of the best request of an IDC structure in word `w`, or VAPLIC_NONE. */
uint32_t vaplic_best_in_word(const struct vaplic *vaplic, const struct vaplic_idc *idc, uint32_t w);

/* Reads of topi and claimi. */
enum vdev_result vaplic_read_topi(struct vaplic *vaplic, struct vaplic_idc *idc, uint64_t *value);
enum vdev_result vaplic_read_claimi(struct vaplic *vaplic, struct vaplic_idc *idc, uint64_t *value);

/* As vaplic_read_claimi(), if the best request's physical input was just read and is low. */
enum vdev_result vaplic_claim_next(struct vaplic *vaplic, struct vaplic_idc *idc, uint64_t *value);
