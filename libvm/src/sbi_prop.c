/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Property: for any values of a0 … a7, an ecall returns an SBI error with nothing changed but a0
 * and a1, or has the effect that the specification defines on the named harts and on no other.
 */
#include "sbi.h"
#include "test_vm.h"

#include <prop.h>

struct call {
    uint64_t a[8];
    uint64_t state[TEST_VCPUS];
};

static struct test_vm t;
static struct test_vm old;
static uint32_t stride; /* vCPU n runs on hart n * stride. */

/* A machine of more harts: those with other ids are another VM's. */
static void send_ipi(struct vm_host_ops *host, uint32_t hart_index)
{
    (void)host;
    uint32_t id = hart_index / stride;
    PROP_ASSERT(hart_index % stride == 0 && id > 0 && id < t.vm.vcpu_count);
    t.ipis[id]++;
    t.sets_sent++;
}

static void send_ipis(struct vm_host_ops *host, uint64_t harts)
{
    for (uint32_t i = 0; i < HYP_HART_MAX; i++) {
        if ((harts >> i & 1) != 0) {
            send_ipi(host, i);
            t.sets_sent--;
        }
    }
    t.sets_sent++;
}

static void others_fence(enum hart_host_wait why)
{
    PROP_ASSERT(why == HART_HOST_RELAX);
    for (unsigned i = 1; i < TEST_VCPUS; i++) {
        t.vcpu[i].fence_done = t.vcpu[i].fence_requested;
    }
}

static uint64_t draw_ext(void)
{
    static const uint64_t exts[] = {SBI_EXT_BASE, SBI_EXT_TIME, SBI_EXT_IPI, SBI_EXT_RFENCE,
                                    SBI_EXT_HSM,  SBI_EXT_SRST, SBI_EXT_DBCN};
    uint64_t i = prop_u64(ARRAY_COUNT(exts) + 1);
    return i < ARRAY_COUNT(exts) ? exts[i] : prop_bool() ? prop_u64(16) : prop_u64(0);
}

static uint64_t draw_arg(void)
{
    static const uint64_t places[] = {
        TEST_RAM, TEST_RAM + TEST_RAM_SIZE, TEST_ROM, TEST_DATA, TEST_DATA + TEST_PAGE,
        TEST_DEV, TEST_RAM - TEST_PAGE};
    switch (prop_u64(5)) {
    case 0: return prop_u64(0);
    case 1: return prop_u64(8);
    case 2: return places[prop_u64(ARRAY_COUNT(places))] + prop_u64(5) - 2;
    case 3: return UINT64_MAX - prop_u64(3);
    default: return BIT(prop_u64(64));
    }
}

static void draw(struct call *c)
{
    static const uint64_t states[] = {SBI_HSM_STARTED, SBI_HSM_STOPPED, SBI_HSM_START_PENDING,
                                      SBI_HSM_SUSPENDED};
    for (unsigned i = 0; i < 6; i++) {
        c->a[i] = draw_arg();
    }
    c->a[6] = prop_u64(8) != 0 ? prop_u64(5) : prop_u64(0);
    c->a[7] = draw_ext();
    c->state[0] = SBI_HSM_STARTED;
    for (unsigned i = 1; i < TEST_VCPUS; i++) {
        c->state[i] = states[prop_u64(4)];
    }
}

static void prepare(const struct call *c)
{
    test_vm_init(&t);
    t.host.send_ipi = send_ipi;
    t.vm.grant.sstc = prop_bool();
    t.host.send_ipis = send_ipis;
    stride = (uint32_t)prop_range(1, 31);
    t.vm.vcpu_count = (uint32_t)prop_range(1, TEST_VCPUS);
    t.out_room = (uint32_t)prop_u64(sizeof(t.out));
    t.in = "input";
    if (prop_bool()) { /* DATA, RAM and ROM touch each other. */
        t.mem[1].gpa = t.range[1].gpa = TEST_RAM + TEST_RAM_SIZE;
        t.mem[2].gpa = t.range[2].gpa = TEST_RAM - TEST_PAGE;
    }
    hart_host_on_wait(others_fence);
    for (unsigned i = 0; i < TEST_VCPUS; i++) {
        t.vcpu[i].hart_index = i * stride;
        t.vcpu[i].hsm_state = (uint32_t)c->state[i];
    }
    for (unsigned i = 0; i < 8; i++) {
        t.vcpu[0].world.gpr[10 + i] = c->a[i];
    }
    old = t;
}

