/* SPDX-License-Identifier: Apache-2.0 */
/* The walk over trees of libfdt, and over malformed ones. */
#include <hyp/arch/dtree.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

static _Alignas(8) uint8_t tree[1024];

static void make(void)
{
    memset(tree, 0, sizeof(tree));
    fdt_create(tree, sizeof(tree));
    fdt_add_reservemap_entry(tree, 0x80000000, 0x1000);
    fdt_add_reservemap_entry(tree, 0x123456789a, 0x2000);
    fdt_finish_reservemap(tree);
    fdt_begin_node(tree, "");
    fdt_property_u32(tree, "one", 1);
    fdt_property_u64(tree, "wide", 0x123456789abcdef0);
    fdt_begin_node(tree, "child@1");
    fdt_property(tree, "list", "a\0bc\0d", 7);
    fdt_begin_node(tree, "deep");
    fdt_end_node(tree);
    fdt_end_node(tree);
    fdt_begin_node(tree, "b");
    fdt_property(tree, "none", "", 0);
    fdt_end_node(tree);
    fdt_end_node(tree);
    assert_int_equal(fdt_finish(tree), 0);
}

static void expect(struct dtree_walk *w, enum dtree_token token, uint32_t depth, const char *name)
{
    assert_int_equal(dtree_next(w), token);
    assert_int_equal(w->depth, depth);
    if (name != NULL) {
        assert_string_equal(w->name, name);
    }
}

static struct dtree_walk start(struct dtree *t)
{
    make();
    assert_int_equal(dtree_open(t, tree, sizeof(tree)), HYP_OK);
    return dtree_walk(t);
}

static void test_walk(void **state)
{
    (void)state;
    struct dtree t;
    struct dtree_walk w = start(&t);
    expect(&w, DTREE_NODE, 1, "");
    expect(&w, DTREE_PROPERTY, 1, "one");
    assert_int_equal(w.length, 4);
    assert_int_equal(dtree_cell(w.value), 1);
    expect(&w, DTREE_PROPERTY, 1, "wide");
    assert_int_equal(dtree_cells(w.value, 2), 0x123456789abcdef0);
    assert_int_equal(dtree_cells(w.value, 1), 0x12345678);
    expect(&w, DTREE_NODE, 2, "child@1");
    expect(&w, DTREE_PROPERTY, 2, "list");
    assert_int_equal(w.length, 7);
    expect(&w, DTREE_NODE, 3, "deep");
    expect(&w, DTREE_NODE_END, 3, NULL);
    expect(&w, DTREE_NODE_END, 2, NULL);
    expect(&w, DTREE_NODE, 2, "b");
    expect(&w, DTREE_PROPERTY, 2, "none");
    assert_int_equal(w.length, 0);
    expect(&w, DTREE_NODE_END, 2, NULL);
    expect(&w, DTREE_NODE_END, 1, NULL);
    expect(&w, DTREE_END, 0, NULL);
    expect(&w, DTREE_BAD, 0, NULL);
}

static void test_nops_are_not_seen(void **state)
{
    (void)state;
    struct dtree t;
    struct dtree_walk w = start(&t);
    assert_int_equal(fdt_nop_node(tree, fdt_path_offset(tree, "/child@1")), 0);
    assert_int_equal(fdt_nop_property(tree, 0, "one"), 0);
    expect(&w, DTREE_NODE, 1, "");
    expect(&w, DTREE_PROPERTY, 1, "wide");
    expect(&w, DTREE_NODE, 2, "b");
}

static void test_reservations(void **state)
{
    (void)state;
    struct dtree t;
    uint64_t at = 0;
    uint64_t size = 0;
    (void)start(&t);
    assert_int_equal(dtree_reserved(&t, 0, &at, &size), HYP_OK);
    assert_int_equal(at, 0x80000000);
    assert_int_equal(dtree_reserved(&t, 1, &at, &size), HYP_OK);
    assert_int_equal(at, 0x123456789a);
    assert_int_equal(size, 0x2000);
    assert_int_equal(dtree_reserved(&t, 2, &at, &size), HYP_E_ABSENT);
    assert_int_equal(dtree_reserved(&t, UINT32_MAX, &at, &size), HYP_E_FORMAT);
}

static void test_empty_reservation_ends_the_list(void **state)
{
    (void)state;
    struct dtree t;
    uint64_t at = 0;
    uint64_t size = 0;
    (void)start(&t);
    memset(tree + t.reserved_at + 8, 0, 8);
    assert_int_equal(dtree_reserved(&t, 0, &at, &size), HYP_E_ABSENT);
}

