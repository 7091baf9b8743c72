/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A flattened device tree, read once from front to back.
 *
 * A walk returns each node and each property once, in the order of the tree; a caller reads all
 * that it needs in one walk. Nothing outside the given bytes is read, whatever they are: a
 * malformed tree ends the walk with DTREE_BAD.
 *
 * Units   Offsets are bytes from the tree's first.
 * Owner   The caller's bytes, 8-byte aligned; names and values of a walk point into them.
 * Locks   None. Pure.
 *
 * Implements "Flattened Devicetree (DTB) Format" of the Devicetree Specification, version 17.
 */
#pragma once

#include <hyp/base/status.h>
#include <hyp/base/types.h>

struct dtree {
    const uint8_t *bytes;
    uint32_t size;
    uint32_t nodes_at; /* The structure block: [nodes_at, nodes_end). */
    uint32_t nodes_end;
    uint32_t names_at; /* The strings block; its last byte is a NUL. */
    uint32_t names_size;
    uint32_t reserved_at; /* The memory reservation block. */
};

/*
 * Checks the header of a tree that lies in the first of `size` bytes.
 * Returns HYP_OK, or HYP_E_FORMAT: not a tree, or a block of it is not inside it.
 */
HYP_MUST_USE enum hyp_status dtree_open(struct dtree *tree, const void *bytes, size_t size);

enum dtree_token {
    DTREE_NODE,     /* A node begins: name. Its depth is `depth`; the root has 1. */
    DTREE_PROPERTY, /* A property of the node at `depth`: name, value, length. */
    DTREE_NODE_END, /* The node at `depth` ends. */
    DTREE_END,      /* The tree ends, and is whole. */
    DTREE_BAD,      /* Malformed: the walk is over. */
};

struct dtree_walk {
    const struct dtree *tree;
    const char *name;     /* With a NUL. */
    const uint8_t *value; /* 4-byte aligned. */
    uint32_t length;
    uint32_t depth;
    uint32_t at;   /* Offset of the token that dtree_next() has returned, */
    uint32_t next; /* and of the next one. */
    bool closing;  /* The last token was DTREE_NODE_END. */
};

static inline struct dtree_walk dtree_walk(const struct dtree *tree)
{
    return (struct dtree_walk){.tree = tree, .next = tree->nodes_at};
}

/* Returns the next token that is not a FDT_NOP. */
enum dtree_token dtree_next(struct dtree_walk *walk);

struct dtree_value {
    const uint8_t *bytes; /* NULL: the node has no such property. */
    uint32_t length;
};

/* Returns the property `name` of the node whose token is at offset `at`, a dtree_walk.at. */
struct dtree_value dtree_property(const struct dtree *tree, uint32_t at, const char *name);

/*
 * Reads reservation number `index`: HYP_OK, HYP_E_ABSENT: there are fewer, or HYP_E_FORMAT: the
 * list does not end inside the tree. An entry of size 0 ends the list, whatever its address:
 * firmware that rewrites a tree (libfdt) reads it so and leaves anything behind it.
 */
HYP_MUST_USE enum hyp_status dtree_reserved(const struct dtree *tree, uint32_t index,
                                            uint64_t *start, uint64_t *size);

/* Reads a cell, which is big-endian. */
static inline uint32_t dtree_cell(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Reads a number of 1 or 2 cells. */
uint64_t dtree_cells(const uint8_t *p, uint32_t count);

/* True if both names are equal. */
bool dtree_name_is(const char *name, const char *what);

/* True if the value is the one string `text`, its NUL included. */
bool dtree_value_is(const uint8_t *value, uint32_t length, const char *text);

/* True if `text` is one of the value's NUL-separated strings. */
bool dtree_value_has(const uint8_t *value, uint32_t length, const char *text);
