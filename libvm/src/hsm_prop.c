/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Property: harts of a VM start, stop, suspend and fence each other and read each other's state, in
 * every interleaving of their accesses to shared memory with up to PREEMPTIONS preemptions. Each
 * hart runs vcpu_run() itself; its guest plays a list of SBI calls.
 *
 *   start     after a call that succeeds, the hart starts once, with that call's arguments; a call
 *             that returns SBI_ERR_ALREADY_AVAILABLE starts nothing
 *   status    returns a state that the hart had during the call ("Hart State Management")
 *   fence     when it returns, no guest uses a translation from before it
 *   IPI       ends a suspend; is pending in a guest that runs
 *   end       no hart waits for ever; the last hart ends the VM, once
 */
#include "test_harts.h"

#include <stddef.h>

#include <hyp/arch_backend/world_host.h>

#include <hyp/arch/fence.h>
#include <hyp/arch/sbi_call.h>
#include <hyp/vm/vm.h>

#define RAM UINT64_C(0x80000000)
#define TICKETS 16
#define OPS 4

enum op {
    END,
    START_1,
    START_2,
    STATUS_0,
    STATUS_1,
    IPI_0,
    IPI_1,
    IPI_ALL,
    FENCE,
    STOP,
    SUSPEND,
    RESUME
};

/* `first` harts are started at the beginning, one vCPU each. */
struct scenario {
    unsigned harts;
    unsigned first;
    enum op op[TEST_HARTS][OPS];
};

static const struct scenario scenarios[] = {
    {2, 1, {{START_1, STATUS_1, FENCE}, {FENCE, STOP}}},
    {2, 1, {{START_1, START_1, START_1}, {STOP, STOP}}},
    {2, 2, {{FENCE, FENCE, STATUS_1}, {FENCE, STOP}}},
    {2, 2, {{IPI_1, FENCE, STATUS_1}, {SUSPEND, IPI_0}}},
    {2, 2, {{IPI_1, START_1, FENCE}, {RESUME, STOP}}},
    {2, 2, {{START_1, STOP}, {STOP, STATUS_0}}},
#if TEST_HARTS > 2
    {3, 2, {{START_2, FENCE}, {START_2, FENCE}, {FENCE}}},
    {3, 3, {{FENCE, START_2}, {FENCE, START_2}, {STOP, STOP}}},
    {3, 3, {{FENCE}, {FENCE, STOP}, {SUSPEND, FENCE}}},
    {3, 3, {{IPI_1, STOP}, {SUSPEND, STOP}, {IPI_1, STOP}}},
    {3, 3, {{IPI_ALL, STOP}, {SUSPEND, STOP}, {SUSPEND, FENCE}}},
#endif
};

enum phase { STOPPED, RUNNING, STOPPING, SUSPENDING };

struct ticket {
    unsigned target;
    bool asked, entered, refused, granted;
};

struct model {
    enum phase phase;
    bool in_guest;
    unsigned next;   /* Index into its list of calls. */
    enum op call;    /* The current call; END: none. */
    uint64_t ticket; /* Ticket of START_n and RESUME. */
    uint64_t
        allowed; /* STATUS: states of the target so far. START: could it fail (1), succeed (2)? */
    uint64_t version; /* FENCE: version that must be visible when it returns. */
    uint64_t seen;    /* Version that this hart's last fence has made visible. */
    bool owed;        /* An interrupt that its guest must take. */
};

static struct {
    struct vm_mem mem;
    struct vm_config config;
    struct vm_host_ops host;
    struct vm vm;
    struct vcpu vcpu[TEST_HARTS];
    struct vcpu *vcpus[TEST_HARTS];
    const struct scenario *scenario;
    struct model model[TEST_HARTS];
    struct ticket ticket[TICKETS];
    uint64_t tickets;
    uint64_t version;   /* Version of the guest's page tables. */
    uint64_t completed; /* The newest version whose fence has returned. */
    unsigned fences;    /* Records of the fence log that were checked. */
    unsigned ends;
} s;

/* ---- Legal states ---------------------------------------------------------------------------- */

static unsigned target_of(enum op op)
{
    switch (op) {
    case START_2: return 2;
    case START_1:
    case STATUS_1:
    case IPI_1: return 1;
    case STATUS_0:
    case IPI_0:
    case IPI_ALL:
    case END:
    case FENCE:
    case STOP:
    case SUSPEND:
    case RESUME: break;
    }
    return 0;
}

