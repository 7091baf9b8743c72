/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that one running hypervisor is, and the steps of its boot.
 *
 * Owner   The image owns one `struct hyp` in .bss; per-hart and per-VM objects come from
 *         the pool at boot and stay.
 * Locks   None: boot runs on one hart; afterwards all is const but for what says otherwise.
 */
#pragma once

#include <hyp/arch/hart.h>
#include <hyp/console/log.h>
#include <hyp/console/sbi_console.h>
#include <hyp/console/uart16550.h>
#include <hyp/console/vconsole_mux.h>
#include <hyp/console/vuart.h>
#include <hyp/irq/plic.h>
#include <hyp/irq/vplic.h>
#include <hyp/mm/gstage.h>
#include <hyp/mm/hspace.h>
#include <hyp/vm/config_fit.h>
#include <hyp/vm/footprint.h>
#include <hyp/vm/guest_dt.h>
#include <hyp/vm/machine.h>
#include <hyp/vm/vm.h>

#define SOURCE_MAX 1024

/* One hart's part. hart is first: a hart is its host_hart. */
struct host_hart {
    struct hart hart;
    struct hyp *hyp;
    struct vcpu *vcpu;
    uint64_t deadline; /* Console hart: when the next step is due; else UINT64_MAX. */
    uint64_t timer;    /* The deadline that the firmware's timer is set to, if Sstc is not used. */
    bool sstc;         /* stimecmp is used: this hart has Sstc, and its VM is granted it. */
    uint32_t presence; /* Atomic: enum hart_presence. */
};

/* COMING to UP by the hart itself, COMING to LOST by whoever waits for it in vain. */
enum hart_presence { HART_COMING, HART_UP, HART_LOST };

/* A file as it lies in a VM's memory. */
struct host_file {
    uint64_t size; /* max_size where nobody has told it; 0: there is none. */
    bool is_told;
};

/* One VM with all that the image puts into it. vm is first. */
struct host_vm {
    struct vm vm;
    struct gstage gstage;
    struct machine_grant has; /* Extensions that all its harts have. */
    /* The wire into a source of its controller, which is vm.irq_ctx. NULL: it has none. */
    struct irq_line (*line)(void *controller, uint32_t source);
    struct vconsole vc;
    struct vuart vuart;
    struct host_file kernel;
    struct host_file initrd;
    bool has_console;
    bool has_vuart;
};

struct hyp;
struct host_vm;

/* When a part is called. */
enum hyp_step {
    HYP_FIND,  /* Look for its devices on the machine. h->fdt is there for this step alone. */
    HYP_INIT,  /* Map it and set it up, behind the PLIC; leave all as it is if it is of no use. */
    HYP_READY, /* All VMs are built, none runs. */
    HYP_HART,  /* On each hart that has started, behind its part of the controller. */
    HYP_STEPS,
};

/*
 * An optional part of an image: an object in section .hyp_part of a library that is linked. A part
 * may reach harts and take interrupts in other ways than by PLIC and firmware, or check what the
 * boot has done. NULL: it has nothing to do in that step.
 */
struct hyp_part {
    void (*at[HYP_STEPS])(struct hyp *h);
};

/*
 * The controller of a machine without a PLIC. The part that finds it sets h->irqc_kind, irqc_index
 * and source_count of the machine, and h->irqc_models; its HYP_INIT step sets h->irqc.
 */
struct hyp_irqc_kind {
    /* The VM's virtual controller, of a model in h->irqc_models that is not the PLIC. */
    enum hyp_status (*add_vm)(struct hyp *h, struct host_vm *hv);
    /* On its hart, before it first runs. HYP_E_UNSUPPORTED: the hart lacks what it was promised. */
    enum hyp_status (*start_vcpu)(struct hyp *h, struct vcpu *vcpu);
    /* The machine's page of the guest interrupt file for a vCPU on this hart; UINT64_MAX: none. */
    uint64_t (*guest_file_hpa)(const struct hyp *h, uint32_t hart);
};

/* The console that VMs share: a part of images whose log does not wait (log_waits). */
struct hyp_console_part {
    /* The platform's UART, where no VM owns it, becomes h->console. False: there is none. */
    bool (*open)(struct hyp *h);
    /* The VM's rings, and its virtual UART, if it shares the console. */
    enum hyp_status (*add_vm)(struct hyp *h, struct host_vm *hv);
    /* All VMs are built: log and VMs get h->console by turns. False: it stays the log's. */
    bool (*share)(struct hyp *h);
    /* Others' bytes are paced where h->console_vm pays for them. */
    void (*set_paced)(struct hyp *h);
    /* Console hart: moves some bytes, and sets its deadline for the next step. */
    void (*step)(struct hyp *h, struct host_hart *self);
    /* Does what the VM wrote still wait for the device? Then a step will follow. */
    bool (*has_output)(const struct hyp *h, const struct host_vm *hv);
    /* Everything goes out, polled. */
    void (*drain)(struct hyp *h);
};

