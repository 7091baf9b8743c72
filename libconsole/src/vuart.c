/* SPDX-License-Identifier: Apache-2.0 */
/* A virtual 16550A UART. */
#include <hyp/console/vuart.h>

#include <hyp/base/bits.h>

#include "regs16550.h"

_Static_assert(VUART_RX_FIFO == FIFO_DEPTH && CONSOLE_PORT_BURST == FIFO_DEPTH,
               "a port's burst is the chip's FIFO");

/* The modem's lines outside: connected and ready, no ring. */
#define LINES_OUTSIDE (MSR_CTS | MSR_DSR | MSR_DCD)

static bool is_loop(const struct vuart *v)
{
    return (v->mcr & MCR_LOOP) != 0;
}

static unsigned rx_depth(const struct vuart *v)
{
    return (v->fcr & FCR_ENABLE) != 0 ? FIFO_DEPTH : 1;
}

static unsigned rx_trigger(const struct vuart *v)
{
    static const uint8_t level[4] = {1, 4, 8, 14};
    return level[v->fcr >> 6];
}

/* The highest pending interrupt by the chip's order, without the FIFO bits. */
static uint8_t irq_id(const struct vuart *v)
{
    if ((v->ier & IER_LINE) != 0 && v->overrun) {
        return IIR_LINE;
    }
    if ((v->ier & IER_RX) != 0 && v->rx_count > 0) {
        bool fifo = (v->fcr & FCR_ENABLE) != 0;
        return fifo && v->rx_count < rx_trigger(v) ? IIR_TIMEOUT : IIR_RX;
    }
    if ((v->ier & IER_THRE) != 0 && v->thr_pending) {
        return IIR_THRE;
    }
    if ((v->ier & IER_MODEM) != 0 && v->msr_delta != 0) {
        return IIR_MODEM;
    }
    return IIR_NONE;
}

static void irq_drive(struct vuart *v)
{
    bool level = irq_id(v) != IIR_NONE;
    if (level != v->irq_level) {
        v->irq_level = level;
        irq_line_set(&v->config.irq, level);
    }
}

static void rx_push(struct vuart *v, uint8_t byte)
{
    v->rx[(v->rx_first + v->rx_count) % VUART_RX_FIFO] = byte;
    v->rx_count++;
}

static uint8_t rx_pop(struct vuart *v)
{
    if (v->rx_count == 0) {
        return 0;
    }
    uint8_t byte = v->rx[v->rx_first];
    v->rx_first = (uint8_t)((v->rx_first + 1) % VUART_RX_FIFO);
    v->rx_count--;
    return byte;
}

/* In loopback the receiver is cut off from the wire; the bytes stay in the port. */
static void rx_fill(struct vuart *v)
{
    uint8_t byte;
    while (!is_loop(v) && v->rx_count < rx_depth(v) &&
           v->config.port.ops->rx_get(v->config.port.state, &byte)) {
        rx_push(v, byte);
    }
}

/* A byte of our own: the FIFO keeps what it has, the one-byte RBR takes the new one. */
static void rx_loop(struct vuart *v, uint8_t byte)
{
    if (v->rx_count < rx_depth(v)) {
        rx_push(v, byte);
        return;
    }
    v->overrun = true;
    if (rx_depth(v) == 1) {
        v->rx[v->rx_first] = byte;
    }
}

static bool tx_has_room(const struct vuart *v)
{
    return is_loop(v) || v->config.port.ops->tx_ready(v->config.port.state);
}

/* The transmitter becoming empty is what raises its interrupt. */
static void tx_refresh(struct vuart *v)
{
    if (!v->thre && tx_has_room(v)) {
        v->thre = true;
        v->thr_pending = true;
    }
}

void vuart_update(struct vuart *v)
{
    rx_fill(v);
    tx_refresh(v);
    irq_drive(v);
}

static void thr_write(struct vuart *v, uint8_t byte)
{
    if (is_loop(v)) {
        rx_loop(v, byte);
    } else if (!v->config.port.ops->tx_put(v->config.port.state, byte)) {
        v->tx_dropped++;
    }
    v->thre = false;
    v->thr_pending = false;
}

static void ier_write(struct vuart *v, uint8_t value)
{
    bool rises = (value & ~v->ier & IER_THRE) != 0;
    v->ier = value & (IER_RX | IER_THRE | IER_LINE | IER_MODEM);
    if (rises && v->thre) {
        v->thr_pending = true;
    }
}

static void fcr_write(struct vuart *v, uint8_t value)
{
    /* Without the enable bit the others are not programmed. */
    uint8_t fcr = (value & FCR_ENABLE) != 0 ? value & FCR_KEPT : 0;
    bool toggles = ((fcr ^ v->fcr) & FCR_ENABLE) != 0;
    if (toggles || (fcr != 0 && (value & FCR_RX_RESET) != 0)) {
        v->rx_count = 0;
    }
    v->fcr = fcr;
}

