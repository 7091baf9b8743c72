/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random configurations on a machine of few pages, compared with a brute force that looks at every
 * page, hart and interrupt: config_check() reports exactly what has two owners, it places memory in
 * free RAM, and the VMs that may run share nothing.
 */
#include <hyp/base/bits.h>
#include <hyp/base/range.h>
#include <hyp/vm/config_check.h>
#include <hyp/vm/guest_isa.h>
#include <prop.h>

#include <stdio.h>
#include <string.h>

#define VMS 3
#define REGIONS 2
#define DEVICES 4
#define RAM_BASE 0x80000000u
#define RAM_PAGES 160u
#define LOW_BASE (RAM_BASE - 16 * 4096u) /* Devices may lie before RAM, or in it. */
#define PAGES (RAM_PAGES + 24u)
#define GPA_BASE 0x40000000u
#define GPA_PAGES 24u
#define TEXT_SIZE 256
#define DIGEST_FACTOR 0x9e3779b97f4a7c15u

/* Owners of a host page, as bits. */
enum {
    OWNER_VM = 0, /* .. VMS - 1 */
    OWNER_HYP = VMS,
    OWNER_FIRMWARE,
    OWNER_DEVICE,
    OWNER_RAM,
    OWNER_REGS,
};

struct world {
    struct hyp_device devices[DEVICES];
    struct hyp_mem ram[2];
    struct hyp_platform platform;
    struct vm_mem mem[VMS][REGIONS];
    struct vm_device held[VMS][2];
    struct vm_config vms[VMS];
    struct hyp_config config;
    struct hyp_mem reserved;
    struct config_machine machine;
    struct config_input in;
    struct config_plan plan;
    uint64_t rules; /* Bit r: rule r was violated. */
    uint16_t page[PAGES];
    struct hyp_regs regs;      /* The platform reserves them. */
    struct hyp_regs boot_regs; /* The machine reserves them. */
};

static struct world w;

static void sink(void *arg, const struct config_violation *violation, const char *format,
                 va_list args)
{
    char text[TEXT_SIZE];
    (void)arg;
    w.rules |= BIT(violation->rule);
    PROP_ASSERT(vsnprintf(text, sizeof(text), format, args) < TEXT_SIZE);
}

/* A digest of the violations that config_fit() does not report, in their order. */
static void digest_sink(void *arg, const struct config_violation *violation, const char *format,
                        va_list args)
{
    uint64_t *sum = arg;
    char text[TEXT_SIZE];
    if (violation->rule <= CONFIG_POOL_SIZE) {
        return;
    }
    *sum = (*sum + violation->rule + 1) * DIGEST_FACTOR + violation->blocked;
    size_t length = (size_t)vsnprintf(text, sizeof(text), format, args);
    if (violation->rule == CONFIG_DEV_DMA_GPA) {
        length = (size_t)(strrchr(text, ' ') - text); /* The host address depends on the machine. */
    }
    for (size_t i = 0; i < length; i++) {
        *sum = (*sum + (uint8_t)text[i]) * DIGEST_FACTOR;
    }
}

/* The rules that boot leaves out have the same result on every machine as at build. */
static void check_other_rules(void)
{
    struct config_input build = w.in;
    struct config_plan plan;
    uint64_t at_build = 0;
    uint64_t at_boot = 0;
    build.machine = NULL;
    config_check(&w.in, &plan, digest_sink, &at_boot);
    config_check(&build, &plan, digest_sink, &at_build);
    PROP_ASSERT(at_build == at_boot);
}

static bool was_reported(enum config_rule rule)
{
    return (w.rules & BIT(rule)) != 0;
}

/* ---- The draw ---- */

static void draw_devices(void)
{
    static const char *const names[DEVICES] = {"uart", "d1", "d2", "d3"};
    for (uint32_t i = 0; i < DEVICES; i++) {
        w.devices[i] = (struct hyp_device){.name = names[i],
                                           .compatible = "x",
                                           .hpa = LOW_BASE + prop_u64(20) * 4096,
                                           .size = 4096,
                                           .reg_size = 16,
                                           .irq = {1 + (uint32_t)prop_u64(6)},
                                           .dma = prop_u64(4) == 0,
                                           .iommu = prop_bool()};
    }
}

