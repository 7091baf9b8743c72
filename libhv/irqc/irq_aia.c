/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's APLIC, in direct mode or with the harts' IMSICs; IPIs by IMSIC or ACLINT. */
#include "hyp.h"

#include <hyp/arch/csr.h>
#include <hyp/irq/aclint_sswi.h>
#include <hyp/irq/aplic.h>
#include <hyp/irq/aplic_imsic.h>
#include <hyp/irq/aplic_regs.h>
#include <hyp/irq/one_target.h>
#include <hyp/irq/vaplic.h>
#include <hyp/irq/vimsic.h>
#include <hyp/vm/machine_aia.h>
#include <hyp/vm/vcsr.h>
#include <string.h>

/* A vCPU owns its hart: the first guest interrupt file is always free for it. */
#define GUEST_FILE 1

/* The identity of the hypervisor's own messages to a hart's own file, if one is left for them. */
#define IPI_ID 1

/* There is one machine: like the_hyp of main.c. */
static struct {
    struct machine_aia found;
    struct aplic_imsic chip;
    struct aplic_phys phys;
    struct one_target one;
    uint64_t harts[SOURCE_MAX];
    mmio_t own_file[HYP_HART_MAX];
    struct imsic_ipi ipi;
    struct aclint_sswi sswi;
    struct ipi_path ipi_path;                             /* ops NULL: the firmware's IPIs. */
    void (*event)(struct vm_env *env, struct vcpu *vcpu); /* The former env.event. */
} the_aia;

/* A VM's controller, with what the model borrows. */
struct aia_vm {
    struct vaplic vaplic;
    struct vimsic vimsic; /* Model IMSIC: the files of vCPUs whose guest_file is 0. */
    struct vm *vm;
    uint8_t hart[VM_VCPU_MAX]; /* Hart index of each vCPU. */
    mmio_t file[VM_VCPU_MAX];  /* By vCPU, of model IMSIC: the page of its guest file. */
};

_Static_assert(sizeof(struct aia_vm) <= FOOTPRINT_IRQC_STRUCT, "footprint.h");
/* A block of them is less than twice what they are. */
_Static_assert(2 * sizeof(struct vimsic_file) <= FOOTPRINT_PER_IMSIC, "footprint.h");

/* By the tree there are pages of guest interrupt files; whether a hart has files, it says itself.
 */
static bool has_file_pages(void)
{
    return the_aia.found.msi && the_aia.found.guest_bits != 0;
}

static bool has_imsics(const struct vm *vm)
{
    return !vm->config->irqc.absent && vm->config->irqc.model == HYP_IRQC_IMSIC;
}

/* Is its interrupt file the model's? Known from start_vcpu() on. */
static bool is_software(const struct vcpu *vcpu)
{
    return has_imsics(vcpu->vm) && vcpu->guest_file == 0;
}

static const struct hyp_irqc_kind kind;

static void find_aplic(struct hyp *h, const void *fdt)
{
    struct machine_aia *found = &the_aia.found;
    if (!h->machine.other_irqc ||
        machine_read_aia(&h->machine, found, fdt, HYP_BOOT_FDT_SIZE) != HYP_OK ||
        h->machine.source_count != 0 || found->source_count < 2 ||
        found->source_count > SOURCE_MAX ||
        (found->msi && (h->machine.all.isa & BIT(GUEST_ISA_SSAIA)) == 0)) {
        return; /* None, or harts without the CSRs of their interrupt files. */
    }
    h->irqc_kind = &kind;
    h->machine.source_count = found->source_count;
    memcpy(h->machine.irqc_index, found->hart_index, sizeof(found->hart_index));
    h->irqc_models = BIT(found->msi ? HYP_IRQC_IMSIC : HYP_IRQC_APLIC);
    h->imsic_ids = has_file_pages() ? found->guest_id_max : found->id_max;
}

static void find(struct hyp *h)
{
    find_aplic(h, h->fdt);
    hyp_choose_irqcs(h);
}

/* Sets each source's mode as the platform's devices drive their lines. */
static void set_modes(const struct aplic *aplic)
{
    for (uint32_t i = 0; i < hyp_platform.device_count; i++) {
        const struct hyp_device *d = &hyp_platform.devices[i];
        for (uint32_t n = 0; n < 4 && d->irq[n] != 0; n++) {
            (void)aplic_set_mode(aplic, d->irq[n], d->irq_edge ? APLIC_SM_EDGE1 : APLIC_SM_LEVEL1);
        }
    }
}

