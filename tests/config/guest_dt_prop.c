/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration's generated device trees, and those of VMs with more vCPUs or fewer devices, say
 * exactly the random parameters that their fixups are applied with: what the guest reads in the
 * tree is what its CSRs were given. All else is as it was generated.
 */
#include <hyp/base/bits.h>
#include <hyp/vm/guest_dt.h>
#include <hyp/vm/irqc_select.h>
#include <prop.h>
#include <tool.h>

#include <libfdt.h>
#include <string.h>

static _Alignas(8) uint8_t built[TOOL_DTB_ROOM];
static _Alignas(8) uint8_t tree[TOOL_DTB_ROOM];
static _Alignas(8) uint8_t erased[TOOL_DTB_ROOM];
static struct tool_fixups found;
static struct hyp_dtb dtb;
static struct vm_config own;
static const struct vm_config *const vm = &own;
static struct guest_dt_params params;
static struct guest_seed seed;

/* Bytes of a property before its value. */
#define PROP_VALUE 12

static uint64_t first_vcpus(uint32_t count)
{
    return UINT64_MAX >> (64 - count);
}

/* One of the VMs, or one like it. */
static void draw_vm(void)
{
    const struct vm_config *any = &hyp_config.vms[prop_u64(hyp_config.vm_count)];
    own = irqc_select_vm(any, (uint32_t)prop_u64(1 + any->irqc_else_count));
    if (prop_bool()) {
        own.vcpu_count = 1 + (uint32_t)prop_u64(prop_u64(8) == 0 ? HYP_HART_MAX : 8);
        own.device_count = (uint32_t)prop_u64(own.device_count + 1);
        own.irqc.model = (enum hyp_irqc_model)prop_u64(3);
        own.irqc.imsic_gpa = 0x28000000;
        own.irqc.m_contexts = prop_bool();
        own.dtb_max_size = TOOL_DTB_ROOM;
    }
}

static void draw_params(void)
{
    static const char *const args[] = {NULL, "", "console=ttyS0 quiet", "x"};
    params = (struct guest_dt_params){
        .vcpu_present = prop_u64(0),
        .no_context = prop_bool() ? prop_u64(0) : 0,
        .isa = prop_u64(0) & ~GUEST_ISA_NEVER,
        .mmu = (enum guest_mmu)prop_u64(3),
        .cbom_block = (uint32_t)prop_u64(2) * 64,
        .cbop_block = (uint32_t)prop_u64(2) * 128,
        .cboz_block = (uint32_t)prop_u64(2) * 32,
        .timebase_hz = 1 + (uint32_t)prop_u64(1000000000),
        .initrd_start = vm->initrd.gpa,
        .initrd_end = prop_bool() && vm->initrd.name != NULL ? vm->initrd.gpa + prop_u64(5000) : 0,
        .bootargs = args[prop_u64(4)],
        .device_absent = prop_u64(0),
        .imsic_ids = (uint32_t)prop_u64(3) * 64,
        .seed = prop_bool() ? &seed : NULL,
    };
    seed.rng_size = 1 + (uint32_t)prop_u64(sizeof(seed.rng));
    memset(seed.rng, (int)prop_u64(256), sizeof(seed.rng));
    memset(seed.kaslr, (int)prop_u64(256), sizeof(seed.kaslr));
    if (prop_bool()) {
        params.vcpu_present = first_vcpus(1 + (uint32_t)prop_u64(vm->vcpu_count));
    }
}

static bool has_imsics(void)
{
    return vm->irqc.model == HYP_IRQC_IMSIC;
}

static bool is_present(uint32_t vcpu)
{
    return (params.vcpu_present & BIT(vcpu)) != 0;
}

static uint32_t u32_of(int node, const char *name)
{
    int length = 0;
    const void *data = fdt_getprop(tree, node, name, &length);
    PROP_ASSERT(data != NULL && length == 4);
    return fdt32_ld(data);
}

static void check_text(int node, const char *name, const char *text)
{
    int length = 0;
    const char *data = fdt_getprop(tree, node, name, &length);
    PROP_ASSERT(data != NULL && (size_t)length == strlen(text) + 1);
    PROP_ASSERT(memcmp(data, text, (size_t)length) == 0);
}

