/* SPDX-License-Identifier: Apache-2.0 */
/* A virtual 16550A UART. */
#include <hyp/console/vuart.h>

#include <hyp/base/bits.h>

#include "regs16550.h"

_Static_assert(VUART_RX_FIFO == FIFO_DEPTH && VUART_BURST == FIFO_DEPTH,
               "a burst fills the chip's FIFO");

/* Modem lines outside loopback: connected and ready, no ring. */
#define LINES_OUTSIDE (MSR_CTS | MSR_DSR | MSR_DCD)

static bool is_loop(const struct vuart *vuart)
{
    return (vuart->mcr & MCR_LOOP) != 0;
}

static unsigned rx_depth(const struct vuart *vuart)
{
    return (vuart->fcr & FCR_ENABLE) != 0 ? FIFO_DEPTH : 1;
}

static unsigned rx_trigger(const struct vuart *vuart)
{
    static const uint8_t level[4] = {1, 4, 8, 14};
    return level[vuart->fcr >> 6];
}

/* IIR's code of the pending interrupt with the highest priority, without the FIFO bits. */
static uint8_t irq_id(const struct vuart *vuart)
{
    if ((vuart->ier & IER_LINE) != 0 && vuart->overrun) {
        return IIR_LINE;
    }
    if ((vuart->ier & IER_RX) != 0 && vuart->rx_count > 0) {
        bool fifo = (vuart->fcr & FCR_ENABLE) != 0;
        return fifo && vuart->rx_count < rx_trigger(vuart) ? IIR_TIMEOUT : IIR_RX;
    }
    if ((vuart->ier & IER_THRE) != 0 && vuart->thr_pending) {
        return IIR_THRE;
    }
    if ((vuart->ier & IER_MODEM) != 0 && vuart->msr_delta != 0) {
        return IIR_MODEM;
    }
    return IIR_NONE;
}

static void irq_drive(struct vuart *vuart)
{
    bool level = irq_id(vuart) != IIR_NONE;
    if (level != vuart->irq_level) {
        vuart->irq_level = level;
        irq_line_set(&vuart->config.irq, level);
    }
}

static void rx_push(struct vuart *vuart, uint8_t byte)
{
    vuart->rx[(vuart->rx_first + vuart->rx_count) % VUART_RX_FIFO] = byte;
    vuart->rx_count++;
}

static uint8_t rx_pop(struct vuart *vuart)
{
    if (vuart->rx_count == 0) {
        return 0;
    }
    uint8_t byte = vuart->rx[vuart->rx_first];
    vuart->rx_first = (uint8_t)((vuart->rx_first + 1) % VUART_RX_FIFO);
    vuart->rx_count--;
    return byte;
}

/* Loopback disconnects the receiver from the wire; input stays in the backend. */
static void rx_fill(struct vuart *vuart)
{
    uint8_t byte;
    while (!is_loop(vuart) && vuart->rx_count < rx_depth(vuart) &&
           vuart->config.backend.ops->rx_get(vuart->config.backend.state, &byte)) {
        rx_push(vuart, byte);
    }
}

/* Loopback: a full FIFO keeps its bytes, the one-byte RBR takes the new one. */
static void rx_loop(struct vuart *vuart, uint8_t byte)
{
    if (vuart->rx_count < rx_depth(vuart)) {
        rx_push(vuart, byte);
        return;
    }
    vuart->overrun = true;
    if (rx_depth(vuart) == 1) {
        vuart->rx[vuart->rx_first] = byte;
    }
}

static bool tx_has_room(const struct vuart *vuart)
{
    return is_loop(vuart) || vuart->config.backend.ops->tx_ready(vuart->config.backend.state);
}

/* The THRE interrupt comes when the transmitter becomes empty. */
static void tx_refresh(struct vuart *vuart)
{
    if (!vuart->thre && tx_has_room(vuart)) {
        vuart->thre = true;
        vuart->thr_pending = true;
    }
}

void vuart_update(struct vuart *vuart)
{
    rx_fill(vuart);
    tx_refresh(vuart);
    irq_drive(vuart);
}

static void thr_write(struct vuart *vuart, uint8_t byte)
{
    if (is_loop(vuart)) {
        rx_loop(vuart, byte);
    } else if (!vuart->config.backend.ops->tx_put(vuart->config.backend.state, byte)) {
        vuart->tx_dropped++;
    }
    vuart->thre = false;
    vuart->thr_pending = false;
}

static void ier_write(struct vuart *vuart, uint8_t value)
{
    bool rises = (value & ~vuart->ier & IER_THRE) != 0;
    vuart->ier = value & (IER_RX | IER_THRE | IER_LINE | IER_MODEM);
    if (rises && vuart->thre) {
        vuart->thr_pending = true;
    }
}

static void fcr_write(struct vuart *vuart, uint8_t value)
{
    /* If FIFO enable is 0, the other bits of the write are ignored. */
    uint8_t fcr = (value & FCR_ENABLE) != 0 ? value & FCR_KEPT : 0;
    bool toggles = ((fcr ^ vuart->fcr) & FCR_ENABLE) != 0;
    if (toggles || (fcr != 0 && (value & FCR_RX_RESET) != 0)) {
        vuart->rx_count = 0;
    }
    vuart->fcr = fcr;
}

