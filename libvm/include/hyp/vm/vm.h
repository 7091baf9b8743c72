/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VMs and their vCPUs.
 *
 * A vCPU runs on one hart for as long as its VM lives, so VS-level CSRs, floating-point and
 * vector registers stay in that hart. Another hart reaches a vCPU through `pending` alone: it sets
 * bits of that word atomically, then sends an IPI. There is no queue that could overflow; a bit
 * that is set twice is handled once.
 *
 * Units   Times are ticks of the time CSR. A hart index is dense: 0, 1, …; a vCPU's id is the
 *         guest's hart id.
 *
 * Owner   The embedder allocates all objects at boot and never frees them.
 * Locks   vm->lock guards the devices on the bus, the interrupt controller and HSM states.
 *         Members marked "own hart" are touched by the vCPU's hart only; members that are
 *         const after boot need no lock.
 */
#pragma once

#include <hyp/arch/spinlock.h>
#include <hyp/arch/world.h>
#include <hyp/base/irq.h>
#include <hyp/base/status.h>
#include <hyp/base/types.h>
#include <hyp/base/vdev.h>
#include <hyp/vm/action.h>
#include <hyp/vm/config.h>
#include <hyp/vm/scrub.h>
#include <hyp/vm/virqc.h>

#define VM_VDEV_MAX 8
#define VM_VCPU_MAX HYP_HART_MAX

/*
 * Bits of vcpu.pending: requests of other harts to this vCPU. START and STOP have no handler: they
 * wake the hart or make its guest exit, and the run loop then reads the state that has changed.
 */
enum vcpu_pending {
    VCPU_PENDING_IPI = 1 << 0,         /* Raise the guest's software interrupt, hvip.VSSIP. */
    VCPU_PENDING_EXT = 1 << 1,         /* ext_level has changed. */
    VCPU_PENDING_FENCE_I = 1 << 2,     /* Execute fence.i; the sender waits for fence_done. */
    VCPU_PENDING_HFENCE_VVMA = 1 << 3, /* The same with hfence.vvma. */
    VCPU_PENDING_START = 1 << 4,       /* hsm_state is START_PENDING, or all memory is cleared. */
    VCPU_PENDING_STOP = 1 << 5,        /* The VM has stopped. */
    VCPU_PENDING_CONSOLE = 1 << 6,     /* The VM's virtual UART has input, or room for output. */
    VCPU_PENDING_MORE = 1 << 7,        /* Set by its own hart: a device has returned VDEV_MORE. */
};

enum vm_stop_reason {
    VM_RUNNING,
    VM_STOP_SHUTDOWN, /* The guest called SRST: shutdown. */
    VM_STOP_REBOOT,   /* The guest called SRST: cold or warm reboot. */
    VM_STOP_FAILURE,  /* The guest called SRST with reason "system failure". */
    VM_STOP_IDLE,     /* Its last vCPU stopped itself: no vCPU is left to start one. */
    VM_STOP_TRAPS,    /* Its trap vector cannot be fetched: it would trap for ever. */
    VM_STOP_HART,     /* One of its harts did not start, or lacks what the VM needs. */
    VM_STOP_PANIC,    /* The hypervisor panicked on one of its harts. */
    VM_STOP_MEMORY,   /* Its memory could not be cleared: an access to it trapped. */
};

/* How many of the members of struct vm_stop_place are known, from the first one on. */
enum vm_stop_known {
    VM_STOP_KNOWS_NOTHING = 0,
    VM_STOP_KNOWS_HART = 1,
    VM_STOP_KNOWS_PC = 2,
    VM_STOP_KNOWS_TRAP = 4,
    VM_STOP_KNOWS_GPA = 5,
};

/*
 * The place of a stop, by its reason.
 *
 *   HART      the hart
 *   FAILURE   the hart and the guest's ecall
 *   TRAPS     the guest's trap that it cannot take: vsepc, vscause, vstval; and the guest-physical
 *             address at which the fetch of its trap vector faults
 *   MEMORY    the trap of the routine that clears memory; its gpa if it is a guest-page fault
 *   PANIC     the hypervisor's trap; the hart alone if an assertion has failed
 */
struct vm_stop_place {
    uint64_t hart_index;
    uint64_t pc;
    uint64_t cause; /* scause */
    uint64_t value; /* stval */
    uint64_t gpa;
};

struct vm;

struct vcpu {
    struct world world; /* Own hart. First member, so that a world's address is its vCPU's. */
    struct vm *vm;
    uint32_t id;         /* The guest's hart id: 0 … vm->vcpu_count - 1. */
    uint32_t hart_index; /* The hart that it runs on, by its dense index. Const after boot. */

    uint64_t pending;         /* Atomic: OR of enum vcpu_pending. */
    uint64_t fence_requested; /* Atomic: count of the fences that other harts have requested. */
    uint64_t fence_done;      /* Atomic: how many of fence_requested this hart has executed. */