/* The block's size where it is granted, no property where not. */
static void check_block(int cpu, const char *name, uint32_t block)
{
    if (block != 0) {
        PROP_ASSERT(u32_of(cpu, name) == block);
    } else {
        PROP_ASSERT(fdt_getprop(tree, cpu, name, NULL) == NULL);
    }
}

static void check_isa(int cpu)
{
    char text[GUEST_ISA_TEXT_SIZE] = "rv64";
    uint64_t isa = params.isa | GUEST_ISA_ALWAYS;
    int count = 0;
    isa &= has_imsics() ? UINT64_MAX : ~BIT(GUEST_ISA_SSAIA);
    for (uint32_t e = 0; e < GUEST_ISA_COUNT; e++) {
        const char *name = guest_isa_name((enum guest_isa)e);
        bool granted = (isa & BIT(e)) != 0;
        PROP_ASSERT((fdt_stringlist_search(tree, cpu, "riscv,isa-extensions", name) >= 0) ==
                    granted);
        if (granted) {
            strcat(text, name[1] != '\0' ? "_" : "");
            strcat(text, name);
            count++;
        }
    }
    PROP_ASSERT(fdt_stringlist_count(tree, cpu, "riscv,isa-extensions") == count);
    check_text(cpu, "riscv,isa", text);
}

static void check_cpus(void)
{
    static const char *const mmu[] = {"riscv,sv39", "riscv,sv48", "riscv,sv57"};
    for (uint32_t vcpu = 0; vcpu < vm->vcpu_count; vcpu++) {
        char path[32];
        snprintf(path, sizeof(path), "/cpus/cpu@%x", vcpu);
        int cpu = fdt_path_offset(tree, path);
        PROP_ASSERT((cpu >= 0) == is_present(vcpu));
        if (cpu >= 0) {
            PROP_ASSERT(u32_of(cpu, "reg") == vcpu);
            check_isa(cpu);
            check_text(cpu, "mmu-type", mmu[params.mmu]);
            check_block(cpu, "riscv,cbom-block-size", params.cbom_block);
            check_block(cpu, "riscv,cbop-block-size", params.cbop_block);
            check_block(cpu, "riscv,cboz-block-size", params.cboz_block);
        }
    }
    PROP_ASSERT(u32_of(fdt_path_offset(tree, "/cpus"), "timebase-frequency") == params.timebase_hz);
}

static void check_reg(int node, uint64_t gpa, uint64_t size)
{
    int length = 0;
    const fdt64_t *reg = fdt_getprop(tree, node, "reg", &length);
    PROP_ASSERT(length == 16 && fdt64_ld(reg) == gpa && fdt64_ld(reg + 1) == size);
}

static void check_imsics(int aplic)
{
    int imsics = fdt_node_offset_by_compatible(tree, -1, "riscv,imsics");
    PROP_ASSERT((imsics >= 0) == has_imsics());
    PROP_ASSERT((fdt_getprop(tree, aplic, "msi-parent", NULL) != NULL) == has_imsics());
    if (imsics >= 0) {
        PROP_ASSERT(fdt_node_offset_by_phandle(tree, u32_of(aplic, "msi-parent")) == imsics);
        PROP_ASSERT(fdt_getprop(tree, aplic, "interrupts-extended", NULL) == NULL);
        PROP_ASSERT(fdt_getprop(tree, imsics, "msi-controller", NULL) != NULL);
        PROP_ASSERT(u32_of(imsics, "#interrupt-cells") == 0 && u32_of(imsics, "#msi-cells") == 0);
        PROP_ASSERT(u32_of(imsics, "riscv,num-ids") ==
                    (params.imsic_ids != 0 ? params.imsic_ids : 255));
        check_reg(imsics, vm->irqc.imsic_gpa, (uint64_t)vm->vcpu_count * HYP_IMSIC_SIZE);
    }
}

