/* SPDX-License-Identifier: Apache-2.0 */
/* The shared console: one VM has the whole terminal; the line of the focus is shown again. */
#include "test_vconsole_mux.h"

#define RESET_LINE "\030\033%G\017\033(B\033[0m"

/* ---- The whole terminal ---------------------------------------------------------------------- */

/* The terminal is reset, then `text` is shown. */
static void expect_reset(struct bench *b, const char *text)
{
    b->out[b->out_count] = '\0';
    assert_memory_equal(b->out, RESET_LINE "\033<", sizeof(RESET_LINE) + 1);
    const char *end = strstr(b->out, "\033[=0u\033[999B\r\n");
    assert_non_null(end);
    assert_string_equal(end + strlen("\033[=0u\033[999B\r\n"), text);
    b->out_count = 0;
}

static void bytes_pass_as_they_are(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    say(&b, 0, "/ # ");
    run(&b, 0);
    type(&b, "\x1f");
    run(&b, 0);
    expect(&b, "[a] / # \r\nhyp: terminal=a\r\n");
    say(&b, 0, "\x1b[2J\x1b[5;9Hx\n\ry\v\f\x0e\x9b\xff\xc2\x85");
    run(&b, 1);
    expect(&b, "\x1b[2J\x1b[5;9Hx\n\ry\v\f\x0e\x9b\xff\xc2\x85");
    type(&b, "\x1b[24;80R"); /* Answers are for this VM. */
    run(&b, 2);
    read_typed(&b, 0, "\x1b[24");
    run(&b, 2);
    read_typed(&b, 0, ";80R");
    type(&b, "\x1f");
    run(&b, 3);
    expect_reset(&b, "hyp: terminal=shared\r\nhyp: console=a\r\n");
    say(&b, 0, "\x0b\n");
    run(&b, 4);
    expect(&b, "[a] \\x0b\r\n");
}

static void half_a_character_goes_on(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    say(&b, 0, "\xe2\x82");
    type(&b, "\x1f");
    run(&b, 0);
    run(&b, 0);
    say(&b, 0, "\xac");
    run(&b, 0);
    b.out[b.out_count] = '\0';
    assert_non_null(strstr(b.out, "hyp: terminal=a\r\n\xe2\x82\xac"));
}

/* VM a has the whole terminal. */
static void init_whole(struct bench *b)
{
    bench_init(b);
    type(b, "\x1f");
    run(b, 0);
    b->out_count = 0;
}

static void others_wait_and_none_is_stopped(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    type(&b, "\x1f");
    run(&b, 0);
    expect(&b, "hyp: terminal=a\r\n");
    say(&b, 2, "hyp: log\n");
    say(&b, 1, "one\ntwo\n");
    run(&b, 1);
    assert_int_equal(run(&b, 1 + PERIOD).state, VCONSOLE_MUX_SLEEP);
    expect(&b, "");
    uint64_t now = 2 + PERIOD;
    for (unsigned i = 0; i < 40; i++) {
        bool ready = test_tx_ready(&b.vm[1].vc);
        while (!ready) {
            ready = step(&b, now++).wake == 2;
            assert_true(now < 1000);
        }
        say(&b, 1, "0123456789\n");
    }
    expect(&b, "");
    while (step(&b, now).state != VCONSOLE_MUX_SLEEP) {
        now += PERIOD;
    }
    type(&b, "\x1f");
    run(&b, now);
    expect_reset(&b, "hyp: terminal=shared\r\nhyp: console=a\r\nhyp: vm=linux held=40\r\n"
                     "[linux] 0123456789\r\nhyp: log\r\n[linux] 0123456789\r\n");
}

static void half_a_line_that_is_dropped_counts(void **state)
{
    (void)state;
    struct bench b;
    init_whole(&b);
    for (unsigned i = 0; i < 60; i++) {
        say(&b, 1, "x");
    }
    uint64_t now = 0;
    while (step(&b, now).state != VCONSOLE_MUX_SLEEP) {
        now += PERIOD;
    }
    type(&b, "\x1f");
    run(&b, now);
    say(&b, 1, "y\n");
    run(&b, now);
    expect_reset(&b, "hyp: terminal=shared\r\nhyp: console=a\r\nhyp: vm=linux held=1\r\n"
                     "[linux] y\r\n");
}

static void switch_key_ends_it(void **state)
{
    (void)state;
    struct bench b;
    init_whole(&b);
    type(&b, "\x1dx");
    run(&b, 0);
    expect_reset(&b, "hyp: terminal=shared\r\nhyp: console=linux\r\n");
    read_typed(&b, 1, "x");
    type(&b, "\x1f");
    run(&b, 0);
    expect(&b, "hyp: terminal=linux\r\n");
    type(&b, "\x1d\x1f"); /* Both keys at once: the next VM has it. */
    run(&b, 0);
    expect_reset(&b, "hyp: terminal=shared\r\nhyp: terminal=a\r\n");
    say(&b, 0, "\v");
    run(&b, 0);
    expect(&b, "\v");
    type(&b, "\x1f\x1f"); /* No change. */
    run(&b, 0);
    expect(&b, "");
    say(&b, 0, "\v");
    run(&b, 0);
    expect(&b, "\v");
}