/* ---- IPIs ------------------------------------------------------------------------------------ */

static void send_ipi(struct vm_env *env, uint32_t hart_index)
{
    (void)env;
    the_aia.ipi_path.ops->send(the_aia.ipi_path.state, hart_index);
}

static void send_ipis(struct vm_env *env, uint64_t harts)
{
    (void)env;
    ipi_path_send_all(&the_aia.ipi_path, harts);
}

static hpa_t file_page(uint32_t hart, uint32_t file)
{
    const struct machine_aia *found = &the_aia.found;
    uint64_t page = ((uint64_t)found->hart_index[hart] << found->guest_bits) + file;
    return HPA(found->imsic.hpa + (page << HYP_PAGE_SHIFT));
}

/* A message to a hart's own file, if each hart has one: it comes before those of all sources. */
static void init_ipi(struct hyp *h)
{
    uint32_t source = the_aia.found.source_count; /* As it is claimed. */
    if (the_aia.chip.id_base < IPI_ID || source >= SOURCE_MAX) {
        return;
    }
    for (uint32_t hart = 0; hart < h->machine.hart_count; hart++) {
        uintptr_t va;
        if (the_aia.found.hart_index[hart] == MACHINE_NO_INDEX ||
            hspace_map_device(&h->space, file_page(hart, 0), HYP_IMSIC_SIZE, &va) != HYP_OK) {
            return;
        }
        the_aia.own_file[hart].base = va;
    }
    the_aia.ipi = (struct imsic_ipi){
        .page = the_aia.own_file, .hart_count = h->machine.hart_count, .identity = IPI_ID};
    h->source_owner[source] = OWNER_IPI;
    the_aia.ipi_path = imsic_ipi_path(&the_aia.ipi);
}

/* A store to the ACLINT, where it has all harts. */
static void init_sswi(struct hyp *h)
{
    const struct machine_aia *found = &the_aia.found;
    uintptr_t va;
    if (found->sswi.size < ACLINT_SSWI_SIZE ||
        hspace_map_device(&h->space, HPA(found->sswi.hpa), ACLINT_SSWI_SIZE, &va) != HYP_OK) {
        return;
    }
    mmio_t regs = {.base = va};
    if (aclint_sswi_init(&the_aia.sswi, regs, found->sswi_index, h->machine.hart_count) == HYP_OK) {
        the_aia.ipi_path = aclint_sswi_ipi_path(&the_aia.sswi);
    }
}

/* ---- The physical controller ----------------------------------------------------------------- */

static void init_aplic(struct hyp *h)
{
    const struct machine_aia *found = &the_aia.found;
    struct aplic *aplic = &the_aia.chip.aplic;
    uintptr_t va;
    if (hspace_map_device(&h->space, HPA(found->aplic.hpa), found->aplic.size, &va) != HYP_OK) {
        return;
    }
    the_aia.chip.id_max = found->id_max;
    the_aia.chip.id_base = found->source_count - 1 + IPI_ID <= found->id_max ? IPI_ID : 0;
    *aplic = (struct aplic){
        .regs = {.base = va},
        .hart_index = found->hart_index,
        .hart_count = h->machine.hart_count,
        .source_count = found->chip_source_count,
        .msi = found->msi,
    };
    if (aplic_init(aplic) != HYP_OK) {
        return;
    }
    aplic->source_count = found->source_count; /* Sources without an identity stay off. */
    set_modes(aplic);
    the_aia.phys = aplic_phys(aplic);
    the_aia.one = (struct one_target){
        .inner = found->msi ? aplic_imsic_irqc(&the_aia.chip) : aplic_irqc(aplic),
        .harts = the_aia.harts,
    };
    h->irqc = one_target_irqc(&the_aia.one);
    if (found->msi && the_aia.ipi_path.ops == 0) {
        init_ipi(h);
    }
}

static void show(struct hyp *h)
{
    const struct machine_aia *found = &the_aia.found;
    log_line(&h->log, "irqc=%s imsic_ids=%u guest_files=%u ipi=%s",
             h->irqc.ops == 0        ? "none"
             : h->irqc_kind != &kind ? "plic"
             : the_aia.found.msi     ? "aplic-imsic"
                                     : "aplic",
             found->id_max, has_file_pages() ? imsic_geilen() : 0,
             the_aia.ipi_path.ops == 0                ? "sbi"
             : the_aia.ipi_path.state == &the_aia.ipi ? "imsic"
                                                      : "sswi");
}