static int check_irqc(void)
{
    bool is_plic = vm->irqc.model == HYP_IRQC_PLIC;
    const char *compatible = is_plic ? "riscv,plic0" : "riscv,aplic";
    const char *other = is_plic ? "riscv,aplic" : "riscv,plic0";
    int irqc = fdt_node_offset_by_compatible(tree, -1, compatible);
    PROP_ASSERT((irqc >= 0) == (vm->irqc.model != HYP_IRQC_NONE));
    PROP_ASSERT(fdt_node_offset_by_compatible(tree, -1, other) < 0);
    if (irqc >= 0) {
        PROP_ASSERT(fdt_getprop(tree, irqc, "interrupt-controller", NULL) != NULL);
        PROP_ASSERT(u32_of(irqc, is_plic ? "riscv,ndev" : "riscv,num-sources") ==
                    vm->irqc.source_count - 1);
        PROP_ASSERT(u32_of(irqc, "#interrupt-cells") == (is_plic ? 1 : 2));
        PROP_ASSERT(u32_of(irqc, "#address-cells") == 0);
        check_reg(irqc, vm->irqc.gpa, is_plic ? HYP_PLIC_SIZE : HYP_APLIC_SIZE);
    }
    check_imsics(irqc);
    return irqc;
}

static bool has_context(uint32_t vcpu)
{
    return is_present(vcpu) && (params.no_context & BIT(vcpu)) == 0;
}

/* Each context still has its number, and leads to its vCPU, or nowhere. */
static void check_contexts(int irqc)
{
    uint32_t per_vcpu = vm->irqc.model == HYP_IRQC_PLIC && vm->irqc.m_contexts ? 2 : 1;
    int length = 0;
    if (has_imsics()) {
        irqc = fdt_node_offset_by_compatible(tree, -1, "riscv,imsics");
    }
    const uint8_t *list = fdt_getprop(tree, irqc, "interrupts-extended", &length);
    uint32_t count = (uint32_t)length / 8;
    for (uint32_t n = 0; n < vm->vcpu_count * per_vcpu; n++) {
        if (n >= count) {
            PROP_ASSERT(!has_context(n / per_vcpu));
            continue;
        }
        int intc = fdt_node_offset_by_phandle(tree, fdt32_ld((const void *)(list + 8 * n)));
        uint32_t irq = fdt32_ld((const void *)(list + 8 * n + 4));
        PROP_ASSERT(intc >= 0);
        if (has_context(n / per_vcpu)) {
            int cpu = fdt_parent_offset(tree, intc);
            PROP_ASSERT(u32_of(cpu, "reg") == n / per_vcpu);
            PROP_ASSERT(irq == (per_vcpu == 2 && n % 2 == 0 ? 11u : 9u));
        } else {
            PROP_ASSERT(irq == UINT32_MAX);
        }
    }
    PROP_ASSERT(count == 0 || has_context((count - 1) / per_vcpu));
}

static bool is_absent(uint32_t device)
{
    return (params.device_absent & BIT(device)) != 0;
}

static bool soc_has(uint64_t gpa)
{
    int node;
    fdt_for_each_subnode(node, tree, fdt_path_offset(tree, "/soc"))
    {
        if (fdt64_ld(fdt_getprop(tree, node, "reg", NULL)) == gpa) {
            return true;
        }
    }
    return false;
}

/* Is this node that of a device whose interrupts are edges? */
static bool is_edge(int node)
{
    const fdt64_t *reg = fdt_getprop(tree, node, "reg", NULL);
    for (uint32_t i = 0; i < vm->device_count; i++) {
        if (reg != NULL && fdt64_ld(reg) == vm->devices[i].gpa) {
            return config_find_device(&hyp_platform, vm->devices[i].name)->irq_edge;
        }
    }
    return false;
}

/* Level high or edge rising, where the controller takes the kind. */
static void check_interrupts(int irqc)
{
    int node;
    fdt_for_each_subnode(node, tree, fdt_path_offset(tree, "/soc"))
    {
        int length = 0;
        const fdt32_t *irq = fdt_getprop(tree, node, "interrupts", &length);
        uint32_t cells = irq != NULL ? u32_of(irqc, "#interrupt-cells") : 1;
        PROP_ASSERT(irq == NULL ||
                    fdt_node_offset_by_phandle(tree, u32_of(node, "interrupt-parent")) == irqc);
        PROP_ASSERT(irq == NULL || length == (int)cells * 4);
        PROP_ASSERT(irq == NULL || (fdt32_ld(irq) != 0 && fdt32_ld(irq) < vm->irqc.source_count));
        PROP_ASSERT(cells == 1 || fdt32_ld(irq + 1) == (is_edge(node) ? 1 : 4));
    }
}

