/* SPDX-License-Identifier: Apache-2.0 */
/* Which controller a VM gets of those that it names, and where its device tree is. */
#include <hyp/vm/config_choice.h>

#include <hyp/base/bits.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct vm_irqc others[] = {
    {.model = HYP_IRQC_APLIC, .gpa = 2},
    {.model = HYP_IRQC_PLIC, .gpa = 3},
};

static struct vm_config vm_of(enum hyp_irqc_model first, uint32_t others_count)
{
    return (struct vm_config){
        .name = "x",
        .irqc = {.model = first, .gpa = 1},
        .irqc_else = others,
        .irqc_else_count = others_count,
    };
}

static void test_models(void **state)
{
    (void)state;
    assert_int_equal(config_irqc_models(HYP_IRQC_PLIC), BIT(HYP_IRQC_PLIC));
    assert_int_equal(config_irqc_models(HYP_IRQC_APLIC), BIT(HYP_IRQC_PLIC) | BIT(HYP_IRQC_APLIC));
    assert_int_equal(config_irqc_models(HYP_IRQC_IMSIC), BIT(HYP_IRQC_PLIC) | BIT(HYP_IRQC_IMSIC));
}

/* The first that can be had; where there is none, the first of all, which is refused then. */
static void test_first_that_can_be_had(void **state)
{
    (void)state;
    struct vm_config vm = vm_of(HYP_IRQC_IMSIC, 2);
    assert_int_equal(config_choose(&vm, config_irqc_models(HYP_IRQC_IMSIC)), 0);
    assert_int_equal(config_choose(&vm, config_irqc_models(HYP_IRQC_APLIC)), 1);
    assert_int_equal(config_choose(&vm, config_irqc_models(HYP_IRQC_PLIC)), 2);
    assert_int_equal(config_choose(&vm, 7), 0);
    assert_int_equal(config_choose(&vm, 0), 0);
    vm = vm_of(HYP_IRQC_IMSIC, 0);
    assert_int_equal(config_choose(&vm, config_irqc_models(HYP_IRQC_PLIC)), 0);
    vm = vm_of(HYP_IRQC_IMSIC, 1);
    assert_int_equal(config_choose(&vm, config_irqc_models(HYP_IRQC_PLIC)), 0);
    vm.irqc.absent = true;
    assert_int_equal(config_choose(&vm, config_irqc_models(HYP_IRQC_APLIC)), 0);
}

static void test_chosen(void **state)
{
    (void)state;
    const struct vm_config vm = vm_of(HYP_IRQC_IMSIC, 2);
    for (uint32_t n = 0; n < 5; n++) {
        struct vm_config chosen = config_chosen(&vm, n);
        assert_int_equal(chosen.irqc.gpa, n < 2 ? n + 1 : 3);
        chosen.irqc = vm.irqc;
        assert_memory_equal(&chosen, &vm, sizeof(vm));
    }
    const struct vm_config one = vm_of(HYP_IRQC_APLIC, 0);
    assert_int_equal(config_chosen(&one, 4).irqc.gpa, 1);
}

/* Each choice of each VM has a place of its own, and all places are one behind the other. */
static void test_places_of_trees(void **state)
{
    (void)state;
    const struct vm_config vms[] = {vm_of(HYP_IRQC_IMSIC, 2), vm_of(HYP_IRQC_PLIC, 0),
                                    vm_of(HYP_IRQC_APLIC, 1)};
    const struct hyp_config config = {.vms = vms, .vm_count = ARRAY_COUNT(vms)};
    uint64_t seen = 0;
    for (uint32_t vm = 0; vm < ARRAY_COUNT(vms); vm++) {
        assert_int_equal(config_dtb_index(&config, vm, 0), vm);
        for (uint32_t n = 0; n <= vms[vm].irqc_else_count; n++) {
            seen |= BIT(config_dtb_index(&config, vm, n));
        }
    }
    assert_int_equal(seen, 0x3f);
    assert_int_equal(config_dtb_index(&config, 0, 2), 4);
    assert_int_equal(config_dtb_index(&config, 2, 1), 5);
    assert_int_equal(config_choice_count(&config), 3);
    const struct hyp_config none = {.vms = vms + 1, .vm_count = 1};
    assert_int_equal(config_choice_count(&none), 1);
    const struct hyp_config empty = {.vm_count = 0};
    assert_int_equal(config_choice_count(&empty), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_models),
        cmocka_unit_test(test_first_that_can_be_had),
        cmocka_unit_test(test_chosen),
        cmocka_unit_test(test_places_of_trees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
