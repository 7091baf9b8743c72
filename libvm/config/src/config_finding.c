/* SPDX-License-Identifier: Apache-2.0 */
/* A finding as one line of text. */
#include <hyp/vm/config_finding.h>

struct line {
    char *text;
    size_t size;
    size_t used;
};

static void put_char(struct line *line, char c)
{
    if (line->used + 1 < line->size) {
        line->text[line->used++] = c;
    }
}

static void put_text(struct line *line, const char *text)
{
    for (size_t i = 0; text[i] != '\0'; i++) {
        put_char(line, text[i]);
    }
}

static void put_number(struct line *line, uint64_t value, uint64_t base)
{
    char digits[20];
    size_t n = 0;
    do {
        digits[n++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    put_text(line, base == 16 ? "0x" : "");
    while (n > 0) {
        put_char(line, digits[--n]);
    }
}

static void put_owner(struct line *line, const struct config_owner *owner)
{
    put_text(line, owner->kind != NULL ? owner->kind : "nobody");
    if (owner->name != NULL) {
        put_char(line, ' ');
        put_text(line, owner->name);
    }
}

static void put_field(struct line *line, const struct config_finding *f, char field)
{
    switch (field) {
    case 'a': put_owner(line, &f->a); break;
    case 'b': put_owner(line, &f->b); break;
    case 't': put_text(line, f->thing != NULL ? f->thing : "?"); break;
    case 'x': put_number(line, f->x, 16); break;
    case 'y': put_number(line, f->y, 16); break;
    case 'u': put_number(line, f->x, 10); break;
    case 'v': put_number(line, f->y, 10); break;
    }
}

size_t config_finding_line(const struct config_finding *finding, char *text, size_t size)
{
    struct line line = {.text = text, .size = size};
    for (const char *s = finding->text; *s != '\0'; s++) {
        if (*s == '%') {
            s++;
            put_field(&line, finding, *s);
        } else {
            put_char(&line, *s);
        }
    }
    text[line.used] = '\0';
    return line.used;
}
