/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Position-independent code that clears memory in VS-mode. It is data here: whoever uses it copies
 * it to memory of a guest and enters it there.
 *
 * In      a0 = first byte, a1 = behind the last, both guest-physical with vsatp = 0; a2 = the block
 *         size of cbo.zero, a power of two, with henvcfg.CBZE = 1; or 0: it uses stores alone.
 * Out     ecall. All bytes of [a0, a1) are 0; no other byte was written.
 * Units   The size is a multiple of 8 bytes, at most SCRUB_CODE_MAX.
 * Spec    "Cache-Block Zero Instructions" (Zicboz).
 */
#pragma once

#include <stdint.h>

#define SCRUB_CODE_MAX 256

/* On the host these are bytes that nobody can execute. */
extern const uint8_t scrub_code[];
extern const uint32_t scrub_code_size;