static uint64_t draw_low(void)
{
    return LOW_BASE + prop_u64(16) * 4096; /* Below RAM. */
}

static void draw_platform(void)
{
    w.regs = (struct hyp_regs){"the board", {draw_low(), prop_u64(2) * 4096}};
    uint64_t split = prop_u64(RAM_PAGES);
    w.ram[0] = (struct hyp_mem){RAM_BASE, split * 4096};
    w.ram[1] = (struct hyp_mem){RAM_BASE + split * 4096, (RAM_PAGES - split) * 4096};
    w.platform = (struct hyp_platform){
        .name = "p",
        .mem = w.ram,
        .mem_count = 2,
        .firmware = {RAM_BASE, prop_u64(4) * 4096},
        .load_hpa = RAM_BASE + prop_u64(16) * 4096,
        .hart_count = 1 + (uint32_t)prop_u64(5),
        .timebase_hz = 1,
        .irqc = {.model = (enum hyp_irqc_model)prop_u64(4),
                 .hpa = 0x0c000000,
                 .size = 0x600000,
                 .source_count = 3 + (uint32_t)prop_u64(8)},
        .uart = {.device = "uart"},
        .devices = w.devices,
        .device_count = DEVICES,
        .reserved = &w.regs,
        .reserved_count = 1,
        .finisher_hpa = prop_bool() ? draw_low() + 0x10 : 0,
    };
}

static void draw_mem(uint32_t vm)
{
    for (uint32_t i = 0; i < REGIONS; i++) {
        w.mem[vm][i] = (struct vm_mem){.gpa = GPA_BASE + prop_u64(GPA_PAGES) * 4096,
                                       .size = prop_u64(24) * 4096,
                                       .hpa = RAM_BASE + prop_u64(RAM_PAGES) * 4096,
                                       .hpa_fixed = prop_bool(),
                                       .access = (uint8_t)(prop_u64(8) == 0 ? 3 : 0)};
        if (prop_u64(32) == 0) {
            w.mem[vm][i].gpa += 8;
        }
    }
}

static void draw_vm(uint32_t vm)
{
    static const char *const names[VMS] = {"a", "b", "c"};
    draw_mem(vm);
    for (uint32_t i = 0; i < 2; i++) {
        w.held[vm][i] = (struct vm_device){.name = w.devices[prop_u64(DEVICES)].name,
                                           .gpa = GPA_BASE + prop_u64(GPA_PAGES) * 4096,
                                           .dma_trusted = prop_bool()};
    }
    w.vms[vm] = (struct vm_config){
        .name = names[vm],
        .vcpu_count = 1 + (uint32_t)prop_u64(2),
        .hart_mask = prop_bool() ? prop_u64(32) : 0,
        .allow_fewer_vcpus = prop_bool(),
        .mem = w.mem[vm],
        .mem_count = 1 + (uint32_t)prop_u64(REGIONS),
        .entry = w.mem[vm][0].gpa,
        .devices = w.held[vm],
        .device_count = prop_bool() ? 0 : (uint32_t)prop_u64(3),
        .console = {.kind = prop_u64(3) == 0 ? VM_CONSOLE_VUART : VM_CONSOLE_NONE,
                    .gpa = GPA_BASE + prop_u64(GPA_PAGES) * 4096,
                    .irq = 7},
        .irqc = {.model = (enum hyp_irqc_model)(prop_bool() ? prop_u64(4) : 0),
                 .gpa = 0x0c000000,
                 .imsic_gpa = GPA_BASE + prop_u64(GPA_PAGES) * 4096,
                 .source_count = 16},
        .real_time = prop_u64(4) == 0,
    };
}