/* True if a call other than that of ticket `but` is starting this hart. */
static bool is_being_started(unsigned hart, uint64_t but)
{
    for (uint64_t i = 0; i < s.tickets; i++) {
        const struct ticket *t = &s.ticket[i];
        if (i != but && t->asked && t->target == hart && !t->entered && !t->refused) {
            return true;
        }
    }
    return false;
}

static uint64_t possible_states(unsigned hart)
{
    uint64_t started =
        is_being_started(hart, UINT64_MAX) ? BIT(SBI_HSM_START_PENDING) | BIT(SBI_HSM_STARTED) : 0;
    switch (s.model[hart].phase) {
    case RUNNING: return BIT(SBI_HSM_STARTED);
    case STOPPED: return BIT(SBI_HSM_STOPPED) | started;
    case STOPPING: return BIT(SBI_HSM_STARTED) | BIT(SBI_HSM_STOPPED) | started;
    case SUSPENDING: return BIT(SBI_HSM_STARTED) | BIT(SBI_HSM_SUSPENDED);
    }
    return 0;
}

/* A state has changed: updates the results that the current calls may have. */
static void note(void)
{
    for (unsigned i = 0; i < s.scenario->harts; i++) {
        struct model *m = &s.model[i];
        unsigned target = target_of(m->call);
        enum phase phase = s.model[target].phase;
        if (m->call == STATUS_0 || m->call == STATUS_1) {
            m->allowed |= possible_states(target);
        } else if (m->call == START_1 || m->call == START_2) {
            m->allowed |= phase != STOPPED || is_being_started(target, m->ticket) ? 1 : 0;
            m->allowed |= phase == STOPPED || phase == STOPPING ? 2 : 0;
        }
    }
}

static void look_at_fences(unsigned hart)
{
    struct fence_log *log = fence_host_log();
    for (; s.fences < log->count; s.fences++) {
        PROP_ASSERT(s.fences < FENCE_LOG_MAX);
        if (log->record[s.fences].kind == FENCE_VVMA_ALL) {
            s.model[hart].seen = s.version;
        }
    }
}

/* ---- The guest ------------------------------------------------------------------------------- */

static uint64_t draw_ticket(unsigned target)
{
    PROP_ASSERT(s.tickets < TICKETS);
    s.ticket[s.tickets] = (struct ticket){.target = target, .asked = true};
    return s.tickets++;
}

static uint64_t pc_of(uint64_t ticket)
{
    return RAM + 0x100 * ticket;
}

static void begin_call(unsigned hart, struct world *w)
{
    struct model *m = &s.model[hart];
    uint64_t *a = &w->gpr[10];
    m->call = s.scenario->op[hart][m->next++];
    m->allowed = 0;
    unsigned target = target_of(m->call);
    memset(a, 0, 8 * sizeof(*a));
    a[7] = SBI_EXT_HSM;
    switch (m->call) {
    case START_1:
    case START_2:
        m->ticket = draw_ticket(target);
        a[0] = target, a[1] = pc_of(m->ticket), a[2] = m->ticket, a[6] = SBI_HSM_START;
        break;
    case STATUS_0:
    case STATUS_1: a[0] = target, a[6] = SBI_HSM_STATUS; break;
    case IPI_0:
    case IPI_1:
        a[0] = 1, a[1] = target, a[7] = SBI_EXT_IPI;
        s.model[target].owed |=
            s.model[target].phase == RUNNING || s.model[target].phase == SUSPENDING;
        break;
    case IPI_ALL:
        a[1] = UINT64_MAX, a[7] = SBI_EXT_IPI;
        for (unsigned i = 0; i < s.scenario->harts; i++) {
            s.model[i].owed |= s.model[i].phase == RUNNING || s.model[i].phase == SUSPENDING;
        }
        break;
    case FENCE:
        m->version = ++s.version;
        a[1] = UINT64_MAX, a[6] = SBI_RFENCE_SFENCE_VMA, a[7] = SBI_EXT_RFENCE;
        break;
    case STOP:
        m->phase = STOPPING;
        m->owed = false;
        a[6] = SBI_HSM_STOP;
        break;
    case RESUME:
        m->ticket = draw_ticket(hart);
        s.ticket[m->ticket].asked = false; /* No other hart has used it. */
        a[0] = BIT(31), a[1] = pc_of(m->ticket), a[2] = m->ticket;
        m->phase = SUSPENDING;
        a[6] = SBI_HSM_SUSPEND;
        break;
    case SUSPEND:
        m->phase = SUSPENDING;
        a[6] = SBI_HSM_SUSPEND;
        break;
    case END: PROP_ASSERT(false);
    }
    note();
}

