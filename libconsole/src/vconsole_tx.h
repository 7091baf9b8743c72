/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vconsole's rings between the VM and the console hart, in single steps, so that
 * vconsole_feed_prop and vconsole_input_prop can run every interleaving of them.
 *
 *   VM, no room for a burst              console hart, after it has taken bytes
 *   vconsole_tx_set_waiting()            vconsole_tx_take_waiting(): true, notify the VM
 *   vconsole_tx_recheck(): false, wait
 *
 *   console hart, no room in rx          VM, after it has taken a byte
 *   vconsole_rx_set_waiting()            vconsole_rx_take_waiting(): true, ring the bell
 *   vconsole_rx_recheck(): false, wait
 */
#pragma once

#include <hyp/console/vconsole.h>

/* VM: says that it waits for room. */
void vconsole_tx_set_waiting(struct vconsole *vc);
/* VM, after that: true if there is room for a burst by now; then it does not wait. */
bool vconsole_tx_recheck(struct vconsole *vc);

/* Console hart: true once the VM waits and half of the ring is free. */
HYP_MUST_USE bool vconsole_tx_take_waiting(struct vconsole *vc);

/* Console hart: says that it waits for room. */
void vconsole_rx_set_waiting(struct vconsole *vc);
/* Console hart, after that: true if there is room by now; then it does not wait. */
bool vconsole_rx_recheck(struct vconsole *vc);
/* VM, after the byte by which half of rx is free: true if the hart waits. */
HYP_MUST_USE bool vconsole_rx_take_waiting(struct vconsole *vc);
/* True if the VM has stopped. */
static inline bool vconsole_is_closed(const struct vconsole *vc)
{
    /* Acquire pairs with vconsole_close(): the VM's last bytes are in the ring. */
    return __atomic_load_n(&vc->closed, __ATOMIC_ACQUIRE) != 0;
}
/* Console hart: true if there is a line feed in tx. */
bool vconsole_has_line(const struct vconsole *vc);
