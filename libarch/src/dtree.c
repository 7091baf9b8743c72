/* SPDX-License-Identifier: Apache-2.0 */
/* A walk over a flattened device tree, inside its bytes whatever they hold. */
#include <hyp/arch/dtree.h>

#include <hyp/base/bits.h>

#define FDT_MAGIC 0xd00dfeedu
#define FDT_VERSION 17
#define FDT_RESERVED_SIZE 16

#define FDT_BEGIN_NODE 1
#define FDT_END_NODE 2
#define FDT_PROP 3
#define FDT_NOP 4
#define FDT_END 9

/* Cells of the header, by the specification's names. */
enum {
    HEADER_MAGIC,
    HEADER_TOTALSIZE,
    HEADER_OFF_DT_STRUCT,
    HEADER_OFF_DT_STRINGS,
    HEADER_OFF_MEM_RSVMAP,
    HEADER_VERSION,
    HEADER_LAST_COMP_VERSION,
    HEADER_BOOT_CPUID_PHYS,
    HEADER_SIZE_DT_STRINGS,
    HEADER_SIZE_DT_STRUCT,
    HEADER_COUNT
};

#define FDT_HEADER_SIZE (HEADER_COUNT * 4)

static bool block_is_inside(const struct dtree *tree, uint32_t at, uint32_t size)
{
    return at >= FDT_HEADER_SIZE && at <= tree->size && size <= tree->size - at;
}

HYP_COLD enum hyp_status dtree_open(struct dtree *tree, const void *bytes, size_t size)
{
    const uint8_t *b = bytes;
    uint32_t header[HEADER_COUNT];
    if (!is_aligned((uintptr_t)b, 8) || size < FDT_HEADER_SIZE) {
        return HYP_E_FORMAT;
    }
    for (uint32_t i = 0; i < HEADER_COUNT; i++) {
        header[i] = dtree_cell(b + (size_t)i * 4);
    }
    if (header[HEADER_MAGIC] != FDT_MAGIC || header[HEADER_VERSION] < FDT_VERSION ||
        header[HEADER_LAST_COMP_VERSION] > FDT_VERSION) {
        return HYP_E_FORMAT;
    }
    *tree = (struct dtree){
        .bytes = b,
        .size = header[HEADER_TOTALSIZE],
        .nodes_at = header[HEADER_OFF_DT_STRUCT],
        .names_at = header[HEADER_OFF_DT_STRINGS],
        .names_size = header[HEADER_SIZE_DT_STRINGS],
        .reserved_at = header[HEADER_OFF_MEM_RSVMAP],
    };
    uint32_t nodes_size = header[HEADER_SIZE_DT_STRUCT];
    if (tree->size > size || tree->size > INT32_MAX ||
        !block_is_inside(tree, tree->nodes_at, nodes_size) ||
        !block_is_inside(tree, tree->names_at, tree->names_size) ||
        !block_is_inside(tree, tree->reserved_at, FDT_RESERVED_SIZE) ||
        !is_aligned(tree->nodes_at, 4) || !is_aligned(tree->reserved_at, 8) ||
        (tree->names_size != 0 && b[tree->names_at + tree->names_size - 1] != 0)) {
        return HYP_E_FORMAT;
    }
    tree->nodes_end = tree->nodes_at + nodes_size;
    return HYP_OK;
}

/* Returns the first multiple of 4 behind a name's NUL, or `end` if there is none before it. */
static uint32_t behind_name(const uint8_t *bytes, uint32_t at, uint32_t end)
{
    while (at < end && bytes[at] != 0) {
        at++;
    }
    return at < end ? (uint32_t)align_up(at + 1, 4) : end;
}

static enum dtree_token bad(struct dtree_walk *walk)
{
    walk->next = walk->tree->nodes_end;
    walk->closing = false;
    return DTREE_BAD;
}

static enum dtree_token begin_node(struct dtree_walk *walk)
{
    const struct dtree *tree = walk->tree;
    uint32_t next = behind_name(tree->bytes, walk->at + 4, tree->nodes_end);
    if (next >= tree->nodes_end || (walk->depth == 0 && walk->closing)) {
        return bad(walk); /* A name without an end, or a second root. */
    }
    walk->name = (const char *)tree->bytes + walk->at + 4;
    walk->next = next;
    walk->depth++;
    walk->closing = false;
    return DTREE_NODE;
}

