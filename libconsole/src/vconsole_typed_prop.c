/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Somebody types and pastes any bytes and keys at two VMs, which write lines and read when they
 * like, but at least once in the time that they have: each byte reaches the VM that had the focus,
 * in order, whatever keys come between, with and without the whole terminal. The console hart acts
 * only when the contract says so. Input for paced ports comes at most once a period.
 */
#include <string.h>

#include <hyp/console/vconsole_mux.h>
#include <prop.h>

#include "test_vconsole.h"

#define PORTS 2u
#define ALL 3u
#define FIFO 16u
#define RX_SIZE 8u
#define TYPED_MAX 400u
#define INPUT_TIMEOUT 60u
#define PERIOD 3u
#define KEY 0x1d
#define TERMINAL_KEY 0x1f

struct vm {
    struct vconsole vc;
    uint8_t tx[32];
    uint8_t rx[RX_SIZE];
    uint64_t read_at;
    unsigned typed_count, got;
    uint8_t typed[TYPED_MAX];
};

struct world {
    struct vconsole_mux mux;
    struct vm vm[PORTS];
    uint8_t fifo[FIFO];
    unsigned fifo_count;
    unsigned typed_focus; /* The VM that gets what is typed next. */
    bool rx_irq, tx_irq, woken;
    unsigned room;
    uint64_t now;
    uint64_t paced;
    uint64_t paced_at;
    unsigned paced_taken; /* Bytes of this step for a paced VM. */
    bool has_paced;
    struct vconsole_mux_result last;
};

static bool dev_put(void *state, uint8_t byte)
{
    struct world *w = state;
    (void)byte;
    w->room -= w->room != 0 ? 1 : 0;
    return w->room != 0;
}

static bool dev_get(void *state, uint8_t *byte)
{
    struct world *w = state;
    if (w->fifo_count == 0) {
        return false;
    }
    w->paced_taken += (w->paced >> w->mux.focus & 1) != 0 ? 1 : 0;
    *byte = w->fifo[0];
    w->fifo_count--;
    memmove(w->fifo, w->fifo + 1, w->fifo_count);
    return true;
}

static bool dev_tx_irq(void *state, bool enable)
{
    ((struct world *)state)->tx_irq = enable;
    return true;
}

static bool dev_rx_irq(void *state, bool enable)
{
    ((struct world *)state)->rx_irq = enable;
    return true;
}

static const struct console_ops dev_ops = {
    .try_put = dev_put, .try_get = dev_get, .set_tx_irq = dev_tx_irq, .set_rx_irq = dev_rx_irq};

static void send_ipi(void *ctx)
{
    ((struct world *)ctx)->woken = true;
}

static void world_init(struct world *w)
{
    static const char *const name[PORTS] = {"0", "1"};
    memset(w, 0, sizeof(*w));
    const struct vconsole_mux_config config = {.dev = {.ops = &dev_ops, .state = w},
                                               .line_timeout = 4,
                                               .period = PERIOD,
                                               .input_timeout = INPUT_TIMEOUT,
                                               .switch_key = KEY,
                                               .terminal_key = TERMINAL_KEY};
    PROP_ASSERT(vconsole_mux_init(&w->mux, &config) == HYP_OK);
    for (unsigned i = 0; i < PORTS; i++) {
        const struct vconsole_config vc = {.name = name[i],
                                           .tx = w->vm[i].tx,
                                           .tx_size = sizeof(w->vm[i].tx),
                                           .rx = w->vm[i].rx,
                                           .rx_size = RX_SIZE,
                                           .waker = {.send = send_ipi, .ctx = w}};
        PROP_ASSERT(vconsole_init(&w->vm[i].vc, &vc) == HYP_OK);
        PROP_ASSERT(vconsole_mux_add(&w->mux, &w->vm[i].vc) == HYP_OK);
    }
    w->paced = prop_u64(ALL + 1);
    vconsole_mux_set_paced(&w->mux, w->paced);
    w->last.state = VCONSOLE_MUX_AGAIN; /* Boot calls the first step. */
}

