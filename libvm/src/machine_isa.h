/* SPDX-License-Identifier: Apache-2.0 */
/* The two properties of a cpu node that list its ISA. Pure. */
#pragma once

#include <hyp/vm/guest_isa.h>

struct machine_isa {
    uint64_t set; /* OR of BIT(enum guest_isa). */
    bool h;       /* The hypervisor extension. */
};

/* riscv,isa: "rv64imafdch_zicbom". */
struct machine_isa machine_isa_of_string(const char *s, size_t length);

/* riscv,isa-extensions: "i\0m\0a\0". */
struct machine_isa machine_isa_of_names(const char *s, size_t length);