/* Loopback wires the four outputs to the four inputs. */
static uint8_t modem_lines(uint8_t mcr)
{
    if ((mcr & MCR_LOOP) == 0) {
        return LINES_OUTSIDE;
    }
    return (uint8_t)(((mcr & MCR_RTS) != 0 ? MSR_CTS : 0) | ((mcr & MCR_DTR) != 0 ? MSR_DSR : 0) |
                     ((mcr & MCR_OUT1) != 0 ? MSR_RI : 0) | ((mcr & MCR_OUT2) != 0 ? MSR_DCD : 0));
}

static void mcr_write(struct vuart *vuart, uint8_t value)
{
    uint8_t old = modem_lines(vuart->mcr);
    vuart->mcr = value & MCR_ALL;
    uint8_t lines = modem_lines(vuart->mcr);
    uint8_t delta = (uint8_t)((old ^ lines) >> 4);
    if ((lines & MSR_RI) != 0) {
        delta &= (uint8_t)~MSR_TERI; /* TERI is set by the trailing edge of RI only. */
    }
    vuart->msr_delta |= delta;
    if (!tx_has_room(vuart)) {
        vuart->thre = false; /* Loopback has ended and the backend is full. */
        vuart->thr_pending = false;
    }
}

static uint8_t lsr_read(struct vuart *vuart)
{
    vuart_update(vuart); /* For a guest that polls. */
    unsigned lsr = (vuart->rx_count > 0 ? LSR_DR : 0) | (vuart->overrun ? LSR_OE : 0) |
                   (vuart->thre ? LSR_THRE | LSR_TEMT : 0);
    vuart->overrun = false;
    return (uint8_t)lsr;
}

static uint8_t iir_read(struct vuart *vuart)
{
    uint8_t id = irq_id(vuart);
    if (id == IIR_THRE) {
        vuart->thr_pending = false;
    }
    return (uint8_t)(id | ((vuart->fcr & FCR_ENABLE) != 0 ? IIR_FIFOS : 0));
}

static uint8_t msr_read(struct vuart *vuart)
{
    uint8_t msr = modem_lines(vuart->mcr) | vuart->msr_delta;
    vuart->msr_delta = 0;
    return msr;
}

static uint8_t reg_read(struct vuart *vuart, unsigned reg)
{
    bool dlab = (vuart->lcr & LCR_DLAB) != 0;
    switch (reg) {
    case R16550_RBR: return dlab ? vuart->dll : rx_pop(vuart);
    case R16550_IER: return dlab ? vuart->dlm : vuart->ier;
    case R16550_IIR: return iir_read(vuart);
    case R16550_LCR: return vuart->lcr;
    case R16550_MCR: return vuart->mcr;
    case R16550_LSR: return lsr_read(vuart);
    case R16550_MSR: return msr_read(vuart);
    default: return vuart->scr;
    }
}

static void reg_write(struct vuart *vuart, unsigned reg, uint8_t value)
{
    bool dlab = (vuart->lcr & LCR_DLAB) != 0;
    switch (reg) {
    case R16550_THR:
        if (dlab) {
            vuart->dll = value;
        } else {
            thr_write(vuart, value);
        }
        break;
    case R16550_IER:
        if (dlab) {
            vuart->dlm = value;
        } else {
            ier_write(vuart, value);
        }
        break;
    case R16550_FCR: fcr_write(vuart, value); break;
    case R16550_LCR: vuart->lcr = value; break;
    case R16550_MCR: mcr_write(vuart, value); break;
    case R16550_SCR: vuart->scr = value; break;
    default: break; /* LSR and MSR: read-only. */
    }
}

/* An aligned access of at most 8 bytes that begins in the device also ends in it. */
static bool access_is_valid(const struct vuart *vuart, uint64_t offset, unsigned size)
{
    return offset < vuart_size(vuart) && is_aligned(offset, size);
}

static enum vdev_result vuart_read(void *state, uint64_t offset, unsigned size, uint64_t *value)
{
    struct vuart *vuart = state;
    if (!access_is_valid(vuart, offset, size)) {
        return VDEV_FAULT;
    }
    *value = reg_read(vuart, (unsigned)(offset >> vuart->config.shift));
    vuart_update(vuart);
    return VDEV_OK;
}

static enum vdev_result vuart_write(void *state, uint64_t offset, unsigned size, uint64_t value)
{
    struct vuart *vuart = state;
    if (!access_is_valid(vuart, offset, size)) {
        return VDEV_FAULT;
    }
    reg_write(vuart, (unsigned)(offset >> vuart->config.shift), (uint8_t)value);
    vuart_update(vuart);
    return VDEV_OK;
}

const struct vdev_ops vuart_vdev_ops = {.read = vuart_read, .write = vuart_write};

enum hyp_status vuart_init(struct vuart *vuart, const struct vuart_config *config)
{
    if (config->shift > 3) {
        return HYP_E_PARAM;
    }
    *vuart = (struct vuart){.config = *config};
    vuart->thre = tx_has_room(vuart);
    irq_line_set(&vuart->config.irq, false);
    return HYP_OK;
}

bool vuart_is_valid(const struct vuart *vuart)
{
    return vuart->config.shift <= 3 && vuart->ier <= 0x0f && (vuart->fcr & ~FCR_KEPT) == 0 &&
           vuart->mcr <= MCR_ALL && vuart->msr_delta <= 0x0f && vuart->rx_first < VUART_RX_FIFO &&
           vuart->rx_count <= rx_depth(vuart) && (vuart->thre || !vuart->thr_pending) &&
           vuart->irq_level == (irq_id(vuart) != IIR_NONE);
}