static enum dtree_token property(struct dtree_walk *walk)
{
    const struct dtree *tree = walk->tree;
    if (tree->nodes_end - walk->at < 12 || walk->depth == 0 || walk->closing) {
        return bad(walk); /* Properties come before the nodes within. */
    }
    uint32_t length = dtree_cell(tree->bytes + walk->at + 4);
    uint32_t name = dtree_cell(tree->bytes + walk->at + 8);
    if (length > tree->nodes_end - walk->at - 12 || name >= tree->names_size) {
        return bad(walk);
    }
    walk->name = (const char *)tree->bytes + tree->names_at + name;
    walk->value = tree->bytes + walk->at + 12;
    walk->length = length;
    walk->next = (uint32_t)align_up(walk->at + 12 + length, 4);
    return DTREE_PROPERTY;
}

static enum dtree_token end_node(struct dtree_walk *walk)
{
    if (walk->depth == 0) {
        return bad(walk);
    }
    walk->next = walk->at + 4;
    walk->closing = true;
    return DTREE_NODE_END;
}

static enum dtree_token end_tree(struct dtree_walk *walk)
{
    bool is_whole = walk->depth == 0 && walk->closing;
    (void)bad(walk); /* No token follows. */
    return is_whole ? DTREE_END : DTREE_BAD;
}

/* Returns the token, whose numbers fit the last byte of its cell; 0: it is no token. */
static inline unsigned token_at(const uint8_t *p)
{
    return (p[0] | p[1] | p[2]) == 0 ? p[3] : 0;
}

enum dtree_token dtree_next(struct dtree_walk *walk)
{
    const struct dtree *tree = walk->tree;
    walk->depth -= walk->closing ? 1 : 0;
    for (;; walk->next = walk->at + 4) {
        walk->at = walk->next;
        if (walk->at >= tree->nodes_end || tree->nodes_end - walk->at < 4) {
            return bad(walk);
        }
        switch (token_at(tree->bytes + walk->at)) {
        case FDT_PROP: return property(walk);
        case FDT_BEGIN_NODE: return begin_node(walk);
        case FDT_END_NODE: return end_node(walk);
        case FDT_NOP: break;
        case FDT_END: return end_tree(walk);
        default: return bad(walk);
        }
    }
}

struct dtree_value dtree_property(const struct dtree *tree, uint32_t at, const char *name)
{
    struct dtree_walk walk = dtree_walk(tree);
    walk.next = at;
    (void)dtree_next(&walk);
    while (dtree_next(&walk) == DTREE_PROPERTY) {
        if (dtree_name_is(walk.name, name)) {
            return (struct dtree_value){.bytes = walk.value, .length = walk.length};
        }
    }
    return (struct dtree_value){0};
}

HYP_COLD enum hyp_status dtree_reserved(const struct dtree *tree, uint32_t index, uint64_t *start,
                                        uint64_t *size)
{
    uint64_t at = tree->reserved_at + (uint64_t)index * FDT_RESERVED_SIZE;
    if (at + FDT_RESERVED_SIZE > tree->size) {
        return HYP_E_FORMAT;
    }
    *start = dtree_cells(tree->bytes + at, 2);
    *size = dtree_cells(tree->bytes + at + 8, 2);
    return *size != 0 ? HYP_OK : HYP_E_ABSENT;
}

uint64_t dtree_cells(const uint8_t *p, uint32_t count)
{
    uint64_t v = dtree_cell(p);
    return count == 2 ? v << 32 | dtree_cell(p + 4) : v;
}

bool dtree_name_is(const char *name, const char *what)
{
    while (*name == *what && *name != 0) {
        name++;
        what++;
    }
    return *name == *what;
}

/* Returns the length of the string at the value's start, its NUL included; 0: it is not `text`. */
static uint32_t matches(const uint8_t *value, uint32_t length, const char *text)
{
    for (uint32_t i = 0; i < length && value[i] == (uint8_t)text[i]; i++) {
        if (text[i] == 0) {
            return i + 1;
        }
    }
    return 0;
}

bool dtree_value_is(const uint8_t *value, uint32_t length, const char *text)
{
    return length != 0 && matches(value, length, text) == length;
}

bool dtree_value_has(const uint8_t *value, uint32_t length, const char *text)
{
    for (uint32_t i = 0; i < length;) {
        if (matches(value + i, length - i, text) != 0) {
            return true;
        }
        while (i < length && value[i++] != 0) {
        }
    }
    return false;
}