static void init(struct hyp *h)
{
    init_sswi(h); /* Shorter than a message. */
    if (h->irqc_kind == &kind) {
        init_aplic(h);
    }
    if (the_aia.ipi_path.ops != 0) {
        h->env.send_ipi = send_ipi;
        h->env.send_ipis = send_ipis;
    }
    show(h);
}

static void init_hart(struct hyp *h)
{
    if ((h->machine.all.isa & BIT(GUEST_ISA_SSAIA)) != 0) {
        csr_write(CSR_HVICTL, 0); /* A reset leaves them open. */
        csr_write(CSR_HVIEN, 0);
        csr_write(CSR_HVIPRIO1, 0);
        csr_write(CSR_HVIPRIO2, 0);
        csr_write(CSR_VSISELECT, 0);
    }
    if (the_aia.ipi_path.ops != 0) {
        the_aia.ipi_path.ops->init_hart(the_aia.ipi_path.state, hart_self()->index);
    }
}

/* ---- What a VM's APLIC asks for -------------------------------------------------------------- */

static void set_external(void *ctx, uint32_t vcpu, bool level)
{
    const struct aia_vm *a = ctx;
    vcpu_set_external(a->vm->vcpus[vcpu], level);
}

static void send_msi(void *ctx, uint32_t hart_index, uint32_t guest_index, uint32_t eiid)
{
    struct aia_vm *a = ctx;
    if (hart_index >= a->vm->vcpu_count || guest_index != 0) {
        return;
    }
    if (is_software(a->vm->vcpus[hart_index])) {
        vimsic_send(&a->vimsic, hart_index, eiid);
    } else {
        imsic_send(a->file[hart_index], eiid);
    }
}

/* Without a guest file to the hypervisor, as any source: irq_raise() sends it on. */
static bool route(void *ctx, uint32_t source, uint32_t hart_index, uint32_t eiid)
{
    const struct aia_vm *a = ctx;
    if (hart_index >= a->vm->vcpu_count) {
        return false;
    }
    bool software = is_software(a->vm->vcpus[hart_index]);
    aplic_route(&the_aia.chip.aplic, source, a->hart[hart_index], software ? 0 : GUEST_FILE,
                software ? aplic_imsic_id(&the_aia.chip, source) : eiid);
    return true;
}

static void irq_raise(void *ctx, uint32_t source, uint32_t hart)
{
    (void)hart;
    vaplic_raise(&((struct aia_vm *)ctx)->vaplic, source);
}

static void irq_stop(void *ctx)
{
    vaplic_stop(&((struct aia_vm *)ctx)->vaplic);
}

static struct irq_line line(void *controller, uint32_t source)
{
    return vaplic_line(&((struct aia_vm *)controller)->vaplic, source);
}

static enum hyp_status own_sources(struct aia_vm *a)
{
    const struct vm_config *c = a->vm->config;
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct hyp_device *d = hyp_device(a->vm->index, i);
        for (uint32_t n = 0; n < ARRAY_COUNT(d->irq) && d->irq[n] != 0; n++) {
            HYP_TRY(vaplic_own(&a->vaplic, d->irq[n]));
        }
    }
    return HYP_OK;
}

/* ---- Interrupt files in software ------------------------------------------------------------- */

/*
 * On its own hart: stopi says what hvip says. By the specification it does so by itself; QEMU's
 * hart says it only if hvictl does.
 */
static void drive_stopi(const struct vcpu *vcpu)
{
    bool level = __atomic_load_n(&vcpu->ext_level, __ATOMIC_RELAXED);
    csr_write(CSR_HVICTL, level ? HVICTL_SEI_LAST : 0);
}

/* The VM's lock is held. */
static void set_file_external(void *ctx, uint32_t vcpu, bool level)
{
    const struct aia_vm *a = ctx;
    set_external(ctx, vcpu, level);
    if (a->hart[vcpu] == hart_self()->index) {
        drive_stopi(a->vm->vcpus[vcpu]);
    }
}

/*
 * An IPI: another hart may have sent to the file. No lock: a change behind this look has an IPI of
 * its own, and whoever holds the lock may have panicked.
 */
static void event(struct vm_env *env, struct vcpu *vcpu)
{
    the_aia.event(env, vcpu);
    if (is_software(vcpu)) {
        drive_stopi(vcpu);
    }
}