/* The image's parts, and behind them. */
extern const struct hyp_part _hyp_parts_start[], _hyp_parts_end[];

struct hyp {
    const struct hyp_config *config; /* hyp_config, with what its VMs get of this machine. */
    const struct hyp_dtb *dtbs;      /* One for each VM. */
    const void *fdt;                 /* The machine's device tree, while parts look for theirs. */
    struct machine machine;
    uint64_t load_hpa;
    struct range fdt_pa; /* Physical addresses of the machine's device tree. */
    struct phys_map phys;
    struct page_pool pool;
    uint8_t *spare; /* The rest of the last block of hyp_alloc(). */
    uint64_t spare_size;
    struct hspace space;
    struct config_plan plan;

    struct plic plic;
    struct irqc irqc;
    const struct hyp_irqc_kind *irqc_kind; /* NULL: the PLIC, or none. */
    uint32_t irqc_models; /* OR of BIT(enum hyp_irqc_model): what VMs can be given. */
    uint32_t imsic_ids;   /* Identities of VMs' interrupt files; 0: VMs are given none. */
    uint8_t source_owner[SOURCE_MAX]; /* VM index + 1; OWNER_…; 0: nobody. */

    struct uart16550 uart;
    struct sbi_console sbi_console;
    struct console_dev console;
    mmio_t fail; /* platform's fail_hpa; base 0: none */
    struct vconsole_mux mux;
    struct log log;
    struct vconsole log_vc;
    uint64_t log_ring[256 / 8];
    bool log_waits;         /* Atomic: the configuration says so, and a VM runs. */
    uint32_t dumps_dropped; /* Atomic: meanwhile. */

    struct vm_env env;
    struct host_vm *vms[HYP_VM_MAX];
    struct host_hart *harts[HYP_HART_MAX]; /* NULL: not in use. */
    uint32_t console_hart;                 /* Or HYP_NO_HART: then what VMs write is dropped. */
    uint64_t vm_of_source[VCONSOLE_MUX_SOURCE_MAX]; /* Mux source to VM index. */
    uint32_t console_vm; /* The VM that the console hart runs, or vm_count: none. */
    bool console_irq;    /* The UART's interrupt reaches the console hart; else the hart looks. */
    bool has_silent_source; /* Some VM kicks nobody for bytes or events: the console hart polls. */

    uint32_t console_taken; /* Atomic: a hart has become the console hart that was missing. */
    uint64_t news;          /* Atomic: bit i: VM i has stopped; bit 32 + i: it has an event. */
    uint64_t reported;      /* Console hart: those it has told of. */
    uint32_t started;       /* VMs that were started. */
    uint32_t to_show; /* Console hart: VMs whose exits are still to be shown, the last ones. */
};

static inline struct hyp *hyp_of(struct vm_env *env)
{
    return (struct hyp *)((char *)env - offsetof(struct hyp, env));
}

static inline uint64_t hyp_ticks_of_us(const struct hyp *h, uint64_t us)
{
    return us * h->machine.timebase_hz / 1000000;
}

static inline struct host_hart *hyp_self(void)
{
    return (struct host_hart *)hart_self();
}

/* The platform's device that is a VM's devices[i]. */
static inline const struct hyp_device *hyp_device(uint32_t vm, uint32_t i)
{
    return &hyp_platform.devices[hyp_device_index[vm][i]];
}

#define NEWS_EVENT BIT(32)
_Static_assert(HYP_VM_MAX <= 32, "news");

#define OWNER_CONSOLE 0xff
#define OWNER_IPI 0xfe /* The source is no device's: another hart calls. */
#define HYP_NO_HART CONFIG_NO_HART
#define HYP_BOOT_FDT_SIZE (2 * HYP_MIB)
#define HART_STACK_PAGES 2
#define HART_FAULT_STACK_PAGES 1

/* main.c: all parts of the image. */
void hyp_at(struct hyp *h, enum hyp_step step);

/* memory.c: pool, address space; on return the hart runs in the new space. */
HYP_MUST_USE enum hyp_status hyp_init_memory(struct hyp *h);
/*
 * The first HYP_BOOT_FDT_SIZE bytes there, mapped until hyp_init_memory(); h->fdt_pa says how many
 * are the tree's. NULL: these cannot be read.
 */
const void *hyp_map_boot_fdt(struct hyp *h, uint64_t fdt_hpa);
/* The same of registers. */
uintptr_t hyp_map_boot_device(uint64_t hpa);
/* The pool's range: it lies right behind the image. */
struct range hyp_pool_range(const struct hyp *h);
/*
 * The first page whose first bytes cannot be loaded, or with `written` stored as they are;
 * UINT64_MAX: none. Before hyp_init_memory().
 */
