/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two VMs send any bytes, with and without the focus, which moves. The output is UTF-8; after any
 * of Unicode's line ends a line begins with its VM's tag; a VM without the focus sends no control
 * but TAB; a sequence of the one with the focus does not outlive its line; and each byte that was
 * sent is shown, in order, unchanged or as \xNN. Somebody types, so that lines of the focus are
 * shown again: such a text is UTF-8 with no control but TAB and BS, and is not longer than what is
 * kept.
 */
#include <string.h>

#include <hyp/console/vconsole_mux.h>
#include <prop.h>

#include "test_vconsole.h"

#define PORTS 3u
#define OUT_MAX 65536u
#define SENT_MAX 512u
#define KEY 0x1d

#define RESET_LINE "\030\033%G\017\033(B\033[0m"
#define RESET_MODES                                                               \
    "\033<\033[4i\0337\033[r\0338\033>"                                           \
    "\033[?1;5;9;47;1000;1001;1002;1003;1004;1005;1006;1015;2004;2026;2031;2048l" \
    "\033[?7;25h\033[2;4;20l\033[0'z\033[=0u"

static const char *const name[PORTS] = {"a", "b", NULL};

struct world {
    struct vconsole_mux mux;
    struct vconsole vc[PORTS];
    uint8_t tx[PORTS][64];
    uint8_t rx[PORTS][4];
    uint8_t key; /* 0: none is pressed. */
    uint64_t now;
    unsigned out_count;
    unsigned again_total;
    unsigned again_count; /* Bytes of the current text that is shown again. */
    unsigned sent_count[PORTS];
    uint8_t sent[PORTS][SENT_MAX]; /* Carriage returns left out. */
    char out[OUT_MAX];
    char again[VCONSOLE_MUX_KEPT + VCONSOLE_MUX_KEPT];
};

static uint32_t decode(const char **p, const char *end);

/* A text that is shown again, or its begin, from the byte behind the tag. */
static void check_again(struct world *w)
{
    const char *p = w->again;
    const char *end = w->again + w->again_count;
    unsigned back = 0;
    while (p < end) {
        uint32_t code = decode(&p, end);
        back += code == '\b' ? 1 : 0;
        PROP_ASSERT(code == '\b' || code == '\t' ||
                    (code >= ' ' && !(code >= 0x7f && code < 0xa0)));
        PROP_ASSERT(code == '\b' || back == 0);
        PROP_ASSERT(code != 0x2028 && code != 0x2029);
    }
    PROP_ASSERT(w->again_count - back <= VCONSOLE_MUX_KEPT);
    w->again_count = 0;
}

static bool dev_put(void *state, uint8_t byte)
{
    struct world *w = state;
    if (w->mux.redrawing && w->mux.redraw_at != 0) { /* Behind the tag. */
        PROP_ASSERT(w->again_count < sizeof(w->again));
        w->again[w->again_count++] = (char)byte;
        return true;
    }
    if (w->again_count != 0) {
        check_again(w);
        w->again_total++;
    }
    PROP_ASSERT(w->out_count < OUT_MAX);
    w->out[w->out_count++] = (char)byte;
    return true;
}

static bool dev_get(void *state, uint8_t *byte)
{
    struct world *w = state;
    *byte = w->key;
    w->key = 0;
    return *byte != 0;
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
    memset(w, 0, offsetof(struct world, out));
    const struct vconsole_mux_config config = {.dev = {.ops = &dev_ops, .state = w},
                                               .line_timeout = 4,
                                               .period = 1,
                                               .input_timeout = 1u << 30,
                                               .switch_key = KEY};
    PROP_ASSERT(vconsole_mux_init(&w->mux, &config) == HYP_OK);
    for (unsigned i = 0; i < PORTS; i++) {
        const struct vconsole_config vc = {.name = name[i],
                                           .tx = w->tx[i],
                                           .tx_size = sizeof(w->tx[i]),
                                           .rx = name[i] != NULL ? w->rx[i] : NULL,
                                           .rx_size = name[i] != NULL ? sizeof(w->rx[i]) : 0};
        PROP_ASSERT(vconsole_init(&w->vc[i], &vc) == HYP_OK);
        PROP_ASSERT(vconsole_mux_add(&w->mux, &w->vc[i]) == HYP_OK);
    }
    vconsole_mux_set_paced(&w->mux, prop_u64(8));
}

