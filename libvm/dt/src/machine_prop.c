/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A random machine, described by libfdt with its nodes in any order, is read as it is. If some
 * bytes of the tree are changed, the result stays within the bounds of struct machine.
 */
#include <hyp/vm/machine_aia.h>
#include <prop.h>

#include <libfdt.h>
#include <string.h>

#define HARTS 5

static _Alignas(8) uint8_t tree[8192];
static struct machine m;
static struct machine_aia aia;
static uint32_t hart_count; /* Harts that are okay and have H. */
static uint64_t ids;        /* Bit i: hart i is one of them. */
static uint64_t isa;        /* Extensions that all of these have. */
static uint64_t isa_of[HARTS];
static uint64_t without_h; /* Harts that are okay, but lack H. */
static uint32_t context[HARTS];
static uint32_t mem_count;

static void put_text(const char *name, const char *text)
{
    fdt_property(tree, name, text, (int)strlen(text) + 1);
}

/* A cache's node, before the hart's controller or behind it. */
static void put_cache(uint32_t phandle)
{
    if (prop_bool()) {
        fdt_begin_node(tree, "cache");
        fdt_property_u32(tree, "phandle", phandle);
        fdt_end_node(tree);
    }
}

static void put_cpu(uint32_t id)
{
    char text[GUEST_ISA_TEXT_SIZE + 3];
    bool okay = prop_bool();
    bool h = prop_u64(4) != 0;
    uint64_t own = (prop_u64(0) & GUEST_ISA_ALL) | GUEST_ISA_ALWAYS;
    /* These would need their block sizes. */
    own &= ~(BIT(GUEST_ISA_ZICBOM) | BIT(GUEST_ISA_ZICBOP) | BIT(GUEST_ISA_ZICBOZ));
    fdt_begin_node(tree, "cpu");
    put_text("status", okay ? "okay" : "disabled");
    fdt_property_u32(tree, "reg", id);
    if (prop_bool()) {
        size_t size = guest_isa_write(own, GUEST_ISA_STRING, text) - 1;
        memcpy(text + size, h ? "_h" : "\0\0", 3);
        own |= BIT(GUEST_ISA_ZICNTR) | BIT(GUEST_ISA_ZIHPM);
        put_text("riscv,isa", text);
    } else {
        size_t size = guest_isa_write(own, GUEST_ISA_NAMES, text);
        memcpy(text + size, "h", 2);
        fdt_property(tree, "riscv,isa-extensions", text, (int)(size + (h ? 2 : 0)));
        put_text("riscv,isa", "rv64imafdcvh");
    }
    put_text("device_type", "cpu");
    put_cache(90 + id);
    fdt_begin_node(tree, "interrupt-controller");
    put_text("compatible", "riscv,cpu-intc");
    fdt_property_u32(tree, prop_bool() ? "phandle" : "linux,phandle", 40 + id);
    fdt_end_node(tree);
    put_cache(80 + id);
    fdt_end_node(tree);
    own |= (own & BIT(GUEST_ISA_V)) != 0 ? BIT(GUEST_ISA_D) : 0;
    own |= (own & BIT(GUEST_ISA_D)) != 0 ? BIT(GUEST_ISA_F) : 0;
    if (okay && !h) {
        without_h |= BIT(id);
    } else if (okay) {
        hart_count++;
        ids |= BIT(id);
        isa &= own;
        isa_of[id] = own;
    }
}

static void put_cpus(void)
{
    uint32_t first = (uint32_t)prop_u64(HARTS);
    fdt_begin_node(tree, "cpus");
    fdt_property_u32(tree, "timebase-frequency", 7);
    for (uint32_t i = 0; i < HARTS; i++) {
        put_cpu((first + i * 2) % HARTS);
    }
    fdt_end_node(tree);
}

static void put_memory(void)
{
    const fdt64_t reg[] = {cpu_to_fdt64(mem_count * 0x100000000), cpu_to_fdt64(4096 + mem_count)};
    fdt_begin_node(tree, "memory");
    put_text("device_type", "memory");
    fdt_property(tree, "reg", reg, sizeof(reg));
    fdt_end_node(tree);
    mem_count++;
}

