/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any sequence of accesses, input and drains: the UART answers as a plain reference does, its
 * line is high exactly if the reference has an interrupt, no byte is lost or made up.
 *
 * The reference is written from the data sheet's tables: literal numbers, a list for the FIFO, each
 * interrupt's condition by itself.
 */
#include <string.h>

#include <hyp/console/vuart.h>
#include <prop.h>

#define PORT_ROOM 24u
#define STEPS 60u

/* Two ends of a wire, for the UART and again for the reference. */
struct wire {
    unsigned room;
    unsigned sent;    /* Bytes ever sent. */
    uint8_t sum;      /* Over them, in order. */
    unsigned to_come; /* Input bytes not yet taken … */
    uint8_t next;     /* … which count up from here. */
};

struct ref {
    struct wire wire;
    unsigned ier, fifo, level, lcr, mcr, scr, dll, dlm, delta;
    bool oe, empty, etbe;
    uint8_t rx[16];
    unsigned n;
};

static bool wire_ready(void *state)
{
    return ((struct wire *)state)->room >= 16;
}

static bool wire_put(void *state, uint8_t byte)
{
    struct wire *w = state;
    if (w->room == 0) {
        return false;
    }
    w->room--;
    w->sent++;
    w->sum = (uint8_t)(w->sum * 31 + byte);
    return true;
}

static bool wire_get(void *state, uint8_t *byte)
{
    struct wire *w = state;
    if (w->to_come == 0) {
        return false;
    }
    w->to_come--;
    *byte = w->next++;
    return true;
}

static const struct vuart_backend_ops wire_ops = {
    .tx_ready = wire_ready, .tx_put = wire_put, .rx_get = wire_get};

static void line_set(void *controller, uint32_t source, bool level)
{
    (void)source;
    *(bool *)controller = level;
}

static bool ref_loop(const struct ref *r)
{
    return (r->mcr & 0x10) != 0;
}

static void ref_settle(struct ref *r)
{
    unsigned depth = r->fifo ? 16 : 1;
    while (!ref_loop(r) && r->n < depth && wire_get(&r->wire, &r->rx[r->n])) {
        r->n++;
    }
    if (!r->empty && (ref_loop(r) || r->wire.room >= 16)) {
        r->empty = r->etbe = true;
    }
}

static unsigned ref_iir(const struct ref *r)
{
    unsigned id = 0x01;
    if ((r->ier & 8) && r->delta) {
        id = 0x00;
    }
    if ((r->ier & 2) && r->etbe) {
        id = 0x02;
    }
    if ((r->ier & 1) && r->n > 0) {
        id = !r->fifo || r->n >= r->level ? 0x04 : 0x0c;
    }
    if ((r->ier & 4) && r->oe) {
        id = 0x06;
    }
    return id | (r->fifo ? 0xc0 : 0);
}

static unsigned ref_lines(const struct ref *r)
{
    unsigned m = r->mcr;
    return ref_loop(r) ? (m & 2) << 3 | (m & 1) << 5 | (m & 4) << 4 | (m & 8) << 4 : 0xb0;
}

static unsigned ref_read(struct ref *r, unsigned reg)
{
    unsigned value = 0;
    ref_settle(r);
    switch (reg) {
    case 0:
        if (r->lcr & 0x80) {
            return r->dll;
        }
        if (r->n > 0) {
            value = r->rx[0];
            memmove(r->rx, r->rx + 1, --r->n);
        }
        return value;
    case 1: return r->lcr & 0x80 ? r->dlm : r->ier;
    case 2:
        value = ref_iir(r);
        if ((value & 0x0f) == 0x02) {
            r->etbe = false;
        }
        return value;
    case 3: return r->lcr;
    case 4: return r->mcr;
    case 5:
        value = (r->n ? 1u : 0) | (r->oe ? 2u : 0) | (r->empty ? 0x60u : 0);
        r->oe = false;
        return value;
    case 6:
        value = ref_lines(r) | r->delta;
        r->delta = 0;
        return value;
    default: return r->scr;
    }
}