    /*
     * Atomic: enum sbi_hsm_state. Any hart of the VM changes STOPPED to START_PENDING, with
     * vm->lock held; own hart makes all other changes.
     */
    uint32_t hsm_state;
    bool non_retentive_suspend; /* The end of its suspend starts it at start_pc. Own hart. */
    /* pc and a1 at its start. Written before START_PENDING, or by own hart before SUSPENDED. */
    uint64_t start_pc;
    uint64_t start_opaque;

    uint32_t counters_used; /* Own hart: PMU counters that the guest has used since its start. */
    uint32_t guest_file;    /* Number of its guest interrupt file, for hstatus.VGEIN; 0: none. */
    uint64_t hstateen0;     /* Bits granted to this vCPU in addition to vm->grant.hstateen0. */

    /*
     * Output of its VM's controller to it. Written with vm->lock held. If own hart reads an old
     * level without the lock, VCPU_PENDING_EXT follows.
     */
    bool ext_level;
    uint64_t timer; /* Own hart, without Sstc: the guest's timer expires then; UINT64_MAX: never. */
};

/*
 * Extensions that all harts of a VM have and that its guest may use. Const after boot.
 */
struct vm_grant {
    bool sstc;
    bool has_envcfg; /* The harts have henvcfg and senvcfg. */
    bool has_stateen;
    uint32_t fp;         /* Floating-point and vector registers: OR of WORLD_F, WORLD_D, WORLD_V. */
    uint64_t henvcfg;    /* Value of this CSR on every hart of the VM. */
    uint64_t hcounteren; /* The same. */
    uint32_t counters;   /* Bit n: SBI PMU has counter n, CSR cycle + n; 0: there is no PMU. */
    uint64_t hstateen0;  /* The same, but a vCPU's hstateen0 adds bits. */
    uint32_t cboz_block; /* Bytes that cbo.zero clears, a power of two; 0: some hart lacks it. */
};

/*
 * Services of the machine that VMs share. The embedder provides them. Each is called on the hart
 * of a vCPU with interrupts off, and never waits. The data is const after boot.
 */
struct vm_host_ops {
    uint32_t timebase_hz; /* Ticks of the time CSR a second; used by exit budgets. */
    /* Sends an IPI to a hart, which takes a supervisor software interrupt. */
    void (*send_ipi)(struct vm_host_ops *host, uint32_t hart_index);
    /* Sends an IPI to several other harts: bit n of `harts` is the hart with index n. */
    void (*send_ipis)(struct vm_host_ops *host, uint64_t harts);
    /* Handles the supervisor external interrupt that is pending on this hart. */
    void (*handle_external_irq)(struct vm_host_ops *host, struct vcpu *vcpu);
    /*
     * Does the embedder's own work of an IPI, after the vCPU's requests were handled: an IPI does
     * not say why it was sent. NULL: the embedder has none.
     */
    void (*ipi_work)(struct vm_host_ops *host, struct vcpu *vcpu);
    /* Handles the supervisor timer interrupt of this hart. */
    void (*timer_expired)(struct vm_host_ops *host, struct vcpu *vcpu);
    /* Programs this hart's timer: vcpu->timer has changed. Not called with Sstc. */
    void (*timer_changed)(struct vm_host_ops *host, struct vcpu *vcpu);
    /* Reports that vm->over_budget was set. Called once a VM, on one of its harts. */
    void (*budget_exceeded)(struct vm_host_ops *host, struct vm *vm);
    /* Reports that the last vCPU of a VM has left vcpu_run(). Called on that vCPU's hart. */
    void (*vm_ended)(struct vm_host_ops *host, struct vm *vm);
};

struct vm {
    struct spinlock lock;
    const struct vm_config *config;
    struct vm_host_ops *host;
    struct vm_grant grant;
    uint32_t index;      /* Position in hyp_config.vms. */
    uint32_t vcpu_count; /* vCPUs that have a hart on this machine; their ids have no gap. */
    struct vcpu **vcpus; /* Indexed by id. */
    uint64_t hgatp;      /* Value of the CSR on every hart of the VM. */

    struct vdev vdev[VM_VDEV_MAX + 1]; /* The bus; a device of size 0 ends it. Const after boot. */
    uint32_t vdev_count;

    /* Writes bytes of SBI DBCN; returns how many found room. NULL: no console. vm->lock. */
    uint32_t (*console_write)(void *ctx, const uint8_t *bytes, uint32_t count);
    /* Reads up to `count` bytes; returns how many there were. vm->lock. */
    uint32_t (*console_read)(void *ctx, uint8_t *bytes, uint32_t count);
    /* Updates the virtual UART: it has input, or room. On one of the VM's harts; vm->lock. */
    void (*console_update)(void *ctx);
    void *console_ctx GUARDED_BY(&lock);

    const struct virqc_ops *virqc; /* Its interrupt controller; NULL: it has none. */
    void *virqc_state;             /* Belongs to virqc's model; vm->lock. */