/* In loopback the four outputs are the four inputs. */
static uint8_t modem_lines(uint8_t mcr)
{
    if ((mcr & MCR_LOOP) == 0) {
        return LINES_OUTSIDE;
    }
    return (uint8_t)(((mcr & MCR_RTS) != 0 ? MSR_CTS : 0) | ((mcr & MCR_DTR) != 0 ? MSR_DSR : 0) |
                     ((mcr & MCR_OUT1) != 0 ? MSR_RI : 0) | ((mcr & MCR_OUT2) != 0 ? MSR_DCD : 0));
}

static void mcr_write(struct vuart *v, uint8_t value)
{
    uint8_t old = modem_lines(v->mcr);
    v->mcr = value & MCR_ALL;
    uint8_t lines = modem_lines(v->mcr);
    uint8_t delta = (uint8_t)((old ^ lines) >> 4);
    if ((lines & MSR_RI) != 0) {
        delta &= (uint8_t)~MSR_TERI; /* Of RI, only the trailing edge counts. */
    }
    v->msr_delta |= delta;
    if (!tx_has_room(v)) {
        v->thre = false; /* Back on a wire that is full. */
        v->thr_pending = false;
    }
}

static uint8_t lsr_read(struct vuart *v)
{
    vuart_update(v); /* For a guest that polls. */
    unsigned lsr = (v->rx_count > 0 ? LSR_DR : 0) | (v->overrun ? LSR_OE : 0) |
                   (v->thre ? LSR_THRE | LSR_TEMT : 0);
    v->overrun = false;
    return (uint8_t)lsr;
}

static uint8_t iir_read(struct vuart *v)
{
    uint8_t id = irq_id(v);
    if (id == IIR_THRE) {
        v->thr_pending = false;
    }
    return (uint8_t)(id | ((v->fcr & FCR_ENABLE) != 0 ? IIR_FIFOS : 0));
}

static uint8_t msr_read(struct vuart *v)
{
    uint8_t msr = modem_lines(v->mcr) | v->msr_delta;
    v->msr_delta = 0;
    return msr;
}

static uint8_t reg_read(struct vuart *v, unsigned reg)
{
    bool dlab = (v->lcr & LCR_DLAB) != 0;
    switch (reg) {
    case R16550_RBR: return dlab ? v->dll : rx_pop(v);
    case R16550_IER: return dlab ? v->dlm : v->ier;
    case R16550_IIR: return iir_read(v);
    case R16550_LCR: return v->lcr;
    case R16550_MCR: return v->mcr;
    case R16550_LSR: return lsr_read(v);
    case R16550_MSR: return msr_read(v);
    default: return v->scr;
    }
}

static void reg_write(struct vuart *v, unsigned reg, uint8_t value)
{
    bool dlab = (v->lcr & LCR_DLAB) != 0;
    switch (reg) {
    case R16550_THR:
        if (dlab) {
            v->dll = value;
        } else {
            thr_write(v, value);
        }
        break;
    case R16550_IER:
        if (dlab) {
            v->dlm = value;
        } else {
            ier_write(v, value);
        }
        break;
    case R16550_FCR: fcr_write(v, value); break;
    case R16550_LCR: v->lcr = value; break;
    case R16550_MCR: mcr_write(v, value); break;
    case R16550_SCR: v->scr = value; break;
    default: break; /* LSR and MSR: read-only. */
    }
}

/* An aligned access of at most 8 bytes that begins in the device ends in it. */
static bool access_is_valid(const struct vuart *v, uint64_t offset, unsigned size)
{
    return offset < vuart_size(v) && is_aligned(offset, size);
}

static enum vdev_result vuart_read(void *state, uint64_t offset, unsigned size, uint64_t *value)
{
    struct vuart *v = state;
    if (!access_is_valid(v, offset, size)) {
        return VDEV_FAULT;
    }
    *value = reg_read(v, (unsigned)(offset >> v->config.shift));
    vuart_update(v);
    return VDEV_OK;
}

static enum vdev_result vuart_write(void *state, uint64_t offset, unsigned size, uint64_t value)
{
    struct vuart *v = state;
    if (!access_is_valid(v, offset, size)) {
        return VDEV_FAULT;
    }
    reg_write(v, (unsigned)(offset >> v->config.shift), (uint8_t)value);
    vuart_update(v);
    return VDEV_OK;
}

const struct vdev_ops vuart_vdev_ops = {.read = vuart_read, .write = vuart_write};

void vuart_reset(struct vuart *v)
{
    *v = (struct vuart){.config = v->config};
    v->thre = tx_has_room(v);
    irq_line_set(&v->config.irq, false);
}

enum hyp_status vuart_init(struct vuart *v, const struct vuart_config *config)
{
    if (config->shift > 3) {
        return HYP_E_PARAM;
    }
    v->config = *config;
    vuart_reset(v);
    return HYP_OK;
}

bool vuart_is_valid(const struct vuart *v)
{
    return v->config.shift <= 3 && v->ier <= 0x0f && (v->fcr & ~FCR_KEPT) == 0 &&
           v->mcr <= MCR_ALL && v->msr_delta <= 0x0f && v->rx_first < VUART_RX_FIFO &&
           v->rx_count <= rx_depth(v) && (v->thre || !v->thr_pending) &&
           v->irq_level == (irq_id(v) != IIR_NONE);
}
