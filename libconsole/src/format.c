/* SPDX-License-Identifier: Apache-2.0 */
/* Formatted text; see the header. */
#include <hyp/console/format.h>

#include <stdbool.h>
#include <stdint.h>

struct spec {
    bool zero;
    bool is_long;
    unsigned width;
};

/* Characters go to a buffer of `room` bytes; the rest is dropped. */
struct out {
    char *data;
    size_t room;
    size_t count; /* Bytes of the buffer in use. */
};

static inline void out_char(struct out *out, char c)
{
    if (out->count < out->room) {
        out->data[out->count++] = c;
    }
}

static void out_pad(struct out *out, char c, unsigned width, unsigned used)
{
    for (; used < width; used++) {
        out_char(out, c);
    }
}

static void out_text(struct out *out, const char *text, unsigned width)
{
    unsigned length = 0;
    while (text[length] != '\0') {
        length++;
    }
    out_pad(out, ' ', width, length);
    while (*text != '\0') {
        out_char(out, *text++);
    }
}

/* `sign` comes before the digits: "-", "0x" or "". */
static void out_number(struct out *out, const struct spec *spec, uint64_t value, unsigned base,
                       const char *sign)
{
    char digits[20];
    unsigned count = 0;
    do {
        unsigned digit = (unsigned)(value % base);
        digits[count++] = (char)(digit < 10 ? '0' + digit : 'a' + (digit - 10));
        value /= base;
    } while (value != 0);

    unsigned used = count + (*sign != '\0' ? 1 : 0);
    if (!spec->zero) {
        out_pad(out, ' ', spec->width, used);
    }
    while (*sign != '\0') {
        out_char(out, *sign++);
    }
    if (spec->zero) {
        out_pad(out, '0', spec->width, used);
    }
    while (count > 0) {
        out_char(out, digits[--count]);
    }
}

/* Reads flags, width and length behind the %; returns the conversion's place. */
static const char *spec_parse(struct spec *spec, const char *p)
{
    *spec = (struct spec){0};
    while (*p == '0') {
        spec->zero = true;
        p++;
    }
    /* A width beyond any line's is cut, so that the number cannot overflow. */
    for (; *p >= '0' && *p <= '9'; p++) {
        if (spec->width < 1000) {
            spec->width = spec->width * 10 + (unsigned)(*p - '0');
        }
    }
    while (*p == 'l' || *p == 'z') {
        spec->is_long = true;
        p++;
    }
    return p;
}

/* A va_list cannot be passed on and used further as a plain argument; in a struct it can. */
struct args {
    va_list list;
};

static void out_signed(struct out *out, const struct spec *spec, struct args *args)
{
    int64_t value = spec->is_long ? va_arg(args->list, long) : va_arg(args->list, int);
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    out_number(out, spec, magnitude, 10, value < 0 ? "-" : "");
}

static void out_unsigned(struct out *out, const struct spec *spec, struct args *args, unsigned base)
{
    uint64_t value =
        spec->is_long ? va_arg(args->list, unsigned long) : va_arg(args->list, unsigned int);
    out_number(out, spec, value, base, "");
}

/* Writes the conversion that begins with the % at `start`; returns the place behind it. */
static const char *out_conversion(struct out *out, const char *start, struct args *args)
{
    struct spec spec;
    const char *p = spec_parse(&spec, start + 1);
    switch (*p) {
    case 'd': out_signed(out, &spec, args); break;
    case 'u': out_unsigned(out, &spec, args, 10); break;
    case 'x': out_unsigned(out, &spec, args, 16); break;
    case 'p':
        out_number(out, &(struct spec){0}, (uintptr_t)va_arg(args->list, void *), 16, "0x");
        break;
    case 's': {
        const char *text = va_arg(args->list, const char *);
        out_text(out, text != NULL ? text : "(null)", spec.width);
        break;
    }
    case 'c':
        out_pad(out, ' ', spec.width, 1);
        out_char(out, (char)va_arg(args->list, int));
        break;
    case '%': out_char(out, '%'); break;
    default:
        /* An unknown conversion is copied as it is written. */
        out_char(out, '%');
        return start + 1;
    }
    return p + 1;
}

static void out_format(struct out *out, const char *fmt, va_list list)
{
    struct args args;
    va_copy(args.list, list);
    while (*fmt != '\0') {
        if (*fmt == '%') {
            fmt = out_conversion(out, fmt, &args);
        } else {
            out_char(out, *fmt++);
        }
    }
    va_end(args.list);
}

size_t format_vbuf(char *buf, size_t size, const char *fmt, va_list args)
{
    if (size == 0) {
        return 0;
    }
    struct out out = {.data = buf, .room = size - 1};
    out_format(&out, fmt, args);
    buf[out.count] = '\0';
    return out.count;
}

size_t format_buf(char *buf, size_t size, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    size_t length = format_vbuf(buf, size, fmt, args);
    va_end(args);
    return length;
}
