/* SPDX-License-Identifier: Apache-2.0 */
/* Which of its controllers a VM gets on a machine, and which device tree is for that. */
#include <hyp/vm/irqc_select.h>

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
    assert_int_equal(irqc_select_models(HYP_IRQC_PLIC), BIT(HYP_IRQC_PLIC));
    assert_int_equal(irqc_select_models(HYP_IRQC_APLIC), BIT(HYP_IRQC_PLIC) | BIT(HYP_IRQC_APLIC));
    assert_int_equal(irqc_select_models(HYP_IRQC_IMSIC), BIT(HYP_IRQC_PLIC) | BIT(HYP_IRQC_IMSIC));
    assert_int_equal(irqc_select_models(HYP_IRQC_NONE), BIT(HYP_IRQC_PLIC) | BIT(HYP_IRQC_NONE));
}

/* The first that the machine can give; if it gives none, alternative 0, which is refused then. */
static void test_first_that_can_be_given(void **state)
{
    (void)state;
    struct vm_config vm = vm_of(HYP_IRQC_IMSIC, 2);
    assert_int_equal(irqc_select(&vm, irqc_select_models(HYP_IRQC_IMSIC)), 0);
    assert_int_equal(irqc_select(&vm, irqc_select_models(HYP_IRQC_APLIC)), 1);
    assert_int_equal(irqc_select(&vm, irqc_select_models(HYP_IRQC_PLIC)), 2);
    assert_int_equal(irqc_select(&vm, 7), 0);
    assert_int_equal(irqc_select(&vm, 0), 0);
    vm = vm_of(HYP_IRQC_IMSIC, 0);
    assert_int_equal(irqc_select(&vm, irqc_select_models(HYP_IRQC_PLIC)), 0);
    vm = vm_of(HYP_IRQC_IMSIC, 1);
    assert_int_equal(irqc_select(&vm, irqc_select_models(HYP_IRQC_PLIC)), 0);
    vm.irqc.model = HYP_IRQC_NONE;
    assert_int_equal(irqc_select(&vm, irqc_select_models(HYP_IRQC_APLIC)), 0);
    /* NONE can be given on every machine; on one without a controller a virtual PLIC, too. */
    const struct vm_irqc none[] = {{.model = HYP_IRQC_NONE}};
    vm = (struct vm_config){
        .irqc = {.model = HYP_IRQC_IMSIC}, .irqc_else = none, .irqc_else_count = 1};
    assert_int_equal(irqc_select(&vm, irqc_select_models(HYP_IRQC_PLIC)), 1);
    assert_int_equal(irqc_select(&vm, irqc_select_models(HYP_IRQC_NONE)), 1);
    assert_int_equal(irqc_select(&vm, irqc_select_models(HYP_IRQC_IMSIC)), 0);
    vm = vm_of(HYP_IRQC_IMSIC, 2);
    assert_int_equal(irqc_select(&vm, irqc_select_models(HYP_IRQC_NONE)), 2);
}

static void test_vm_with_alternative(void **state)
{
    (void)state;
    const struct vm_config vm = vm_of(HYP_IRQC_IMSIC, 2);
    for (uint32_t n = 0; n < 5; n++) {
        struct vm_config selected = irqc_select_vm(&vm, n);
        assert_int_equal(selected.irqc.gpa, n < 2 ? n + 1 : 3);
        selected.irqc = vm.irqc;
        assert_memory_equal(&selected, &vm, sizeof(vm));
    }
    const struct vm_config one = vm_of(HYP_IRQC_APLIC, 0);
    assert_int_equal(irqc_select_vm(&one, 4).irqc.gpa, 1);
}

/* Each alternative of each VM has an index of its own, and the indices have no gap. */
static void test_indices_of_trees(void **state)
{
    (void)state;
    const struct vm_config vms[] = {vm_of(HYP_IRQC_IMSIC, 2), vm_of(HYP_IRQC_PLIC, 0),
                                    vm_of(HYP_IRQC_APLIC, 1)};
    const struct hyp_config config = {.vms = vms, .vm_count = ARRAY_COUNT(vms)};
    uint64_t seen = 0;
    for (uint32_t vm = 0; vm < ARRAY_COUNT(vms); vm++) {
        assert_int_equal(irqc_select_dtb_index(&config, vm, 0), vm);
        for (uint32_t n = 0; n <= vms[vm].irqc_else_count; n++) {
            seen |= BIT(irqc_select_dtb_index(&config, vm, n));
        }
    }
    assert_int_equal(seen, 0x3f);
    assert_int_equal(irqc_select_dtb_index(&config, 0, 2), 4);
    assert_int_equal(irqc_select_dtb_index(&config, 2, 1), 5);
    assert_int_equal(irqc_select_count(&config), 3);
    const struct hyp_config none = {.vms = vms + 1, .vm_count = 1};
    assert_int_equal(irqc_select_count(&none), 1);
    const struct hyp_config empty = {.vm_count = 0};
    assert_int_equal(irqc_select_count(&empty), 1);
}

