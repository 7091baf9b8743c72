/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All sizes, loads and stores, at every byte of the guest's APLIC and of its IMSICs' pages, which
 * are guest interrupt files or emulated; and around them. The models' answers for each byte are
 * //libirq:vaplic_every_prop_random_test and vimsic_every_prop_random_test.
 */
#include "hostile.h"

#define APLIC UINT64_C(0x0d000000)
#define APLIC_SIZE UINT64_C(0x8000)
#define IMSIC UINT64_C(0x28000000)
#define IMSIC_SIZE (IMSICS * UINT64_C(0x1000))
#define NOBODY UINT64_C(0x0f0f0f0f0f0f0f0f) /* All fault. */
#define WORDS UINT64_C(0x0f0f0f030f0f0f0b)  /* But 4 bytes at 0 and 4, and 8 bytes at 4. */
#define LAST UINT64_C(0x0f0f0f0b0f0f0f0b)   /* 8 bytes at 4 would go beyond the end. */

void hostile_second(uint64_t hart, uint64_t opaque)
{
    (void)hart;
    (void)opaque;
}

static void sweep(uint64_t start, uint64_t size)
{
    hostile_check("inside", hostile_sweep(start, start + size - 8, WORDS), 0);
    hostile_check("behind", hostile_sweep(start + size, start + size + 64, NOBODY), 0);
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart;
    (void)fdt;
    hostile_begin();
    sweep(APLIC, APLIC_SIZE);
    hostile_check("last", hostile_sweep(APLIC + APLIC_SIZE - 8, APLIC + APLIC_SIZE, LAST), 0);
    if (IMSICS != 0) {
        sweep(IMSIC, IMSIC_SIZE);
    }
    hostile_done(IMSICS != 0 ? "mmio_imsic" : "mmio_aplic");
    guest_shutdown(false);
}