static void stop_of_its_vm_ends_it(void **state)
{
    (void)state;
    struct bench b;
    init_whole(&b);
    say(&b, 0, "last words\r\n");
    vconsole_close(&b.vm[0].vc);
    say(&b, 2, "vm a stopped\n");
    run(&b, 0);
    run(&b, 0);
    assert_memory_equal(b.out, "last words\r\n", 12);
    memmove(b.out, b.out + 12, b.out_count - 12);
    b.out_count -= 12;
    expect_reset(&b, "hyp: terminal=shared\r\nhyp: console=none\r\nvm a stopped\r\n");
    type(&b, "\x1f"); /* A VM that has stopped gets nothing. */
    run(&b, 0);
    expect(&b, "");
}

static void lost_input_is_told_later(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    type(&b, "\x1f"
             "12345");
    run(&b, 5000);
    b.out_count = 0;
    assert_int_equal(run(&b, 6000).state, VCONSOLE_MUX_SLEEP);
    expect(&b, "");
    type(&b, "\x1f");
    run(&b, 6001);
    expect_reset(&b, "hyp: terminal=shared\r\nhyp: console=a\r\nhyp: vm=a input_lost=1\r\n");
}

static void others_are_paced_while_they_are_held(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    vconsole_mux_set_paced(&b.mux, 6);
    type(&b, "\x1f");
    for (uint64_t now = 0; step(&b, now).state != VCONSOLE_MUX_SLEEP;) {
        now += PERIOD;
    }
    b.vm[1].ipis = 0;
    say(&b, 1, "x\n");
    assert_int_equal(b.vm[1].ipis, 1);
    struct vconsole_mux_result result = step(&b, 101);
    assert_int_equal(result.state, VCONSOLE_MUX_UNTIL);
    assert_int_equal(result.deadline, 101 + PERIOD);
    say(&b, 1, "y\n"); /* The hart is awake. */
    assert_int_equal(b.vm[1].ipis, 1);
    step(&b, 101 + PERIOD);
    assert_int_equal(step(&b, 101 + 2 * PERIOD).state, VCONSOLE_MUX_SLEEP);
}

/* ---- The line of the focus ------------------------------------------------------------------- */

/* The kept part of `text`, with the cursor in it: broken by a line of another VM, shown again. */
static void check_redraw(const char *text, const char *again)
{
    struct bench b;
    uint8_t byte;
    bench_init(&b);
    type(&b, "t");
    run(&b, 0);
    while (vconsole_get_byte(&b.vm[0].vc, &byte)) {
    }
    for (; *text != '\0'; text++) {
        assert_true(test_put_byte(&b.vm[0].vc, (uint8_t)*text));
        run(&b, 0);
    }
    run(&b, 100);
    say(&b, 1, "tick\n");
    assert_int_equal(run(&b, 100).state, VCONSOLE_MUX_SLEEP);
    b.out[b.out_count] = '\0';
    const char *line = strstr(b.out, "[linux] tick\r\n");
    assert_non_null(line);
    assert_string_equal(line + strlen("[linux] tick\r\n"), again);
}

static void typed_line_is_shown_again(void **state)
{
    (void)state;
    check_redraw("/ # ls -l", "[a] / # ls -l");
    check_redraw("old\n/ # l", ""); /* Typed before that line. */
    check_redraw("", "");
    check_redraw("$ caf\xc3\xa9", "[a] $ caf\xc3\xa9");
}

static void edited_line_is_shown_as_it_looks(void **state)
{
    (void)state;
    check_redraw("$ lx\b \bs", "[a] $ ls");
    check_redraw("$ abc\b\b", "[a] $ abc\b\b");
    check_redraw("$ abc\x1b[2D", "[a] $ abc\b\b");
    check_redraw("$ abc\x1b[2D\x1b[C\x1b[K", "[a] $ ab");
    check_redraw("$ abc\b\b\x1b[J", "[a] $ a");
    check_redraw("$ abc\b\b\x1b[P", "[a] $ ac\b");
    check_redraw("$ \xc3\xa9\xe2\x82\xac\b\b", "[a] $ \xc3\xa9\xe2\x82\xac\b\b");
    check_redraw("$ \xc3\xa9x\b\b\xe2\x82\xac", "[a] $ \xe2\x82\xacx\b");
    check_redraw("\x1b[1;32m$\x1b[0m l\x1b[6n\x1b]0;title\as", "[a] $ ls");
    check_redraw("abc\r$ ", "[a] $ c\b");
    check_redraw("$ a\vb\t\ac", "[a] $ a\\x0bb\tc");
    check_redraw("\b\x1b[9D\x1b[9C\x1b[Px", "[a] x");
    check_redraw("\x1b[9999999999999999999Cx", "[a] x");
    check_redraw("$ ls\x1b[5;5H", ""); /* The cursor may be anywhere. */
    check_redraw("$ ls\x1b[2Jx", "[a] x");
}

