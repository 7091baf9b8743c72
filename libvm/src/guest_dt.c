/* SPDX-License-Identifier: Apache-2.0 */
/* Narrowing of a guest's device tree in place. */
#include <hyp/vm/guest_dt.h>

#include <libfdt.h>
#include <string.h>

/* vCPU numbers that a mask can say. */
#define VCPU_MAX 64

/* In a list of contexts: one that leads nowhere. */
#define IRQ_NONE UINT32_MAX

struct narrowing {
    void *fdt;
    const struct guest_dt_facts *facts;
    uint32_t gone[VCPU_MAX]; /* phandles of absent vCPUs' interrupt controllers. */
    uint32_t gone_count;
    uint32_t present; /* phandle of one that is there. */
};

enum hyp_status guest_dt_shrink(void *fdt, int node, const char *name, const void *value,
                                size_t length)
{
    int old = 0;
    struct fdt_property *prop = fdt_get_property_w(fdt, node, name, &old);
    if (prop == NULL) {
        return HYP_E_ABSENT;
    }
    if (length > (size_t)old) {
        return HYP_E_RANGE;
    }
    size_t kept = align_up(length, FDT_TAGSIZE);
    size_t end = align_up((size_t)old, FDT_TAGSIZE);
    const fdt32_t nop = cpu_to_fdt32(FDT_NOP);
    memmove(prop->data, value, length);
    memset(prop->data + length, 0, kept - length);
    for (size_t at = kept; at < end; at += FDT_TAGSIZE) {
        memcpy(prop->data + at, &nop, FDT_TAGSIZE);
    }
    prop->len = cpu_to_fdt32((uint32_t)length);
    return HYP_OK;
}

/* What libfdt says after a tree was found to be whole: it has another shape than ours. */
static enum hyp_status status_of(int fdt_error)
{
    return fdt_error < 0 ? HYP_E_FORMAT : HYP_OK;
}

static enum hyp_status remove_property(void *fdt, int node, const char *name)
{
    int error = fdt_nop_property(fdt, node, name);
    return error == -FDT_ERR_NOTFOUND ? HYP_OK : status_of(error);
}

static enum hyp_status get_u32(const void *fdt, int node, const char *name, uint32_t *value)
{
    int length = 0;
    const void *data = fdt_getprop(fdt, node, name, &length);
    if (data == NULL || length != (int)sizeof(fdt32_t)) {
        return HYP_E_FORMAT;
    }
    *value = fdt32_ld(data);
    return HYP_OK;
}

/* ---- vCPUs ---- */

static enum hyp_status set_block(void *fdt, int cpu, const char *name, uint32_t size)
{
    if (size == 0) {
        return remove_property(fdt, cpu, name);
    }
    return status_of(fdt_setprop_inplace_u32(fdt, cpu, name, size));
}

/* For what each tree of ours has, with room for the most. */
static enum hyp_status set_text(void *fdt, int node, const char *name, const char *text,
                                size_t length)
{
    enum hyp_status status = guest_dt_shrink(fdt, node, name, text, length);
    return status == HYP_OK ? HYP_OK : HYP_E_FORMAT;
}

static enum hyp_status narrow_cpu(const struct narrowing *n, int cpu)
{
    static const char *const mmu[] = {"riscv,sv39", "riscv,sv48", "riscv,sv57"};
    char text[GUEST_ISA_TEXT_SIZE];
    uint64_t isa = n->facts->isa & GUEST_ISA_ALL;
    size_t size = guest_isa_string(isa, text, sizeof(text));
    HYP_TRY(set_text(n->fdt, cpu, "riscv,isa", text, size));
    size = guest_isa_names(isa, text, sizeof(text));
    HYP_TRY(set_text(n->fdt, cpu, "riscv,isa-extensions", text, size));
    HYP_TRY(set_text(n->fdt, cpu, "mmu-type", mmu[n->facts->mmu], sizeof("riscv,sv39")));
    HYP_TRY(set_block(n->fdt, cpu, "riscv,cbom-block-size", n->facts->cbom_block));
    return set_block(n->fdt, cpu, "riscv,cboz-block-size", n->facts->cboz_block);
}

static bool is_present(const struct narrowing *n, uint32_t vcpu)
{
    return vcpu < VCPU_MAX && (n->facts->vcpu_present & BIT(vcpu)) != 0;
}

/* Finds a vCPU that is not there; 0 if none is left. */
static enum hyp_status find_absent(const struct narrowing *n, int cpus, int *absent)
{
    int cpu;
    *absent = 0;
    fdt_for_each_subnode(cpu, n->fdt, cpus)
    {
        uint32_t vcpu = 0;
        HYP_TRY(get_u32(n->fdt, cpu, "reg", &vcpu));
        if (!is_present(n, vcpu)) {
            *absent = cpu;
            return HYP_OK;
        }
    }
    return HYP_OK;
}

/* One at a time, each search from the start: a removed node is no place to walk on from. */
static enum hyp_status remove_absent(struct narrowing *n, int cpus)
{
    int absent = 0;
    HYP_TRY(find_absent(n, cpus, &absent));
    while (absent != 0 && n->gone_count < VCPU_MAX) {
        n->gone[n->gone_count++] = fdt_get_phandle(n->fdt, fdt_first_subnode(n->fdt, absent));
        HYP_TRY(status_of(fdt_nop_node(n->fdt, absent)));
        HYP_TRY(find_absent(n, cpus, &absent));
    }
    return HYP_OK;
}