/* The interrupt that woke it is handled. */
static void end_suspend(struct model *m)
{
    PROP_ASSERT((csr_read(CSR_HVIP) & BIT(IRQ_VS_SOFT)) != 0);
    csr_clear(CSR_HVIP, BIT(IRQ_VS_SOFT));
    m->owed = false;
    m->phase = RUNNING;
}

static void end_start(struct model *m, int64_t error)
{
    struct ticket *t = &s.ticket[m->ticket];
    PROP_ASSERT(error == SBI_SUCCESS || error == SBI_ERR_ALREADY_AVAILABLE);
    t->granted = error == SBI_SUCCESS;
    t->refused = !t->granted;
    PROP_ASSERT(!t->refused || !t->entered);
    PROP_ASSERT((m->allowed & (t->granted ? 2 : 1)) != 0);
}

static void end_fence(struct model *m)
{
    s.completed = m->version > s.completed ? m->version : s.completed;
    for (unsigned i = 0; i < s.scenario->harts; i++) {
        PROP_ASSERT(!s.model[i].in_guest || s.model[i].seen >= m->version);
    }
}

/* The guest resumes after its ecall. */
static void end_call(struct model *m, const struct world *w)
{
    int64_t error = (int64_t)w->gpr[10];
    note();
    switch (m->call) {
    case START_1:
    case START_2: end_start(m, error); break;
    case STATUS_0:
    case STATUS_1:
        PROP_ASSERT(error == SBI_SUCCESS && w->gpr[11] < 8);
        PROP_ASSERT((m->allowed & BIT(w->gpr[11])) != 0);
        break;
    case IPI_0:
    case IPI_1:
    case IPI_ALL: PROP_ASSERT(error == SBI_SUCCESS); break;
    case FENCE:
        PROP_ASSERT(error == SBI_SUCCESS);
        end_fence(m);
        break;
    case SUSPEND:
        PROP_ASSERT(error == SBI_SUCCESS);
        end_suspend(m);
        break;
    case STOP:
    case RESUME:
    case END: PROP_ASSERT(false && "does not return");
    }
    m->call = END;
    note();
}

/* The guest is at the address of a ticket: SBI's initial state of a hart. */
static void begin_hart(unsigned hart, const struct world *w)
{
    struct model *m = &s.model[hart];
    PROP_ASSERT(w->gpr[10] == hart && w->gpr[11] < s.tickets);
    struct ticket *t = &s.ticket[w->gpr[11]];
    PROP_ASSERT(w->sepc == pc_of(w->gpr[11]) && t->target == hart);
    PROP_ASSERT(!t->entered && !t->refused);
    if (m->call == RESUME) {
        PROP_ASSERT(w->gpr[11] == m->ticket && m->phase == SUSPENDING);
        end_suspend(m);
    } else {
        PROP_ASSERT(t->asked && (m->phase == STOPPED || m->phase == STOPPING));
        m->owed = false;
    }
    t->entered = true;
    m->phase = RUNNING;
    m->call = END;
    note();
}

static void enter(unsigned hart, const struct world *w)
{
    struct model *m = &s.model[hart];
    look_at_fences(hart);
    if (w->gpr[16] == 0 && w->gpr[17] == 0) {
        begin_hart(hart, w);
    } else if (m->call != END) {
        end_call(m, w);
    }
    PROP_ASSERT(m->phase == RUNNING);
    PROP_ASSERT(m->seen >= s.completed);
    m->in_guest = true;
}

static struct world_trap guest(struct world *w, void *ctx)
{
    (void)ctx;
    unsigned hart = harts.current;
    struct model *m = &s.model[hart];
    enter(hart, w);
    w->gpr[16] = 1; /* Differs from the state at its start. */
    csr_write(CSR_HIE, BIT(IRQ_VS_SOFT));
    test_step();
    if (m->next == OPS || s.scenario->op[hart][m->next] == END) {
        while ((csr_read(CSR_SIP) & BIT(IRQ_S_SOFT)) == 0) {
            test_block(HART_GUEST);
        }
    }
    m->in_guest = false;
    if ((csr_read(CSR_SIP) & BIT(IRQ_S_SOFT)) != 0) {
        return (struct world_trap){.scause = CAUSE_INTERRUPT | IRQ_S_SOFT};
    }
    begin_call(hart, w);
    return (struct world_trap){.scause = CAUSE_ECALL_VS};
}

