/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds VMs: memory, vCPUs, devices, files, device tree. An error stops that VM alone.
 *
 *   build.c        one VM, step by step: open this first
 *   grant.c        which extensions its guest gets
 *   blob.c         embedded files, copied into guest memory
 *   files.c        how large its files are, and whether they fit
 *   guest_tree.c   its device tree, changed by fixups, with its seeds
 *   scrub.c        which memory its harts clear
 *
 * Owner   struct hv; each struct hv_vm comes from the pool and is never freed.
 * Locks   None: one hart boots, before a VM runs. Guest memory is accessed by HLV and HSV, through
 *         the VM's own hgatp, which build.c loads.
 */
#pragma once

#include <hyp/console/log.h>
#include <hyp/mm/gstage.h>
#include <hyp/mm/hspace.h>
#include <hyp/mm/object_pool.h>
#include <hyp/vm/config_fit.h>
#include <hyp/vm/machine.h>
#include <hyp/vm/vm.h>

#include "libhv/build.h"
#include "libhv/irqc/virq.h"

/* A file in a VM's memory. */
struct hv_file {
    uint64_t size; /* max_size if the size is not known; 0: there is no file. */
    bool size_known;
};

/* One VM, its G-stage and its files. vm is first. */
struct hv_vm {
    struct vm vm;
    struct hv_vms *vms;
    struct gstage gstage;
    struct machine_grant common; /* Extensions that all its harts have. */
    struct hv_file kernel;
    struct hv_file initrd;
};

/* The room's calls to other rooms while VMs are built; ops.c has the functions. */
struct hv_vm_ops {
    /* Adds the VM to the machine's console, if it shares that. */
    enum hyp_status (*add_console)(void *ctx, struct vm *vm);
};

struct hv_vms {
    const struct hv_build *build;
    const struct machine *machine;
    struct seed_source *seed; /* The machine's; each draw changes it. */
    const struct config_plan *plan;
    struct page_pool *pool;
    struct object_pool *objects;
    struct hspace *space;
    uint64_t load_hpa;
    struct range fdt_pa; /* The machine's device tree, which is erased. */
    struct hv_irqc *irqc;
    uint32_t imsic_ids; /* Identities of a VM's interrupt file; 0: VMs have no interrupt files. */
    struct log *log;
    struct vm_host_ops *host;
    const struct hv_vm_ops *ops;
    void *ctx;
    struct hv_vm *vm[HYP_VM_MAX]; /* NULL: not built. */
};

/*
 * Builds the VM `index` of the configuration. HYP_OK; HYP_E_FORMAT: one of its files does not fit,
 * and a line was logged; else the status of the step that has failed. Then the VM does not run.
 */
HYP_MUST_USE enum hyp_status hv_vm_build(struct hv_vms *vms, uint32_t index);

/* ---- The steps, in build.c's order ----------------------------------------------------------- */

/* grant.c: sets hv_vm->common and hv_vm->vm.grant to the extensions of the VM's harts. */
void hv_vm_grant(struct hv_vms *vms, struct hv_vm *hv_vm);

/*
 * blob.c: copies an embedded file into guest memory. HYP_OK, also if there is no file or it is
 * preloaded; HYP_E_ABSENT: the image lacks this file; HYP_E_NOMEM; HYP_E_FAULT.
 */
HYP_MUST_USE enum hyp_status hv_vm_copy_blob(struct hv_vms *vms, const struct vm_blob *blob);

/*
 * files.c: finds the sizes of the VM's files, which are in its memory already, and checks that they
 * fit. HYP_E_FORMAT: one does not, a line was logged; HYP_E_FAULT: the kernel cannot be accessed.
 */
HYP_MUST_USE enum hyp_status hv_vm_check_files(struct hv_vms *vms, struct hv_vm *hv_vm);

/* guest_tree.c: stores the VM's device tree, for this machine, in its memory. */
HYP_MUST_USE enum hyp_status hv_vm_store_tree(struct hv_vms *vms, struct hv_vm *hv_vm);

/*
 * scrub.c: lists the memory that the VM's harts clear, and copies the clearing code there.
 * HYP_E_FAULT: some of it cannot be accessed.
 */
HYP_MUST_USE enum hyp_status hv_vm_init_scrub(struct hv_vms *vms, struct hv_vm *hv_vm);
