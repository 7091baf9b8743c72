/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the initrd's size as in the tree, and how many bytes of the file are in memory. */
#include "check.h"

#include <libfdt.h>

#define INITRD UINT64_C(0x80400000)
#define ROOM 65536

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    (void)cause;
    (void)epc;
    (void)tval;
    guest_shutdown(true);
}

static uint64_t end_of_initrd(const void *fdt)
{
    int length = 0;
    const void *end =
        fdt_getprop(fdt, fdt_path_offset(fdt, "/chosen"), "linux,initrd-end", &length);
    return end != NULL && length == 8 ? fdt64_ld(end) : INITRD;
}

/* Byte n of the file, which BUILD.bazel makes by the same formula. */
static uint8_t byte_of_file(uint64_t i)
{
    return (uint8_t)(7 * i + 3);
}

void guest_main(uint64_t hart, const void *fdt)
{
    const uint8_t *file = (const uint8_t *)INITRD;
    uint64_t size = end_of_initrd(fdt) - INITRD;
    uint64_t there = 0;
    (void)hart;
    while (there < ROOM && file[there] == byte_of_file(there)) {
        there++;
    }
    uint64_t end = there;
    while (end < ROOM && file[end] == 0) {
        end++;
    }
    check_is(end, ROOM, "behind it all is 0");
    guest_put(size != 0 ? "initrd " : "no initrd");
    if (size != 0) {
        guest_put_dec(size);
    }
    guest_put(", ");
    guest_put_dec(there);
    guest_put(" bytes of it\n");
    guest_shutdown(false);
}
