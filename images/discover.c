/* SPDX-License-Identifier: Apache-2.0 */
/* What machine this is: its device tree, and CSRs that keep what is written to them. */
#include "hyp.h"

#include <hyp/arch/csr.h>
#include <libfdt.h>
#include <string.h>

static uint64_t cells(const fdt32_t *p, int count)
{
    uint64_t v = 0;
    for (int i = 0; i < count; i++) {
        v = v << 32 | fdt32_to_cpu(p[i]);
    }
    return v;
}

static uint32_t u32_prop(const void *fdt, int node, const char *name, uint32_t missing)
{
    int len;
    const fdt32_t *p = fdt_getprop(fdt, node, name, &len);
    return p != 0 && len >= 4 ? fdt32_to_cpu(*p) : missing;
}

static bool is_okay(const void *fdt, int node)
{
    const char *s = fdt_getprop(fdt, node, "status", 0);
    return s == 0 || strcmp(s, "okay") == 0 || strcmp(s, "ok") == 0;
}

static void add_range(struct hyp_mem *list, uint32_t *count, uint64_t start, uint64_t size)
{
    if (size != 0 && *count < MACHINE_RANGE_MAX) {
        list[(*count)++] = (struct hyp_mem){.hpa = start, .size = size};
    }
}

static void add_regs(const void *fdt, int parent, int node, struct hyp_mem *list, uint32_t *count)
{
    int ac = fdt_address_cells(fdt, parent);
    int sc = fdt_size_cells(fdt, parent);
    int len;
    const fdt32_t *reg = fdt_getprop(fdt, node, "reg", &len);
    if (reg == 0 || ac < 1 || ac > 2 || sc < 1 || sc > 2) {
        return;
    }
    for (; len >= 4 * (ac + sc); len -= 4 * (ac + sc), reg += ac + sc) {
        add_range(list, count, cells(reg, ac), cells(reg + ac, sc));
    }
}

static void find_memory(struct machine *m, const void *fdt)
{
    int node;
    fdt_for_each_subnode(node, fdt, 0)
    {
        const char *type = fdt_getprop(fdt, node, "device_type", 0);
        if (type != 0 && strcmp(type, "memory") == 0 && is_okay(fdt, node)) {
            add_regs(fdt, 0, node, m->mem, &m->mem_count);
        }
    }
    for (int i = 0; i < fdt_num_mem_rsv(fdt); i++) {
        uint64_t start;
        uint64_t size;
        if (fdt_get_mem_rsv(fdt, i, &start, &size) == 0) {
            add_range(m->reserved, &m->reserved_count, start, size);
        }
    }
    int parent = fdt_path_offset(fdt, "/reserved-memory");
    if (parent >= 0) {
        fdt_for_each_subnode(node, fdt, parent)
        {
            add_regs(fdt, parent, node, m->reserved, &m->reserved_count);
        }
    }
}

/* "rv64imafdch_zicbom_…" to a set; letters one by one, then names behind underscores. */
static uint64_t isa_of_string(const char *s, bool *h)
{
    uint64_t set = 0;
    if (strncmp(s, "rv64", 4) == 0) {
        s += 4;
    }
    for (; *s != 0 && *s != '_'; s++) {
        enum guest_isa ext = guest_isa_find(s, 1);
        set |= ext < GUEST_ISA_COUNT ? BIT(ext) : 0;
        *h = *h || *s == 'h';
    }
    while (*s == '_') {
        size_t n = 0;
        for (s++; s[n] != 0 && s[n] != '_';) {
            n++;
        }
        enum guest_isa ext = guest_isa_find(s, n);
        set |= ext < GUEST_ISA_COUNT ? BIT(ext) : 0;
        s += n;
    }
    return set;
}

