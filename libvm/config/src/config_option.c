/* SPDX-License-Identifier: Apache-2.0 */
/* Reads options of VMs from the hypervisor's command line. */
#include <hyp/vm/config_option.h>

#include <string.h>

#define LENGTH_MAX 18 /* Characters of a 64-bit number in hexadecimal, with 0x. */

static size_t word_length(const char *s)
{
    bool quoted = false;
    size_t n = 0;
    for (; s[n] != 0 && (quoted || s[n] != ' '); n++) {
        quoted = quoted != (s[n] == '"');
    }
    return n;
}

static const char *without_quotes(const char *value, size_t *length)
{
    size_t n = *length;
    if (n < 2 || value[0] != '"' || value[n - 1] != '"') {
        return value;
    }
    *length = n - 2;
    return value + 1;
}

const char *config_option_get(const char *line, const char *vm, const char *key, size_t *length)
{
    size_t n = strlen(vm);
    size_t k = strlen(key);
    while (*line != 0) {
        size_t word = word_length(line);
        if (word > n + 1 + k && memcmp(line, vm, n) == 0 && line[n] == '.' &&
            memcmp(line + n + 1, key, k) == 0 && line[n + 1 + k] == '=') {
            *length = word - (n + k + 2);
            return without_quotes(line + n + k + 2, length);
        }
        line += word + (line[word] == ' ' ? 1 : 0);
    }
    return NULL;
}

/* The value of a digit; UINT32_MAX: it is no digit, not even a hexadecimal one. */
static uint32_t digit_of(char c)
{
    uint32_t decimal = (uint32_t)(uint8_t)c - '0';
    uint32_t letter = ((uint32_t)(uint8_t)c | 0x20) - 'a';
    return decimal < 10 ? decimal : letter < 6 ? letter + 10 : UINT32_MAX;
}

bool config_option_size(const char *value, size_t length, uint64_t *size)
{
    uint64_t number = 0;
    bool hex = length > 2 && value[0] == '0' && (value[1] | 0x20) == 'x';
    uint32_t radix = hex ? 16 : 10;
    if (length == 0 || length > LENGTH_MAX) {
        return false;
    }
    for (size_t i = hex ? 2 : 0; i < length; i++) {
        uint32_t digit = digit_of(value[i]);
        if (digit >= radix) {
            return false;
        }
        number = number * radix + digit; /* 18 decimal or 16 hex digits do not overflow. */
    }
    *size = number;
    return true;
}
