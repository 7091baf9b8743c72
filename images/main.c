/* SPDX-License-Identifier: Apache-2.0 */
/* The hypervisor: from the machine's device tree to running guests, one step a line. */
#include "libhv/boot/linked.h"
#include "libhv/hv.h"

#include "images/modules.h"

_Noreturn void boot_main(uint64_t hart_id, uint64_t fdt_hpa, uint64_t load_hpa);

const char hyp_build_name[] = "libhyp-" HYP_VERSION;

_Noreturn void boot_main(uint64_t hart_id, uint64_t fdt_hpa, uint64_t load_hpa)
{
    static struct hv hv;
    const struct hv_build build = {
        .config = &hyp_config,
        .platform = &hyp_platform,
        .dtbs = hyp_dtbs,
        .blobs = hyp_blobs,
        .blob_count = hyp_blob_count,
        .device_index = hyp_device_index,
        .console = hyp_console_module,
        .virqc = hyp_virqc,
        .image = &hv_image_linked,
        .modules = &modules,
        .audit = audit,
    };
    (void)hart_id;
    hv_init(&hv, &build, load_hpa); /* pointers between rooms */
    hv_read_machine(&hv, fdt_hpa);  /* device tree, CSRs */
    hv_require_own_ram(&hv);        /* image and pool in free RAM */
    hv_erase_fdt(&hv);              /* it has VMs' boot arguments and seeds */
    hv_init_memory(&hv);            /* pool, own page table */
    hv_init_console(&hv);           /* lines are written from here on */
    hv_show_machine(&hv);           /* logs harts and extensions */
    hv_fit_config(&hv);             /* which VMs can run, which hart has the console */
    hv_init_harts(&hv);             /* structs and stacks */
    hv_init_irqc(&hv);              /* interrupt controller, IPI path */
    hv_build_vms(&hv);              /* memory, devices, files */
    hv_show_pool(&hv);              /* logs how much is used */
    hv_run_audit(&hv);              /* page tables against the plan */
    hv_attach_console(&hv);         /* VMs share the console */
    hv_start_harts(&hv);            /* guests run */
}