/* ---- Input: what VMs send -------------------------------------------------------------------- */

/* Pieces that mean something to a terminal, to a decoder, or to a splitter of lines; cut anywhere.
 */
static const char *const nasty[] = {
    "\n",
    "\r",
    "\r\n",
    "\n\r",
    "\t",
    "\b",
    "\a",
    "\v",
    "\f",
    "\x1c",
    "\x1d",
    "\x1e",
    "\x1f",
    "\x7f",
    "\x18",
    "\x1a",
    "\x05",
    "\x0e",
    "\x0f",
    "\xc2\x85",
    "\xe2\x80\xa8",
    "\xe2\x80\xa9",
    "\xc2\x9b",
    "\x9b",
    "\x85",
    "\x1b[6n",
    "\x1b[2J",
    "\x1b]0;hyp: ",
    "\x1bP+q",
    "\x1b(0",
    "\x1b%@",
    "\x1bn",
    "\x1b[5i",
    "\x1b[2h",
    "\x1b",
    "\xc0\x8a",
    "\xe0\x80\x8a",
    "\xed\xa0\x80",
    "\xf4\x90\x80\x80",
    "\xf0\x9f\x98\x80",
    "\xe2\x82\xac",
    "\xc3\xa9",
    "hyp: x",
    "[b] x",
    "[a] x",
    "text",
    "\xff",
    "\xf0\x80\x80\x8a",
    "\xe2\x80",
    "\xc2",
};

static void send(struct world *w, unsigned i, uint8_t byte)
{
    if (w->sent_count[i] < SENT_MAX && byte != '\\' && test_put_byte(&w->vc[i], byte) &&
        byte != '\r') {
        w->sent[i][w->sent_count[i]++] = byte;
    }
}

static void send_some(struct world *w)
{
    unsigned i = (unsigned)prop_u64(PORTS);
    if (name[i] == NULL) {
        send(w, i, (uint8_t) "log\n"[w->sent_count[i] % 4]);
        return;
    }
    if (prop_u64(4) == 0) {
        send(w, i, (uint8_t)prop_u64(256));
        return;
    }
    const char *piece = nasty[prop_u64(sizeof(nasty) / sizeof(nasty[0]))];
    size_t length = strlen(piece);
    length -= prop_u64(4) == 0 ? (size_t)prop_u64(length) : 0;
    for (size_t k = 0; k < length; k++) {
        send(w, i, (uint8_t)piece[k]);
    }
}

/* ---- Output ---------------------------------------------------------------------------------- */

/* Code point of the character at *p, which moves past it; fails if it is not UTF-8. */
static uint32_t decode(const char **p, const char *end)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t first = (uint8_t) * *p;
    unsigned size = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : 4;
    uint32_t code = size == 1 ? first : first & (0x7fu >> size);
    PROP_ASSERT(size < 4 || first >> 3 == 30);
    PROP_ASSERT((size_t)(end - *p) >= size);
    for (unsigned i = 1; i < size; i++) {
        uint8_t next = (uint8_t)(*p)[i];
        PROP_ASSERT(next >> 6 == 2);
        code = code << 6 | (next & 0x3fu);
    }
    PROP_ASSERT(code >= least[size] && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000));
    *p += size;
    return code;
}

static bool is_line_end(uint32_t code)
{
    return (code >= '\n' && code <= '\r') || (code >= 0x1c && code <= 0x1e) || code == 0x85 ||
           code == 0x2028 || code == 0x2029;
}

struct reader {
    const struct world *w;
    unsigned focus;
    unsigned seen[PORTS];
};

static void see(struct reader *r, unsigned port, uint8_t byte)
{
    /* The port has sent a line feed here, and this line lacks it: a byte is lost. */
    PROP_ASSERT(r->seen[port] < r->w->sent_count[port]);
    PROP_ASSERT(r->w->sent[port][r->seen[port]] == byte);
    r->seen[port]++;
}

