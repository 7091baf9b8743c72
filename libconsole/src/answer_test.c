/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of terminals: whole, divided, without an end, and beside typed bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <hyp/console/answer.h>

/* The rest of `text` once sequences that begin in it are dropped. */
static void expect(const char *text, const char *left)
{
    struct answer answer = {0};
    char kept[128];
    size_t count = 0;
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (!answer_drops(&answer, (uint8_t)text[i], true)) {
            kept[count++] = text[i];
        }
    }
    kept[count] = '\0';
    assert_string_equal(kept, left);
    /* All of it is passed on if sequences are not to be dropped. */
    answer = (struct answer){0};
    for (size_t i = 0; text[i] != '\0'; i++) {
        assert_false(answer_drops(&answer, (uint8_t)text[i], false));
    }
}

static void answers_are_dropped(void **state)
{
    (void)state;
    expect("ls\r", "ls\r");
    expect("\x1b[24;80Rls", "ls");
    expect("\x1b[?62;1;6c\x1b[>0;276;0c\x1b[0nx", "x");
    expect("\x1b]lhyp: title\x1b\\x", "x");
    expect("\x1b]11;rgb:0000/0000/0000\ax", "x");
    expect("\x1bP1$r0m\x1b\\\x1bP!|00000000\x1b\\x", "x");
    expect("\x1b_Gi=1;OK\x1b\\\x1b^p\x1b\\\x1bXs\x1b\\x", "x");
    expect("\x1b/Z\x1b[M !!x", "x"); /* VT52, a mouse button */
    expect("\x1bOAx\x1bNBx\x1b(Bx", "xxx");
    expect("\x9b"
           "24;80Rx",
           "x");
    expect("\x90"
           "1$r\x1b\\x\x8f"
           "Ax",
           "xx");
    expect("\xc2\x9b"
           "24;80Rx",
           "x");
    expect("\xc2\xa9x", "x"); /* Not C1, but begins as it. */
    expect("\xc2x", "x");
}

static void letters_are_not(void **state)
{
    (void)state;
    expect("\xc5\x9b\xe2\x82\x9b\xf0\x9f\x9b\x9bx", "\xc5\x9b\xe2\x82\x9b\xf0\x9f\x9b\x9bx");
    expect("\x1b[1\rls", "\rls"); /* A control ends it. */
    expect("\x1b\rx", "\rx");
    expect("\x1b\x1b[Ax", "x");
    expect("\xc5\x1b[Ax", "\xc5x");
}

static void the_rest_is_cut(void **state)
{
    (void)state;
    struct answer answer = {0};
    answer_cut(&answer); /* No sequence has begun. */
    assert_false(answer_drops(&answer, 'x', false));
    assert_false(answer_drops(&answer, 0x1b, false));
    assert_false(answer_drops(&answer, '[', false));
    assert_false(answer_drops(&answer, '2', false));
    answer_cut(&answer);
    assert_true(answer_drops(&answer, '4', false));
    assert_true(answer_drops(&answer, 'R', false));
    assert_false(answer_drops(&answer, 'l', false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_dropped),
        cmocka_unit_test(letters_are_not),
        cmocka_unit_test(the_rest_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