uint64_t hyp_find_closed_page(struct range pa, bool written);

/* room.c: image and pool are RAM of nobody else's, and accessible; else a line, and the end. */
void hyp_require_room(struct hyp *h);

/* memory.c */
/* Zeroed memory of the pool, 64-byte aligned, for good; NULL: none is left. */
void *hyp_alloc(struct hyp *h, uint64_t size);
/* Logs how much of the pool is used, and how much was expected to be. */
void hyp_show_pool(struct hyp *h);

/* A blob of the image, mapped read-only until unmapped; one at a time. NULL: no table page. */
const void *hyp_map_blob(struct hyp *h, const struct hyp_blob *blob);
void hyp_unmap_blob(struct hyp *h, const struct hyp_blob *blob);

/* console.c */
/* The firmware's, for what is said before there is a pool. */
void hyp_init_boot_console(struct hyp *h);
void hyp_init_console(struct hyp *h);
/* Which hart drives it, at whose cost: by the plan, and a line. */
void hyp_choose_console_hart(struct hyp *h, const struct config_input *in);
void hyp_console_attach(struct hyp *h);
/* Has the log room for one more line? */
bool hyp_log_has_room(struct hyp *h);
/* The console has a hart (again): the log wakes it, too. */
void hyp_console_wake_for_log(struct hyp *h);
void hyp_console_step(struct hyp *h, struct host_hart *self);
/* Lines of VMs that have stopped or have an event; SRST behind the last. Console hart. */
void hyp_report(struct hyp *h);
/* SRST, as failed or not, behind what is still to be sent. */
_Noreturn void hyp_end_machine(struct hyp *h, bool failed);
_Noreturn void hyp_console_idle(struct hyp *h, struct host_hart *self);

/* partition.c: wakes the console hart, from any hart; ctx is the struct hyp. */
void hyp_kick_console(void *ctx);
/* The value of `VM.key=` on the hypervisor's command line; quotes hold blanks. NULL: not there. */
const char *hyp_option(const struct hyp *h, const char *vm, const char *key, size_t *length);
/* Builds a VM; on failure the VM does not run, and a line says why. */
HYP_MUST_USE enum hyp_status hyp_build_vm(struct hyp *h, uint32_t index);

/*
 * files.c: finds the sizes of the VM's files, which lie in its memory already, and checks that they
 * fit. hgatp is the VM's. HYP_E_FORMAT: one does not, and a line says why; HYP_E_FAULT: the kernel
 * cannot be accessed.
 */
HYP_MUST_USE enum hyp_status hyp_check_files(struct hyp *h, struct host_vm *hv);

/*
 * scrub.c: nobody reads the machine's device tree from here on, which is at h->fdt_pa. Where it
 * cannot be erased, its memory becomes no one's.
 */
void hyp_erase_fdt(struct hyp *h, const void *fdt);
/*
 * Decides what of the VM's memory its harts clear, and puts the code there; hgatp is the VM's, its
 * files are there. HYP_E_FAULT: some of it cannot be accessed.
 */
HYP_MUST_USE enum hyp_status hyp_init_scrub(struct hyp *h, struct host_vm *hv);

/* harts.c: structs and stacks; the start of all others, and of this one. */
HYP_MUST_USE enum hyp_status hyp_init_harts(struct hyp *h);
_Noreturn void hyp_start_harts(struct hyp *h);
/* This hart, which boots, cannot run guests: another one boots. Returns if there is none left. */
void hyp_hand_over(struct hyp *h);
_Noreturn void hyp_hart_main(struct hart *self);
/* The VM's last hart has left it: the console hart says why. Any hart. */
void hyp_vm_ended(struct vm_env *env, struct vm *vm);
/* It has a new event: the same. Its own harts. */
void hyp_vm_event(struct vm_env *env, struct vm *vm);

/* env.c: the functions that VMs call, as h->env. */
void hyp_init_env(struct hyp *h);
/* Sets hv->has and hv->vm.grant by the VM's harts. */
void hyp_grant(struct hyp *h, struct host_vm *hv);
/* Sets this hart's timer to the next step of the console, or of its guest's timer without Sstc. */
void hyp_program_timer(struct host_hart *self);

/* choice.c: h->config and h->dtbs by h->irqc_models. A part that finds a controller calls it. */
void hyp_choose_irqcs(struct hyp *h);

/* irq.c: the physical controller; then, on each hart that has started, that hart's part. */
void hyp_init_irqs(struct hyp *h);
void hyp_init_hart_irqs(struct hyp *h, uint32_t hart);
/* The VM's virtual controller, its sources and its place on the bus. */
HYP_MUST_USE enum hyp_status hyp_add_irqc(struct hyp *h, struct host_vm *hv);