static uint8_t hex(char c)
{
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* Skips `text` at the start of the line. */
static bool skip(const char **p, const char *end, const char *text)
{
    size_t length = strlen(text);
    bool same = (size_t)(end - *p) >= length && memcmp(*p, text, length) == 0;
    *p += same ? length : 0;
    return same;
}

/* Checks text of one VM up to a line end. True: the line ends there, with any sequence cancelled.
 */
static void check_text(struct reader *r, unsigned port, const char *p, const char *end)
{
    while (p < end) {
        const char *at = p;
        if (*p == '\030') {
            PROP_ASSERT(skip(&p, end, RESET_LINE));
            (void)skip(&p, end, RESET_MODES);
            PROP_ASSERT(p == end);
            return;
        }
        if ((size_t)(end - p) == sizeof(RESET_MODES) - 1 && skip(&p, end, RESET_MODES)) {
            return;
        }
        if (*p == '\\') {
            PROP_ASSERT(end - p >= 4 && p[1] == 'x');
            see(r, port, (uint8_t)(hex(p[2]) << 4 | hex(p[3])));
            p += 4;
            continue;
        }
        uint32_t code = decode(&p, end);
        bool control = code < ' ' || (code >= 0x7f && code < 0xa0);
        bool focused = port == r->focus && (code == 0x1b || code == '\b' || code == '\a');
        PROP_ASSERT(!control || code == '\t' || focused);
        for (; at < p; at++) {
            see(r, port, (uint8_t)*at);
        }
    }
}

/* Checks a line, or the rest of one after a carriage return. */
static void check_line(struct reader *r, const char *p, const char *end)
{
    if (skip(&p, end, "[a] ")) {
        check_text(r, 0, p, end);
    } else if (skip(&p, end, "[b] ")) {
        check_text(r, 1, p, end);
    } else if (skip(&p, end, "hyp: console=")) {
        PROP_ASSERT(p < end);
        r->focus = *p == 'a' ? 0 : 1;
        PROP_ASSERT(p + 1 == end);
    } else if (skip(&p, end, "hyp: terminal=reset")) {
        PROP_ASSERT(skip(&p, end, RESET_MODES) && p == end);
    } else {
        check_text(r, 2, p, end);
    }
}

static void check_line_feed(struct reader *r, const char *line)
{
    unsigned port = *line != '[' ? 2 : line[1] == 'a' ? 0 : 1;
    if (r->seen[port] < r->w->sent_count[port] && r->w->sent[port][r->seen[port]] == '\n') {
        r->seen[port]++;
    }
}

static void check_output(const struct world *w)
{
    struct reader r = {.w = w};
    const char *p = w->out;
    const char *end = w->out + w->out_count;
    const char *start = p;
    bool escaped = false;
    while (p < end) {
        const char *at = p;
        uint32_t code = decode(&p, end);
        escaped = (escaped || code == 0x1b);
        if (!is_line_end(code)) {
            continue;
        }
        PROP_ASSERT(code == '\r');
        check_line(&r, start, at);
        if (p < end && *p == '\n') {
            p++;
            PROP_ASSERT(!escaped || (at - start >= 4 && memcmp(at - 4, "\033[0m", 4) == 0) ||
                        (at - start >= 5 && memcmp(at - 5, "\033[=0u", 5) == 0));
            escaped = false;
            if (memcmp(start, "hyp: ", 5) != 0) {
                check_line_feed(&r, start);
            }
        }
        start = p;
    }
    check_line(&r, start, end);
    for (unsigned i = 0; i < PORTS; i++) {
        /* The start of a character that never ended is not shown. */
        PROP_ASSERT(w->sent_count[i] - r.seen[i] ==
                    (w->vc[i].text.need != 0 ? w->vc[i].text.count : 0u));
    }
}

void prop_run(void)
{
    static struct world w; /* Large. */
    world_init(&w);
    for (unsigned i = 0; i < 120; i++) {
        switch (prop_u64(8)) {
        case 0: w.now += prop_u64(6); break;
        case 1:
            w.key = prop_u64(3) == 0 ? KEY : 't';
            while (vconsole_get_byte(&w.vc[w.mux.focus], &(uint8_t){0})) {
            }
            break;
        case 2: (void)vconsole_mux_step(&w.mux, w.now, (uint32_t)prop_u64(20)); break;
        default: send_some(&w); break;
        }
        PROP_ASSERT(vconsole_mux_is_valid(&w.mux));
    }
    struct vconsole_mux_result result;
    do {
        w.now++;
        result = vconsole_mux_step(&w.mux, w.now, VCONSOLE_MUX_BUDGET);
    } while (result.state != VCONSOLE_MUX_SLEEP);
    check_output(&w);
}