static void check_devices(void)
{
    for (uint32_t i = 0; i < vm->device_count; i++) {
        PROP_ASSERT(soc_has(vm->devices[i].gpa) == !is_absent(i));
    }
    const char *path = fdt_getprop(tree, fdt_path_offset(tree, "/chosen"), "stdout-path", NULL);
    bool has_uart = fdt_node_offset_by_compatible(tree, -1, "ns16550a") >= 0;
    PROP_ASSERT((path != NULL) == has_uart);
    PROP_ASSERT(path == NULL || fdt_path_offset(tree, path) >= 0);
}

static void check_chosen(void)
{
    int chosen = fdt_path_offset(tree, "/chosen");
    const char *as_built = vm->bootargs != NULL ? vm->bootargs : "";
    check_text(chosen, "bootargs", params.bootargs != NULL ? params.bootargs : as_built);
    const void *start = fdt_getprop(tree, chosen, "linux,initrd-start", NULL);
    const void *end = fdt_getprop(tree, chosen, "linux,initrd-end", NULL);
    if (params.initrd_end == 0) {
        PROP_ASSERT(start == NULL && end == NULL);
    } else {
        PROP_ASSERT(fdt64_ld(start) == vm->initrd.gpa && fdt64_ld(end) == params.initrd_end);
    }
}

/* rng-seed has as many bytes as count. guest_dt_erase_seeds() removes both, and nothing else. */
static void check_seeds(void)
{
    int chosen = fdt_path_offset(tree, "/chosen");
    int length[2] = {0, 0};
    const uint8_t *rng = fdt_getprop(tree, chosen, "rng-seed", &length[0]);
    const uint8_t *kaslr = fdt_getprop(tree, chosen, "kaslr-seed", &length[1]);
    PROP_ASSERT((rng != NULL) == (params.seed != NULL) && (kaslr != NULL) == (params.seed != NULL));
    if (params.seed != NULL) {
        PROP_ASSERT(length[0] == (int)seed.rng_size && length[1] == GUEST_SEED_KASLR_SIZE);
        PROP_ASSERT(memcmp(rng, seed.rng, seed.rng_size) == 0);
        PROP_ASSERT(memcmp(kaslr, seed.kaslr, sizeof(seed.kaslr)) == 0);
        memcpy(erased, tree, sizeof(tree));
        guest_dt_erase_seeds(erased, &dtb);
        for (const uint8_t *p = tree; p < tree + dtb.size; p++) {
            bool is_seed = (p >= rng - PROP_VALUE && p < rng + GUEST_SEED_RNG_SIZE) ||
                           (p >= kaslr - PROP_VALUE && p < kaslr + GUEST_SEED_KASLR_SIZE);
            PROP_ASSERT(erased[p - tree] == (!is_seed ? *p : (p - tree) % 4 == 3 ? FDT_NOP : 0));
        }
    }
}

/* ---- Values without a fixup ---- */