/* Sets the harts that (mask, base) names. False: one of them does not exist. */
static bool named(const struct call *c, uint64_t *set)
{
    *set = 0;
    for (unsigned i = 0; i < 64; i++) {
        uint64_t id = c->a[1] == UINT64_MAX ? i : c->a[1] + i;
        bool in = c->a[1] == UINT64_MAX ? i < t.vm.vcpu_count : ((c->a[0] >> i) & 1) != 0;
        if (in && (id < i || id >= t.vm.vcpu_count)) {
            return false;
        }
        *set |= in ? BIT(id) : 0;
    }
    return true;
}

static bool has_byte(uint64_t gpa, unsigned access)
{
    for (unsigned i = 0; i < 3; i++) {
        const struct vm_mem *m = &t.mem[i];
        unsigned may = m->access == 0 ? HYP_ACCESS_RWX : m->access;
        if (gpa >= m->gpa && gpa < m->gpa + m->size && (may & access) == access) {
            return true;
        }
    }
    return false;
}

/* True if [gpa, gpa + size) is RAM with this access: checks both ends and each page between. */
static bool has(uint64_t gpa, uint64_t size, unsigned access)
{
    if (size == 0 || size - 1 > UINT64_MAX - gpa) {
        return false;
    }
    for (uint64_t at = gpa; at - gpa < size; at = (at | (TEST_PAGE - 1)) + 1) {
        if (!has_byte(at, access)) {
            return false;
        }
    }
    return has_byte(gpa + size - 1, access);
}

/* Only a0, a1 and the tickets of the lock differ. */
static void check_unchanged(const struct call *c)
{
    PROP_ASSERT(t.vcpu[0].world.gpr[11] == (c->a[7] <= SBI_EXT_LEGACY_LAST ? c->a[1] : 0));
    old.vcpu[0].world.gpr[10] = t.vcpu[0].world.gpr[10];
    old.vcpu[0].world.gpr[11] = t.vcpu[0].world.gpr[11];
    old.vm.lock = t.vm.lock;
    PROP_ASSERT(memcmp(&old, &t, sizeof(t)) == 0);
    PROP_ASSERT(fence_host_log()->count == 0);
    PROP_ASSERT(csr_read(CSR_HVIP) == 0 && csr_read(CSR_SIP) == 0);
    PROP_ASSERT(csr_read(CSR_VSTIMECMP) == 0);
}

static void check_sent(uint64_t set, uint64_t bits)
{
    for (unsigned i = 1; i < TEST_VCPUS; i++) {
        uint64_t pending = ((set >> i) & 1) != 0 ? bits : 0;
        PROP_ASSERT(t.vcpu[i].pending == pending);
        PROP_ASSERT(t.ipis[i] == (pending != 0));
    }
}

static int64_t expect_ipi(const struct call *c)
{
    uint64_t set;
    return c->a[6] != 0 ? SBI_ERR_NOT_SUPPORTED : named(c, &set) ? 0 : SBI_ERR_INVALID_PARAM;
}

static void check_ipi(const struct call *c)
{
    uint64_t set;
    PROP_ASSERT(named(c, &set));
    check_sent(set, VCPU_PENDING_IPI);
    PROP_ASSERT(csr_read(CSR_HVIP) == ((set & 1) != 0 ? BIT(IRQ_VS_SOFT) : 0));
}

static int64_t expect_rfence(const struct call *c)
{
    uint64_t set;
    if (c->a[6] > SBI_RFENCE_SFENCE_VMA_ASID) {
        return SBI_ERR_NOT_SUPPORTED;
    }
    if (!named(c, &set)) {
        return SBI_ERR_INVALID_PARAM;
    }
    bool range = c->a[6] != SBI_RFENCE_FENCE_I && c->a[3] != UINT64_MAX;
    if (range && c->a[3] != 0 && c->a[3] - 1 > UINT64_MAX - c->a[2]) {
        return SBI_ERR_INVALID_ADDRESS;
    }
    bool asid = c->a[6] == SBI_RFENCE_SFENCE_VMA_ASID;
    return asid && c->a[4] > UINT16_MAX ? SBI_ERR_INVALID_PARAM : 0;
}