static void ref_transmit(struct ref *r, uint8_t byte)
{
    if (!ref_loop(r)) {
        (void)wire_put(&r->wire, byte);
    } else if (r->n < (r->fifo ? 16u : 1u)) {
        r->rx[r->n++] = byte;
    } else {
        r->oe = true;
        r->rx[0] = r->fifo ? r->rx[0] : byte;
    }
    r->empty = r->etbe = false;
}

static void ref_mcr(struct ref *r, unsigned value)
{
    unsigned old = ref_lines(r);
    r->mcr = value & 0x1f;
    unsigned now = ref_lines(r);
    r->delta |= ((old & 0x40) && !(now & 0x40) ? 4u : 0) | (((old ^ now) & 0xb0) >> 4);
    if (!ref_loop(r) && r->wire.room < 16) {
        r->empty = r->etbe = false;
    }
}

static void ref_write(struct ref *r, unsigned reg, uint8_t value)
{
    static const unsigned level[4] = {1, 4, 8, 14};
    switch (reg) {
    case 0:
        if (r->lcr & 0x80) {
            r->dll = value;
        } else {
            ref_transmit(r, value);
        }
        break;
    case 1:
        if (r->lcr & 0x80) {
            r->dlm = value;
            break;
        }
        r->etbe = r->etbe || ((value & 2) && !(r->ier & 2) && r->empty);
        r->ier = value & 0x0f;
        break;
    case 2:
        r->n = (value & 1) != r->fifo || (value & 3) == 3 ? 0 : r->n;
        r->fifo = value & 1;
        r->level = level[value >> 6];
        break;
    case 3: r->lcr = value; break;
    case 4: ref_mcr(r, value); break;
    case 7: r->scr = value; break;
    default: break;
    }
}

static void step(struct vuart *v, struct wire *w, struct ref *r)
{
    unsigned what = (unsigned)prop_u64(16);
    if (what == 0) {
        unsigned drained = (unsigned)prop_u64(PORT_ROOM + 1 - w->room);
        w->room += drained;
        r->wire.room += drained;
        vuart_update(v);
        return;
    }
    if (what == 1) {
        unsigned typed = (unsigned)prop_u64(20);
        w->to_come += typed;
        r->wire.to_come += typed;
        vuart_update(v);
        return;
    }
    unsigned size = 1u << (what < 14 ? 0 : prop_u64(4));
    uint64_t off = what < 14 ? prop_u64(8) : prop_u64(20) + (prop_u64(8) == 0 ? prop_u64(0) : 0);
    bool good = off < 8 && off + size <= 8 && off % size == 0;
    if (prop_bool()) {
        uint64_t got = 0x5a5a5a;
        PROP_ASSERT(vuart_vdev_ops.read(v, off, size, &got) == (good ? VDEV_OK : VDEV_FAULT));
        PROP_ASSERT(got == (good ? ref_read(r, (unsigned)off) : 0x5a5a5a));
    } else {
        uint64_t value = prop_u64(0x1000);
        PROP_ASSERT(vuart_vdev_ops.write(v, off, size, value) == (good ? VDEV_OK : VDEV_FAULT));
        if (good) {
            ref_write(r, (unsigned)off, (uint8_t)value);
        }
    }
}

void prop_run(void)
{
    struct vuart v;
    struct wire w = {.room = PORT_ROOM};
    bool irq = true;
    struct ref r = {.wire = w, .level = 1, .empty = true};
    const struct vuart_config config = {
        .backend = {.ops = &wire_ops, .state = &w},
        .irq = {.set = line_set, .controller = &irq},
    };
    PROP_ASSERT(vuart_init(&v, &config) == HYP_OK && !irq);
    for (unsigned i = 0; i < STEPS; i++) {
        step(&v, &w, &r);
        ref_settle(&r);
        PROP_ASSERT(vuart_is_valid(&v));
        PROP_ASSERT(irq == ((ref_iir(&r) & 1) == 0));
        PROP_ASSERT(memcmp(&w, &r.wire, sizeof(w)) == 0);
    }
}
