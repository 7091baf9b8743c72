/* SPDX-License-Identifier: Apache-2.0 */
/* Words of a text. */
#include "config_text.h"

bool config_text_is_equal(const char *a, const char *b)
{
    if (a == NULL || b == NULL) {
        return false;
    }
    size_t i = 0;
    while (a[i] != '\0' && a[i] == b[i]) {
        i++;
    }
    return a[i] == b[i];
}

size_t config_next_word(const char **at, size_t length)
{
    const char *text = *at;
    size_t n = 0;
    if (text == NULL) {
        return 0;
    }
    text += length;
    while (*text == ' ') {
        text++;
    }
    while (text[n] != '\0' && text[n] != ' ') {
        n++;
    }
    *at = text;
    return n;
}