/* Half of the runs are a boot, on a machine that may have less than the platform says. */
static void draw_machine(void)
{
    if (prop_bool()) {
        return;
    }
    w.ram[1].size -= w.ram[1].size >= 16 * 4096 ? prop_u64(16) * 4096 : 0;
    w.reserved = (struct hyp_mem){RAM_BASE, prop_u64(4) * 4096};
    w.boot_regs = (struct hyp_regs){"the machine", {draw_low(), 4096}};
    w.machine = (struct config_machine){
        .regs = &w.boot_regs,
        .regs_count = (uint32_t)prop_u64(2),
        .console = {draw_low() + 8, prop_u64(2)},
        .hart_count = 1 + (uint32_t)prop_u64(5),
        .mem = w.ram,
        .mem_count = 2,
        .reserved = &w.reserved,
        .reserved_count = 1,
        .hypervisor = {w.platform.load_hpa, 40 * 4096},
        .source_count = 3 + (uint32_t)prop_u64(8),
        .irqc_models = prop_bool() ? UINT32_MAX : (uint32_t)prop_u64(8),
        .no_context = prop_u64(2) == 0 ? 0 : prop_u64(32),
        .gpa_bits = 41,
        .isa = prop_u64(4) == 0 ? 0 : GUEST_ISA_ALL,
    };
    w.in.machine = &w.machine;
}

static void draw_world(void)
{
    memset(&w, 0, sizeof(w));
    draw_devices();
    draw_platform();
    for (uint32_t vm = 0; vm < VMS; vm++) {
        draw_vm(vm);
    }
    w.config = (struct hyp_config){.name = "c",
                                   .pool_size = (20 + prop_u64(140)) * 4096,
                                   .console_hart = (uint32_t)prop_u64(3),
                                   .log_waits = prop_bool(),
                                   .vms = w.vms,
                                   .vm_count = (uint32_t)prop_u64(VMS + 1)};
    w.in = (struct config_input){
        .config = &w.config,
        .platform = &w.platform,
        .image_bound = 4 * 4096,
        .other_machine = prop_bool(),
    };
    draw_machine();
}

/* ---- The brute force ---- */

static bool is_sound(const struct vm_mem *mem)
{
    return mem->size != 0 && mem->gpa % 4096 == 0;
}

static void mark(uint64_t hpa, uint64_t size, unsigned owner)
{
    for (uint64_t at = hpa; at < hpa + size; at += 4096) {
        if (at >= LOW_BASE && at < LOW_BASE + PAGES * 4096) {
            w.page[(at - LOW_BASE) / 4096] |= (uint16_t)BIT(owner);
        }
    }
}

static void mark_world(void)
{
    struct hyp_mem own = config_hypervisor_mem(&w.in);
    struct hyp_mem firmware = w.in.machine != NULL ? w.reserved : w.platform.firmware;
    mark(own.hpa, own.size, OWNER_HYP);
    mark(firmware.hpa, firmware.size, OWNER_FIRMWARE);
    mark(w.ram[0].hpa, w.ram[0].size, OWNER_RAM);
    mark(w.ram[1].hpa, w.ram[1].size, OWNER_RAM);
    for (uint32_t i = 0; i < DEVICES; i++) {
        mark(w.devices[i].hpa, w.devices[i].size, OWNER_DEVICE);
    }
    mark(w.regs.mem.hpa, w.regs.mem.size, OWNER_REGS);
    mark(w.platform.finisher_hpa, w.platform.finisher_hpa != 0, OWNER_REGS);
}

static void mark_machine(void)
{
    if (w.in.machine != NULL) {
        mark(w.boot_regs.mem.hpa, w.machine.regs_count, OWNER_REGS);
        mark(w.machine.console.hpa, w.machine.console.size, OWNER_REGS);
    }
}

