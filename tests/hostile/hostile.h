/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared by the hostile guests: try one instruction, and check its result.
 *
 * The guest's physical addresses below 4 GiB are mapped twice by hostile_paging_on(): where they
 * are for S-mode, and ALIAS above for U-mode. Before it, translation is off.
 */
#pragma once

#include <hyp/guest/guest.h>

#define ALIAS UINT64_C(0x100000000)
#define RAM UINT64_C(0x80000000)
#define RAM_SIZE UINT64_C(0x200000)
#define ROM UINT64_C(0x90000000) /* Memory that the VM may only read. */
#define UNMAPPED UINT64_C(0x40000000)
#define PLIC UINT64_C(0x0c000000)
#define PLIC_SIZE UINT64_C(0x600000)
#define UART UINT64_C(0x10000000)

enum {
    INSN_ACCESS = 1,
    ILLEGAL = 2,
    BREAKPOINT = 3,
    LOAD_MISALIGNED = 4,
    LOAD_ACCESS = 5,
    STORE_ACCESS = 7,
    ECALL_U = 8,
    INSN_PAGE = 12,
    LOAD_PAGE = 13,
    STORE_PAGE = 15,
};
#define NO_TRAP UINT64_MAX

#define EXT_BASE 0x10
#define EXT_TIME 0x54494d45
#define EXT_IPI 0x735049
#define EXT_RFENCE 0x52464e43
#define EXT_HSM 0x48534d
#define EXT_SRST 0x53525354
#define EXT_DBCN 0x4442434e

struct hostile_frame {
    uint64_t saved[17];
    uint64_t cause; /* NO_TRAP: the snippet returned. */
    uint64_t epc;
    uint64_t tval;
    uint64_t status;
    uint64_t value; /* a0 */
    uint64_t soft_count;
    uint64_t timer_count;
    uint64_t unused[8];
};

extern volatile struct hostile_frame hostile_frames[4];
typedef const char hostile_snippet[];
extern hostile_snippet try_nothing, try_zeros, try_ones, try_reserved_c, try_mret, try_sret,
    try_wfi, try_sfence, try_ebreak, try_ecall, try_mstatus, try_hstatus, try_hgatp, try_htimedelta,
    try_vsstatus, try_vsatp, try_no_csr, try_read_only_csr, try_sstatus, try_rdcycle, try_rdtime,
    try_rdinstret, try_hpmcounter31, try_hfence_gvma, try_hfence_vvma, try_hlv, try_hsv, try_lb,
    try_lbu, try_lh, try_lhu, try_lw, try_lwu, try_ld, try_c_lw, try_c_ld, try_sb, try_sh, try_sw,
    try_sd, try_c_sw, try_c_sd, try_lw_x0, try_lr, try_lr_d, try_amo, try_amo_d, try_flw, try_fld,
    try_siselect, try_sireg, try_stopei, try_vsiselect, try_vsireg, try_vstopei, try_c_fld, try_fsw,
    try_fsd, try_fadd, try_jump, try_cbo_zero, try_cbo_inval, try_cbo_clean;

/* start.S */
void hostile_run(const char *snippet, uint64_t a0, uint64_t a1, uint64_t user);
void hostile_ecall(const uint64_t in[8], uint64_t out[32]);
uint64_t hostile_sweep(uint64_t start, uint64_t end, uint64_t faults);
void hostile_vector(void);
void hostile_user_done(void);

/* A guest with a second hart defines it. */
void hostile_second(uint64_t hart, uint64_t opaque);

/* Waits, asleep, until the real-time guest has beaten once: what comes now, it must not feel. */
void hostile_begin(void);

/* From here on all probes run in U-mode, in the alias, or again in S-mode. */
void hostile_set_user(bool user);
void hostile_paging_on(void);
extern uint64_t hostile_root[512];

/* One line a check: "ok NAME" or "BAD NAME got X want Y". */
void hostile_check(const char *name, uint64_t got, uint64_t want);
/* The trap of a snippet on `address`: cause, sepc, stval, SPP, SPIE, SIE. tval as the guest sees
 * it. */
void hostile_trap(const char *name, const char *snippet, uint64_t address, uint64_t cause,
                  uint64_t tval);
/* The same where stval is the instruction. */
void hostile_illegal(const char *name, const char *snippet);
/* The same at an address, where stval may be 0 as well: the specification lets a hart choose. */
void hostile_illegal_or_zero(const char *name, const char *snippet, uint64_t address);
/* No trap, and a0 is `want`. */
void hostile_value(const char *name, const char *snippet, uint64_t address, uint64_t arg,
                   uint64_t want);
/* Like hostile_trap(), one line for many: the words that were wrong are counted. */
bool hostile_trap_is(const char *snippet, uint64_t address, uint64_t arg, uint64_t cause);
void hostile_sweep_done(const char *name, uint64_t wrong, uint64_t tried);

/* The address as the snippets of the present mode see it. */
uint64_t hostile_view(uint64_t address);
uint64_t hostile_random(void);
void hostile_done(const char *group);
