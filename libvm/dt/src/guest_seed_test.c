/* SPDX-License-Identifier: Apache-2.0 */
/* Seeds against the vectors of RFC 8439, and against each other. */
#include <hyp/vm/guest_seed.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define DRAWS 64

/* "Appendix A.1", the first vector: key, nonce and block counter 0. */
static void test_key_stream(void **state)
{
    (void)state;
    static const uint8_t block[] = {
        0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90, 0x40, 0x5d, 0x6a, 0xe5, 0x53,
        0x86, 0xbd, 0x28, 0xbd, 0xd2, 0x19, 0xb8, 0xa0, 0x8d, 0xed, 0x1a, 0xa8, 0x36,
        0xef, 0xcc, 0x8b, 0x77, 0x0d, 0xc7, 0xda, 0x41, 0x59, 0x7c, 0x51, 0x57, 0x48,
        0x8d, 0x77, 0x24, 0xe0, 0x3f, 0xb8, 0xd8, 0x4a, 0x37, 0x6a, 0x43, 0xb8, 0xf4,
        0x15, 0x18, 0xa1, 0x1c, 0xc3, 0x87, 0xb6, 0x69, 0xb2, 0xee, 0x65, 0x86,
    };
    struct seed_source s = {.size = 5};
    struct guest_seed seed;
    guest_seed_draw(&s, 0, 0, &seed);
    assert_memory_equal(s.key, block, 24);
    assert_memory_equal(s.key + 24, "\0\0\0\0\0\0\0", 8);
    assert_memory_equal(seed.rng, block + 24, 32);
    assert_memory_equal(seed.kaslr, block + 56, 8);
    assert_int_equal(seed.rng_size, 5);
    assert_int_equal(s.draws, 1);
}

/* The same, the fifth vector: the nonce ends with 2, which is in the time. */
static void test_time_is_in_the_nonce(void **state)
{
    (void)state;
    static const uint8_t next_key[] = {0xc2, 0xc6, 0x4d, 0x37, 0x8c, 0xd5, 0x36, 0x37};
    struct seed_source s = {.size = 32};
    struct guest_seed seed;
    guest_seed_draw(&s, 0, UINT64_C(2) << 56, &seed);
    assert_memory_equal(s.key, next_key, sizeof(next_key));
}

static struct seed_source source_of(const char *text)
{
    struct seed_source s = {.size = 0};
    guest_seed_add(&s, (const uint8_t *)text, strlen(text));
    return s;
}

