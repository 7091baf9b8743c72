/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any writes of three ports against a console hart that acts only when the contract says so:
 * all bytes come out, in order, each line holds one port's, each begins with its tag. Some of the
 * ports, or all, are paced: their bytes are moved in one step a period, no IPI is sent meanwhile,
 * and the device does not interrupt for them.
 *
 * Port k writes only its own letter, line feeds and carriage returns, so that a byte shows its
 * port. Carriage returns and line breaks that the mux adds are left out of the comparison.
 */
#include <string.h>

#include <hyp/console/vconsole_mux.h>
#include <prop.h>

#include "test_vconsole.h"

#define PORTS 3u
#define ALL 7u
#define LINE_TIMEOUT 4u
#define PERIOD 3u
#define OUT_MAX 16384u

static const char *const name[PORTS] = {"0", "1", NULL};
static const char *const tag[PORTS] = {"[0] ", "[1] ", ""};

struct world {
    struct vconsole_mux mux;
    struct vconsole vc[PORTS];
    uint8_t tx[PORTS][32];
    bool woken;
    bool tx_irq;
    bool armed; /* The interrupt has not come yet for its current cause: it comes once for each. */
    uint64_t now;
    uint64_t paced;
    uint64_t paced_at; /* Tick of the last step that moved bytes of paced ports. */
    bool has_paced;    /* There was such a step. */
    unsigned room;
    struct vconsole_mux_result last;
    unsigned out_count;
    unsigned wrote_count[PORTS];
    char wrote[PORTS][512]; /* Carriage returns left out. */
    char out[OUT_MAX];
};

static bool dev_put(void *state, uint8_t byte)
{
    struct world *w = state;
    w->armed = true;
    if (w->room == 0) {
        return false;
    }
    PROP_ASSERT(w->out_count < OUT_MAX);
    w->room--;
    w->out[w->out_count++] = (char)byte;
    return true;
}

static bool dev_get(void *state, uint8_t *byte)
{
    (void)state;
    (void)byte;
    return false;
}

static bool dev_tx_irq(void *state, bool enable)
{
    struct world *w = state;
    w->armed = w->armed || (enable && !w->tx_irq);
    w->tx_irq = enable;
    return true;
}

static bool dev_rx_irq(void *state, bool enable)
{
    (void)state;
    return enable;
}

static const struct console_ops dev_ops = {
    .try_put = dev_put, .try_get = dev_get, .set_tx_irq = dev_tx_irq, .set_rx_irq = dev_rx_irq};

static void send_ipi(void *ctx)
{
    struct world *w = ctx;
    PROP_ASSERT(!w->has_paced || w->now >= w->paced_at + PERIOD);
    w->woken = true;
}

static void world_init(struct world *w)
{
    memset(w, 0, offsetof(struct world, out));
    const struct vconsole_mux_config config = {.dev = {.ops = &dev_ops, .state = w},
                                               .line_timeout = LINE_TIMEOUT,
                                               .period = PERIOD,
                                               .switch_key = 0x1d};
    PROP_ASSERT(vconsole_mux_init(&w->mux, &config) == HYP_OK);
    for (unsigned i = 0; i < PORTS; i++) {
        const struct vconsole_config vc = {.name = name[i],
                                           .tx = w->tx[i],
                                           .tx_size = sizeof(w->tx[i]),
                                           .waker = {.send = send_ipi, .ctx = w}};
        PROP_ASSERT(vconsole_init(&w->vc[i], &vc) == HYP_OK);
        PROP_ASSERT(vconsole_mux_add(&w->mux, &w->vc[i]) == HYP_OK);
    }
    w->paced = prop_u64(ALL + 1);
    vconsole_mux_set_paced(&w->mux, w->paced);
    w->last.state = VCONSOLE_MUX_AGAIN; /* Boot calls the first step. */
}

static void write_some(struct world *w)
{
    unsigned i = (unsigned)prop_u64(PORTS);
    bool silent = prop_u64(8) == 0; /* Only bytes that show nothing. */
    for (unsigned n = (unsigned)prop_u64(24); n > 0; n--) {
        unsigned what = silent ? 1 : (unsigned)prop_u64(10);
        char c = what == 0 ? '\n' : what == 1 ? '\r' : (char)('A' + i);
        if (w->wrote_count[i] < sizeof(w->wrote[i]) && test_put_byte(&w->vc[i], (uint8_t)c) &&
            c != '\r') {
            w->wrote[i][w->wrote_count[i]++] = c;
        }
    }
}

