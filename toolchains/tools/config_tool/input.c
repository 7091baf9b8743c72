/* SPDX-License-Identifier: Apache-2.0 */
/* Options of the tool: numbers, and the files of an image. */
#include "tool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void tool_fail(const char *what, const char *which)
{
    fprintf(stderr, "config tool: %s: %s\n", which, what);
    exit(2);
}

void tool_files_init(struct config_input *in, struct tool_files *files)
{
    in->blobs = files->blobs;
    in->blob_formats = files->formats;
    in->loads = files->loads;
}

uint64_t tool_parse_number(const char *text, const char *option)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 0);
    if (end == text || errno != 0 || *end != '\0') {
        tool_fail("not a number", option);
    }
    return value;
}

char *tool_split(char *text)
{
    char *value = strchr(text, '=');
    if (value == NULL || value == text) {
        tool_fail("not NAME=VALUE", text);
    }
    *value++ = '\0';
    return value;
}

void tool_add_blob(struct config_input *in, struct tool_files *files, const char *name,
                   uint64_t size, const char *format)
{
    if (in->blob_count == TOOL_FILES_MAX) {
        tool_fail("one file too many", name);
    }
    files->formats[in->blob_count] = format;
    files->blobs[in->blob_count++] = (struct hyp_blob){.name = name, .size = size};
}

void tool_add_load(struct config_input *in, struct tool_files *files, const char *name)
{
    if (in->load_count == TOOL_FILES_MAX) {
        tool_fail("one file too many", name);
    }
    files->loads[in->load_count++] = name;
}

/* The format of a file that is no flat binary, by its first bytes, or NULL. */
static const char *format_of(FILE *file)
{
    unsigned char head[4] = {0};
    size_t n = fread(head, 1, sizeof(head), file);
    if (n == 4 && memcmp(head, "\177ELF", 4) == 0) {
        return "an ELF file, not a flat binary: objcopy -O binary makes one";
    }
    return n >= 2 && head[0] == 0x1f && head[1] == 0x8b
               ? "a gzip file, not a flat binary: gzip -d makes one"
               : NULL;
}

void tool_add_file(struct config_input *in, struct tool_files *files, const char *name,
                   const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        tool_fail(strerror(errno), path);
    }
    const char *format = format_of(file);
    long size = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    if (size < 0) {
        tool_fail(strerror(errno), path);
    }
    fclose(file);
    tool_add_blob(in, files, name, (uint64_t)size, format);
}
