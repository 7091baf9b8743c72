/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libirq on the machine's own IMSIC, in S-mode without a hypervisor: the model gives the values,
 * traps and levels that the machine gives for the same random walk; the driver does what it says.
 */
#include <hyp/guest/guest.h>

#include <hyp/arch/csr.h>
#include <hyp/arch/fence.h>
#include <hyp/base/assert.h>
#include <hyp/irq/imsic.h>
#include <hyp/irq/vimsic.h>

#define STEPS 200000u
#define DIFFERENCES_SHOWN 10u
#define ID_MAX 255u /* QEMU virt's riscv,num-ids. */
#define OWN_PAGE 0x28000000u

static const mmio_t own_page = {.base = OWN_PAGE};
static uint32_t passed, failed, differences;

bool trapped; /* Set by guest_trap(): read behind a fence or a CSR access. */

_Noreturn void hyp_panic_at(const char *file, int line, const char *condition)
{
    guest_put("FAIL ");
    guest_put(file);
    guest_put(":");
    guest_put_dec((uint64_t)line);
    guest_put(" ");
    guest_put(condition);
    guest_put("\n");
    guest_shutdown(true);
}

/* Built without compressed instructions: each is 4 bytes. */
uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    (void)cause;
    (void)tval;
    trapped = true;
    return epc + 4;
}

static void check(bool right, const char *what)
{
    passed += right ? 1 : 0;
    failed += right ? 0 : 1;
    guest_put(right ? "PASS " : "FAIL ");
    guest_put(what);
    guest_put("\n");
}

/* ---- The walk -------------------------------------------------------------------------------- */

static struct vimsic model;
static struct vimsic_file file;
static bool level;
static uint64_t state = UINT64_C(88172645463325252);

static void set_external(void *ctx, uint32_t vcpu, bool new_level)
{
    (void)ctx;
    (void)vcpu;
    level = new_level;
}

/* Below `bound`; 0: any. */
static uint64_t draw(uint64_t bound)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return bound == 0 ? state : (state >> 11) % bound;
}

static void same(uint64_t machine, uint64_t ours, const char *what)
{
    if (machine == ours || differences++ >= DIFFERENCES_SHOWN) {
        return;
    }
    guest_put("FAIL ");
    guest_put(what);
    guest_put(" siselect ");
    guest_put_hex(file.siselect);
    guest_put(" machine ");
    guest_put_hex(machine);
    guest_put(" model ");
    guest_put_hex(ours);
    guest_put("\n");
}

#define MACHINE_ACCESS(csr, a)                                \
    do {                                                      \
        old = csr_read(csr);                                  \
        switch ((a)->op) {                                    \
        case VIMSIC_READ: break;                              \
        case VIMSIC_WRITE: csr_write(csr, (a)->value); break; \
        case VIMSIC_SET: csr_set(csr, (a)->value); break;     \
        case VIMSIC_CLEAR: csr_clear(csr, (a)->value); break; \
        }                                                     \
    } while (0)

static uint64_t machine_access(const struct vimsic_access *a)
{
    uint64_t old = 0;
    trapped = false;
    switch (a->csr) {
    case CSR_SISELECT: MACHINE_ACCESS(CSR_SISELECT, a); break;
    case CSR_SIREG: MACHINE_ACCESS(CSR_SIREG, a); break;
    default: MACHINE_ACCESS(CSR_STOPEI, a); break;
    }
    return old;
}

static void access(uint32_t csr, enum vimsic_op op, uint64_t value)
{
    struct vimsic_access a = {.csr = csr, .op = op, .value = value};
    uint64_t machine = machine_access(&a);
    uint64_t ours = 0;
    bool legal = vimsic_csr(&model, 0, &a, &ours) == VIMSIC_OK;
    same(!trapped, legal, "legal");
    if (!trapped && legal) {
        same(machine, ours, "value");
    }
}

static void store(void)
{
    uint64_t offset = draw(2) == 0 ? draw(4) * 4 : draw(1022) * 4;
    uint64_t value = draw(300) << 32 | draw(300);
    unsigned size = draw(2) == 0 ? 4 : 8;
    trapped = false;
    if (size == 4) {
        mmio_write32(own_page, offset, (uint32_t)value);
    } else {
        mmio_write64(own_page, offset, value);
    }
    fence_io();
    same(!trapped, vimsic_vdev_ops.write(&model, offset, size, value) == VDEV_OK, "store");
}

static uint64_t draw_value(void)
{
    switch (draw(6)) {
    case 0: return draw(0);
    case 1: return UINT64_MAX;
    case 2: return draw(300);
    case 3: return 0x40000000;
    case 4: return draw(2);
    default: return BIT(draw(64));
    }
}

static uint32_t draw_select(void)
{
    switch (draw(5)) {
    case 0: return 0x80 + (uint32_t)draw(0x80);
    case 1: return (uint32_t)draw(0x30);
    case 2: return IMSIC_SELECT_EIDELIVERY;
    case 3: return IMSIC_SELECT_EITHRESHOLD;
    default: return 0x80 + 0x40 * (uint32_t)draw(2) + 2 * (uint32_t)draw(4);
    }
}

