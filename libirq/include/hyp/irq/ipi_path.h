/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a hart interrupts another: one interface to SSWI, IMSIC and firmware. An image takes the
 * first that the machine has, at boot:
 *
 *   path                        send                          the target's interrupt
 *   aclint_sswi_ipi_path()      a store to the SSWI device    IRQ_S_SOFT
 *   imsic_ipi_path()            a store to the target's page  IRQ_S_EXT, identity `identity`
 *   ipi_sbi_send()              an SBI call                   IRQ_S_SOFT
 *
 *   sender    store the request to memory; send()
 *   target    ack(); read the request from memory; act
 *
 * A request stored before send() is visible to the target after ack(). An IPI that arrives after
 * ack() interrupts the target again.
 *
 * Units   `hart` is a dense hart index.
 * Owner   The caller's storage `state`, which outlives the path.
 * Locks   None: each call is a store, a call of the firmware, or of the hart's own CSRs.
 */
#pragma once

#include <hyp/base/types.h>

struct ipi_path_ops {
    /* Called on `hart` itself, before others send to it. */
    void (*init_hart)(void *state, uint32_t hart);
    /* Sends to a hart, also to the calling one. IPIs sent before ack() are merged into one. */
    void (*send)(void *state, uint32_t hart);
    /* Called on the target: clears its pending IPI, if there is one. */
    void (*ack)(void *state);
};

struct ipi_path {
    const struct ipi_path_ops *ops;
    void *state;
    uint32_t irq; /* The target's interrupt: IRQ_S_SOFT or IRQ_S_EXT. */
};

/* Sends an IPI to each hart of a set: bit n is hart n. */
void ipi_path_send_all(const struct ipi_path *path, uint64_t harts);

/*
 * Sends an IPI by the SBI to a set of harts: bit n is the hart with id hart_id[n]. One call for
 * each 64 consecutive ids (SBI "Hart list parameter"), beginning at the first that is left, if ids
 * ascend. The firmware may refuse a call because of one hart; then each of its harts gets a call.
 */
void ipi_sbi_send(const uint64_t *hart_id, uint64_t harts);

/* The ack of paths whose IPI is the supervisor software interrupt; part of their init_hart. */
void ipi_path_clear_ssip(void *state);
