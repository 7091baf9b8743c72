/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSRs that the machine does not give a guest and its embedder emulates: the way from the virtual-
 * instruction exception to the register that the instruction writes.
 *
 * What the embedder answers is what it gives: the machine's stval says the instruction, or it is
 * fetched. That can be another one than has trapped, if another hart has written there since; so
 * what is not answered is the trap that it was, and what is answered must be right by itself,
 * whether or not this hart would have trapped for it.
 *
 * Locks   None is held; answer() takes what it needs.
 * Context The vCPU's own hart, as exit.h; from struct vm's virtual_insn.
 */
#pragma once

#include <hyp/arch/insn_csr.h>
#include <hyp/vm/exit.h>

/*
 * `value` is what is written, set or cleared. True: done, and *old, which comes in as 0, is what
 * the CSR held; false: it is not one that is emulated, or the guest may not do this to it: nothing
 * has changed. Called for VS-mode only.
 */
typedef bool vcsr_answer(struct vcpu *vcpu, const struct insn_csr *insn, uint64_t value,
                         uint64_t *old);

/*
 * Of an exit of kind EXIT_VIRTUAL: VCPU_NEXT_INSN: rd is written; VCPU_SAME_INSN: the instruction
 * could not be fetched, and the guest finds out why by itself; VCPU_TRAP_GUEST: nothing has
 * changed.
 */
enum vcpu_action vcsr_handle(struct vcpu *vcpu, const struct exit *exit, vcsr_answer *answer);