static void check_rfence(const struct call *c)
{
    uint64_t set;
    bool code = c->a[6] == SBI_RFENCE_FENCE_I;
    PROP_ASSERT(named(c, &set));
    bool some = code || c->a[3] != 0 || c->a[2] == 0;
    PROP_ASSERT((fence_host_log()->count != 0) == (some && (set & 1) != 0));
    for (unsigned i = 1; i < TEST_VCPUS; i++) {
        if (c->state[i] == SBI_HSM_STOPPED || c->state[i] == SBI_HSM_START_PENDING) {
            set &= ~BIT(i);
        }
    }
    check_sent(set, code ? VCPU_PENDING_FENCE_I : VCPU_PENDING_HFENCE_VVMA);
}

static bool is_start(uint64_t pc)
{
    return pc % 2 == 0 && has(pc, 2, HYP_ACCESS_X);
}

static int64_t expect_hsm(const struct call *c)
{
    bool resume = (uint32_t)c->a[0] == BIT(31);
    bool exists = c->a[0] < t.vm.vcpu_count;
    switch (c->a[6]) {
    case SBI_HSM_START:
        return !exists                                ? SBI_ERR_INVALID_PARAM
               : !is_start(c->a[1])                   ? SBI_ERR_INVALID_ADDRESS
               : c->state[c->a[0]] != SBI_HSM_STOPPED ? SBI_ERR_ALREADY_AVAILABLE
                                                      : 0;
    case SBI_HSM_STOP: return 0;
    case SBI_HSM_STATUS: return exists ? 0 : SBI_ERR_INVALID_PARAM;
    case SBI_HSM_SUSPEND:
        return !resume && (uint32_t)c->a[0] != 0 ? SBI_ERR_INVALID_PARAM
               : resume && !is_start(c->a[1])    ? SBI_ERR_INVALID_ADDRESS
                                                 : 0;
    default: return SBI_ERR_NOT_SUPPORTED;
    }
}

static void check_hsm(const struct call *c, enum vcpu_action action)
{
    const struct vcpu *v = &t.vcpu[c->a[0] < TEST_VCPUS ? c->a[0] : 0];
    bool waits = c->a[6] == SBI_HSM_STOP || c->a[6] == SBI_HSM_SUSPEND;
    bool last = c->a[6] == SBI_HSM_STOP;
    PROP_ASSERT(action == (waits ? VCPU_WAIT : VCPU_NEXT_INSN));
    for (unsigned i = 1; i < t.vm.vcpu_count; i++) {
        last = last && c->state[i] == SBI_HSM_STOPPED;
    }
    PROP_ASSERT(t.vm.stop_reason == (last ? VM_STOP_IDLE : VM_RUNNING));
    switch (c->a[6]) {
    case SBI_HSM_START:
        check_sent(BIT(c->a[0]), VCPU_PENDING_START);
        PROP_ASSERT(v->hsm_state == SBI_HSM_START_PENDING);
        PROP_ASSERT(v->start_pc == c->a[1] && v->start_opaque == c->a[2]);
        break;
    case SBI_HSM_STOP: PROP_ASSERT(t.vcpu[0].hsm_state == SBI_HSM_STOPPED); break;
    case SBI_HSM_STATUS: PROP_ASSERT(t.vcpu[0].world.gpr[11] == c->state[c->a[0]]); break;
    default: PROP_ASSERT(t.vcpu[0].hsm_state == SBI_HSM_SUSPENDED); break;
    }
}

static int64_t expect_dbcn(const struct call *c)
{
    switch (c->a[6]) {
    case SBI_DBCN_WRITE_BYTE: return old.out_room != 0 ? 0 : SBI_ERR_FAILED;
    case SBI_DBCN_WRITE:
    case SBI_DBCN_READ: {
        unsigned access = c->a[6] == SBI_DBCN_WRITE ? HYP_ACCESS_R : HYP_ACCESS_W;
        bool buffer = c->a[2] == 0 && has(c->a[1], c->a[0], access);
        return c->a[0] == 0 || buffer ? 0 : SBI_ERR_INVALID_PARAM;
    }
    default: return SBI_ERR_NOT_SUPPORTED;
    }
}

