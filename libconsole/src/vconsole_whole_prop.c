/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VM gets the whole terminal and loses it, again and again, while it sends any bytes and others
 * flood numbered lines. What it sends meanwhile is shown byte for byte; no other VM waits for room
 * for longer than a bound; each line of another VM is shown, in order, or counted.
 */
#include <stdlib.h>
#include <string.h>

#include <hyp/console/vconsole_mux.h>
#include <prop.h>

#include "test_vconsole.h"

#define PORTS 3u
#define OUT_MAX 65536u
#define SENT_MAX 4096u
#define PERIOD 2u
#define TERMINAL_KEY 0x1f
#define BEGIN "hyp: terminal=a\r\n"
#define RESET "\030\033%G\017\033(B\033[0m\033<"
#define END "\033[=0u\033[999B\r\nhyp: terminal=shared\r\n"
#define LINE_SIZE 6u   /* "A0001\n" */
#define ROOM_TICKS 60u /* Time for 64 bytes, 8 a period, of two VMs; and for lines. */

static const char *const name[PORTS] = {"a", "b", "c"};

struct world {
    struct vconsole_mux mux;
    struct vconsole vc[PORTS];
    uint8_t tx[PORTS][64];
    uint8_t rx[4];
    bool key;
    uint64_t now;
    uint64_t full_since[PORTS]; /* Tick since which a VM waits for room; 0: it does not. */
    unsigned wrote[PORTS];      /* Lines. */
    unsigned out_count;
    unsigned sent_count;
    uint8_t sent[SENT_MAX];
    char out[OUT_MAX + 1];
};

static bool dev_put(void *state, uint8_t byte)
{
    struct world *w = state;
    PROP_ASSERT(w->out_count < OUT_MAX);
    w->out[w->out_count++] = (char)byte;
    return true;
}

static bool dev_get(void *state, uint8_t *byte)
{
    struct world *w = state;
    bool key = w->key;
    *byte = TERMINAL_KEY;
    w->key = false;
    return key;
}

static bool dev_irq(void *state, bool enable)
{
    (void)state;
    return enable;
}

static const struct console_ops dev_ops = {
    .try_put = dev_put, .try_get = dev_get, .set_tx_irq = dev_irq, .set_rx_irq = dev_irq};

static void world_init(struct world *w)
{
    memset(w, 0, offsetof(struct world, sent));
    const struct vconsole_mux_config config = {.dev = {.ops = &dev_ops, .state = w},
                                               .line_timeout = 4,
                                               .period = PERIOD,
                                               .input_timeout = 1000,
                                               .switch_key = 0x1d,
                                               .log_key = 0x1e,
                                               .terminal_key = TERMINAL_KEY};
    PROP_ASSERT(vconsole_mux_init(&w->mux, &config) == HYP_OK);
    for (unsigned i = 0; i < PORTS; i++) {
        const struct vconsole_config vc = {.name = name[i],
                                           .tx = w->tx[i],
                                           .tx_size = sizeof(w->tx[i]),
                                           .rx = i == 0 ? w->rx : NULL,
                                           .rx_size = i == 0 ? sizeof(w->rx) : 0};
        PROP_ASSERT(vconsole_init(&w->vc[i], &vc) == HYP_OK);
        PROP_ASSERT(vconsole_mux_add(&w->mux, &w->vc[i]) == HYP_OK);
    }
    vconsole_mux_set_paced(&w->mux, prop_u64(1 << PORTS));
}

/* The VM sends while it has the terminal, and all is shown before the key is pressed. */
static void send_raw(struct world *w)
{
    bool has_terminal = w->mux.whole && !w->mux.focus_changed && !w->key;
    for (unsigned n = (unsigned)prop_u64(24); has_terminal && n > 0; n--) {
        uint8_t byte = (uint8_t)prop_u64(256);
        if (w->sent_count < SENT_MAX && test_put_byte(&w->vc[0], byte)) {
            w->sent[w->sent_count++] = byte;
        }
    }
}

static void flood(struct world *w, unsigned port)
{
    for (unsigned n = (unsigned)prop_u64(8); n > 0; n--) {
        unsigned number = w->wrote[port];
        const uint8_t line[LINE_SIZE] = {(uint8_t)('A' + port),
                                         (uint8_t)('0' + number / 1000 % 10),
                                         (uint8_t)('0' + number / 100 % 10),
                                         (uint8_t)('0' + number / 10 % 10),
                                         (uint8_t)('0' + number % 10),
                                         '\n'};
        bool must_wake;
        bool fits = vconsole_write(&w->vc[port], line, LINE_SIZE, &must_wake);
        w->wrote[port] += fits ? 1 : 0;
        if (fits) {
            w->full_since[port] = 0;
        } else if (w->full_since[port] == 0) {
            w->full_since[port] = w->now;
        }
        PROP_ASSERT(fits || w->now - w->full_since[port] < ROOM_TICKS);
    }
}