static enum hyp_status narrow_cpus(struct narrowing *n)
{
    int cpu;
    int cpus = fdt_path_offset(n->fdt, "/cpus");
    if (cpus < 0 ||
        fdt_setprop_inplace_u32(n->fdt, cpus, "timebase-frequency", n->facts->timebase_hz) != 0) {
        return HYP_E_FORMAT;
    }
    HYP_TRY(remove_absent(n, cpus));
    fdt_for_each_subnode(cpu, n->fdt, cpus)
    {
        HYP_TRY(narrow_cpu(n, cpu));
        n->present = fdt_get_phandle(n->fdt, fdt_first_subnode(n->fdt, cpu));
    }
    return n->present != 0 ? HYP_OK : HYP_E_PARAM;
}

/* ---- Interrupt controller ---- */

static bool is_gone(const struct narrowing *n, uint32_t phandle)
{
    for (uint32_t i = 0; i < n->gone_count; i++) {
        if (n->gone[i] == phandle) {
            return true;
        }
    }
    return false;
}

/* Contexts are numbered by their place in the list: only at its end one can be left out. */
static enum hyp_status narrow_contexts(const struct narrowing *n)
{
    int plic = fdt_node_offset_by_compatible(n->fdt, -1, "riscv,plic0");
    int length = 0;
    if (plic < 0) {
        return HYP_OK;
    }
    struct fdt_property *list = fdt_get_property_w(n->fdt, plic, "interrupts-extended", &length);
    if (list == NULL || length % 8 != 0) {
        return HYP_E_FORMAT;
    }
    size_t kept = 0;
    for (size_t at = 0; at < (size_t)length; at += 8) {
        if (is_gone(n, fdt32_ld((const void *)(list->data + at)))) {
            const fdt32_t nowhere[] = {cpu_to_fdt32(n->present), cpu_to_fdt32(IRQ_NONE)};
            memcpy(list->data + at, nowhere, sizeof(nowhere));
        } else {
            kept = at + 8;
        }
    }
    return guest_dt_shrink(n->fdt, plic, "interrupts-extended", list->data, kept);
}

/* ---- The rest ---- */

static enum hyp_status narrow_initrd(const struct narrowing *n, int chosen)
{
    int length = 0;
    const void *start = fdt_getprop(n->fdt, chosen, "linux,initrd-start", &length);
    if (n->facts->initrd_end == 0) {
        HYP_TRY(remove_property(n->fdt, chosen, "linux,initrd-start"));
        return remove_property(n->fdt, chosen, "linux,initrd-end");
    }
    if (start == NULL) {
        return HYP_E_ABSENT;
    }
    if (length != (int)sizeof(fdt64_t)) {
        return HYP_E_FORMAT;
    }
    if (fdt64_ld(start) > n->facts->initrd_end) {
        return HYP_E_RANGE;
    }
    return status_of(
        fdt_setprop_inplace_u64(n->fdt, chosen, "linux,initrd-end", n->facts->initrd_end));
}

static enum hyp_status narrow_bootargs(const struct narrowing *n, int chosen)
{
    int length = 0;
    const char *text = fdt_getprop(n->fdt, chosen, "bootargs", &length);
    if (text == NULL || memchr(text, '\0', (size_t)length) == NULL) {
        return HYP_E_FORMAT;
    }
    text = n->facts->bootargs != NULL ? n->facts->bootargs : text;
    return guest_dt_shrink(n->fdt, chosen, "bootargs", text, strlen(text) + 1);
}

/* The device whose registers begin at `gpa`, or a negative number. */
static int find_device(const void *fdt, uint64_t gpa)
{
    int node;
    int soc = fdt_path_offset(fdt, "/soc");
    fdt_for_each_subnode(node, fdt, soc)
    {
        int length = 0;
        const void *reg = fdt_getprop(fdt, node, "reg", &length);
        if (reg != NULL && length >= (int)sizeof(fdt64_t) && fdt64_ld(reg) == gpa) {
            return node;
        }
    }
    return -FDT_ERR_NOTFOUND;
}

static enum hyp_status narrow_devices(const struct narrowing *n)
{
    for (uint32_t i = 0; i < n->facts->absent_count; i++) {
        int node = find_device(n->fdt, n->facts->absent_gpas[i]);
        if (node >= 0) {
            HYP_TRY(status_of(fdt_nop_node(n->fdt, node)));
        }
    }
    int chosen = fdt_path_offset(n->fdt, "/chosen");
    const char *path = fdt_getprop(n->fdt, chosen, "stdout-path", NULL);
    if (path != NULL && fdt_path_offset(n->fdt, path) < 0) {
        return remove_property(n->fdt, chosen, "stdout-path");
    }
    return HYP_OK;
}

enum hyp_status guest_dt_narrow(void *fdt, size_t size, const struct guest_dt_facts *facts)
{
    struct narrowing n = {.fdt = fdt, .facts = facts};
    if (facts->vcpu_present == 0 || facts->timebase_hz == 0) {
        return HYP_E_PARAM;
    }
    if (fdt_check_full(fdt, size) != 0) {
        return HYP_E_FORMAT;
    }
    int chosen = fdt_path_offset(fdt, "/chosen");
    if (chosen < 0) {
        return HYP_E_FORMAT;
    }
    HYP_TRY(narrow_cpus(&n));
    HYP_TRY(narrow_contexts(&n));
    HYP_TRY(narrow_initrd(&n, chosen));
    HYP_TRY(narrow_bootargs(&n, chosen));
    return narrow_devices(&n);
}
