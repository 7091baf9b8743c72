/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random lines, VMs and keys: the value is the one that a reference finds, which first cuts the
 * line into words. The line ends where its memory ends, so a read behind it is an error.
 */
#include <hyp/vm/config_option.h>

#include <prop.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 256
#define LINE_MAX 256

struct words {
    size_t count;
    struct {
        size_t at;
        size_t length;
    } word[WORDS_MAX];
};

/* Cuts the line at blanks outside of quotes. */
static void cut(const char *line, struct words *words)
{
    unsigned quotes = 0;
    bool inside = false;
    words->count = 0;
    for (size_t i = 0; line[i] != 0; i++) {
        bool between = line[i] == ' ' && quotes % 2 == 0;
        if (!between && !inside) {
            words->word[words->count].at = i;
            words->word[words->count++].length = 0;
        }
        inside = !between;
        quotes += line[i] == '"' ? 1 : 0;
        words->word[words->count - (inside ? 1 : 0)].length += inside ? 1 : 0;
    }
}

static const char *reference(const char *line, const char *name, size_t *length)
{
    static struct words words;
    cut(line, &words);
    for (size_t i = 0; i < words.count; i++) {
        const char *word = line + words.word[i].at;
        size_t size = words.word[i].length;
        size_t n = strlen(name);
        if (size < n || strncmp(word, name, n) != 0) {
            continue;
        }
        word += n;
        size -= n;
        if (size > 1 && *word == '"' && word[size - 1] == '"') {
            word++;
            size -= 2;
        }
        *length = size;
        return word;
    }
    return NULL;
}

static const char *const pieces[] = {
    "a", "b", ".", "k", "=", "\"", " ", "a.k=", " a.k=", "b.k=", "a.kk=", "aa.k=", "\" ", "\t",
};

static char *draw_line(void)
{
    char text[LINE_MAX] = "";
    for (uint64_t n = prop_u64(24); n != 0; n--) {
        strcat(text, pieces[prop_u64(sizeof(pieces) / sizeof(pieces[0]))]);
    }
    char *line = malloc(strlen(text) + 1);
    return strcpy(line, text);
}

static void check_option(void)
{
    static const char *const vms[] = {"a", "b", "aa", "ab"};
    static const char *const keys[] = {"k", "kk", "a", "k.k"};
    const char *vm = vms[prop_u64(4)];
    const char *key = keys[prop_u64(4)];
    char name[16];
    size_t length = 0;
    size_t expected = 0;
    char *line = draw_line();
    snprintf(name, sizeof(name), "%s.%s=", vm, key);
    PROP_ASSERT(config_option_get(line, vm, key, &length) == reference(line, name, &expected));
    PROP_ASSERT(length == expected);
    free(line);
}

/*
 * A number is read back in either radix. With one character changed, it is refused, or read as
 * strtoull() reads it.
 */
static void check_size(void)
{
    char text[32];
    uint64_t number = prop_u64(0) >> prop_u64(64);
    bool hex = number > 999999999999999999 || prop_bool();
    snprintf(text, sizeof(text), hex ? "0x%llx" : "%llu", (unsigned long long)number);
    size_t length = strlen(text);
    char *value = malloc(length);
    uint64_t size = 0;
    memcpy(value, text, length);
    PROP_ASSERT(config_option_size(value, length, &size) && size == number);
    size_t at = prop_u64(length);
    value[at] = text[at] = (char)prop_u64(256);
    if (config_option_size(value, length, &size)) {
        bool decimal = text[0] != '0' || length < 2 || (text[1] | 0x20) != 'x';
        PROP_ASSERT(strspn(text, decimal ? "0123456789" : "xX0123456789abcdefABCDEF") == length);
        PROP_ASSERT(size == strtoull(text, NULL, decimal ? 10 : 16));
    }
    free(value);
}

void prop_run(void)
{
    check_option();
    check_size();
}
