/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The APLIC model's requests. In direct mode a source that is pending, enabled and has a hart as
 * its target is a request of that hart's IDC structure; in MSI mode it is a message, sent at once.
 */
#pragma once

#include "vaplic_priv.h"

/*
 * The source's pending or enable bit is another than before: it becomes a request, is one no
 * longer, or its message goes. Nothing happens while it is late.
 */
void vaplic_request_update(struct vaplic *v, uint32_t source);

/* It is a request of this IDC structure, and no longer so. */
void vaplic_request_remove(struct vaplic *v, uint32_t source, struct vaplic_idc *idc);

/* No source is a request, and no vCPU is told. */
void vaplic_request_remove_all(struct vaplic *v);

/* Lets the vCPU's external interrupt be what domaincfg and the IDC structure say. */
void vaplic_request_drive(struct vaplic *v, struct vaplic_idc *idc);
void vaplic_request_drive_all(struct vaplic *v);

bool vaplic_request_signals(const struct vaplic *v, const struct vaplic_idc *idc);

/* The best request of an IDC structure in word `w`, or VAPLIC_NONE. */
uint32_t vaplic_request_best(const struct vaplic *v, const struct vaplic_idc *idc, uint32_t w);

/* Reads of topi and claimi. */
enum vdev_result vaplic_request_topi(struct vaplic *v, struct vaplic_idc *idc, uint64_t *value);
enum vdev_result vaplic_request_claimi(struct vaplic *v, struct vaplic_idc *idc, uint64_t *value);