static void step(void)
{
    uint32_t select = draw_select();
    uint64_t value = draw_value();
    enum vimsic_op op = (enum vimsic_op)draw(4);
    switch (draw(8)) {
    case 0:
    case 1: store(); break;
    case 2: access(CSR_STOPEI, op, value | 1); break; /* With 0 it is vimsic.h's difference. */
    default:
        if (select == IMSIC_SELECT_EIDELIVERY && draw(4) != 0) {
            value = 1;
        }
        if (select == IMSIC_SELECT_EITHRESHOLD && draw(2) == 0) {
            value = 0;
        }
        access(CSR_SISELECT, VIMSIC_WRITE, select);
        access(CSR_SIREG, op, value);
    }
    same((csr_read(CSR_SIP) & BIT(IRQ_S_EXT)) != 0, level, "level");
    access(CSR_STOPEI, VIMSIC_READ, 0);
}

static void walk(void)
{
    struct vimsic_config config = {.file_count = 1, .id_max = ID_MAX, .set_external = set_external};
    HYP_REQUIRE(vimsic_init(&model, &config, &file) == HYP_OK);
    imsic_init_hart(ID_MAX);
    csr_write(CSR_SISELECT, IMSIC_SELECT_EIDELIVERY);
    csr_write(CSR_SIREG, 0);
    csr_write(CSR_SISELECT, 0); /* Now all of it is 0, as in the model. */
    for (uint32_t i = 0; i < STEPS; i++) {
        step();
    }
    check(differences == 0 && vimsic_is_valid(&model), "the model is the machine's IMSIC");
}

/* ---- The driver ------------------------------------------------------------------------------ */

static void vs_write(uint32_t select, uint64_t value)
{
    csr_write(CSR_VSISELECT, select);
    csr_write(CSR_VSIREG, value);
}

static uint64_t vs_read(uint32_t select)
{
    csr_write(CSR_VSISELECT, select);
    return csr_read(CSR_VSIREG);
}

static void s_level_file(void)
{
    imsic_init_hart(ID_MAX);
    imsic_enable(1, true);
    imsic_enable(ID_MAX, true);
    imsic_send(own_page, ID_MAX);
    imsic_send(own_page, 2);
    imsic_send(own_page, 1);
    check(imsic_claim() == 1 && imsic_claim() == ID_MAX && imsic_claim() == 0, "claims in order");
    imsic_enable(2, true);
    check(imsic_claim() == 2 && imsic_claim() == 0, "enabled while it is pending");
}

/* A guest's file, used and waited for as its guest and the hypervisor would. */
static void guest_file(uint32_t k)
{
    mmio_t page = {.base = OWN_PAGE + k * IMSIC_PAGE_SIZE};
    uint64_t hstatus = csr_read(CSR_HSTATUS);
    check(imsic_clean_guest_file(k, ID_MAX) == HYP_OK, "clean");
    csr_write(CSR_HSTATUS, (hstatus & ~HSTATUS_VGEIN) | (uint64_t)k << HSTATUS_VGEIN_SHIFT);
    vs_write(IMSIC_SELECT_EIE, UINT64_MAX);
    vs_write(IMSIC_SELECT_EITHRESHOLD, 9);
    vs_write(IMSIC_SELECT_EIDELIVERY, 1);
    csr_write(CSR_HGEIE, BIT(k));
    csr_set(CSR_HIE, BIT(IRQ_S_GEXT));
    check((csr_read(CSR_HGEIP) & BIT(k)) == 0, "nothing pends");
    imsic_send(page, 5);
    check((csr_read(CSR_HGEIP) & BIT(k)) != 0, "a message pends");
    check((csr_read(CSR_HIP) & csr_read(CSR_HIE)) != 0, "and wakes");
    check(imsic_clean_guest_file(k, ID_MAX) == HYP_OK, "clean again");
    check((csr_read(CSR_HGEIP) & BIT(k)) == 0, "nothing pends again");
    check((vs_read(IMSIC_SELECT_EIE) | vs_read(IMSIC_SELECT_EIP) |
           vs_read(IMSIC_SELECT_EIDELIVERY) | vs_read(IMSIC_SELECT_EITHRESHOLD)) == 0,
          "all of it");
    csr_write(CSR_HGEIE, 0);
    csr_clear(CSR_HIE, BIT(IRQ_S_GEXT));
    csr_write(CSR_HSTATUS, hstatus);
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart;
    (void)fdt;
    walk();
    trapped = false;
    s_level_file();
    uint32_t geilen = imsic_geilen();
    guest_put("geilen ");
    guest_put_dec(geilen);
    guest_put("\n");
    for (uint32_t k = 1; k <= geilen; k++) {
        guest_file(k);
    }
    check(imsic_clean_guest_file(geilen + 1, ID_MAX) == HYP_E_RANGE, "no file beyond");
    check(!trapped, "the driver never trapped");
    guest_put("end: ");
    guest_put_dec(passed);
    guest_put(" passed, ");
    guest_put_dec(failed);
    guest_put(" failed\n");
    guest_shutdown(failed != 0);
}
