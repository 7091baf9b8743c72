/* SPDX-License-Identifier: Apache-2.0 */
/* The hypervisor's lines: written directly, then through a ring. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <hyp/console/log.h>

struct sink {
    char text[512];
    unsigned count, room, ipis;
};

static bool sink_put(void *state, uint8_t byte)
{
    struct sink *s = state;
    if (s->count == s->room) {
        return false;
    }
    s->text[s->count++] = (char)byte;
    s->text[s->count] = '\0';
    return true;
}

static const struct console_ops sink_ops = {.try_put = sink_put};

static void goes_out_directly(void **state)
{
    (void)state;
    struct sink sink = {.room = 400};
    const struct console_dev dev = {.ops = &sink_ops, .state = &sink};
    struct log log;
    log_init(&log, &dev);
    log_line(&log, "harts=%u", 4u);
    log_plain(&log, "vm %s stopped: %s", "a", "SRST");
    assert_string_equal(sink.text, "hyp: harts=4\r\nvm a stopped: SRST\r\n");
    char longer[300];
    memset(longer, 'x', sizeof(longer));
    longer[299] = '\0';
    sink.count = 0;
    log_line(&log, "%s", longer);
    assert_int_equal(sink.count, LOG_LINE_MAX + 1);
    sink.room = sink.count;
    log_line(&log, "to a device that is dead");
    assert_int_equal(log.dropped, 1);
}

static void drops_without_a_device(void **state)
{
    (void)state;
    struct log log;
    log_init(&log, NULL);
    log_line(&log, "x");
    assert_int_equal(log.dropped, 1);
    log_line(&log, "x");
    assert_int_equal(log.dropped, 2);
}

static void count_ipi(void *ctx)
{
    ((struct sink *)ctx)->ipis++;
}

static void take(struct vconsole *vc, struct sink *sink)
{
    uint8_t byte;
    sink->count = 0;
    while (byte_ring_get(&vc->tx, &byte)) {
        assert_true(sink_put(sink, byte));
    }
}

static void goes_through_the_ring_whole_or_not(void **state)
{
    (void)state;
    struct sink sink = {.room = 400};
    struct vconsole vc;
    uint8_t tx[64];
    struct bell bell = {0};
    const struct vconsole_config config = {
        .tx = tx, .tx_size = sizeof(tx), .waker = {.send = count_ipi, .ctx = &sink}};
    assert_int_equal(vconsole_init(&vc, &config), HYP_OK);
    struct log log;
    log_init(&log, NULL);
    log_attach(&log, &vc);
    log_line(&log, "early"); /* Kept in the ring until the mux has it. */
    vc.bell = &bell;
    assert_true(bell_sleep(&bell));
    log_line(&log, "%s", "one");
    assert_int_equal(sink.ipis, 1);
    take(&vc, &sink);
    assert_string_equal(sink.text, "hyp: early\nhyp: one\n");
    log_line(&log, "%s", "123456789012345678901234567890123456789012345678");
    log_line(&log, "%s", "more than what is left");
    log_line(&log, "%s", "and this");
    assert_int_equal(log.dropped, 2);
    take(&vc, &sink);
    log_line(&log, "next");
    take(&vc, &sink);
    assert_string_equal(sink.text, "hyp: log_dropped=2\nhyp: next\n");
    assert_int_equal(log.dropped, 0);
    log_line(&log, "%s", "12345678901234567890123456789012345678901234567890");
    log_line(&log, "%s", "too long");
    log_line(&log, "s"); /* It would fit, but not the note before it. */
    assert_int_equal(log.dropped, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_out_directly),
        cmocka_unit_test(drops_without_a_device),
        cmocka_unit_test(goes_through_the_ring_whole_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
