/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of calls.h to libvm on the host, the fast way and the slow one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "libvm/src/test_vm.h"
#include "tests/sbi/calls.h"

_Static_assert(SBI_RAM == TEST_RAM && SBI_ROM == TEST_ROM && SBI_DATA == TEST_DATA, "test_vm.h");
_Static_assert(SBI_VCPUS == TEST_VCPUS && SBI_PAGE == TEST_PAGE, "test_vm.h");

static struct test_vm t;

/* Different values in all registers but a0 to a7, which the script has set. */
static void fill(struct world *w)
{
    for (unsigned i = 1; i < 32; i++) {
        if (i < 10 || i > 17) {
            w->gpr[i] = i * UINT64_C(0x9e3779b97f4a7c15);
        }
    }
}

static void make_one_way(const struct sbi_call *call, bool slow)
{
    static const uint32_t states[] = {
        [STOPPED] = SBI_HSM_STOPPED, [STARTED] = SBI_HSM_STARTED, [SUSPENDED] = SBI_HSM_SUSPENDED};
    uint64_t a[8];
    memcpy(a, call->arg, sizeof(call->arg));
    a[6] = call->fid;
    a[7] = call->eid;
    test_vm_init(&t);
    t.config.no_fast_exits = slow;
    t.vm.grant.counters = 5; /* Cycles and instructions. */
    t.vcpu[1].hsm_state = states[call->vcpu_1];
    test_ecall(&t, a);
    t.step[0].before = fill;
    test_run(&t);
    const struct world *w = &t.seen[1].world;
    if ((int64_t)w->gpr[10] != call->error || w->gpr[11] != call->value) {
        fail_msg("eid %#lx fid %#lx a0 %#lx a1 %#lx a2 %#lx a3 %#lx a4 %#lx: %ld, %#lx", a[7], a[6],
                 a[0], a[1], a[2], a[3], a[4], (long)w->gpr[10], w->gpr[11]);
    }
    for (unsigned i = 1; i < 32; i++) {
        if (i != 10 && i != 11) {
            uint64_t was = i > 11 && i < 18 ? a[i - 10] : i * UINT64_C(0x9e3779b97f4a7c15);
            assert_true(w->gpr[i] == was);
        }
    }
}

static void make(const struct sbi_call *call)
{
    make_one_way(call, false);
    make_one_way(call, true);
}

static void test_calls(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SBI_COUNT(sbi_calls); i++) {
        make(&sbi_calls[i]);
    }
}

static void make_unsupported(uint64_t eid, uint64_t fid)
{
    struct sbi_call call = {.eid = eid, .fid = fid, .error = ERR_NOT_SUPPORTED};
    make(&call);
    memset(call.arg, 0xff, sizeof(call.arg));
    call.value = eid <= LEGACY_LAST ? call.arg[1] : 0;
    make(&call);
}

static void test_functions_that_are_not_there(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SBI_COUNT(sbi_extensions); i++) {
        const struct sbi_extension *ext = &sbi_extensions[i];
        make(&(struct sbi_call)GETS(BASE, 3, ext->presence != ABSENT, ext->eid));
        for (uint64_t fid = ext->presence != ABSENT ? ext->functions : 0; fid < 16; fid++) {
            make_unsupported(ext->eid, fid);
        }
        for (unsigned n = 0; n < SBI_COUNT(sbi_no_functions); n++) {
            make_unsupported(ext->eid, sbi_no_functions[n]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls),
        cmocka_unit_test(test_functions_that_are_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
