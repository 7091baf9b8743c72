/* SPDX-License-Identifier: Apache-2.0 */
/* Pointers to parts of the hypervisor that only some configurations use: only these are linked. */
#include "tool.h"

#include <hyp/base/bits.h>

static uint64_t models_of(const struct hyp_config *config, bool irqc_else)
{
    uint64_t models = 0;
    for (uint32_t i = 0; i < config->vm_count; i++) {
        const struct vm_config *vm = &config->vms[i];
        models |= BIT(vm->irqc.model);
        for (uint32_t n = 0; irqc_else && n < vm->irqc_else_count; n++) {
            models |= BIT(vm->irqc_else[n].model);
        }
    }
    return models;
}

void tool_write_modules(const struct hyp_config *config, bool irqc_else, FILE *out)
{
    static const char *const model_name[HYP_IRQC_NONE] = {"virq_plic", "virq_aplic", "virq_imsic"};
    uint64_t models = models_of(config, irqc_else);
    fprintf(out, "\nconst struct hyp_console_module *const hyp_console_module = %s;\n",
            config->log_waits ? "0" : "&hyp_shared_console");
    fprintf(out, "\nconst struct virqc_ops *const hyp_virqc[HYP_IRQC_NONE] = {\n");
    for (uint32_t model = 0; model < HYP_IRQC_NONE; model++) {
        bool used = (models & BIT(model)) != 0;
        fprintf(out, "    %s%s,\n", used ? "&" : "", used ? model_name[model] : "0");
    }
    fprintf(out, "};\n");
}
