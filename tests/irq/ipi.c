/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libirq's IPI paths on the machine, in S-mode without a hypervisor: two harts exchange messages
 * over each path that the device tree has, and nothing is lost.
 */
#include <hyp/guest/guest.h>

#include <hyp/arch/csr.h>
#include <hyp/arch/hart.h>
#include <hyp/base/assert.h>
#include <hyp/irq/aclint_sswi.h>
#include <hyp/irq/imsic.h>
#include <hyp/irq/ipi_path.h>
#include <libfdt.h>

#define ROUNDS 500u
#define LIMIT (60 * GUEST_TIMEBASE_HZ)
#define HARTS 2u
#define SSWI_BASE 0x2f00000u
#define IMSIC_BASE 0x28000000u
#define ID_MAX 255u
#define EXT_HSM 0x48534d
#define HSM_START 0

static const uint64_t hart_id[HARTS] = {0, 1};
static const uint32_t sswi_index[HARTS] = {0, 1};
static const mmio_t own_page[HARTS] = {{IMSIC_BASE}, {IMSIC_BASE + IMSIC_PAGE_SIZE}};
static struct aclint_sswi sswi;
static struct imsic_ipi imsic = {.page = own_page, .hart_count = HARTS, .identity = 1};

static uint64_t mailbox[HARTS]; /* The requests to a hart, by bit. */
static struct ipi_path path;
static uint32_t stage; /* Even: being set up. Odd: both harts exchange. */
static uint32_t ready;
static uint32_t spurious[HARTS]; /* Claims that found nothing. */

_Noreturn void hyp_panic_at(const char *name, int line, const char *condition)
{
    guest_put("FAIL ");
    guest_put(name);
    guest_put(":");
    guest_put_dec((uint64_t)line);
    guest_put(" ");
    guest_put(condition);
    guest_put("\n");
    guest_shutdown(true);
}

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    (void)epc;
    (void)tval;
    guest_put("FAIL trap ");
    guest_put_hex(cause);
    guest_put("\n");
    guest_shutdown(true);
}

static void wait_for(const uint32_t *word, uint32_t value)
{
    uint64_t begin = guest_time();
    while (__atomic_load_n(word, __ATOMIC_ACQUIRE) != value) {
        HYP_REQUIRE(guest_time() - begin < LIMIT);
        hart_relax();
    }
}

static void post(uint64_t to, uint64_t bits)
{
    if (__atomic_fetch_or(&mailbox[to], bits, __ATOMIC_RELEASE) == 0) {
        path.ops->send(path.state, (uint32_t)to);
    }
}

/*
 * Claims what pends. SEIP is a signal from the interrupt file to the hart: it may be read as set
 * for a short time behind the claim that ended it (QEMU: where sender and target evaluate the file
 * at once). stopei says that nothing pends, and the claim is spurious: no message, and the mailbox
 * is left alone. A message stays pending until it is claimed, so each is claimed once, with its
 * bit.
 */
static bool is_message(uint64_t me)
{
    if (path.irq != IRQ_S_EXT) {
        return true;
    }
    uint32_t id = imsic_claim();
    HYP_REQUIRE(id == 0 || id == imsic.identity);
    spurious[me] += id == 0 ? 1 : 0;
    return id != 0;
}

static uint64_t take(uint64_t me)
{
    uint64_t begin = guest_time();
    while ((csr_read(CSR_SIP) & BIT(path.irq)) == 0 || !is_message(me)) {
        HYP_REQUIRE(guest_time() - begin < LIMIT);
    }
    path.ops->ack(path.state);
    return __atomic_exchange_n(&mailbox[me], 0, __ATOMIC_ACQUIRE);
}

/* Each round is one bit there and one back; a round's bit comes at its time, once. */
static void exchange(uint64_t me, bool first)
{
    if (path.irq == IRQ_S_EXT) {
        imsic_init_hart(ID_MAX);
    }
    path.ops->init_hart(path.state, (uint32_t)me);
    __atomic_fetch_add(&ready, 1, __ATOMIC_ACQ_REL);
    wait_for(&ready, HARTS);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        if (first) {
            post(1 - me, BIT(round % 64));
        }
        HYP_REQUIRE(take(me) == BIT(round % 64));
        if (!first) {
            post(1 - me, BIT(round % 64));
        }
    }
}

static void over(uint64_t me, struct ipi_path over, const char *name)
{
    path = over;
    ready = 0;
    uint32_t now = __atomic_add_fetch(&stage, 1, __ATOMIC_ACQ_REL);
    exchange(me, true);
    wait_for(&stage, now + 1);
    guest_put("PASS ");
    guest_put(name);
    guest_put("\n");
}

static _Noreturn void other_hart(uint64_t me)
{
    for (uint32_t next = 1;; next += 2) {
        wait_for(&stage, next);
        exchange(me, false);
        __atomic_add_fetch(&stage, 1, __ATOMIC_ACQ_REL);
    }
}

static void init_hart_sbi(void *state, uint32_t hart)
{
    (void)hart;
    ipi_path_clear_ssip(state);
}

static void send_sbi(void *state, uint32_t hart)
{
    (void)state;
    ipi_sbi_send(hart_id, BIT(hart));
}

static const struct ipi_path_ops sbi_ops = {
    .init_hart = init_hart_sbi, .send = send_sbi, .ack = ipi_path_clear_ssip};

static bool tree_has(const void *fdt, const char *compatible)
{
    return fdt_node_offset_by_compatible(fdt, -1, compatible) >= 0;
}

void guest_main(uint64_t hart, const void *fdt)
{
    if (fdt == 0) {
        other_hart(hart);
    }
    guest_sbi(EXT_HSM, HSM_START, 1 - hart, (uint64_t)_start, 0);
    over(hart, (struct ipi_path){.ops = &sbi_ops, .irq = IRQ_S_SOFT}, "sbi");
    if (tree_has(fdt, "riscv,aclint-sswi")) {
        HYP_REQUIRE(aclint_sswi_init(&sswi, (mmio_t){SSWI_BASE}, sswi_index, HARTS) == HYP_OK);
        over(hart, aclint_sswi_ipi_path(&sswi), "sswi");
    }
    if (tree_has(fdt, "riscv,imsics")) {
        over(hart, imsic_ipi_path(&imsic), "imsic");
    }
    guest_put("spurious ");
    guest_put_dec(spurious[0] + spurious[1]);
    guest_put("\nend\n");
    guest_shutdown(false);
}
