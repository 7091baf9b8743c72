/* SPDX-License-Identifier: Apache-2.0 */
/* A vconsole as a guest's UART uses it: through its backend. */
#pragma once

#include <hyp/console/vconsole.h>

static inline bool test_put_byte(struct vconsole *vc, uint8_t byte)
{
    struct vuart_backend backend = vconsole_backend(vc);
    return backend.ops->tx_put(backend.state, byte);
}

static inline bool test_tx_ready(struct vconsole *vc)
{
    struct vuart_backend backend = vconsole_backend(vc);
    return backend.ops->tx_ready(backend.state);
}