/* Marks fixed regions one by one. Other owners of their pages are violations of these rules. */
static uint64_t expect_mem_rules(void)
{
    uint64_t rules = 0;
    for (uint32_t vm = 0; vm < w.config.vm_count; vm++) {
        for (uint32_t i = 0; i < w.vms[vm].mem_count; i++) {
            const struct vm_mem *mem = &w.mem[vm][i];
            if (!is_sound(mem) || !mem->hpa_fixed) {
                continue;
            }
            for (uint64_t at = mem->hpa; at < mem->hpa + mem->size; at += 4096) {
                uint64_t n = (at - LOW_BASE) / 4096;
                unsigned owners = n < PAGES ? w.page[n] : 0;
                rules |= (owners & (BIT(VMS) - 1)) != 0 ? BIT(CONFIG_MEM_OVERLAP) : 0;
                rules |= (owners & BIT(OWNER_HYP)) != 0 ? BIT(CONFIG_MEM_HYP) : 0;
                rules |= (owners & BIT(OWNER_FIRMWARE)) != 0 ? BIT(CONFIG_MEM_FIRMWARE) : 0;
                rules |= (owners & (BIT(OWNER_DEVICE) | BIT(OWNER_REGS))) != 0
                             ? BIT(CONFIG_MEM_DEVICE)
                             : 0;
                rules |= (owners & BIT(OWNER_RAM)) == 0 ? BIT(CONFIG_MEM_ABSENT) : 0;
            }
            mark(mem->hpa, mem->size, OWNER_VM + vm);
        }
    }
    return rules;
}

static bool is_free(uint64_t hpa, uint64_t size)
{
    for (uint64_t at = hpa; at < hpa + size; at += 4096) {
        if (at >= LOW_BASE + PAGES * 4096 || w.page[(at - LOW_BASE) / 4096] != BIT(OWNER_RAM)) {
            return false;
        }
    }
    return true;
}

/* Is it free, and in one RAM range? Placed memory is never in two. */
static bool is_free_in(const struct hyp_mem *ram, uint64_t hpa, uint64_t size)
{
    return hpa >= ram->hpa && hpa + size <= ram->hpa + ram->size && is_free(hpa, size);
}

/* The lowest free address. No region has 2 MiB or more, so the alignment is a page. */
static uint64_t lowest_place(uint64_t size)
{
    for (uint64_t at = RAM_BASE; at < RAM_BASE + RAM_PAGES * 4096; at += 4096) {
        if (is_free_in(&w.ram[0], at, size) || is_free_in(&w.ram[1], at, size)) {
            return at;
        }
    }
    return CONFIG_NOWHERE;
}

static void check_placement(void)
{
    bool full = false;
    for (uint32_t vm = 0; vm < w.config.vm_count; vm++) {
        for (uint32_t i = 0; i < w.vms[vm].mem_count; i++) {
            const struct vm_mem *mem = &w.mem[vm][i];
            uint64_t hpa = w.plan.mem_hpa[vm][i];
            if (!is_sound(mem)) {
                PROP_ASSERT(hpa == CONFIG_NOWHERE);
            } else if (mem->hpa_fixed) {
                PROP_ASSERT(hpa == mem->hpa);
            } else {
                PROP_ASSERT(hpa == lowest_place(mem->size));
                full = full || hpa == CONFIG_NOWHERE;
                mark(hpa != CONFIG_NOWHERE ? hpa : 0, mem->size, OWNER_VM + vm);
            }
        }
    }
    PROP_ASSERT(full == was_reported(CONFIG_MEM_FULL));
}

static const struct hyp_device *held(uint32_t vm, uint32_t i)
{
    return config_find_device(&w.platform, w.held[vm][i].name);
}

/* Do two things share a guest-physical page of this VM? */
static bool gpa_is_shared(uint32_t vm)
{
    unsigned used[2 * GPA_PAGES + 1] = {0};
    const struct vm_config *c = &w.vms[vm];
    bool shared = false;
    for (uint32_t i = 0; i < c->mem_count; i++) {
        uint64_t first = (c->mem[i].gpa - GPA_BASE) / 4096;
        /* A region shifted by 8 bytes reaches into one more page. */
        uint64_t more = c->mem[i].gpa % 4096 != 0 && c->mem[i].size != 0 ? 1 : 0;
        for (uint64_t n = first; n < first + c->mem[i].size / 4096 + more; n++) {
            shared = shared || used[n]++ != 0;
        }
    }
    for (uint32_t i = 0; i < c->device_count; i++) {
        shared = shared || used[(c->devices[i].gpa - GPA_BASE) / 4096]++ != 0;
    }
    if (c->console.kind == VM_CONSOLE_VUART) {
        shared = shared || used[(c->console.gpa - GPA_BASE) / 4096]++ != 0;
    }
    for (uint32_t i = 0; c->irqc.model == HYP_IRQC_IMSIC && i < c->vcpu_count; i++) {
        shared = shared || used[(c->irqc.imsic_gpa - GPA_BASE) / 4096 + i]++ != 0;
    }
    return shared;
}