static bool has_fixup(const char *name)
{
    static const char *const names[] = {
        "bootargs",
        "linux,initrd-start",
        "linux,initrd-end",
        "stdout-path",
        "riscv,isa",
        "riscv,isa-extensions",
        "riscv,cbom-block-size",
        "mmu-type",
        "timebase-frequency",
        "riscv,cbop-block-size",
        "riscv,cboz-block-size",
        "interrupts-extended",
        "riscv,num-ids",
        "rng-seed",
        "kaslr-seed",
    };
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Is this node of the tree as built an absent vCPU's or device's? */
static bool is_gone(int node)
{
    const void *type = fdt_getprop(built, node, "device_type", NULL);
    const void *reg = fdt_getprop(built, node, "reg", NULL);
    if (type != NULL && strcmp(type, "cpu") == 0) {
        return !is_present(fdt32_ld(reg));
    }
    for (uint32_t i = 0; reg != NULL && type == NULL && i < vm->device_count; i++) {
        if (fdt64_ld(reg) == vm->devices[i].gpa) {
            return is_absent(i);
        }
    }
    return false;
}

static int behind_node(int node)
{
    int depth = 0;
    do {
        uint32_t tag = fdt_next_tag(built, node, &node);
        depth += tag == FDT_BEGIN_NODE ? 1 : tag == FDT_END_NODE ? -1 : 0;
    } while (depth > 0);
    return node;
}

/* The next token at or behind `next` that must be in both trees. */
static uint32_t next_kept(const void *fdt, int *at, int *next)
{
    for (;;) {
        *at = *next;
        uint32_t tag = fdt_next_tag(fdt, *at, next);
        if (tag == FDT_BEGIN_NODE && fdt == built && is_gone(*at)) {
            *next = behind_node(*at);
        } else if (tag == FDT_PROP) {
            const char *name = NULL;
            (void)fdt_getprop_by_offset(fdt, *at, &name, NULL);
            if (!has_fixup(name)) {
                return tag;
            }
        } else if (tag != FDT_NOP) {
            return tag;
        }
    }
}

/* Token for token: what the trees keep is the same bytes. */
static void check_rest(void)
{
    int at[2];
    int next[2] = {0, 0};
    uint32_t tag;
    do {
        tag = next_kept(built, &at[0], &next[0]);
        PROP_ASSERT(next_kept(tree, &at[1], &next[1]) == tag);
        PROP_ASSERT(tag == FDT_END || next[0] - at[0] == next[1] - at[1]);
        const char *was = (const char *)built + fdt_off_dt_struct(built) + at[0];
        const char *is = (const char *)tree + fdt_off_dt_struct(tree) + at[1];
        PROP_ASSERT(tag == FDT_END || memcmp(was, is, (size_t)(next[0] - at[0])) == 0);
    } while (tag != FDT_END);
    uint32_t names = fdt_off_dt_strings(built);
    PROP_ASSERT(memcmp(built, tree, fdt_off_dt_struct(built)) == 0);
    PROP_ASSERT(memcmp(built + names, tree + names, fdt_size_dt_strings(built)) == 0);
}

/* A tree with another stamp is left as it is. */
static void check_stamp(void)
{
    size_t stamp = (size_t)found.list[0].offset * 4 + PROP_VALUE + prop_u64(4);
    PROP_ASSERT(fdt32_ld(fdt_getprop(tree, 0, TOOL_STAMP, NULL)) == dtb.stamp);
    tree[stamp] ^= (uint8_t)(1 + prop_u64(255));
    memcpy(erased, tree, sizeof(tree));
    PROP_ASSERT(guest_dt_apply(tree, &dtb, &params) == HYP_E_FORMAT);
    PROP_ASSERT(memcmp(erased, tree, sizeof(tree)) == 0);
    tree[stamp] = built[stamp];
}

void prop_run(void)
{
    const struct hyp_config config = {.vms = &own, .vm_count = 1};
    struct config_input in = {.config = &config, .platform = &hyp_platform};
    draw_vm();
    uint32_t size = tool_make_dtb(&in, 0, built);
    PROP_ASSERT(size != 0 && size <= vm->dtb_max_size);
    PROP_ASSERT(fdt_check_full(built, size) == 0);
    PROP_ASSERT(tool_find_fixups(vm, built, &found, &dtb) && dtb.size == size);
    memcpy(tree, built, sizeof(tree));
    draw_params();
    check_stamp();
    enum hyp_status status = guest_dt_apply(tree, &dtb, &params);
    PROP_ASSERT(memcmp(built + size, tree + size, sizeof(tree) - size) == 0);
    if ((params.vcpu_present & first_vcpus(vm->vcpu_count)) == 0) {
        PROP_ASSERT(status == HYP_E_PARAM);
        return;
    }
    PROP_ASSERT(status == HYP_OK);
    PROP_ASSERT(fdt_check_full(tree, size) == 0 && fdt_totalsize(tree) == size);
    check_cpus();
    int irqc = check_irqc();
    if (irqc >= 0) {
        check_contexts(irqc);
        check_interrupts(irqc);
    }
    check_devices();
    check_chosen();
    check_rest();
    check_seeds();
}