/* Tree n has n + 1 bytes. */
static void check_selection(const struct hyp_config *config, uint32_t models, const uint32_t gpa[3],
                            const uint32_t size[3])
{
    static const struct hyp_dtb dtbs[] = {{.size = 1}, {.size = 2}, {.size = 3},
                                          {.size = 4}, {.size = 5}, {.size = 6}};
    struct irqc_selection s;
    memset(&s, 0xff, sizeof(s));
    irqc_select_for_machine(config, dtbs, models, &s);
    assert_ptr_equal(s.config.vms, s.vms);
    for (uint32_t vm = 0; vm < 3; vm++) {
        assert_int_equal(s.vms[vm].irqc.gpa, gpa[vm]);
        assert_int_equal(s.dtbs[vm].size, size[vm]);
        s.vms[vm].irqc = config->vms[vm].irqc;
        assert_memory_equal(&s.vms[vm], &config->vms[vm], sizeof(s.vms[vm]));
    }
    s.config.vms = config->vms;
    assert_memory_equal(&s.config, config, sizeof(s.config));
}

/* Each VM gets the alternative for this machine and its tree; all else stays as configured. */
static void test_selection(void **state)
{
    (void)state;
    struct vm_config vms[] = {vm_of(HYP_IRQC_IMSIC, 2), vm_of(HYP_IRQC_PLIC, 0),
                              vm_of(HYP_IRQC_APLIC, 1)};
    /* The trees of irqc_else follow: two of VM 0, then one of VM 2. */
    vms[2].irqc_else = others + 1;
    const struct hyp_config config = {
        .name = "c", .pool_size = 4096, .console_hart = 3, .vms = vms, .vm_count = 3};
    const uint32_t plic = irqc_select_models(HYP_IRQC_PLIC);
    const uint32_t aplic = irqc_select_models(HYP_IRQC_APLIC);
    const uint32_t imsic = irqc_select_models(HYP_IRQC_IMSIC);
    check_selection(&config, plic, (uint32_t[]){3, 1, 3}, (uint32_t[]){5, 2, 6});
    check_selection(&config, aplic, (uint32_t[]){2, 1, 1}, (uint32_t[]){4, 2, 3});
    check_selection(&config, imsic, (uint32_t[]){1, 1, 3}, (uint32_t[]){1, 2, 6});
    check_selection(&config, 0, (uint32_t[]){1, 1, 1}, (uint32_t[]){1, 2, 3});
}

/* More VMs than the selection has room for: only their count is copied. */
static void test_selection_of_too_many(void **state)
{
    (void)state;
    static struct vm_config vms[HYP_VM_MAX + 1];
    static const struct hyp_dtb dtbs[HYP_VM_MAX + 1];
    static struct {
        struct irqc_selection s;
        uint8_t behind[sizeof(struct hyp_dtb)];
        uint8_t same[sizeof(struct hyp_dtb)];
    } room;
    for (uint32_t vm = 0; vm <= HYP_VM_MAX; vm++) {
        vms[vm] = vm_of(HYP_IRQC_PLIC, 0);
        vms[vm].entry = vm;
    }
    memset(room.behind, 0xa5, sizeof(room.behind));
    memset(room.same, 0xa5, sizeof(room.same));
    const struct hyp_config config = {.vms = vms, .vm_count = HYP_VM_MAX + 1};
    irqc_select_for_machine(&config, dtbs, irqc_select_models(HYP_IRQC_PLIC), &room.s);
    assert_int_equal(room.s.config.vm_count, HYP_VM_MAX + 1);
    assert_int_equal(room.s.vms[HYP_VM_MAX - 1].entry, HYP_VM_MAX - 1);
    assert_memory_equal(room.behind, room.same, sizeof(room.same));
    const struct hyp_config none = {.vm_count = 0};
    irqc_select_for_machine(&none, dtbs, 0, &room.s);
    assert_int_equal(room.s.config.vm_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_models),
        cmocka_unit_test(test_first_that_can_be_given),
        cmocka_unit_test(test_vm_with_alternative),
        cmocka_unit_test(test_indices_of_trees),
        cmocka_unit_test(test_selection),
        cmocka_unit_test(test_selection_of_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