static void check_harts(void)
{
    bool twice = false;
    for (uint32_t a = 0; a < w.config.vm_count; a++) {
        for (uint32_t b = a + 1; b < w.config.vm_count; b++) {
            twice = twice || (w.vms[a].hart_mask & w.vms[b].hart_mask) != 0;
            PROP_ASSERT((w.plan.harts[a] & w.plan.harts[b]) == 0 ||
                        (w.vms[a].hart_mask & w.vms[b].hart_mask) != 0);
        }
    }
    PROP_ASSERT(twice == was_reported(CONFIG_HART_TWICE));
}

static bool model_is_given(uint32_t vm)
{
    enum hyp_irqc_model model = w.vms[vm].irqc.model;
    const struct config_machine *m = w.in.machine;
    if (model == HYP_IRQC_NONE) {
        return true;
    }
    if (m == NULL) {
        return w.in.other_machine || model == HYP_IRQC_PLIC || model == w.platform.irqc.model;
    }
    return (m->irqc_models & BIT(model)) != 0 &&
           (model != HYP_IRQC_IMSIC || (m->isa & BIT(GUEST_ISA_SSAIA)) != 0);
}

static void check_models(void)
{
    bool all = true;
    for (uint32_t vm = 0; vm < w.config.vm_count; vm++) {
        all = all && model_is_given(vm);
    }
    PROP_ASSERT(all != was_reported(CONFIG_IRQC_MODEL));
}

static bool has_irqs(const struct vm_config *c)
{
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct hyp_device *d = config_find_device(&w.platform, c->devices[i].name);
        if (d != NULL && d->irq[0] != 0) {
            return true;
        }
    }
    return false;
}

/* VMs with interrupts but without a controller are refused. */
static void check_irqc_none(void)
{
    bool any = false;
    for (uint32_t vm = 0; vm < w.config.vm_count; vm++) {
        const struct vm_config *c = &w.vms[vm];
        bool refused =
            c->irqc.model == HYP_IRQC_NONE && (has_irqs(c) || c->console.kind == VM_CONSOLE_VUART);
        PROP_ASSERT(!refused || (w.plan.runnable & BIT(vm)) == 0);
        any = any || refused;
    }
    PROP_ASSERT(any == was_reported(CONFIG_IRQC_NONE));
}

/* plan.no_context: harts of VMs that have no context at the physical controller. */
static void check_contexts(void)
{
    bool any = false;
    for (uint32_t vm = 0; vm < w.config.vm_count; vm++) {
        const struct vm_config *c = &w.vms[vm];
        bool is_plic = c->irqc.model == HYP_IRQC_PLIC;
        bool needs =
            w.in.machine != NULL && c->irqc.model != HYP_IRQC_NONE && (!is_plic || has_irqs(c));
        uint64_t lacking = needs ? w.plan.harts[vm] & w.in.machine->no_context : 0;
        bool some_are_enough = is_plic && lacking != w.plan.harts[vm];
        PROP_ASSERT(w.plan.no_context[vm] == lacking);
        PROP_ASSERT(lacking == 0 || some_are_enough || (w.plan.runnable & BIT(vm)) == 0);
        any = any || lacking != 0;
    }
    PROP_ASSERT(any == was_reported(CONFIG_IRQ_HART));
}

