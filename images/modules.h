/* SPDX-License-Identifier: Apache-2.0 */
/* The modules of an image: modules_*.c, one of which hyp_image() links. */
#pragma once

#include "libhv/modules.h"

extern const struct hv_modules modules;