static enum vimsic_op op_of(enum insn_csr_op op)
{
    switch (op) {
    case INSN_CSR_WRITE: return VIMSIC_WRITE;
    case INSN_CSR_SET: return VIMSIC_SET;
    case INSN_CSR_CLEAR: return VIMSIC_CLEAR;
    case INSN_CSR_NONE:
    case INSN_CSR_READ: break;
    }
    return VIMSIC_READ;
}

/*
 * siselect is the hart's own, as hstateen0 grants it; the model is told. With a guest file only
 * iprio is not the machine's.
 */
static bool answer_csr(struct vcpu *vcpu, const struct insn_csr *insn, uint64_t value,
                       uint64_t *old)
{
    struct aia_vm *a = vcpu->vm->irq_ctx;
    uint64_t select = csr_read(CSR_VSISELECT);
    bool iprio =
        insn->csr == CSR_SIREG && select >= IMSIC_SELECT_IPRIO && select <= IMSIC_SELECT_IPRIO_LAST;
    bool file = insn->csr == CSR_STOPEI || (insn->csr == CSR_SIREG && select <= IMSIC_SELECT_LAST);
    if (!iprio && !(file && is_software(vcpu))) {
        return false;
    }
    struct vimsic_access selects = {.csr = CSR_SISELECT, .op = VIMSIC_WRITE, .value = select};
    struct vimsic_access access = {.csr = insn->csr, .op = op_of(insn->op), .value = value};
    bool answered = true;
    spinlock_lock(&vcpu->vm->lock);
    if (insn->csr == CSR_SIREG) {
        answered = vimsic_csr(&a->vimsic, vcpu->id, &selects, old) == VIMSIC_OK;
    }
    answered = answered && vimsic_csr(&a->vimsic, vcpu->id, &access, old) == VIMSIC_OK;
    spinlock_unlock(&vcpu->vm->lock);
    return answered;
}

static enum vcpu_action virtual_insn(struct vcpu *vcpu, uint32_t insn)
{
    return vcsr_handle(vcpu, insn, answer_csr);
}

static enum hyp_status add_files(struct hyp *h, struct aia_vm *a)
{
    struct vm *vm = a->vm;
    struct vimsic_config config = {.file_count = vm->vcpu_count,
                                   .id_max = h->imsic_ids,
                                   .set_external = set_file_external,
                                   .ctx = a};
    struct vimsic_file *files = hyp_alloc(h, vm->vcpu_count * sizeof(*files));
    if (files == 0) {
        return HYP_E_NOMEM;
    }
    HYP_TRY(vimsic_init(&a->vimsic, &config, files));
    vm->virtual_insn = virtual_insn;
    if (h->env.event != event) { /* Other machines' IPIs do without. */
        the_aia.event = h->env.event;
        h->env.event = event;
    }
    struct vdev dev = {.base = vm->config->irqc.imsic_gpa,
                       .size = vm->vcpu_count * HYP_IMSIC_SIZE,
                       .ops = &vimsic_vdev_ops,
                       .state = &a->vimsic};
    return vm_add_vdev(vm, &dev); /* What begins in a page that is mapped does not come here. */
}

/* ---- Guest interrupt files ------------------------------------------------------------------- */

static gpa_t page_of(const struct vcpu *vcpu)
{
    return GPA(vcpu->vm->config->irqc.imsic_gpa + vcpu->id * HYP_IMSIC_SIZE);
}

/* vCPU n's page of the guest is the page of its hart's guest file. */
static enum hyp_status map_files(struct hyp *h, struct host_vm *hv, struct aia_vm *a)
{
    for (uint32_t n = 0; has_file_pages() && n < a->vm->vcpu_count; n++) {
        struct gstage_mapping m = {
            .gpa = page_of(a->vm->vcpus[n]),
            .hpa = file_page(a->hart[n], GUEST_FILE),
            .size = HYP_IMSIC_SIZE,
            .perm = GSTAGE_R | GSTAGE_W,
            .type = MEM_IO,
        };
        uintptr_t va;
        HYP_TRY(gstage_map_range(&hv->gstage, &m));
        HYP_TRY(hspace_map_device(&h->space, m.hpa, m.size, &va));
        a->file[n].base = va;
    }
    return HYP_OK;
}