static struct vconsole_mux_result step(struct world *w)
{
    w->now++;
    struct vconsole_mux_result result = vconsole_mux_step(&w->mux, w->now, VCONSOLE_MUX_BUDGET);
    PROP_ASSERT(vconsole_mux_is_valid(&w->mux));
    return result;
}

/* ---- Output ---------------------------------------------------------------------------------- */

struct reader {
    unsigned next[PORTS]; /* Number of the next line; lines that were skipped are `lost`. */
    unsigned lost[PORTS];
    unsigned held[PORTS]; /* The count that the mux shows. */
    bool begun[PORTS];    /* The begin of the next line was shown. */
};

/* A line was cut when the whole terminal began or ended: its rest, or its begin, comes alone. */
static void check_text(struct reader *r, unsigned i, const char *text, size_t length)
{
    bool begins = length != 0 && text[0] == (char)('A' + i);
    PROP_ASSERT(length < LINE_SIZE && (begins || length < LINE_SIZE - 1));
    if (begins && length == LINE_SIZE - 1) {
        unsigned number = (unsigned)atoi(text + 1);
        PROP_ASSERT(number >= r->next[i]);
        r->lost[i] += number - r->next[i];
        r->next[i] = number + 1;
    } else if (!begins && r->begun[i]) {
        r->next[i]++;
    }
    r->begun[i] = begins && length < LINE_SIZE - 1;
}

static void check_line(struct reader *r, const char *line, size_t length)
{
    for (unsigned i = 1; i < PORTS; i++) {
        char held[] = "hyp: vm=x held=";
        held[8] = name[i][0];
        if (strncmp(line, held, sizeof(held) - 1) == 0) {
            r->held[i] += (unsigned)atoi(line + sizeof(held) - 1);
            r->begun[i] = false; /* The oldest is dropped first. */
        } else if (length >= 4 && line[0] == '[' && line[1] == name[i][0]) {
            check_text(r, i, line + 4, length - 4);
        }
    }
    PROP_ASSERT(length >= 4 && (strncmp(line, "hyp:", 4) == 0 || strncmp(line + 2, "] ", 2) == 0));
}

static void check_lines(struct reader *r, const char *p, const char *end)
{
    while (p < end) {
        const char *feed = memchr(p, '\n', (size_t)(end - p));
        const char *stop = feed != NULL ? feed : end;
        check_line(r, p, (size_t)(stop - p) - (feed != NULL ? 1 : 0));
        p = feed != NULL ? feed + 1 : end;
    }
}

static bool is_at(const char *p, const char *end, const char *text)
{
    size_t length = strlen(text);
    return (size_t)(end - p) >= length && memcmp(p, text, length) == 0;
}

static const char *find(const char *p, const char *end, const char *text)
{
    while (p < end && !is_at(p, end, text)) {
        p++;
    }
    return p < end ? p : NULL;
}

static void check_output(const struct world *w)
{
    struct reader r = {0};
    const char *p = w->out;
    const char *end = w->out + w->out_count;
    unsigned raw = 0;
    unsigned ends = 0;
    const char *begin;
    while ((begin = find(p, end, BEGIN)) != NULL) {
        check_lines(&r, p, begin);
        begin += sizeof(BEGIN) - 1;
        while (raw < w->sent_count && *begin == (char)w->sent[raw] && !is_at(begin, end, RESET)) {
            raw++;
            begin++;
        }
        PROP_ASSERT(is_at(begin, end, RESET));
        p = find(begin, end, END);
        PROP_ASSERT(p != NULL);
        p += sizeof(END) - 1;
        ends++;
    }
    check_lines(&r, p, end);
    PROP_ASSERT(raw == w->sent_count);
    for (unsigned i = 1; i < PORTS; i++) {
        r.lost[i] += w->wrote[i] - r.next[i];
        /* A line that is cut by two ends counts twice. */
        PROP_ASSERT(r.lost[i] <= r.held[i] && r.held[i] <= r.lost[i] + ends);
    }
}

void prop_run(void)
{
    static struct world w; /* Large. */
    world_init(&w);
    for (unsigned i = 0; i < 300; i++) {
        switch (prop_u64(10)) {
        case 0: w.key = w.key || (byte_ring_used(&w.vc[0].tx) == 0 && prop_u64(4) == 0); break;
        case 1:
        case 2: send_raw(&w); break;
        case 3:
        case 4:
        case 5: flood(&w, prop_u64(4) == 0 ? 2 : 1); break;
        default: (void)step(&w); break;
        }
    }
    struct vconsole_mux_result result;
    for (unsigned calm = 0; calm < 2;) {
        result = step(&w);
        if (result.state == VCONSOLE_MUX_SLEEP) {
            w.key = w.mux.whole; /* Shared at the end. */
            calm = w.key ? 0 : calm + 1;
        }
    }
    check_output(&w);
}
