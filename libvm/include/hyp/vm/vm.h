/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VMs and their vCPUs: what they are made of, who may touch what.
 *
 * A vCPU runs on one hart for as long as its VM lives, so VS-level CSRs, floating-point and
 * vector registers stay in that hart. Other harts reach it through `pending` alone:
 * one word of bits, set atomically, then an IPI. Nothing queues, so nothing drops; a
 * bit set twice is done once.
 *
 * Owner   All objects come from the hypervisor pool at boot; the image owns `struct hyp`.
 * Locks   vm->lock guards the bus's devices, the interrupt controller and HSM states.
 *         Members marked "own hart" are touched by the vCPU's hart only; those that are
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

/* Bits of vcpu.pending: what another hart wants of this vCPU. */
enum vcpu_pending {
    VCPU_PENDING_IPI = 1 << 0,     /* Raise the guest's software interrupt. */
    VCPU_PENDING_EXT = 1 << 1,     /* Its external interrupt's level has changed. */
    VCPU_PENDING_FENCE_I = 1 << 2, /* Fence; the sender waits for fence_done. */
    VCPU_PENDING_VVMA = 1 << 3,
    VCPU_PENDING_START = 1 << 4,   /* hsm_state is START_PENDING. */
    VCPU_PENDING_STOP = 1 << 5,    /* The VM has stopped. */
    VCPU_PENDING_CONSOLE = 1 << 6, /* The VM's virtual UART has input, or room again. */
    VCPU_PENDING_MORE = 1 << 7,    /* Set by itself: a device has answered VDEV_MORE. */
};

enum vm_stop_reason {
    VM_RUNNING,
    VM_STOP_SHUTDOWN, /* SRST by the guest. */
    VM_STOP_REBOOT,   /* SRST by the guest, which wanted to start again. */
    VM_STOP_FAILURE,  /* SRST with reason "system failure". */
    VM_STOP_IDLE,     /* Its last vCPU stopped itself: nobody is left to start one. */
    VM_STOP_TRAPS,    /* It traps at its own trap vector: it cannot go on. */
    VM_STOP_HART,     /* One of its harts did not start. */
    VM_STOP_PANIC,    /* The hypervisor's own fault on one of its harts. */
    VM_STOP_MEMORY,   /* Its memory could not be cleared: an access to it traps. */
};

/* Events of a VM, each recorded once; the VM goes on. */
enum vm_event {
    VM_EVENT_EXITS = 1 << 0, /* One exit more than its exits_after_boot. */
};

struct vm;

struct vcpu {
    struct world world; /* Own hart. First member: a world is its vCPU. */
    struct vm *vm;
    uint32_t id;         /* The guest's hart id: 0 … vm->vcpu_count - 1. */
    uint32_t hart_index; /* Dense; pinned. */

    uint64_t pending;     /* Atomic: OR of enum vcpu_pending. */
    uint64_t fence_asked; /* Atomic: fences that others have asked for … */
    uint64_t fence_done;  /* … and that this hart has done. */

    uint32_t hsm_state;    /* enum sbi_hsm_state; vm->lock, read relaxed. */
    bool suspended_resume; /* Non-retentive suspend: starts at start_pc again. */
    uint64_t start_pc;
    uint64_t start_opaque;

    uint32_t guest_file; /* Its guest interrupt file on that hart, for hstatus.VGEIN; 0: none. */
    uint64_t hstateen0;  /* Bits that this vCPU is granted beside vm->grant.hstateen0. */

    bool ext_level; /* Driven by the controller; vm->lock, read relaxed by its own hart. */
    uint64_t timer; /* Own hart, without Sstc: when the guest's timer is due. */
};

/* Extensions that all harts of a VM have, and that its guest is granted. Const after boot. */
struct vm_grant {
    bool sstc;
    bool has_envcfg; /* henvcfg and senvcfg are there. */
    bool has_stateen;
    uint32_t fp;      /* OR of WORLD_F, WORLD_D, WORLD_V. */
    uint64_t henvcfg; /* Values of these CSRs. */
    uint64_t hcounteren;
    uint64_t hstateen0;
    uint32_t cboz_block; /* Bytes that cbo.zero clears, a power of two; 0: not on all harts. */
};

/*
 * The machine that VMs share, as they use it. Data is const after boot; the functions are the
 * embedder's, run on the hart of a vCPU with interrupts off, and never wait.
 */