static void check_dbcn(const struct call *c)
{
    uint64_t want = c->a[6] == SBI_DBCN_WRITE_BYTE ? 1 : c->a[0];
    uint64_t room = old.out_room < SBI_DBCN_WRITE_MAX ? old.out_room : SBI_DBCN_WRITE_MAX;
    uint64_t limit = c->a[6] == SBI_DBCN_READ ? strlen("input") : room;
    uint64_t count = want < limit ? want : limit;
    PROP_ASSERT(t.vcpu[0].world.gpr[11] == (c->a[6] == SBI_DBCN_WRITE_BYTE ? 0 : count));
    PROP_ASSERT(t.out_count == (c->a[6] == SBI_DBCN_READ ? 0 : count));
}

static int64_t expect_srst(const struct call *c)
{
    return c->a[6] != 0                                     ? SBI_ERR_NOT_SUPPORTED
           : (uint32_t)c->a[0] > 2 || (uint32_t)c->a[1] > 1 ? SBI_ERR_INVALID_PARAM
                                                            : 0;
}

static int64_t expect(const struct call *c)
{
    switch (c->a[7]) {
    case SBI_EXT_BASE: return c->a[6] <= SBI_BASE_MIMPID ? 0 : SBI_ERR_NOT_SUPPORTED;
    case SBI_EXT_TIME: return c->a[6] == 0 ? 0 : SBI_ERR_NOT_SUPPORTED;
    case SBI_EXT_IPI: return expect_ipi(c);
    case SBI_EXT_RFENCE: return expect_rfence(c);
    case SBI_EXT_HSM: return expect_hsm(c);
    case SBI_EXT_SRST: return expect_srst(c);
    case SBI_EXT_DBCN: return expect_dbcn(c);
    default: return SBI_ERR_NOT_SUPPORTED;
    }
}

static void check_done(const struct call *c, enum vcpu_action action)
{
    bool leaves = c->a[7] == SBI_EXT_HSM || c->a[7] == SBI_EXT_SRST;
    PROP_ASSERT(leaves || action == VCPU_NEXT_INSN);
    switch (c->a[7]) {
    case SBI_EXT_TIME:
        PROP_ASSERT(t.vm.grant.sstc ? csr_read(CSR_VSTIMECMP) == c->a[0]
                                    : t.vcpu[0].timer == c->a[0]);
        break;
    case SBI_EXT_IPI: check_ipi(c); break;
    case SBI_EXT_RFENCE: check_rfence(c); break;
    case SBI_EXT_HSM: check_hsm(c, action); break;
    case SBI_EXT_SRST: PROP_ASSERT(action == VCPU_STOP && t.vm.stop_reason != VM_RUNNING); break;
    case SBI_EXT_DBCN: check_dbcn(c); break;
    default: break;
    }
}

void prop_run(void)
{
    struct call c;
    draw(&c);
    prepare(&c);
    enum vcpu_action action = sbi_handle(&t.vcpu[0]);
    int64_t error = (int64_t)t.vcpu[0].world.gpr[10];
    PROP_ASSERT(!spinlock_is_held(&t.vm.lock));
    PROP_ASSERT(error == expect(&c));
    PROP_ASSERT(t.sets_sent <= 1); /* A call interrupts all its harts by one request. */
    for (unsigned i = 0; i < 32; i++) {
        PROP_ASSERT(i == 10 || i == 11 || t.vcpu[0].world.gpr[i] == old.vcpu[0].world.gpr[i]);
    }
    for (unsigned i = t.vm.vcpu_count; i < TEST_VCPUS; i++) {
        PROP_ASSERT(memcmp(&t.vcpu[i], &old.vcpu[i], sizeof(t.vcpu[i])) == 0);
    }
    if (error != SBI_SUCCESS) {
        PROP_ASSERT(action == VCPU_NEXT_INSN);
        check_unchanged(&c);
    } else {
        check_done(&c, action);
    }
}
