/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest that cannot go on: the first instruction of its trap vector cannot be fetched. Its VM
 * stops and says so. WAY is what brings the first trap.
 */
#include "hostile.h"

enum { ILLEGAL_INSN, NO_TABLE, SECOND_HART, TIMER, DEVICE_VECTOR, USER_MODE };

static const char *const names[] = {
    "vector_illegal", "vector_no_table", "vector_second",
    "vector_timer",   "vector_device",   "vector_user",
};

void hostile_second(uint64_t hart, uint64_t opaque)
{
    (void)hart;
    (void)opaque;
}

static void timer(void)
{
    guest_csr_write(stvec, UNMAPPED | 1);
    guest_csr_write(sie, UINT64_C(0x20));
    (void)guest_sbi(EXT_TIME, 0, 0, 0, 0);
    guest_csr_set(sstatus, UINT64_C(0x2));
}

/* Memory of zeros is executable, and no instruction. Its stvec is 0 from reset. */
static void second(void)
{
    (void)guest_sbi(EXT_HSM, 0, 1, RAM + RAM_SIZE / 4 * 3, 0);
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart;
    (void)fdt;
    hostile_begin();
    hostile_check("armed", 1, 1);
    hostile_done(names[WAY]);
    switch (WAY) {
    case ILLEGAL_INSN:
        guest_csr_write(stvec, UNMAPPED);
        hostile_run(try_ones, 0, 0, 0);
        break;
    case NO_TABLE: guest_csr_write(satp, UINT64_C(8) << 60 | UNMAPPED >> 12); break;
    case SECOND_HART: second(); break;
    case TIMER: timer(); break;
    case DEVICE_VECTOR:
        guest_csr_write(stvec, PLIC);
        hostile_run(try_hstatus, 0, 0, 0);
        break;
    default:
        hostile_paging_on();
        guest_csr_write(stvec, ROM);
        hostile_run(try_mret, 0, 0, ALIAS);
        break;
    }
    for (;;) {
    }
}
