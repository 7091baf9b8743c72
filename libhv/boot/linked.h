/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses of the sections of sections.ld, for images that are linked by it and begin with boot.S.
 *
 * Owner   Const.
 * Locks   None.
 */
#pragma once

#include "libhv/boot/memory.h"

extern const struct hv_image hv_image_linked;
