/* SPDX-License-Identifier: Apache-2.0 */
/* The shared console's output as a user sees it: lines and their turns. */
#include "test_vconsole_mux.h"

static void lines_are_tagged(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    assert_true(b.rx_irq);
    say(&b, 0, "one\r\ntwo\n\n");
    say(&b, 2, "hyp: k=v\n");
    say(&b, 1, "three\r\n");
    assert_int_equal(run(&b, 0).state, VCONSOLE_MUX_SLEEP);
    expect(&b, "[a] one\r\n[linux] three\r\nhyp: k=v\r\n[a] two\r\n[a] \r\n");
    assert_false(b.tx_irq);
}

static void a_prompt_is_shown_and_the_echo_follows_it(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    say(&b, 0, "/ # ");
    assert_int_equal(run(&b, 0).state, VCONSOLE_MUX_SLEEP);
    expect(&b, "[a] / # ");
    say(&b, 0, "l");
    run(&b, 500);
    expect(&b, "l");
    say(&b, 0, "s\r\n");
    run(&b, 900);
    expect(&b, "s\r\n");
}

static void a_silent_line_gives_way_after_its_patience(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    say(&b, 0, "/ # ");
    run(&b, 100);
    say(&b, 1, "tick\n");
    struct vconsole_mux_result result = run(&b, 105);
    expect(&b, "[a] / # ");
    assert_int_equal(result.state, VCONSOLE_MUX_UNTIL);
    assert_int_equal(result.deadline, 110);
    run(&b, 109);
    expect(&b, "");
    run(&b, 110);
    expect(&b, "\r\n[linux] tick\r\n");
    say(&b, 0, "x");
    run(&b, 111);
    expect(&b, "[a] x");
}

static void a_line_is_finished_in_time(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    say(&b, 0, "half");
    run(&b, 0);
    say(&b, 1, "other\n");
    run(&b, 5);
    b.vm[0].ipis = 0;
    say(&b, 0, "-done\nnext"); /* The hart sleeps until the deadline: this must wake it. */
    assert_int_equal(b.vm[0].ipis, 1);
    run(&b, 8);
    expect(&b, "[a] half-done\r\n[linux] other\r\n[a] next");
}

static void a_dribbling_line_gives_way_too(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    say(&b, 0, "z");
    run(&b, 0);
    say(&b, 1, "other\n");
    uint64_t now = 1;
    for (; now < 200; now += 5) {
        say(&b, 0, "z");
        struct vconsole_mux_result result = run(&b, now);
        if (result.state == VCONSOLE_MUX_SLEEP) {
            break;
        }
        assert_int_equal(result.state, VCONSOLE_MUX_UNTIL);
        assert_true(result.deadline <= 11);
    }
    assert_int_equal(now, 11);
}

static void a_flood_gives_way_after_a_line_length(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    say(&b, 0, "z");
    step(&b, 0);
    say(&b, 1, "other\n");
    unsigned count = 1;
    while (b.out_count < 600 && memchr(b.out, '\n', b.out_count) == NULL) {
        while (test_put_byte(&b.vm[0].vc, 'z')) {
            count++;
        }
        step(&b, 0); /* Time stands still. */
    }
    assert_in_range(count, VCONSOLE_MUX_LINE_MAX, VCONSOLE_MUX_LINE_MAX + 128);
    run(&b, 0);
    b.out[b.out_count] = '\0';
    assert_non_null(strstr(b.out, "[linux] other\r\n"));
}

static void a_carriage_return_draws_the_line_anew(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    say(&b, 0, "10%\r20%\r\r\n\rnext\n\r");
    run(&b, 0);
    expect(&b, "[a] 10%\r[a] 20%\r\n[a] next\r\n");
    say(&b, 2, "x\ry\n");
    run(&b, 0);
    expect(&b, "x\ry\r\n");
    /* A carriage return that is pending when the line is broken is dropped. */
    say(&b, 0, "p\r");
    run(&b, 0);
    say(&b, 1, "o\n");
    run(&b, 0);
    run(&b, 99);
    say(&b, 0, "q");
    run(&b, 99);
    expect(&b, "[a] p\r\n[linux] o\r\n[a] q");
}

static void a_byte_that_shows_nothing_costs_too(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    for (unsigned i = 0; i < 40; i++) {
        say(&b, 1, "\r");
    }
    /* The device has got nothing, so its interrupt has no new cause: a PLIC may not send it again.
     */
    assert_int_equal(step(&b, 0).state, VCONSOLE_MUX_AGAIN);
    assert_false(b.tx_irq);
    assert_int_equal(byte_ring_used(&b.vm[1].vc.tx), 24);
    assert_int_equal(b.out_count, 0);
}

static void each_source_gets_its_share_of_bytes(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    unsigned lines = 0;
    for (unsigned i = 0; i < 60; i++) {
        while (test_tx_ready(&b.vm[0].vc)) {
            say(&b, 0, "0123456789abc\n"); /* With tag and line end 19 bytes. */
        }
        while (test_tx_ready(&b.vm[1].vc)) {
            say(&b, 1, "\n"); /* 10 bytes. */
        }
        step(&b, 0);
    }
    for (unsigned i = 0; i + 8 < b.out_count; i++) {
        lines += memcmp(&b.out[i], "[linux] ", 8) == 0 ? 1 : 0;
    }
    assert_in_range(lines * 10, b.out_count * 45 / 100, b.out_count * 55 / 100);
}

static void only_the_focus_sends_sequences(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    say(&b, 0, "\x1b[31mred\b\a\v\x9f\n");
    say(&b, 1, "\x1b[6n\b\a\xc2\x85\xe2\x82\xac\n");
    run(&b, 0);
    expect(&b, "[a] \x1b[31mred\b\a\\x0b\\x9f\030\033%G\017\033(B\033[0m\r\n"
               "[linux] \\x1b[6n\\x08\\x07\\xc2\\x85\xe2\x82\xac\r\n");
    say(&b, 0, "\x1b]0;");
    run(&b, 0);
    type(&b, "\x1d");
    run(&b, 0);
    b.out[b.out_count] = '\0';
    assert_non_null(strstr(b.out, "[a] \x1b]0;\030\033%G\017\033(B\033[0m\033<"));
    assert_non_null(strstr(b.out, "\033[=0u\r\nhyp: console=linux\r\n"));
    b.out_count = 0;
    say(&b, 0, "\x1b\n");
    run(&b, 0);
    expect(&b, "[a] \\x1b\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_tagged),
        cmocka_unit_test(a_prompt_is_shown_and_the_echo_follows_it),
        cmocka_unit_test(a_silent_line_gives_way_after_its_patience),
        cmocka_unit_test(a_line_is_finished_in_time),
        cmocka_unit_test(a_dribbling_line_gives_way_too),
        cmocka_unit_test(a_flood_gives_way_after_a_line_length),
        cmocka_unit_test(a_carriage_return_draws_the_line_anew),
        cmocka_unit_test(a_byte_that_shows_nothing_costs_too),
        cmocka_unit_test(each_source_gets_its_share_of_bytes),
        cmocka_unit_test(only_the_focus_sends_sequences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