static uint64_t isa_of_cpu(const void *fdt, int cpu, bool *h)
{
    int len;
    const char *list = fdt_getprop(fdt, cpu, "riscv,isa-extensions", &len);
    if (list == 0) {
        const char *s = fdt_getprop(fdt, cpu, "riscv,isa", 0);
        return s != 0 ? isa_of_string(s, h) : 0;
    }
    uint64_t set = 0;
    for (int i = 0; i < len;) {
        size_t n = strnlen(list + i, (size_t)(len - i));
        enum guest_isa ext = guest_isa_find(list + i, n);
        set |= ext < GUEST_ISA_COUNT ? BIT(ext) : 0;
        *h = *h || (n == 1 && list[i] == 'h');
        i += (int)n + 1;
    }
    return set;
}

static uint32_t mmu_of_cpu(const void *fdt, int cpu)
{
    const char *s = fdt_getprop(fdt, cpu, "mmu-type", 0);
    if (s != 0 && strcmp(s, "riscv,sv57") == 0) {
        return GUEST_MMU_SV57;
    }
    return s != 0 && strcmp(s, "riscv,sv48") == 0 ? GUEST_MMU_SV48 : GUEST_MMU_SV39;
}

static void add_hart(struct machine *m, uint64_t id, uint32_t intc)
{
    uint32_t i = m->hart_count++;
    for (; i > 0 && m->hart_id[i - 1] > id; i--) {
        m->hart_id[i] = m->hart_id[i - 1];
        m->intc[i] = m->intc[i - 1];
    }
    m->hart_id[i] = id;
    m->intc[i] = intc;
}

static enum hyp_status find_harts(struct machine *m, const void *fdt)
{
    int cpus = fdt_path_offset(fdt, "/cpus");
    bool h = true;
    int cpu;
    if (cpus < 0) {
        return HYP_E_FORMAT;
    }
    m->timebase_hz = u32_prop(fdt, cpus, "timebase-frequency", 0);
    m->isa = UINT64_MAX;
    m->mmu = GUEST_MMU_SV57;
    fdt_for_each_subnode(cpu, fdt, cpus)
    {
        const char *type = fdt_getprop(fdt, cpu, "device_type", 0);
        if (type == 0 || strcmp(type, "cpu") != 0 || !is_okay(fdt, cpu) ||
            m->hart_count == HYP_HART_MAX) {
            continue;
        }
        bool this_h = false;
        uint32_t mmu = mmu_of_cpu(fdt, cpu);
        int intc = fdt_first_subnode(fdt, cpu);
        add_hart(m, u32_prop(fdt, cpu, "reg", 0), intc >= 0 ? fdt_get_phandle(fdt, intc) : 0);
        m->isa &= isa_of_cpu(fdt, cpu, &this_h);
        m->mmu = mmu < m->mmu ? mmu : m->mmu;
        m->cbom_block = u32_prop(fdt, cpu, "riscv,cbom-block-size", 0);
        m->cboz_block = u32_prop(fdt, cpu, "riscv,cboz-block-size", 0);
        h = h && this_h;
    }
    return m->hart_count == 0 ? HYP_E_FORMAT : h ? HYP_OK : HYP_E_UNSUPPORTED;
}

/* The hart index whose own interrupt controller is `phandle`. */
static uint32_t hart_of_intc(const struct machine *m, uint32_t phandle)
{
    for (uint32_t i = 0; i < m->hart_count; i++) {
        if (m->intc[i] == phandle) {
            return i;
        }
    }
    return UINT32_MAX;
}

/* interrupts-extended lists <intc, interrupt> by context; 9 is supervisor external. */
static void find_plic(struct machine *m, const void *fdt)
{
    for (uint32_t i = 0; i < HYP_HART_MAX; i++) {
        m->plic_context[i] = UINT32_MAX;
    }
    int node = fdt_node_offset_by_compatible(fdt, -1, "sifive,plic-1.0.0");
    if (node < 0) {
        node = fdt_node_offset_by_compatible(fdt, -1, "riscv,plic0");
    }
    int len;
    const fdt32_t *p = node >= 0 ? fdt_getprop(fdt, node, "interrupts-extended", &len) : 0;
    if (p == 0) {
        return;
    }
    m->source_count = u32_prop(fdt, node, "riscv,ndev", 0) + 1;
    for (uint32_t context = 0; len >= 8; context++, len -= 8, p += 2) {
        uint32_t hart = hart_of_intc(m, fdt32_to_cpu(p[0]));
        if (fdt32_to_cpu(p[1]) == IRQ_S_EXT && hart != UINT32_MAX) {
            m->plic_context[hart] = context;
        }
    }
}