static void type_some(struct world *w)
{
    for (unsigned n = (unsigned)prop_u64(24); n > 0 && w->fifo_count < FIFO; n--) {
        struct vm *vm = &w->vm[w->typed_focus];
        unsigned what = (unsigned)prop_u64(12);
        uint8_t byte = what == 0 ? KEY : what == 1 ? TERMINAL_KEY : (uint8_t)('a' + prop_u64(26));
        if (byte == KEY) {
            w->typed_focus = 1 - w->typed_focus;
        } else if (byte != TERMINAL_KEY) {
            if (vm->typed_count == TYPED_MAX) {
                return;
            }
            vm->typed[vm->typed_count++] = byte;
        }
        w->fifo[w->fifo_count++] = byte;
    }
}

static void read_some(struct world *w, struct vm *vm, unsigned count)
{
    uint8_t byte;
    for (; count > 0 && vconsole_get_byte(&vm->vc, &byte); count--) {
        PROP_ASSERT(vm->got < vm->typed_count && vm->typed[vm->got] == byte);
        vm->got++;
    }
    vm->read_at = w->now;
}

/* Lets time go on; a VM reads in time. */
static void pass(struct world *w, uint64_t ticks)
{
    w->now += ticks;
    for (unsigned i = 0; i < PORTS; i++) {
        if (w->now - w->vm[i].read_at > INPUT_TIMEOUT / 2) {
            read_some(w, &w->vm[i], 1);
        }
    }
}

static void write_some(struct vm *vm)
{
    for (unsigned n = (unsigned)prop_u64(16); n > 0; n--) {
        (void)test_put_byte(&vm->vc, prop_u64(8) == 0 ? '\n' : 'x');
    }
}

static bool step_is_due(const struct world *w)
{
    if (w->woken || (w->rx_irq && w->fifo_count != 0) || (w->tx_irq && w->room > 1)) {
        return true;
    }
    return w->last.state == VCONSOLE_MUX_AGAIN ||
           (w->last.state == VCONSOLE_MUX_UNTIL && w->now >= w->last.deadline);
}

static void maybe_step(struct world *w)
{
    if (!step_is_due(w)) {
        return;
    }
    w->woken = false;
    w->paced_taken = 0;
    w->last = vconsole_mux_step(&w->mux, w->now, VCONSOLE_MUX_BUDGET);
    PROP_ASSERT(vconsole_mux_is_valid(&w->mux));
    PROP_ASSERT(w->last.state != VCONSOLE_MUX_UNTIL || w->last.deadline > w->now);
    PROP_ASSERT(w->paced_taken <= VCONSOLE_MUX_BUDGET);
    if (w->paced_taken != 0) {
        PROP_ASSERT(!w->has_paced || w->now >= w->paced_at + PERIOD);
        w->has_paced = true;
        w->paced_at = w->now;
    }
}

void prop_run(void)
{
    struct world w;
    world_init(&w);
    for (unsigned i = 0; i < 150; i++) {
        switch (prop_u64(6)) {
        case 0: write_some(&w.vm[prop_u64(PORTS)]); break;
        case 1: w.room = (unsigned)prop_u64(20); break;
        case 2: read_some(&w, &w.vm[prop_u64(PORTS)], 1 + (unsigned)prop_u64(12)); break;
        case 3: pass(&w, prop_u64(6)); break;
        default: type_some(&w); break;
        }
        if (prop_bool()) {
            maybe_step(&w);
        }
    }
    for (unsigned i = 0; i < 4000; i++) {
        w.room = 16;
        pass(&w, 1);
        maybe_step(&w);
    }
    PROP_ASSERT(w.last.state == VCONSOLE_MUX_SLEEP && w.fifo_count == 0);
    for (unsigned i = 0; i < PORTS; i++) {
        read_some(&w, &w.vm[i], RX_SIZE);
        PROP_ASSERT(w.vm[i].vc.rx_lost == 0);
        PROP_ASSERT(w.vm[i].got == w.vm[i].typed_count);
    }
}
