/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The APLIC model's requests. In direct mode a source that is pending, enabled and has a hart as
 * its target is a request of that hart's IDC structure; in MSI mode it is a message, sent at once.
 */
#pragma once

#include "vaplic_priv.h"

/*
 * The source's pending or enable bit has changed: it becomes a request, is none any more, or its
 * message is sent. Nothing happens while it is late.
 */
void vaplic_update_request(struct vaplic *v, uint32_t source);

/* The source's target becomes `target`, and a request goes along to the hart that this names. */
void vaplic_retarget_request(struct vaplic *v, uint32_t source, uint32_t target);

/* No source is a request from now on; vaplic_update_all_external() is the caller's. */
void vaplic_remove_requests(struct vaplic *v);

/* Lets the vCPU's external interrupt be what domaincfg and the IDC structure say. */
void vaplic_update_external(struct vaplic *v, struct vaplic_idc *idc);
void vaplic_update_all_external(struct vaplic *v);

bool vaplic_signals(const struct vaplic *v, const struct vaplic_idc *idc);

/* The best request of an IDC structure in word `w`, or VAPLIC_NONE. */
uint32_t vaplic_best_in_word(const struct vaplic *v, const struct vaplic_idc *idc, uint32_t w);

/* Reads of topi and claimi. */
enum vdev_result vaplic_read_topi(struct vaplic *v, struct vaplic_idc *idc, uint64_t *value);
enum vdev_result vaplic_read_claimi(struct vaplic *v, struct vaplic_idc *idc, uint64_t *value);