static enum hyp_status take_guest_file(const struct hyp *h, struct vcpu *vcpu)
{
    vcpu->guest_file = GUEST_FILE;
    vcpu->hstateen0 = HSTATEEN0_AIA;
    HYP_TRY(imsic_clean_guest_file(GUEST_FILE, h->imsic_ids));
    /* Pending, not enabled: QEMU looks at a waiting hart only for what shows in hip. */
    csr_write(CSR_HGEIE, BIT(GUEST_FILE));
    return HYP_OK;
}

/* This hart has no guest file, though the tree may have a page for one: that is not its guest's. */
static enum hyp_status take_software_file(struct vcpu *vcpu)
{
    struct host_vm *hv = (struct host_vm *)vcpu->vm;
    enum hyp_status status = HYP_OK;
    vcpu->hstateen0 = HSTATEEN0_AIA & ~HSTATEEN0_IMSIC;
    if (has_file_pages()) {
        spinlock_lock(&vcpu->vm->lock);
        status = gstage_unmap_range(&hv->gstage, page_of(vcpu), HYP_IMSIC_SIZE);
        spinlock_unlock(&vcpu->vm->lock);
    }
    return status;
}

/* ---- VMs ------------------------------------------------------------------------------------- */

/* The machine reaches all harts of this VM: what the guest routes to one of them is not refused. */
static bool reaches(const struct vm *vm)
{
    for (uint32_t n = 0; n < vm->vcpu_count; n++) {
        if (the_aia.found.hart_index[vm->vcpus[n]->hart_index] == MACHINE_NO_INDEX) {
            return false;
        }
    }
    return true;
}

static enum hyp_status add_vm(struct hyp *h, struct host_vm *hv)
{
    struct vm *vm = &hv->vm;
    const struct vm_irqc *c = &vm->config->irqc;
    bool msi = c->model == HYP_IRQC_IMSIC;
    /* config_fit() has told of the model. */
    if ((h->irqc_models & BIT(c->model)) == 0 || h->irqc.ops == 0 || !reaches(vm)) {
        return HYP_E_UNSUPPORTED;
    }
    struct aia_vm *a = hyp_alloc(h, sizeof(*a));
    void *storage = hyp_alloc(h, vaplic_storage_size(c->source_count, vm->vcpu_count));
    if (a == 0 || storage == 0) {
        return HYP_E_NOMEM;
    }
    a->vm = vm;
    for (uint32_t n = 0; n < vm->vcpu_count; n++) {
        a->hart[n] = (uint8_t)vm->vcpus[n]->hart_index;
    }
    struct vaplic_config config = {
        .source_count = c->source_count,
        .idc_count = vm->vcpu_count,
        .iprio_bits = 3,
        .delivery = msi ? VAPLIC_MSI : VAPLIC_DIRECT,
        .hart = a->hart,
        .phys = &the_aia.phys,
        .set_external = set_external,
        .send_msi = send_msi,
        .route = route,
        .ctx = a,
    };
    HYP_TRY(vaplic_init(&a->vaplic, &config, storage));
    HYP_TRY(own_sources(a));
    if (msi) {
        HYP_TRY(map_files(h, hv, a));
        HYP_TRY(add_files(h, a));
        log_line(&h->log, "vm=%s imsic=%s imsic_ids=%u", vm->config->name,
                 has_file_pages() ? "guest-file" : "software", h->imsic_ids);
    }
    vm->irq_raise = irq_raise;
    vm->irq_stop = irq_stop;
    vm->irq_ctx = a;
    hv->line = line;
    struct vdev dev = {
        .base = c->gpa, .size = HYP_APLIC_SIZE, .ops = &vaplic_vdev_ops, .state = &a->vaplic};
    return vm_add_vdev(vm, &dev);
}

static enum hyp_status start_vcpu(struct hyp *h, struct vcpu *vcpu)
{
    if (!has_imsics(vcpu->vm)) {
        return HYP_OK;
    }
    bool has_file = has_file_pages() && imsic_geilen() >= GUEST_FILE;
    return has_file ? take_guest_file(h, vcpu) : take_software_file(vcpu);
}

static uint64_t guest_file_hpa(const struct hyp *h, uint32_t hart)
{
    (void)h;
    return has_file_pages() ? file_page(hart, GUEST_FILE).a : UINT64_MAX;
}

static const struct hyp_irqc_kind kind = {
    .add_vm = add_vm, .start_vcpu = start_vcpu, .guest_file_hpa = guest_file_hpa};

__attribute__((used, section(".hyp_part"))) static const struct hyp_part part = {
    .at = {[HYP_FIND] = find, [HYP_INIT] = init, [HYP_HART] = init_hart}};
