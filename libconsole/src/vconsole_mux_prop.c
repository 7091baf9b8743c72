/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any writes of three sources against a console hart that acts only when the contract says so:
 * all bytes come out, in order, each line holds one source's, each begins with its tag. Some of the
 * sources, or all, are paced: their bytes are moved in one step a period, nobody kicks meanwhile,
 * and the device does not interrupt for them.
 *
 * Source k writes only its own letter, line feeds and carriage returns, so that a byte tells whose
 * it is. Carriage returns and line breaks that the mux adds are left out of the comparison.
 */
#include <string.h>

#include <hyp/console/vconsole_mux.h>
#include <prop.h>

#define SOURCES 3u
#define ALL 7u
#define PATIENCE 4u
#define PERIOD 3u
#define OUT_MAX 16384u

static const char *const name[SOURCES] = {"0", "1", NULL};
static const char *const tag[SOURCES] = {"[0] ", "[1] ", ""};

struct world {
    struct vconsole_mux mux;
    struct vconsole vc[SOURCES];
    uint8_t tx[SOURCES][32];
    bool kicked;
    bool tx_irq;
    bool armed; /* The interrupt has a reason that it has not told yet: it does not tell twice. */
    uint64_t now;
    uint64_t paced;
    uint64_t paced_at; /* Tick of the last step that moved bytes of paced sources. */
    bool has_paced;    /* There was one. */
    unsigned room;
    struct vconsole_mux_result last;
    unsigned out_count;
    unsigned wrote_count[SOURCES];
    char wrote[SOURCES][512]; /* Without carriage returns. */
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

static void kick_send(void *ctx)
{
    struct world *w = ctx;
    PROP_ASSERT(!w->has_paced || w->now >= w->paced_at + PERIOD);
    w->kicked = true;
}

static void world_init(struct world *w)
{
    memset(w, 0, offsetof(struct world, out));
    const struct vconsole_mux_config config = {.dev = {.ops = &dev_ops, .state = w},
                                               .patience = PATIENCE,
                                               .period = PERIOD,
                                               .switch_key = 0x1d};
    PROP_ASSERT(vconsole_mux_init(&w->mux, &config) == HYP_OK);
    for (unsigned i = 0; i < SOURCES; i++) {
        const struct vconsole_config vc = {.name = name[i],
                                           .tx = w->tx[i],
                                           .tx_size = sizeof(w->tx[i]),
                                           .kick = {.send = kick_send, .ctx = w}};
        PROP_ASSERT(vconsole_init(&w->vc[i], &vc) == HYP_OK);
        PROP_ASSERT(vconsole_mux_add(&w->mux, &w->vc[i]) == HYP_OK);
    }
    w->paced = prop_u64(ALL + 1);
    vconsole_mux_set_paced(&w->mux, w->paced);
    w->last.state = VCONSOLE_MUX_AGAIN; /* The first step is the boot's. */
}

static void write_some(struct world *w)
{
    unsigned i = (unsigned)prop_u64(SOURCES);
    bool silent = prop_u64(8) == 0; /* Only what shows nothing. */
    for (unsigned n = (unsigned)prop_u64(24); n > 0; n--) {
        unsigned what = silent ? 1 : (unsigned)prop_u64(10);
        char c = what == 0 ? '\n' : what == 1 ? '\r' : (char)('A' + i);
        if (w->wrote_count[i] < sizeof(w->wrote[i]) && vconsole_put_byte(&w->vc[i], (uint8_t)c) &&
            c != '\r') {
            w->wrote[i][w->wrote_count[i]++] = c;
        }
    }
}

/* Does anything call the console hart? */
static bool step_is_due(const struct world *w)
{
    switch (w->last.state) {
    case VCONSOLE_MUX_AGAIN: return true;
    case VCONSOLE_MUX_TX_WAIT: return (w->tx_irq && w->armed && w->room != 0) || w->kicked;
    case VCONSOLE_MUX_UNTIL: return w->now >= w->last.deadline || w->kicked;
    case VCONSOLE_MUX_SLEEP: return w->kicked;
    }
    return false;
}

/* Bytes that paced sources have in their rings. */
static unsigned paced_used(const struct world *w)
{
    unsigned used = 0;
    for (unsigned i = 0; i < SOURCES; i++) {
        used += (w->paced >> i & 1) != 0 ? byte_ring_used(&w->vc[i].tx) : 0;
    }
    return used;
}

/* What a step has moved of paced sources: a letter tells whose it is. */
static void check_pace(struct world *w, unsigned used, unsigned out)
{
    unsigned taken = used - paced_used(w);
    unsigned shown = 0;
    for (; out < w->out_count; out++) {
        unsigned source = (unsigned)(w->out[out] - 'A');
        shown += source < SOURCES && (w->paced >> source & 1) != 0 ? 1 : 0;
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
    w->kicked = false;
    w->armed = false;
    w->last = vconsole_mux_step(&w->mux, w->now, VCONSOLE_MUX_BUDGET);
    PROP_ASSERT(w->out_count - before <= VCONSOLE_MUX_BUDGET);
    check_pace(w, used, before);
    PROP_ASSERT(vconsole_mux_is_valid(&w->mux));
    PROP_ASSERT(w->last.state != VCONSOLE_MUX_UNTIL || w->last.deadline > w->now);
}

/* Takes the tag off the start of the line's rest; returns what is behind it. */
static const char *skip_tag(const char *p, const char *end, unsigned source)
{
    size_t length = strlen(tag[source]);
    PROP_ASSERT((size_t)(end - p) >= length && memcmp(p, tag[source], length) == 0);
    return p + length;
}

/* Whose line it is: by its tag; untagged is the last source's. */
static unsigned line_source(const char *p)
{
    return *p != '[' ? SOURCES - 1 : p[1] == '0' ? 0 : 1;
}

/* One line without its line end; adds to what was seen of its source. */
static void check_line(const struct world *w, const char *p, const char *end, unsigned *seen,
                       bool ended)
{
    unsigned source = line_source(p);
    p = skip_tag(p, end, source);
    for (; p < end; p++) {
        if (*p == '\r') {
            p = skip_tag(p + 1, end, source) - 1;
            continue;
        }
        /* The source's own line feed was there and is not in this line: it would be lost. */
        PROP_ASSERT(*p == (char)('A' + source));
        PROP_ASSERT(seen[source] < w->wrote_count[source]);
        PROP_ASSERT(w->wrote[source][seen[source]] == *p);
        seen[source]++;
    }
    if (ended && seen[source] < w->wrote_count[source] && w->wrote[source][seen[source]] == '\n') {
        seen[source]++;
    }
}

static void check_output(const struct world *w)
{
    unsigned seen[SOURCES] = {0};
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
    for (unsigned i = 0; i < SOURCES; i++) {
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
