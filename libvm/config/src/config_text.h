/* SPDX-License-Identifier: Apache-2.0 */
/* Words of a text. */
#pragma once

#include <hyp/base/types.h>

/* False if one of them is NULL. */
bool config_text_is_equal(const char *a, const char *b);

/*
 * The word after the `length` bytes at *at, which are a word or nothing: words are separated by
 * spaces, a list may be NULL. Moves *at to it and returns its length, 0 at the end.
 */
size_t config_next_word(const char **at, size_t length);
