/* SPDX-License-Identifier: Apache-2.0 */
/* Another hypervisor: one guest in VS-mode, whose PLIC is libirq's model. */
#include "sbi.h"

#include <hyp/base/assert.h>
#include <hyp/irq/vplic.h>

#define PLIC_BASE UINT64_C(0x0c000000)
#define SOURCE 5
#define SOURCES 32
#define SIP_SEIP UINT64_C(0x200)
#define HVIP_VSEIP UINT64_C(0x400)
#define HGATP_SV39X4 (UINT64_C(8) << 60)
#define PTE_VRWXUAD UINT64_C(0xdf)

enum { CAUSE_ECALL_VS = 10, CAUSE_LOAD = 21, CAUSE_STORE = 23 };
enum { ASK_LOW, ASK_HIGH, ASK_DONE };

/* start.S has the offsets. */
struct guest {
    uint64_t pc;
    uint64_t a0, a1, a2, a3, a4, a7;
    uint64_t host_sp;
};

void set_up(uint64_t hgatp);
void set_hvip(uint64_t hvip);
uint64_t run_guest(struct guest *guest);
uint64_t fault_address(void);
extern const char guest_start[];
void plic_main(void);

/* All RAM of the guest's, nothing else: 1 GiB leaves of Sv39x4. */
static uint64_t root[2048] __attribute__((aligned(16384)));
static uint64_t storage[512];

static void set_external(void *ctx, uint32_t vcpu, bool level)
{
    (void)ctx;
    (void)vcpu;
    set_hvip(level ? HVIP_VSEIP : 0);
}

static int access(struct vplic *vplic, struct guest *guest, uint64_t cause)
{
    uint64_t offset = fault_address() - PLIC_BASE;

    if (offset >= VPLIC_SIZE) {
        return 0;
    }
    return (cause == CAUSE_LOAD
                ? vdev_read(&vplic_vdev_ops, vplic, offset, 4, &guest->a0)
                : vdev_write(&vplic_vdev_ops, vplic, offset, 4, guest->a0)) == VDEV_OK;
}

/* Until the guest is done (1) or does what it should not (0). */
static int run(struct vplic *vplic, struct guest *guest)
{
    struct irq_line line = vplic_line(vplic, SOURCE);

    for (;;) {
        uint64_t cause = run_guest(guest);
        if (cause == CAUSE_LOAD || cause == CAUSE_STORE) {
            if (!access(vplic, guest, cause)) {
                return 0;
            }
        } else if (cause != CAUSE_ECALL_VS || guest->a7 == ASK_DONE) {
            return cause == CAUSE_ECALL_VS;
        } else {
            irq_line_set(&line, guest->a7 == ASK_HIGH);
        }
        guest->pc += 4;
    }
}

/* A broken contract. libarch's own, a dump, would bring its boot and traps along. */
_Noreturn void hyp_panic_at(const char *file, int line, const char *condition)
{
    (void)file;
    (void)line;
    put(condition);
    end("plic", 0);
}

void plic_main(void)
{
    static struct vplic vplic;
    static const uint8_t vcpu_of_context[] = {0};
    static const uint8_t hart_of_vcpu[] = {0};
    const struct vplic_config config = {
        .source_count = SOURCES,
        .context_count = 1,
        .priority_max = 7,
        .vcpu = vcpu_of_context,
        .hart = hart_of_vcpu,
        .set_external = set_external,
    };
    struct guest guest = {.pc = (uintptr_t)guest_start};

    root[2] = UINT64_C(0x80000000) >> 2 | PTE_VRWXUAD;
    set_up(HGATP_SV39X4 | (uintptr_t)root >> 12);
    int good = vplic_storage_size(SOURCES, 1) <= sizeof(storage);
    good = good && vplic_init(&vplic, &config, storage) == HYP_OK && run(&vplic, &guest);
    good = good && (guest.a2 & SIP_SEIP) != 0 && guest.a3 == SOURCE && (guest.a4 & SIP_SEIP) == 0;
    end("plic", good && vplic_is_valid(&vplic));
}
