/* SPDX-License-Identifier: Apache-2.0 */
/* scrub_code of the host: bytes that a test can copy and compare. */
#include <hyp/arch/scrub_code.h>

#define BYTES 0xc0, 0xde, 0xc0, 0xdf, 0xc1, 0xde, 0xc1, 0xdf

const uint8_t scrub_code[] = {BYTES, BYTES, BYTES, BYTES, BYTES};
const uint32_t scrub_code_size = sizeof(scrub_code);
