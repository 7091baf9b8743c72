/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vconsole's tx ring between the VM and the console hart, in single steps, so that
 * vconsole_feed_prop can run every interleaving of them.
 *
 *   VM, no room for a burst              console hart, after it has taken bytes
 *   vconsole_tx_set_waiting()            vconsole_tx_take_waiting(): true, notify the VM
 *   vconsole_tx_recheck(): false, wait
 */
#pragma once

#include <hyp/console/vconsole.h>

/* VM: says that it waits for room. */
void vconsole_tx_set_waiting(struct vconsole *vc);
/* VM, after that: true if there is room for a burst by now; then it does not wait. */
bool vconsole_tx_recheck(struct vconsole *vc);

/* Console hart: true once the VM waits and half of the ring is free. */
HYP_MUST_USE bool vconsole_tx_take_waiting(struct vconsole *vc);
/* Console hart: true if there is a line feed in tx. */
bool vconsole_has_line(const struct vconsole *vc);
