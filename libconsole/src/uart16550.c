/* SPDX-License-Identifier: Apache-2.0 */
/* Driver of a 16550-compatible UART. */
#include <hyp/console/uart16550.h>

#include "regs16550.h"

static uint8_t reg_read(const struct uart16550 *uart, uintptr_t reg)
{
    uintptr_t off = reg << uart->config.shift;
    if (uart->config.width == 4) {
        return (uint8_t)mmio_read32(uart->config.regs, off);
    }
    return mmio_read8(uart->config.regs, off);
}

static void reg_write(const struct uart16550 *uart, uintptr_t reg, uint8_t value)
{
    uintptr_t off = reg << uart->config.shift;
    if (uart->config.width == 4) {
        mmio_write32(uart->config.regs, off, value);
    } else {
        mmio_write8(uart->config.regs, off, value);
    }
}

static bool config_is_valid(const struct uart16550_config *config)
{
    return config->shift <= 3 && (config->width == 1 || (config->width == 4 && config->shift >= 2));
}

enum hyp_status uart16550_init(struct uart16550 *uart, const struct uart16550_config *config)
{
    if (!config_is_valid(config)) {
        return HYP_E_PARAM;
    }
    *uart = (struct uart16550){.config = *config, .depth = 1};
    /* DLAB first: with it set, IER is the divisor's upper half. */
    reg_write(uart, R16550_LCR, reg_read(uart, R16550_LCR) & (uint8_t)~LCR_DLAB);
    reg_write(uart, R16550_IER, 0);
    /* The transmit FIFO is not reset: firmware's last bytes may still be in it. */
    reg_write(uart, R16550_FCR, FCR_ENABLE | FCR_RX_RESET | FCR_RX_8);
    reg_write(uart, R16550_MCR, MCR_DTR | MCR_RTS | MCR_OUT2);
    /* A 16550 (without A) reads 0x80 here: its FIFOs do not work. */
    if ((reg_read(uart, R16550_IIR) & IIR_FIFOS) == IIR_FIFOS) {
        uart->depth = FIFO_DEPTH;
    }
    return HYP_OK;
}

/* Returns how many of the bytes the FIFO has taken. */
static size_t uart_try_write(void *state, const char *bytes, size_t count)
{
    struct uart16550 *uart = state;
    if (uart->tx_room == 0) {
        if ((reg_read(uart, R16550_LSR) & LSR_THRE) == 0) {
            return 0;
        }
        uart->tx_room = uart->depth;
    }
    count = count < uart->tx_room ? count : uart->tx_room;
    for (size_t i = 0; i < count; i++) {
        reg_write(uart, R16550_THR, (uint8_t)bytes[i]);
    }
    uart->tx_room -= (uint8_t)count;
    return count;
}

static bool uart_try_put(void *state, uint8_t byte)
{
    char c = (char)byte;
    return uart_try_write(state, &c, 1) == 1;
}

static bool uart_try_get(void *state, uint8_t *byte)
{
    struct uart16550 *uart = state;
    if ((reg_read(uart, R16550_LSR) & LSR_DR) == 0) {
        return false;
    }
    *byte = reg_read(uart, R16550_RBR);
    return true;
}

static void ier_change(struct uart16550 *uart, uint8_t bit, bool enable)
{
    uint8_t ier = enable ? uart->ier | bit : uart->ier & (uint8_t)~bit;
    if (ier != uart->ier) {
        uart->ier = ier;
        reg_write(uart, R16550_IER, ier);
    }
}

static bool uart_set_tx_irq(void *state, bool enable)
{
    ier_change(state, IER_THRE, enable);
    return true;
}

static bool uart_set_rx_irq(void *state, bool enable)
{
    ier_change(state, IER_RX, enable);
    return true;
}

static const struct console_ops uart16550_ops = {
    .try_put = uart_try_put,
    .try_get = uart_try_get,
    .try_write = uart_try_write,
    .set_tx_irq = uart_set_tx_irq,
    .set_rx_irq = uart_set_rx_irq,
};

struct console_dev uart16550_console(struct uart16550 *uart)
{
    return (struct console_dev){.ops = &uart16550_ops, .state = uart};
}

bool uart16550_is_valid(const struct uart16550 *uart)
{
    return config_is_valid(&uart->config) && (uart->ier & ~(IER_RX | IER_THRE)) == 0 &&
           (uart->depth == 1 || uart->depth == FIFO_DEPTH) && uart->tx_room < uart->depth;
}