/* True if an interrupt or a deadline asks for a step. */
static bool step_is_due(const struct world *w)
{
    switch (w->last.state) {
    case VCONSOLE_MUX_AGAIN: return true;
    case VCONSOLE_MUX_TX_WAIT: return (w->tx_irq && w->armed && w->room != 0) || w->woken;
    case VCONSOLE_MUX_UNTIL: return w->now >= w->last.deadline || w->woken;
    case VCONSOLE_MUX_SLEEP: return w->woken;
    }
    return false;
}

/* Bytes that paced ports have in their rings. */
static unsigned paced_used(const struct world *w)
{
    unsigned used = 0;
    for (unsigned i = 0; i < PORTS; i++) {
        used += (w->paced >> i & 1) != 0 ? byte_ring_used(&w->vc[i].tx) : 0;
    }
    return used;
}

/* Checks how many bytes of paced ports a step has shown: a letter shows its port. */
static void check_pace(struct world *w, unsigned used, unsigned out)
{
    unsigned taken = used - paced_used(w);
    unsigned shown = 0;
    for (; out < w->out_count; out++) {
        unsigned port = (unsigned)(w->out[out] - 'A');
        shown += port < PORTS && (w->paced >> port & 1) != 0 ? 1 : 0;
    }
    PROP_ASSERT(taken <= VCONSOLE_MUX_BUDGET && shown <= VCONSOLE_MUX_BUDGET);
    PROP_ASSERT(w->paced != ALL || !w->tx_irq);
    if (taken + shown != 0) {
        PROP_ASSERT(!w->has_paced || w->now >= w->paced_at + PERIOD);
        w->has_paced = true;
        w->paced_at = w->now;
    }
}

static void maybe_step(struct world *w)
{
    if (!step_is_due(w)) {
        return;
    }
    unsigned before = w->out_count;
    unsigned used = paced_used(w);
    w->woken = false;
    w->armed = false;
    w->last = vconsole_mux_step(&w->mux, w->now, VCONSOLE_MUX_BUDGET);
    PROP_ASSERT(w->out_count - before <= VCONSOLE_MUX_BUDGET);
    check_pace(w, used, before);
    PROP_ASSERT(vconsole_mux_is_valid(&w->mux));
    PROP_ASSERT(w->last.state != VCONSOLE_MUX_UNTIL || w->last.deadline > w->now);
}

/* Checks the tag at the start of the line's rest; returns the text after it. */
static const char *skip_tag(const char *p, const char *end, unsigned port)
{
    size_t length = strlen(tag[port]);
    PROP_ASSERT((size_t)(end - p) >= length && memcmp(p, tag[port], length) == 0);
    return p + length;
}

/* The line's port by its tag; an untagged line is the last port's. */
static unsigned line_port(const char *p)
{
    return *p != '[' ? PORTS - 1 : p[1] == '0' ? 0 : 1;
}

/* Checks one line without its line end, and counts its bytes as seen. */
static void check_line(const struct world *w, const char *p, const char *end, unsigned *seen,
                       bool ended)
{
    unsigned port = line_port(p);
    p = skip_tag(p, end, port);
    for (; p < end; p++) {
        if (*p == '\r') {
            p = skip_tag(p + 1, end, port) - 1;
            continue;
        }
        /* The port has sent a line feed here, and this line lacks it: a byte is lost. */
        PROP_ASSERT(*p == (char)('A' + port));
        PROP_ASSERT(seen[port] < w->wrote_count[port]);
        PROP_ASSERT(w->wrote[port][seen[port]] == *p);
        seen[port]++;
    }
    if (ended && seen[port] < w->wrote_count[port] && w->wrote[port][seen[port]] == '\n') {
        seen[port]++;
    }
}

static void check_output(const struct world *w)
{
    unsigned seen[PORTS] = {0};
    const char *p = w->out;
    const char *end = w->out + w->out_count;
    while (p < end) {
        const char *feed = memchr(p, '\n', (size_t)(end - p));
        if (feed == NULL) {
            check_line(w, p, end, seen, false);
            break;
        }
        PROP_ASSERT(feed > p && feed[-1] == '\r');
        check_line(w, p, feed - 1, seen, true);
        p = feed + 1;
    }
    for (unsigned i = 0; i < PORTS; i++) {
        PROP_ASSERT(seen[i] == w->wrote_count[i]);
    }
}

void prop_run(void)
{
    struct world w;
    world_init(&w);
    for (unsigned i = 0; i < 80; i++) {
        switch (prop_u64(3)) {
        case 0: write_some(&w); break;
        case 1: w.room = (unsigned)prop_u64(20); break;
        default: w.now += prop_u64(6); break;
        }
        if (prop_bool()) {
            maybe_step(&w);
        }
    }
    for (unsigned i = 0; i < 4000; i++) {
        w.room = 16;
        w.now++;
        maybe_step(&w);
    }
    PROP_ASSERT(w.last.state == VCONSOLE_MUX_SLEEP);
    check_output(&w);
}