/* ---- The machine ----------------------------------------------------------------------------- */

static void send_ipi(struct vm_host_ops *host, uint32_t hart_index)
{
    (void)host;
    PROP_ASSERT(hart_index < s.scenario->harts);
    TEST_WRITE(true);
    harts.hart[hart_index].csr[CSR_SIP] |= BIT(IRQ_S_SOFT);
}

static void send_ipis(struct vm_host_ops *host, uint64_t harts_sent)
{
    for (uint32_t i = 0; harts_sent >> i != 0; i++) {
        if ((harts_sent >> i & 1) != 0) {
            send_ipi(host, i);
        }
    }
}

static void vm_ended(struct vm_host_ops *host, struct vm *vm)
{
    (void)host;
    (void)vm;
    s.ends++;
}

static void run_hart(unsigned hart)
{
    vcpu_run(&s.vcpu[hart]);
}

static void set_up(void)
{
    memset(&s, 0, sizeof(s));
    s.scenario = &scenarios[prop_u64(ARRAY_COUNT(scenarios))];
    s.mem = (struct vm_mem){.gpa = RAM, .size = 0x10000};
    s.config = (struct vm_config){.name = "hsm", .mem = &s.mem, .mem_count = 1};
    s.config.no_fast_exits = prop_bool();
    s.host =
        (struct vm_host_ops){.send_ipi = send_ipi, .send_ipis = send_ipis, .vm_ended = vm_ended};
    s.vm = (struct vm){.config = &s.config,
                       .host = &s.host,
                       .grant = {.sstc = true},
                       .vcpu_count = s.scenario->harts,
                       .vcpus = s.vcpus,
                       .running = s.scenario->harts};
    for (unsigned i = 0; i < s.scenario->harts; i++) {
        s.vcpus[i] = &s.vcpu[i];
        s.vcpu[i] = (struct vcpu){.vm = &s.vm,
                                  .id = i,
                                  .hart_index = i,
                                  .hsm_state = SBI_HSM_STOPPED,
                                  .timer = UINT64_MAX};
        if (i < s.scenario->first) {
            uint64_t ticket = draw_ticket(i);
            s.ticket[ticket].granted = true;
            s.vcpu[i].hsm_state = SBI_HSM_START_PENDING;
            s.vcpu[i].start_pc = pc_of(ticket);
            s.vcpu[i].start_opaque = ticket;
        }
    }
    fence_host_reset();
    world_host_set(guest, NULL);
}

/* No hart can run: all guests must have finished. */
static void check_rest(void)
{
    unsigned stopped = 0;
    for (unsigned i = 0; i < s.scenario->harts; i++) {
        const struct model *m = &s.model[i];
        stopped += m->phase == STOPPED || m->phase == STOPPING;
        PROP_ASSERT(harts.hart[i].state != HART_SPINS);
        PROP_ASSERT(m->phase != RUNNING || m->in_guest);
        PROP_ASSERT(!m->owed || m->phase == RUNNING);
        PROP_ASSERT(!m->owed || (harts.hart[i].csr[CSR_HVIP] & BIT(IRQ_VS_SOFT)) != 0);
    }
    for (uint64_t i = 0; i < s.tickets; i++) {
        PROP_ASSERT(!s.ticket[i].granted || s.ticket[i].entered);
    }
    PROP_ASSERT((s.vm.stop_reason == VM_STOP_IDLE) == (stopped == s.scenario->harts));
    PROP_ASSERT(s.vm.stop_reason == VM_STOP_IDLE || s.vm.stop_reason == VM_RUNNING);
}

void prop_run(void)
{
    set_up();
    test_harts_init(s.scenario->harts, PREEMPTIONS, run_hart, look_at_fences);
    test_harts_run(true);
    check_rest();
    vm_stop(&s.vm, VM_STOP_SHUTDOWN);
    test_harts_run(false);
    for (unsigned i = 0; i < s.scenario->harts; i++) {
        PROP_ASSERT(harts.hart[i].state == HART_ENDED);
    }
    PROP_ASSERT(s.ends == 1 && s.vm.running == 0 && !spinlock_is_held(&s.vm.lock));
}
