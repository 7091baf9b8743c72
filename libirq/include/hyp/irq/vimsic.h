/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VM's emulated IMSICs: an interrupt file for each vCPU that has no guest interrupt file.
 *
 *   page n of the window    register
 *   0x000                   seteipnum_le
 *   0x004                   seteipnum_be
 *
 *   CSR                     register
 *   siselect                9 bits, WARL
 *   stopei                  top interrupt; a write claims it
 *   sireg 0x30 … 0x3e       iprio, read-only 0
 *         0x70              eidelivery, 0 or 1
 *         0x72              eithreshold, 11 bits
 *         0x71, 0x73 … 0x7f reserved, read-only 0
 *         0x80 … 0xbe       eip
 *         0xc0 … 0xfe       eie
 *         all others        VIMSIC_ILLEGAL
 *
 * iprio, eip and eie have even selectors only, eip and eie up to the one of id_max. The guest is a
 * hart with XLEN = 64 in S-mode: an access that a machine answers from VS-mode with a virtual
 * instruction exception is an illegal instruction for it, VIMSIC_ILLEGAL.
 *
 * The window answers aligned accesses of 4 bytes, and those of 8 bytes at 4 mod 8 as two of 4, as
 * QEMU's bus does; all others are VDEV_FAULT. Reads give 0; other registers ignore writes.
 *
 * The embedder calls vimsic_csr() for accesses that trap as virtual instructions: siselect, sireg
 * and stopei where hstateen0 denies them; stopei, and sireg for 0x30 … 0x3f and 0x70 … 0xff, where
 * VGEIN is 0. Where siselect does not trap, the embedder writes the value of vsiselect to it by
 * vimsic_csr() before a sireg (a value above 9 bits selects nothing). stopi belongs to the hart: it
 * follows hvip, and on QEMU hvictl, which set_external() changes. On a machine without Ssaia these
 * accesses are illegal instructions, which an embedder that delegates those never sees. Accesses
 * from VU-mode are illegal and never come here.
 *
 * The guest sees QEMU's choice where the specification leaves room: seteipnum_be ignores writes,
 * eidelivery keeps bit 0, eithreshold 11 bits, siselect 9 bits, the arrays end with id_max.
 * Unlike QEMU, as the specification says: the reserved selectors 0x71, 0x73 … 0x7f read 0 and are
 * no illegal instruction; csrrs and csrrc of stopei claim also if their register holds 0.
 * Less than QEMU's hart has: iprio is read-only 0.
 *
 * Cost    Constant: a summary of each file names the words with pending and enabled identities.
 * Owner   The caller's storage: a struct vimsic_file for each vCPU beside the struct.
 * Locks   The caller holds the VM's lock, for every function; none is taken inside.
 * Context HS-mode or host; never waits. No global state.
 * Implements "Incoming MSI Controller (IMSIC)" of the RISC-V Advanced Interrupt Architecture, for
 * supervisor level, whole except for the optional eidelivery = 0x40000000.
 */
#pragma once

#include <hyp/base/status.h>
#include <hyp/base/types.h>
#include <hyp/base/vdev.h>
#include <hyp/irq/imsic_regs.h>

#define VIMSIC_WORDS ((IMSIC_ID_MAX + 1) / 64)

struct vimsic_config {
    uint32_t file_count; /* One a vCPU: 1 … HYP_HART_MAX. */
    uint32_t id_max;     /* 64 * k - 1: 63 … 2047. QEMU virt: 255. */
    /* Sets the external interrupt of a vCPU. Any function below may call it, for changes only. */
    void (*set_external)(void *ctx, uint32_t vcpu, bool level);
    void *ctx;
};

struct vimsic_file {
    uint64_t eip[VIMSIC_WORDS]; /* Bit b of word w: identity 64 * w + b. Identity 0 is never set. */
    uint64_t eie[VIMSIC_WORDS];
    uint64_t pending_enabled; /* Bit w: eip[w] & eie[w] is not 0. */
    uint32_t eidelivery;
    uint32_t eithreshold;
    uint32_t siselect;
    bool external; /* Last value set. */
};

struct vimsic {
    struct vimsic_config config;
    struct vimsic_file *files; /* Indexed by vCPU. */
};

enum vimsic_result {
    VIMSIC_OK,
    VIMSIC_ILLEGAL, /* The guest gets an illegal instruction exception. Nothing has changed. */
};

/* Effect of the instruction. csrrs and csrrc of x0 or immediate 0 do not write: READ. */
enum vimsic_op { VIMSIC_READ, VIMSIC_WRITE, VIMSIC_SET, VIMSIC_CLEAR };

struct vimsic_access {
    uint32_t csr; /* CSR_SISELECT, CSR_SIREG or CSR_STOPEI; any other is illegal. */
    enum vimsic_op op;
    uint64_t value; /* rs1, or the immediate. */
};

/* The window of file_count pages. State: struct vimsic. */
extern const struct vdev_ops vimsic_vdev_ops;

/*
 * The state after reset: all registers 0. `files` has file_count members, any content.
 * HYP_OK, or HYP_E_PARAM: file_count or id_max is not as struct vimsic_config says.
 */
HYP_MUST_USE enum hyp_status vimsic_init(struct vimsic *vimsic, const struct vimsic_config *config,
                                         struct vimsic_file *files);

/*
 * One CSR instruction of a vCPU, which is below file_count. *old is the previous value (for stopei
 * the interrupt that a write claims); untouched on VIMSIC_ILLEGAL.
 */
HYP_MUST_USE enum vimsic_result vimsic_csr(struct vimsic *vimsic, uint32_t vcpu,
                                           const struct vimsic_access *access, uint64_t *old);

/*
 * Sends an MSI of a virtual device or a virtual APLIC, as a write of seteipnum_le does. An identity
 * or vCPU that does not exist is ignored.
 */
void vimsic_send(struct vimsic *vimsic, uint32_t vcpu, uint32_t identity);

/* True if every register has legal bits, and every summary and level agrees with the registers. */
bool vimsic_is_valid(const struct vimsic *vimsic);
