/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The addresses that sections.ld gives, for firmware that is linked by it and begins with boot.S.
 *
 * Owner   Const.
 * Locks   None.
 */
#pragma once

#include "libhv/boot/memory.h"

extern const struct hv_image hv_image_linked;