    struct scrub scrub; /* Memory to clear before the guest's first instruction. */
    /*
     * Called when all memory is cleared. Restricts the access rights of its memory to those that
     * the guest shall have: all of it was writable until now. Runs on vCPU 0's hart with vm->lock
     * held; each hart fences before it runs the guest. NULL: the rights need no change.
     */
    enum hyp_status (*memory_cleared)(struct vm *vm);

    uint64_t boot_end;         /* Exits count from this time on. Written by vCPU 0's hart only. */
    uint64_t exits_after_boot; /* Atomic. Counted only if the VM has a budget. */
    bool over_budget;          /* Atomic: more exits after boot than its budget allows. */

    uint32_t stop_reason; /* Atomic: enum vm_stop_reason. */
    uint32_t stop_known;  /* Atomic: enum vm_stop_known. Written last; read first, acquire. */
    struct vm_stop_place stop_place;
    uint32_t running; /* Atomic: vCPUs whose hart may still enter vcpu_run() or is in it. */
};

/* False once the VM has stopped, which any hart may do at any time. */
static inline bool vm_is_running(const struct vm *vm)
{
    return __atomic_load_n(&vm->stop_reason, __ATOMIC_RELAXED) == VM_RUNNING;
}

/*
 * True if [gpa, gpa + size) is RAM with these access bits. Adjacent ranges of the configuration
 * count as one, in any order. A size of 0 is taken as 1. Pure.
 */
bool vm_has_memory(const struct vm *vm, uint64_t gpa, uint64_t size, unsigned access);

/*
 * Adds a device to the bus. Boot only.
 *
 * Returns HYP_OK, or with nothing changed:
 *   HYP_E_NOMEM  the bus has VM_VDEV_MAX devices
 *   HYP_E_PARAM  its size is 0
 *   HYP_E_EXIST  it overlaps a device on the bus
 */
HYP_MUST_USE enum hyp_status vm_add_vdev(struct vm *vm, const struct vdev *dev);

_Static_assert(VM_VCPU_MAX == 64, "a set of vCPUs is a uint64_t");

/* The set of all its vCPUs: bit n is the vCPU with id n. A VM has at least one. */
static inline uint64_t vm_all_vcpus(const struct vm *vm)
{
    return UINT64_MAX >> (VM_VCPU_MAX - vm->vcpu_count);
}

/* Stops the VM. The first reason is kept. Callable from any hart in any context; never waits. */
void vm_stop(struct vm *vm, enum vm_stop_reason reason);

/* The same, and keeps what is known about the place if this is the first reason. */
void vm_stop_at(struct vm *vm, enum vm_stop_reason reason, enum vm_stop_known known,
                const struct vm_stop_place *place);

/* Its word in the log: "shutdown", "reboot", … */
const char *vm_stop_reason_name(enum vm_stop_reason reason);

/* True if the VM failed: its guest reported that, or the hypervisor had to stop it. */
bool vm_stop_is_fault(enum vm_stop_reason reason);

/*
 * Counts the exits of all its vCPUs by one cause: the code of an exception, or WORLD_EXIT_IRQ + the
 * code of an interrupt, below WORLD_EXIT_COUNT. Callable from any hart.
 */
uint64_t vm_exits(const struct vm *vm, uint32_t cause);

/*
 * Name of such a cause in the log, after the privileged specification's tables of scause:
 * "ecall_vs", "load_guest_page_fault", "s_timer" for the supervisor timer interrupt. "other": a
 * cause that is delegated to guests or not enabled, or that the specification reserves.
 */
const char *vm_exit_name(uint32_t cause);

/*
 * Sets bits of vcpu->pending and sends an IPI to its hart. If that is this hart, sets sip.SSIP
 * instead. Callable from any hart; takes no lock.
 */
void vcpu_notify(struct vcpu *vcpu, uint64_t bits);

/* The same for each vCPU of a set, by id, with one request to vm->host for all their harts. */
void vm_notify(struct vm *vm, uint64_t vcpus, uint64_t bits);

/*
 * Raises the guest's timer interrupt if vcpu->timer is not after `now`. Own hart; not called with
 * Sstc.
 */
void vcpu_timer_expired(struct vcpu *vcpu, uint64_t now);

/* Sets the guest's external interrupt, hip.VSEIP. On any hart of the VM. */
void vcpu_set_external(struct vcpu *vcpu, bool level) REQUIRES(vcpu->vm->lock);

/*
 * True if this hart has all that vm->grant says, found by trying it. Called before vcpu_run(), also
 * on a hart that lacks the hypervisor extension. henvcfg and hcounteren are left with the granted
 * values, hgatp with 0.
 */
bool vcpu_hart_is_fit(const struct vcpu *vcpu);

/*
 * Runs the vCPU on this hart until its VM stops. Called once for each vCPU, on its own hart, with
 * sstatus.SIE = 0 and no lock held. Sets all hypervisor CSRs of this hart.
 */
void vcpu_run(struct vcpu *vcpu);