static void find_bootargs(struct machine *m, const void *fdt)
{
    int node = fdt_path_offset(fdt, "/chosen");
    int len;
    const char *s = node >= 0 ? fdt_getprop(fdt, node, "bootargs", &len) : 0;
    if (s != 0 && len > 0 && (size_t)len <= sizeof(m->bootargs)) {
        memcpy(m->bootargs, s, (size_t)len);
        m->bootargs[len - 1] = 0;
    }
}

/* hgatp.MODE is WARL: an unsupported write leaves it Bare. */
static bool gstage_mode_works(enum gstage_mode mode)
{
    csr_write(CSR_HGATP, (uint64_t)mode << 60);
    bool works = csr_read(CSR_HGATP) >> 60 == (uint64_t)mode;
    csr_write(CSR_HGATP, 0);
    return works;
}

static enum hyp_status probe_gstage(struct machine *m)
{
    if (!gstage_mode_works(GSTAGE_SV39X4)) {
        return HYP_E_UNSUPPORTED;
    }
    m->gstage_mode = GSTAGE_SV39X4;
    m->gpa_bits = 41;
    if (gstage_mode_works(GSTAGE_SV57X4)) {
        m->gpa_bits = 59;
    } else if (gstage_mode_works(GSTAGE_SV48X4)) {
        m->gpa_bits = 50;
    }
    return HYP_OK;
}

static void keep(struct machine *m, enum guest_isa ext, uint64_t bits, uint64_t granted)
{
    if ((m->isa & BIT(ext)) != 0 && (granted & bits) == bits) {
        m->henvcfg |= bits;
    } else {
        m->isa &= ~BIT(ext);
    }
}

/* What the firmware's menvcfg lets henvcfg hold is what guests can be granted. */
static void probe_env(struct machine *m)
{
    if (!csr_probe(CSR_HENVCFG)) {
        m->isa &= ~(BIT(GUEST_ISA_SSTC) | BIT(GUEST_ISA_SVPBMT) | BIT(GUEST_ISA_ZICBOM) |
                    BIT(GUEST_ISA_ZICBOZ) | BIT(GUEST_ISA_SVADU));
        return;
    }
    csr_write(CSR_HENVCFG, UINT64_MAX);
    uint64_t granted = csr_read(CSR_HENVCFG);
    csr_write(CSR_HENVCFG, 0);
    keep(m, GUEST_ISA_SSTC, HENVCFG_STCE, granted);
    keep(m, GUEST_ISA_SVPBMT, HENVCFG_PBMTE, granted);
    keep(m, GUEST_ISA_ZICBOM, HENVCFG_CBIE | HENVCFG_CBCFE, granted);
    keep(m, GUEST_ISA_ZICBOZ, HENVCFG_CBZE, granted);
    if ((m->isa & BIT(GUEST_ISA_SVADE)) != 0) {
        m->isa &= ~BIT(GUEST_ISA_SVADU); /* Both: the guest starts with Svade. */
    } else {
        keep(m, GUEST_ISA_SVADU, HENVCFG_ADUE, granted);
    }
    m->sstc = (m->isa & BIT(GUEST_ISA_SSTC)) != 0;
    m->svpbmt = (m->isa & BIT(GUEST_ISA_SVPBMT)) != 0;
}

enum hyp_status machine_discover(struct machine *m, const void *fdt)
{
    if (fdt_check_header(fdt) != 0) {
        return HYP_E_FORMAT;
    }
    find_memory(m, fdt);
    HYP_TRY(find_harts(m, fdt));
    find_plic(m, fdt);
    find_bootargs(m, fdt);
    HYP_TRY(probe_gstage(m));
    probe_env(m);
    m->stateen = csr_probe(CSR_HSTATEEN0);
    /* Counters of events are not given to guests. */
    m->isa &= ~(BIT(GUEST_ISA_ZIHPM) | BIT(GUEST_ISA_SSCOFPMF));
    return HYP_OK;
}