static void long_line_keeps_its_end(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    type(&b, "t");
    for (unsigned i = 0; i < 400; i++) {
        char text[2] = {(char)('a' + i % 26), '\0'};
        say(&b, 0, text);
        run(&b, 0);
    }
    say(&b, 1, "tick\n");
    run(&b, 100);
    b.out[b.out_count] = '\0';
    const char *line = strstr(b.out, "[linux] tick\r\n[a] ");
    assert_non_null(line);
    line += strlen("[linux] tick\r\n");
    size_t length = strlen(line + 4);
    assert_in_range(length, VCONSOLE_MUX_KEPT / 2, VCONSOLE_MUX_KEPT);
    assert_int_equal(line[4 + length - 1], 'a' + 399 % 26);
}

static void line_without_typing_is_not(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    say(&b, 0, "/ # ");
    run(&b, 0);
    say(&b, 1, "tick\n");
    run(&b, 0);
    run(&b, 100);
    expect(&b, "[a] / # \r\n[linux] tick\r\n");
    type(&b, "l"); /* Now it is. */
    run(&b, 200);
    expect(&b, "[a] / # ");
    say(&b, 0, "l");
    run(&b, 200);
    expect(&b, "l");
    say(&b, 1, "tick\n");
    run(&b, 300);
    run(&b, 400);
    expect(&b, "\r\n[linux] tick\r\n[a] / # l");
    say(&b, 0, "\n");
    run(&b, 400);
    say(&b, 1, "tick\n");
    run(&b, 500);
    expect(&b, "\r\n[linux] tick\r\n");
    type(&b, "\x1d"); /* Nor after a change of focus. */
    run(&b, 500);
    expect(&b, "hyp: console=linux\r\n");
}

static void next_byte_comes_behind_the_text(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    type(&b, "t");
    say(&b, 0, "$ ls");
    run(&b, 0);
    say(&b, 1, "one\ntwo\nthree\n");
    run(&b, 0);
    while (memchr(b.out, '\n', b.out_count) == NULL) {
        step(&b, 100);
    }
    say(&b, 0, " -l\n");
    run(&b, 100);
    b.out[b.out_count] = '\0';
    assert_non_null(strstr(b.out, "\r\n[a] $ ls -l\r\n"));
}

static void complete_line_breaks_it_again(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    vconsole_mux_set_paced(&b.mux, 6);
    type(&b, "t");
    say(&b, 0, "$ a line that is longer than what a step shows");
    run(&b, 0);
    say(&b, 1, "x\n");
    uint64_t now = 0;
    uint64_t shown_at = 0;
    for (; now < 400; now++) {
        unsigned before = b.out_count;
        step(&b, now);
        if (b.out_count != before) { /* No byte of the hart's own VM is new. */
            assert_in_range(b.out_count - before, 1, 16);
            assert_true(shown_at == 0 || now >= shown_at + PERIOD);
            shown_at = now;
        }
        if (now % 30 == 29) {
            say(&b, 1, "x\n");
        }
        if (now % 30 == 10) {
            assert_true(byte_ring_used(&b.vm[1].vc.tx) == 0 || now < 30);
        }
    }
    while (step(&b, now).state != VCONSOLE_MUX_SLEEP) {
        now++;
    }
    b.out[b.out_count] = '\0';
    assert_non_null(
        strstr(b.out, "[linux] x\r\n[a] $ a line that is longer than what a step shows"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_pass_as_they_are),
        cmocka_unit_test(half_a_character_goes_on),
        cmocka_unit_test(others_wait_and_none_is_stopped),
        cmocka_unit_test(half_a_line_that_is_dropped_counts),
        cmocka_unit_test(switch_key_ends_it),
        cmocka_unit_test(stop_of_its_vm_ends_it),
        cmocka_unit_test(lost_input_is_told_later),
        cmocka_unit_test(others_are_paced_while_they_are_held),
        cmocka_unit_test(typed_line_is_shown_again),
        cmocka_unit_test(edited_line_is_shown_as_it_looks),
        cmocka_unit_test(long_line_keeps_its_end),
        cmocka_unit_test(line_without_typing_is_not),
        cmocka_unit_test(next_byte_comes_behind_the_text),
        cmocka_unit_test(complete_line_breaks_it_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