static void test_values(void **state)
{
    (void)state;
    const uint8_t list[] = "a\0bc\0d";
    assert_true(dtree_name_is("reg", "reg"));
    assert_false(dtree_name_is("re", "reg"));
    assert_false(dtree_name_is("reg", "re"));
    assert_true(dtree_value_is(list, 2, "a"));
    assert_false(dtree_value_is(list, 3, "a"));
    assert_false(dtree_value_is(list, 1, "a"));
    assert_false(dtree_value_is(list, 0, ""));
    assert_true(dtree_value_has(list, 7, "a"));
    assert_true(dtree_value_has(list, 7, "bc"));
    assert_true(dtree_value_has(list, 7, "d"));
    assert_false(dtree_value_has(list, 6, "d")); /* A string ends with a NUL. */
    assert_false(dtree_value_has(list, 7, "b"));
    assert_false(dtree_value_has(list, 7, "c"));
    assert_false(dtree_value_has(NULL, 0, ""));
}

static void put(uint32_t at, uint32_t value)
{
    const fdt32_t cell = cpu_to_fdt32(value);
    memcpy(tree + at, &cell, 4);
}

static void test_headers(void **state)
{
    (void)state;
    static const struct {
        uint32_t at;
        uint32_t value;
    } wrong[] = {
        {0, 0xd00dfeee}, {4, sizeof(tree) + 1}, {4, 0x90000000},
        {8, 2},          {8, 0xfffffff0},       {12, 0xfffffff0},
        {16, 44},        {16, 0xfffffff0},      {20, 16},
        {24, 18},        {32, 0xfffffff0},      {36, 0xfffffff0},
    };
    struct dtree t;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        make();
        put(wrong[i].at, wrong[i].value);
        assert_int_equal(dtree_open(&t, tree, sizeof(tree)), HYP_E_FORMAT);
    }
    make();
    assert_int_equal(dtree_open(&t, tree, 39), HYP_E_FORMAT);
    assert_int_equal(dtree_open(&t, tree, fdt_totalsize(tree) - 1), HYP_E_FORMAT);
    assert_int_equal(dtree_open(&t, tree, fdt_totalsize(tree)), HYP_OK);
    assert_int_equal(dtree_open(&t, tree + 4, sizeof(tree) - 4), HYP_E_FORMAT);
    tree[t.names_at + t.names_size - 1] = 'x';
    assert_int_equal(dtree_open(&t, tree, sizeof(tree)), HYP_E_FORMAT);
}

static bool is_whole(const struct dtree *t)
{
    struct dtree_walk w = dtree_walk(t);
    enum dtree_token token;
    do {
        token = dtree_next(&w);
        if (token == DTREE_PROPERTY) {
            assert_in_range(w.value - t->bytes, t->nodes_at, t->nodes_end);
            assert_in_range(w.length, 0, t->nodes_end - (w.value - t->bytes));
        }
    } while (token < DTREE_END);
    return token == DTREE_END;
}

/* Each token in turn is replaced by another. The sanitizers find accesses outside the tree. */
static void test_tokens(void **state)
{
    (void)state;
    struct dtree t;
    (void)start(&t);
    assert_true(is_whole(&t));
    for (uint32_t at = t.nodes_at; at < t.nodes_end; at += 4) {
        for (uint32_t token = 0; token < 11; token++) {
            (void)start(&t);
            put(at, token);
            (void)is_whole(&t); /* The walk ends. */
        }
    }
    (void)start(&t);
    put(t.nodes_end - 4, FDT_NOP); /* No end. */
    assert_false(is_whole(&t));
    (void)start(&t);
    put(t.nodes_end - 8, FDT_END); /* The root stays open. */
    assert_false(is_whole(&t));
    (void)start(&t);
    put(t.nodes_at, FDT_END); /* No root. */
    assert_false(is_whole(&t));
    (void)start(&t);
    put(t.nodes_at, FDT_END_NODE);
    assert_false(is_whole(&t));
    (void)start(&t);
    put(t.nodes_at + 12, 0x7fffffff); /* "one" is too long. */
    assert_false(is_whole(&t));
    (void)start(&t);
    put(t.nodes_at + 16, t.names_size); /* It has no name. */
    assert_false(is_whole(&t));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_walk),         cmocka_unit_test(test_nops_are_not_seen),
        cmocka_unit_test(test_reservations), cmocka_unit_test(test_empty_reservation_ends_the_list),
        cmocka_unit_test(test_values),       cmocka_unit_test(test_headers),
        cmocka_unit_test(test_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