struct vm_host_ops {
    uint32_t timebase_hz; /* Frequency of the time CSR; for budgets. */
    /* Interrupts a hart: its supervisor software interrupt, at once or soon. */
    void (*send_ipi)(struct vm_host_ops *host, uint32_t hart_index);
    /* The same for several other harts: bit n of `harts` is the hart with index n. */
    void (*send_ipis)(struct vm_host_ops *host, uint64_t harts);
    /* A supervisor external interrupt pends on this hart. */
    void (*external)(struct vm_host_ops *host, struct vcpu *vcpu);
    /* This hart was interrupted by an IPI: what else than the vCPU's own may be due? NULL: nothing.
     */
    void (*ipi_work)(struct vm_host_ops *host, struct vcpu *vcpu);
    /* This hart's supervisor timer has expired. */
    void (*timer_expired)(struct vm_host_ops *host, struct vcpu *vcpu);
    /* vcpu->timer has changed; program the hart's timer. Not with Sstc. */
    void (*timer_changed)(struct vm_host_ops *host, struct vcpu *vcpu);
    /* A bit of vm->events was set; on one of its harts. With budgets only. */
    void (*budget_exceeded)(struct vm_host_ops *host, struct vm *vm);
    /* The last vCPU of a VM has left vcpu_run(); on its hart. */
    void (*vm_ended)(struct vm_host_ops *host, struct vm *vm);
};

struct vm {
    struct spinlock lock;
    const struct vm_config *config;
    struct vm_host_ops *host;
    struct vm_grant grant;
    uint32_t index;
    uint32_t vcpu_count; /* Present ones, dense. */
    struct vcpu **vcpus;
    uint64_t hgatp;

    struct vdev vdev[VM_VDEV_MAX + 1]; /* As added; size 0 ends them. Const after boot. */
    uint32_t vdev_count;

    /* Takes bytes of SBI DBCN; the count that found room. NULL: no console. vm->lock. */
    uint32_t (*console_write)(void *ctx, const uint8_t *bytes, uint32_t count);
    uint32_t (*console_read)(void *ctx, uint8_t *bytes, uint32_t count);
    /* Input came, or room: called on one of the VM's harts. vm->lock. */
    void (*console_update)(void *ctx);
    void *console_ctx GUARDED_BY(&lock);

    const struct virqc_ops *virqc; /* Its interrupt controller; NULL: it has none. */
    void *virqc_state;

    struct scrub scrub;
    /*
     * All of its memory is as the guest shall find it: from here on its access rights are, too.
     * vCPU 0's hart; each hart fences before it runs the guest. vm->lock. NULL: nothing to do.
     */
    enum hyp_status (*memory_cleared)(struct vm *vm);

    uint64_t boot_end;         /* vcpu_run(): by the time CSR, when it has booted. */
    uint64_t exits_after_boot; /* Atomic; with a budget: since then. */

    uint32_t events;      /* Atomic: OR of enum vm_event. */
    uint32_t stop_reason; /* Atomic: enum vm_stop_reason. */
    uint32_t running;     /* Atomic: vCPUs whose hart has not left vcpu_run(). */
};

/*
 * Is [gpa, gpa + size) RAM with these access bits? Ranges of its config that touch each other are
 * one, in whatever order they stand there. size 0 asks for the byte at gpa. Pure.
 */
bool vm_has_memory(const struct vm *vm, uint64_t gpa, uint64_t size, unsigned access);

/*
 * Adds a device. HYP_OK, HYP_E_NOMEM, HYP_E_PARAM: its size is 0, or HYP_E_EXIST: overlaps one
 * that is there. Boot only.
 */
HYP_MUST_USE enum hyp_status vm_add_vdev(struct vm *vm, const struct vdev *dev);

/* The set of its vCPUs, by id. */
static inline uint64_t vm_all_vcpus(const struct vm *vm)
{
    return UINT64_MAX >> (VM_VCPU_MAX - vm->vcpu_count);
}

/* Stops the VM: the first reason stays. From any hart, any context; never waits. */
void vm_stop(struct vm *vm, enum vm_stop_reason reason);

/* "shutdown", "reboot", … */
const char *vm_stop_reason_name(enum vm_stop_reason reason);

/* Did it end by a fault? */
bool vm_stop_is_fault(enum vm_stop_reason reason);

/*
 * How often its vCPUs left their guest by this cause, in all: the code of an exception, or
 * WORLD_EXIT_IRQ + that of an interrupt, below WORLD_EXIT_COUNT. From any hart.
 */
uint64_t vm_exits(const struct vm *vm, uint32_t cause);

/* Sets bits of vcpu->pending and interrupts its hart, unless that is this one. */
void vcpu_notify(struct vcpu *vcpu, uint64_t bits);

/* The same for each vCPU of a set, by id; all their harts are interrupted by one request to host.
 */
void vm_notify(struct vm *vm, uint64_t vcpus, uint64_t bits);

/* The guest's timer, without Sstc: raises its interrupt if it is due at `now`. Own hart. */
void vcpu_timer_expired(struct vcpu *vcpu, uint64_t now);

/* The controller's output changed. On any hart of the VM. */
void vcpu_set_external(struct vcpu *vcpu, bool level) REQUIRES(vcpu->vm->lock);

/*
 * Has this hart what its VM was promised? Tries it, before vcpu_run(); the hart may even lack H.
 * The CSRs that it tries are left with what was promised, or 0.
 */
bool vcpu_hart_is_fit(const struct vcpu *vcpu);

/*
 * Runs the guest on this hart until its VM stops. hgatp, hedeleg and the other
 * hypervisor CSRs of this hart are set here.
 */
void vcpu_run(struct vcpu *vcpu);
