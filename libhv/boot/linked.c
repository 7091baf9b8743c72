/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of the sections of sections.ld, the linker script of images. */
#include "libhv/boot/linked.h"

#include <hyp/arch/hart.h>

extern uint64_t boot_table_2m[512];
extern const char _text_start[], _text_end[], _rodata_start[], _rodata_end[], _data_start[];
extern const char _hyp_end[], _guest_end[];

const struct hv_image hv_image_linked = {
    .text_start = _text_start,
    .text_end = _text_end,
    .rodata_start = _rodata_start,
    .rodata_end = _rodata_end,
    .data_start = _data_start,
    .hyp_end = _hyp_end,
    .guest_end = _guest_end,
    .boot_table = boot_table_2m,
    .build_id = hyp_build_id,
};
