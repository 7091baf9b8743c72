/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The properties of a cpu node that list its ISA. Pure; all take a value that need not end with
 * a NUL. Extensions that guest_isa.h does not have are skipped, except H.
 *
 * Spec    RISC-V ISA Manual, "ISA Extension Naming Conventions"; devicetree binding "RISC-V ISA
 *         extensions". The binding decides where the two differ, as trees follow it.
 */
#pragma once

#include <hyp/vm/guest_isa.h>

struct machine_isa {
    uint64_t set; /* OR of BIT(enum guest_isa), with what single letters imply. */
    bool h;       /* The hypervisor extension. */
};

/*
 * riscv,isa: "rv64imafdch_zicbom1p0". Single letters may be separated by underscores, and the
 * first name of several letters may follow them without one. Both may have a version. "i" implies
 * Zicntr, Zicsr, Zifencei and Zihpm, whose names are younger than the property. The set is empty
 * if the base is not rv64.
 */
struct machine_isa machine_isa_of_string(const char *s, size_t length);

/* riscv,isa-extensions: "i\0m\0a\0", names without versions. */
struct machine_isa machine_isa_of_names(const char *s, size_t length);

/* riscv,isa-base: true if it is rv64i. */
bool machine_isa_base_is_rv64i(const char *s, size_t length);
