/* SPDX-License-Identifier: Apache-2.0 */
/* The first steps of boot, by libarch's boot.S: the machine is read, mapped and logged. */
#include "fw.h"

#include <libhv/boot/linked.h>
#include <libhv/hv.h>
#include <libhv/irqc/irqc_plic.h>

_Noreturn void boot_main(uint64_t hart_id, uint64_t fdt_hpa, uint64_t load_hpa);

const char hyp_build_name[] = "make-firmware-1";

static const struct hyp_platform platform = {.name = "board", .load_hpa = 0x80200000};
static const struct hyp_config config = {.name = "make", .pool_size = 512 * HYP_KIB};
static struct irqc_plic plic;
static const struct irqc_module irqcs[] = {{&irqc_plic, &plic, HYP_IRQC_PLIC}};
static const struct hv_modules modules = {.irqcs = irqcs, .irqc_count = 1};

_Noreturn void boot_main(uint64_t hart_id, uint64_t fdt_hpa, uint64_t load_hpa)
{
    static struct hv hv;
    const struct hv_build build = {
        .config = &config,
        .platform = &platform,
        .image = &hv_image_linked,
        .modules = &modules,
    };
    (void)hart_id;
    hv_init(&hv, &build, load_hpa);
    hv_read_machine(&hv, fdt_hpa);
    hv_require_own_ram(&hv);
    hv_init_memory(&hv);
    hv_init_console(&hv);
    hv_show_machine(&hv);
    fw_end("libhv", true);
}
