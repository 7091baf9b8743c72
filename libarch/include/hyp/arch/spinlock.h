/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ticket lock: first come, first served, so that no hart of a VM starves another.
 *
 * Locks are per VM: a hart only ever waits for harts of its own VM.
 *
 * Lock order (the whole picture): vm->lock, then nothing. Consoles, pools and the
 * controllers have no lock of their own; pools change only at boot.
 */
#pragma once

#include <stdint.h>

struct spinlock {
    uint32_t next;    /* The ticket that the next comer draws. */
    uint32_t serving; /* The ticket that holds the lock. */
};

#include <hyp/arch_backend/spinlock.h> /* spinlock_lock, spinlock_unlock, spinlock_is_held */
