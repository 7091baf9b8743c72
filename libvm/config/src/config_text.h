/* SPDX-License-Identifier: Apache-2.0 */
/* Words of a text. */
#pragma once

#include <hyp/base/types.h>

/* False if one of them is NULL. */
bool config_text_is_equal(const char *a, const char *b);

/* The text, or "?" for NULL: for messages. */
static inline const char *config_text_or_unknown(const char *text)
{
    return text != NULL ? text : "?";
}

/*
 * Moves *at to the next word of a list in which words are separated by spaces, and returns the
 * length of that word; 0 at the end. `length` is that of the word at *at now, or 0 at the begin of
 * the list. A list that is NULL has no word.
 */
size_t config_next_word(const char **at, size_t length);
