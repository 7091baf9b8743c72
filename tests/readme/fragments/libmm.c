/* SPDX-License-Identifier: Apache-2.0 */
/* The code of libmm/README.md, with memory at the address that it names; and README.md's VM. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <hyp/arch/fence.h>
#include <hyp/mm/gstage.h>
#include <hyp/mm/pages.h>
#include <hyp/vm/config.h>

extern const struct vm_config readme_vm;

static uint64_t memory[256 * 1024 / 8] __attribute__((aligned(16384)));

static enum hyp_status maps(void)
{
    const struct phys_map phys_map = {
        .window = {{.pa = {0x80400000, sizeof(memory)}, .va = (uintptr_t)memory}},
        .count = 1,
    };
    static struct page_pool pool;
    static struct gstage gs;
#include "libmm.inc"
    assert_int_equal(hgatp >> 60, 8); /* Sv39x4 */
    assert_int_equal(hgatp >> 44 & 0x3fff, 1);
    return HYP_OK;
}

static void libmm(void **state)
{
    (void)state;
    assert_int_equal(maps(), HYP_OK);
}

static void irqc_of_vm(void **state)
{
    (void)state;
    assert_int_equal(readme_vm.irqc.model, HYP_IRQC_IMSIC);
    assert_int_equal(readme_vm.irqc_else_count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(libmm),
        cmocka_unit_test(irqc_of_vm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