/* True if any 8 bytes of `a` are in `b`. */
static bool share_a_word(const void *a, size_t a_size, const void *b, size_t b_size)
{
    for (size_t i = 0; i + 8 <= a_size; i++) {
        for (size_t n = 0; n + 8 <= b_size; n++) {
            if (memcmp((const char *)a + i, (const char *)b + n, 8) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* No two starts of VMs get the same bytes, nor any bytes of the machine's seed or of a key. */
static void test_all_differ(void **state)
{
    (void)state;
    static const char machine[] = "the machine's seed of 32 bytes!!";
    static struct guest_seed seeds[DRAWS];
    static uint8_t keys[DRAWS + 1][GUEST_SEED_KEY_SIZE];
    struct seed_source s = source_of(machine);
    memcpy(keys[0], s.key, sizeof(keys[0]));
    for (uint32_t i = 0; i < DRAWS; i++) {
        guest_seed_draw(&s, i % 2, 1000, &seeds[i]);
        memcpy(keys[i + 1], s.key, sizeof(s.key));
        assert_int_equal(seeds[i].rng_size, 32);
    }
    for (uint32_t i = 0; i < DRAWS; i++) {
        assert_false(share_a_word(&seeds[i], 40, machine, sizeof(machine)));
        assert_false(share_a_word(&seeds[i], 40, keys, sizeof(keys)));
        assert_false(share_a_word(seeds[i].rng, 32, seeds[i].kaslr, 8));
        assert_false(share_a_word(keys[i], 32, keys[i + 1], GUEST_SEED_NEXT_SIZE));
        for (uint32_t n = 0; n < i; n++) {
            assert_false(share_a_word(&seeds[i], 40, &seeds[n], 40));
        }
    }
}

/* Another machine's seed, VM, number of the start or time gives another seed. */
static void test_all_of_it_counts(void **state)
{
    (void)state;
    const struct {
        const char *machine;
        uint32_t vm;
        uint32_t draws;
        uint64_t time;
    } start[] = {
        {"seed", 0, 0, 7}, {"seee", 0, 0, 7},          {"seed", 1, 0, 7},
        {"seed", 0, 1, 7}, {"seed", 0, 0, 8},          {"seed", 0, 0, UINT64_C(7) << 32},
        {"", 0, 0, 7},     {"seed seed", 0, 0, 7},     {"seed", 31, 0, 7},
        {"d", 0, 0, 7},    {"seed", 0, UINT32_MAX, 7},
    };
    struct guest_seed seeds[sizeof(start) / sizeof(start[0])];
    for (size_t i = 0; i < sizeof(start) / sizeof(start[0]); i++) {
        struct seed_source s = source_of(start[i].machine);
        s.draws = start[i].draws;
        guest_seed_draw(&s, start[i].vm, start[i].time, &seeds[i]);
        for (size_t n = 0; n < i; n++) {
            assert_false(share_a_word(&seeds[i], 40, &seeds[n], 40));
        }
    }
}

/* A seed may have any length; the guest may count on as many bytes, at most. */
static void test_lengths(void **state)
{
    (void)state;
    static uint8_t bytes[200];
    uint8_t zero[GUEST_SEED_KEY_SIZE] = {0};
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(i * 7 + 1);
    }
    for (size_t size = 0; size <= sizeof(bytes); size++) {
        struct seed_source s = {.size = 0};
        guest_seed_add(&s, bytes, size);
        assert_int_equal(s.size, size);
        assert_int_equal(memcmp(s.key, zero, sizeof(zero)) == 0, size == 0);
        struct guest_seed seed;
        guest_seed_draw(&s, 0, 0, &seed);
        assert_int_equal(seed.rng_size, size < 32 ? size : 32);
    }
    for (size_t i = 0; i < sizeof(bytes); i++) { /* Each byte of a long one counts. */
        struct seed_source s = {.size = 0};
        struct seed_source other = {.size = 0};
        guest_seed_add(&s, bytes, sizeof(bytes));
        bytes[i] ^= 1;
        guest_seed_add(&other, bytes, sizeof(bytes));
        bytes[i] ^= 1;
        assert_memory_not_equal(s.key, other.key, sizeof(s.key));
    }
}

/* A kernel has used and cleared a seed of zeroes. */
static void test_zeroes_are_none(void **state)
{
    (void)state;
    static const uint8_t zero[64];
    struct seed_source s = {.size = 0};
    for (size_t size = 0; size <= sizeof(zero); size++) {
        guest_seed_add(&s, zero, size);
        assert_int_equal(s.size, 0);
    }
    guest_seed_add(&s, NULL, 0);
    assert_int_equal(s.size, 0);
    /* The seed beside it alone counts. */
    guest_seed_add(&s, (const uint8_t *)"abcdefgh", 8);
    guest_seed_add(&s, zero, 32);
    assert_int_equal(s.size, 8);
    assert_memory_equal(s.key, "abcdefgh", 8);
}

/* Equal seeds, equal halves and equal bytes do not cancel each other out. */
static void test_repetitions(void **state)
{
    (void)state;
    static const char text[] = "0123456789abcdef0123456789abcdef";
    uint8_t zero[GUEST_SEED_KEY_SIZE] = {0};
    struct seed_source s = source_of(text);
    for (unsigned i = 0; i < 20; i++) {
        guest_seed_add(&s, (const uint8_t *)text, 32);
        for (size_t at = 0; at + 8 <= sizeof(zero); at += 8) {
            assert_memory_not_equal(s.key + at, zero, 8);
        }
    }
    assert_int_equal(s.size, 21 * 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key_stream),  cmocka_unit_test(test_time_is_in_the_nonce),
        cmocka_unit_test(test_all_differ),  cmocka_unit_test(test_all_of_it_counts),
        cmocka_unit_test(test_lengths),     cmocka_unit_test(test_zeroes_are_none),
        cmocka_unit_test(test_repetitions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
