/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ISA extensions that a guest may be shown, and their spelling.
 *
 * One table for all: the generator writes the whole of it into a guest's device
 * tree, guest_dt_apply() removes what the machine does not grant, and
 * config_check() and config_fit() read vm_config.isa_required with it. A new extension is one line.
 *
 * Order   That of the ISA string: single letters, then Z by category, then S
 *         (RISC-V ISA Manual, "ISA Extension Naming Conventions").
 */
#pragma once

#include <hyp/base/bits.h>
#include <hyp/base/types.h>

/* X(enumerator, spelling). H is not among them: no nesting. */
#define GUEST_ISA_LIST(X)                           \
    X(I, "i")                                       \
    X(M, "m")                                       \
    X(A, "a")                                       \
    X(F, "f")                                       \
    X(D, "d")                                       \
    X(C, "c")                                       \
    X(V, "v")                                       \
    X(ZICBOM, "zicbom") /* henvcfg.CBIE, CBCFE */   \
    X(ZICBOP, "zicbop")                             \
    X(ZICBOZ, "zicboz") /* henvcfg.CBZE */          \
    X(ZICNTR, "zicntr") /* hcounteren.CY, TM, IR */ \
    X(ZICOND, "zicond")                             \
    X(ZICSR, "zicsr")                               \
    X(ZIFENCEI, "zifencei")                         \
    X(ZIHINTNTL, "zihintntl")                       \
    X(ZIHINTPAUSE, "zihintpause")                   \
    X(ZIHPM, "zihpm") /* hcounteren.HPM3 .. 31 */   \
    X(ZIMOP, "zimop")                               \
    X(ZABHA, "zabha")                               \
    X(ZACAS, "zacas")                               \
    X(ZAWRS, "zawrs")                               \
    X(ZFA, "zfa")                                   \
    X(ZFH, "zfh")                                   \
    X(ZFHMIN, "zfhmin")                             \
    X(ZCA, "zca")                                   \
    X(ZCB, "zcb")                                   \
    X(ZCMOP, "zcmop")                               \
    X(ZBA, "zba")                                   \
    X(ZBB, "zbb")                                   \
    X(ZBC, "zbc")                                   \
    X(ZBS, "zbs")                                   \
    X(ZKT, "zkt")                                   \
    X(ZVBB, "zvbb")                                 \
    X(ZVFHMIN, "zvfhmin")                           \
    X(ZVKT, "zvkt")                                 \
    X(SMCNTRPMF, "smcntrpmf")                       \
    X(SSAIA, "ssaia") /* of VMs with IMSICs */      \
    X(SSCOFPMF, "sscofpmf")                         \
    X(SSTC, "sstc")   /* henvcfg.STCE */            \
    X(SVADE, "svade") /* henvcfg.ADUE = 0 */        \
    X(SVADU, "svadu") /* henvcfg.ADUE = 1 */        \
    X(SVINVAL, "svinval")                           \
    X(SVNAPOT, "svnapot")                           \
    X(SVPBMT, "svpbmt") /* henvcfg.PBMTE */         \
    X(SVVPTC, "svvptc")

enum guest_isa {
#define GUEST_ISA_ENUM(name, text) GUEST_ISA_##name,
    GUEST_ISA_LIST(GUEST_ISA_ENUM)
#undef GUEST_ISA_ENUM
        GUEST_ISA_COUNT
};

/* All bits; and the extensions that each machine which runs libhyp has and grants. */
#define GUEST_ISA_ALL (BIT(GUEST_ISA_COUNT) - 1)
#define GUEST_ISA_ALWAYS                                                         \
    (BIT(GUEST_ISA_I) | BIT(GUEST_ISA_M) | BIT(GUEST_ISA_A) | BIT(GUEST_ISA_C) | \
     BIT(GUEST_ISA_ZICSR) | BIT(GUEST_ISA_ZIFENCEI))

/* Extensions of the machine that no guest gets: SBI PMU depends on them. */
#define GUEST_ISA_NEVER (BIT(GUEST_ISA_SMCNTRPMF) | BIT(GUEST_ISA_SSCOFPMF))

/* ISA names are case insensitive: a letter in lower case. Nothing else becomes a letter. */
static inline char guest_isa_lower(char c)
{
    return (char)(c | 0x20);
}

/* Returns "zicbom" for GUEST_ISA_ZICBOM. */
const char *guest_isa_name(enum guest_isa ext);

/* Returns the extension spelled by `length` characters, in any case (no NUL needed), or
 * GUEST_ISA_COUNT. */
enum guest_isa guest_isa_find(const char *text, size_t length);

/* The same; faster if the extension is `near`, as in lists in the order of the table. */
enum guest_isa guest_isa_find_near(const char *text, size_t length, enum guest_isa near);

/* The widest vsatp mode. */
enum guest_mmu {
    GUEST_MMU_SV39,
    GUEST_MMU_SV48,
    GUEST_MMU_SV57,
};

/* The two spellings of a set in the devicetree binding "RISC-V ISA extensions". */
enum guest_isa_form {
    GUEST_ISA_STRING, /* riscv,isa: "rv64imac_zicsr…". */
    GUEST_ISA_NAMES,  /* riscv,isa-extensions: NUL-separated. */
};

/* Holds either form of any set. */
#define GUEST_ISA_TEXT_SIZE 320

/*
 * Writes the extensions of `mask` (OR of BIT(enum guest_isa)) and GUEST_ISA_ALWAYS, and returns the
 * bytes written, the last NUL included: never more than for GUEST_ISA_ALL, and `text` has room for
 * that.
 */
size_t guest_isa_write(uint64_t mask, enum guest_isa_form form, char *text);
