/* SPDX-License-Identifier: Apache-2.0 */
/* Every sequence of up to three bytes, and four where it matters, against the code points. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <hyp/console/utf8.h>

/* Encodes a code point by the definition; 0: it has no encoding. */
static unsigned encode(uint32_t code, uint8_t *byte)
{
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
        return 0;
    }
    if (code < 0x80) {
        byte[0] = (uint8_t)code;
        return 1;
    }
    unsigned size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (unsigned i = size - 1; i > 0; i--) {
        byte[i] = (uint8_t)(0x80 | (code & 0x3f));
        code >>= 6;
    }
    byte[0] = (uint8_t)((0xf00u >> size & 0xff) | code);
    return size;
}

static void every_character(void **state)
{
    (void)state;
    struct utf8 text = {0};
    for (uint32_t code = 0; code <= 0x10ffff; code++) {
        uint8_t byte[4];
        unsigned size = encode(code, byte);
        for (unsigned i = 0; i < size; i++) {
            assert_int_equal(utf8_feed(&text, byte[i]), i + 1 < size ? UTF8_MORE : UTF8_CHARACTER);
        }
        if (size != 0) {
            assert_int_equal(text.count, size);
            assert_memory_equal(text.byte, byte, size);
            bool control =
                code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029;
            assert_int_equal(utf8_is_control(&text), control);
        }
    }
}

/* Accepts only the shortest encoding of a code point. */
static void nothing_else(void **state)
{
    (void)state;
    static const uint8_t edge[] = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f,
                                   0xa0, 0xbf, 0xc0, 0xc1, 0xff};
    for (unsigned first = 0; first < 256; first++) {
        for (unsigned second = 0; second < 256; second++) {
            for (unsigned k = 0; k < sizeof(edge) * sizeof(edge); k++) {
                const uint8_t byte[4] = {(uint8_t)first, (uint8_t)second, edge[k % sizeof(edge)],
                                         edge[k / sizeof(edge)]};
                struct utf8 text = {0};
                enum utf8_result result = UTF8_MORE;
                for (unsigned i = 0; i < 4 && result == UTF8_MORE; i++) {
                    result = utf8_feed(&text, byte[i]);
                }
                assert_int_not_equal(result, UTF8_MORE);
                assert_memory_equal(text.byte, byte, text.count);
                if (result != UTF8_CHARACTER) {
                    continue;
                }
                uint32_t code = text.count == 1 ? first : first & (0x7fu >> text.count);
                uint8_t again[4];
                for (unsigned i = 1; i < text.count; i++) {
                    code = code << 6 | (byte[i] & 0x3fu);
                }
                assert_int_equal(encode(code, again), text.count);
                assert_memory_equal(again, byte, text.count);
            }
        }
    }
}

static void a_bad_sequence_is_returned_whole(void **state)
{
    (void)state;
    struct utf8 text = {0};
    assert_int_equal(utf8_feed(&text, 0xe2), UTF8_MORE);
    assert_int_equal(utf8_feed(&text, 0x80), UTF8_MORE);
    assert_int_equal(utf8_feed(&text, '\n'), UTF8_BAD_AGAIN);
    assert_int_equal(text.count, 2);
    assert_int_equal(utf8_feed(&text, '\n'), UTF8_CHARACTER);
    assert_int_equal(text.count, 1);
    assert_int_equal(utf8_feed(&text, 0xff), UTF8_BAD);
    assert_int_equal(text.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character),
        cmocka_unit_test(nothing_else),
        cmocka_unit_test(a_bad_sequence_is_returned_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
