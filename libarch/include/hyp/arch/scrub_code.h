/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Position-independent code that clears memory in VS-mode. Here it is data: the user copies it to
 * memory of a guest and enters it there.
 *
 * Entry   a0 = first byte, a1 = end, both guest-physical with vsatp = 0; a2 = the block size of
 *         cbo.zero, a power of two, with henvcfg.CBZE = 1; or a2 = 0: the code uses stores only.
 * Exit    ecall. All bytes of [a0, a1) are 0; no other byte was written.
 * Units   The size is a multiple of 8 bytes, at most SCRUB_CODE_MAX.
 * Spec    "Cache-Block Zero Instructions" (Zicboz).
 */
#pragma once

#include <stdint.h>

#define SCRUB_CODE_MAX 256

/* On the host these bytes are no code. */
extern const uint8_t scrub_code[];
extern const uint32_t scrub_code_size;