static void put_plic(void)
{
    fdt32_t list[HARTS * 4];
    int n = 0;
    uint32_t first = (uint32_t)prop_u64(HARTS);
    for (uint32_t i = 0; i < HARTS; i++) {
        uint32_t id = (first + i * 3) % HARTS;
        for (uint32_t irq = 11; irq >= 9; irq -= 2) {
            if (prop_bool()) {
                context[id] = irq == 9 ? (uint32_t)n / 2 : context[id];
                list[n++] = cpu_to_fdt32(40 + id);
                list[n++] = cpu_to_fdt32(irq);
            }
        }
    }
    const fdt32_t reg[] = {0, cpu_to_fdt32(0xc000000), cpu_to_fdt32(0x600000)};
    fdt_begin_node(tree, "soc");
    fdt_property(tree, "ranges", "", 0);
    fdt_begin_node(tree, "plic");
    fdt_property(tree, "reg", reg, sizeof(reg));
    put_text("compatible", prop_bool() ? "sifive,plic-1.0.0" : "riscv,plic0");
    fdt_property(tree, "interrupts-extended", list, n * 4);
    fdt_property_u32(tree, "riscv,ndev", 53);
    fdt_end_node(tree);
    fdt_end_node(tree);
}

static void make(void)
{
    uint64_t order = prop_u64(3);
    hart_count = 0;
    ids = 0;
    without_h = 0;
    isa = GUEST_ISA_ALL;
    mem_count = 0;
    memset(context, 0xff, sizeof(context));
    memset(tree, 0, sizeof(tree));
    fdt_create(tree, sizeof(tree));
    fdt_finish_reservemap(tree);
    fdt_begin_node(tree, "");
    fdt_property_u32(tree, "#address-cells", 2);
    fdt_property_u32(tree, "#size-cells", 2);
    for (uint64_t i = 0; i < 3; i++) {
        switch ((order + i) % 3) {
        case 0: put_cpus(); break;
        case 1: put_plic(); break;
        default: put_memory(); break;
        }
        put_memory();
    }
    fdt_end_node(tree);
    PROP_ASSERT(fdt_finish(tree) == 0);
}

/* A hart has its own extensions, or fewer if there are more kinds than room. */
static void check_kind(uint32_t hart, uint64_t own)
{
    uint64_t has = machine_common(&m, BIT(hart)).isa;
    PROP_ASSERT((has & ~own) == 0);
    PROP_ASSERT(has == own || m.kind_count == MACHINE_KIND_MAX);
}

static void check_machine(void)
{
    PROP_ASSERT(m.hart_count == hart_count && m.mem_count == mem_count);
    PROP_ASSERT(m.plic.hpa == 0xc000000 && m.plic.size == 0x600000);
    PROP_ASSERT(m.all.isa == isa && m.source_count == 54 && m.timebase_hz == 7);
    uint64_t named = 0;
    for (uint32_t i = 0; i < m.without_h_count; i++) {
        named |= BIT(m.without_h[i]);
    }
    PROP_ASSERT(named == without_h && m.without_h_count == bits_count(without_h));
    uint32_t n = 0;
    for (uint32_t id = 0; id < HARTS; id++) {
        if ((ids & BIT(id)) != 0) {
            PROP_ASSERT(m.hart_id[n] == id && m.intc[n] == 40 + id);
            PROP_ASSERT(m.irqc_index[n] == context[id]);
            check_kind(n, isa_of[id]);
            n++;
        }
    }
    for (uint32_t i = 0; i < mem_count; i++) {
        PROP_ASSERT(m.mem[i].hpa == i * 0x100000000 && m.mem[i].size == 4096 + i);
    }
}

static void check_bounds(void)
{
    PROP_ASSERT(m.hart_count <= HYP_HART_MAX && m.mem_count <= MACHINE_RANGE_MAX);
    PROP_ASSERT(m.reserved_count <= MACHINE_RANGE_MAX && m.device_count <= MACHINE_DEVICE_MAX);
    PROP_ASSERT(m.regs_count <= MACHINE_REGS_MAX);
    PROP_ASSERT(memchr(m.bootargs, 0, sizeof(m.bootargs)) != NULL);
    for (uint32_t i = 1; i < m.hart_count; i++) {
        PROP_ASSERT(m.hart_id[i - 1] <= m.hart_id[i]);
    }
}

void prop_run(void)
{
    make();
    size_t size = fdt_totalsize(tree);
    enum hyp_status status = machine_read(&m, tree, size);
    PROP_ASSERT(status == (hart_count != 0  ? HYP_OK
                           : without_h != 0 ? HYP_E_UNSUPPORTED
                                            : HYP_E_ABSENT));
    if (status == HYP_OK) {
        check_machine();
    }
    for (uint64_t changes = 1 + prop_u64(4); changes != 0; changes--) {
        tree[prop_u64(size)] = (uint8_t)prop_u64(256);
    }
    status = machine_read(&m, tree, size);
    PROP_ASSERT(status == HYP_OK || status == HYP_E_ABSENT || status == HYP_E_FORMAT ||
                status == HYP_E_UNSUPPORTED);
    check_bounds();
    if (status == HYP_OK) {
        PROP_ASSERT(machine_read_aia(&m, &aia, tree, size) == HYP_OK);
    }
}