static void check_gpas(void)
{
    bool shared = false;
    for (uint32_t vm = 0; vm < w.config.vm_count; vm++) {
        shared = shared || gpa_is_shared(vm);
    }
    /* Two regions that are not whole pages may share a page, but no byte. */
    PROP_ASSERT(shared == was_reported(CONFIG_GPA_OVERLAP) || was_reported(CONFIG_MEM_ALIGN));
}

/* ---- VMs that run ---- */

static void check_pair_of_running(uint32_t a, uint32_t b)
{
    PROP_ASSERT((w.plan.harts[a] & w.plan.harts[b]) == 0);
    for (uint32_t i = 0; i < w.vms[a].device_count; i++) {
        for (uint32_t j = 0; j < w.vms[b].device_count; j++) {
            PROP_ASSERT(held(a, i)->hpa != held(b, j)->hpa);
            PROP_ASSERT(held(a, i)->irq[0] != held(b, j)->irq[0]);
        }
    }
}

/* Only devices of the VM are in the page. */
static void check_page_of_device(uint32_t vm, const struct hyp_device *device)
{
    for (uint32_t k = 0; k < DEVICES; k++) {
        bool own = &w.devices[k] == device;
        for (uint32_t i = 0; i < w.vms[vm].device_count; i++) {
            own = own || held(vm, i) == &w.devices[k];
        }
        PROP_ASSERT(own || w.devices[k].hpa != device->hpa);
    }
}

static void check_running(uint32_t vm)
{
    const struct vm_config *c = &w.vms[vm];
    PROP_ASSERT(w.plan.harts[vm] != 0 && model_is_given(vm));
    PROP_ASSERT(!c->real_time || (w.plan.harts[vm] & BIT(w.config.console_hart)) == 0);
    for (uint32_t i = 0; i < c->mem_count; i++) {
        uint64_t hpa = w.plan.mem_hpa[vm][i];
        for (uint64_t at = hpa; at < hpa + c->mem[i].size; at += 4096) {
            PROP_ASSERT(w.page[(at - LOW_BASE) / 4096] == (BIT(OWNER_RAM) | BIT(OWNER_VM + vm)));
        }
    }
    for (uint32_t i = 0; i < c->device_count; i++) {
        uint64_t n = (held(vm, i)->hpa - LOW_BASE) / 4096;
        /* Bit i of a page is VM i: no VM that runs owns this memory. */
        PROP_ASSERT((w.page[n] & (BIT(OWNER_HYP) | BIT(OWNER_REGS) | w.plan.runnable)) == 0);
        check_page_of_device(vm, held(vm, i));
        PROP_ASSERT(!held(vm, i)->dma || held(vm, i)->iommu || c->devices[i].dma_trusted);
    }
    for (uint32_t b = vm + 1; b < w.config.vm_count; b++) {
        if ((w.plan.runnable & BIT(b)) != 0) {
            check_pair_of_running(vm, b);
        }
    }
}

void prop_run(void)
{
    static const uint64_t mem_rules = BIT(CONFIG_MEM_OVERLAP) | BIT(CONFIG_MEM_HYP) |
                                      BIT(CONFIG_MEM_FIRMWARE) | BIT(CONFIG_MEM_DEVICE) |
                                      BIT(CONFIG_MEM_ABSENT);
    draw_world();
    config_check(&w.in, &w.plan, sink, NULL);
    check_other_rules();
    mark_world();
    PROP_ASSERT((w.rules & mem_rules) == expect_mem_rules());
    check_placement();
    check_harts();
    check_gpas();
    check_models();
    check_irqc_none();
    check_contexts();
    PROP_ASSERT(was_reported(CONFIG_VM_COUNT) == (w.config.vm_count == 0));
    mark_machine();
    for (uint32_t vm = 0; vm < w.config.vm_count; vm++) {
        if ((w.plan.runnable & BIT(vm)) != 0) {
            check_running(vm);
        }
    }
    PROP_ASSERT(w.in.machine != NULL || w.plan.violation_count == 0 ||
                w.plan.runnable != BIT(w.config.vm_count) - 1 || w.config.vm_count == 0);
}
