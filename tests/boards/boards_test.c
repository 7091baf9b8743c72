/* SPDX-License-Identifier: Apache-2.0 */
/*
 * boards_test GOLDEN FILES...: what is read of each board's device tree, a line each, is as
 * recorded.
 *
 * Standard output is the record. A board that Debian has changed since is told, and not judged.
 */
#include <hyp/arch/csr.h>
#include <hyp/vm/machine_aia.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX 512
#define TREE_MAX (2 << 20)

static _Alignas(8) uint8_t tree[TREE_MAX];
static struct machine m;
static struct machine_aia aia;

struct line {
    char text[LINE_MAX];
    size_t length;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *l, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(l->text + l->length, sizeof(l->text) - l->length, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof(l->text) - l->length) {
        fprintf(stderr, "a line is too long: %s\n", l->text);
        exit(1);
    }
    l->length += (size_t)n;
}

/* FNV-1a: which tree it was. */
static uint64_t digest(size_t size)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ tree[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

/* The reason of boot's refusal; NULL: VMs can run on this machine. */
static const char *refusal(enum hyp_status status)
{
    if (status == HYP_E_FORMAT || status == HYP_E_ABSENT) {
        return status == HYP_E_FORMAT ? "device-tree-malformed" : "no-hart-or-timebase";
    }
    csr_host_reset(); /* A hart that grants all. */
    if (status != HYP_OK || machine_probe(&m) != HYP_OK) {
        return "no-h-extension";
    }
    return m.mem_count == 0 ? "no-memory" : NULL;
}

static void add_ranges(struct line *l, const char *what, const struct hyp_mem *mem, uint32_t count)
{
    add(l, " %s=", what);
    for (uint32_t i = 0; i < count; i++) {
        add(l, "%s0x%lx+0x%lx", i == 0 ? "" : ",", mem[i].hpa, mem[i].size);
    }
    add(l, "%s", count == 0 ? "none" : "");
}

static uint32_t numbered(const uint32_t index[HYP_HART_MAX])
{
    uint32_t count = 0;
    for (uint32_t hart = 0; hart < m.hart_count; hart++) {
        count += index[hart] != MACHINE_NO_INDEX ? 1 : 0;
    }
    return count;
}

static void add_controller(struct line *l, bool has_harts)
{
    if (m.source_count != 0) {
        add_ranges(l, "plic", &m.plic, 1);
        add(l, " sources=%u", m.source_count - 1);
        if (has_harts) {
            add(l, " contexts=%u", numbered(m.irqc_index));
        }
    } else if (aia.source_count != 0) {
        add_ranges(l, "aplic", &aia.aplic, 1);
        add(l, " sources=%u harts=%u", aia.source_count - 1, numbered(aia.hart_index));
        add_ranges(l, "imsic", &aia.imsic, aia.msi ? 1 : 0);
        add(l, " ids=%u guest_bits=%u", aia.id_max, aia.guest_bits);
    } else {
        add(l, " controller=none");
    }
    add_ranges(l, "sswi", &aia.sswi, aia.sswi.size != 0 ? 1 : 0);
}

static void describe(struct line *l, size_t size)
{
    aia = (struct machine_aia){.source_count = 0};
    enum hyp_status status = machine_read(&m, tree, size);
    if (status != HYP_E_FORMAT && machine_read_aia(&m, &aia, tree, size) != HYP_OK) {
        status = HYP_E_FORMAT;
    }
    const char *why = refusal(status);
    bool has_harts = why == NULL || strcmp(why, "no-memory") == 0;
    add(l, " %s%s", why == NULL ? "understood" : "refused=", why == NULL ? "" : why);
    if (status == HYP_E_FORMAT) {
        return;
    }
    if (has_harts) {
        add(l, " harts=%u first=%lu last=%lu", m.hart_count, m.hart_id[0],
            m.hart_id[m.hart_count - 1]);
    }
    add(l, " timebase=%u", m.timebase_hz);
    add_ranges(l, "memory", m.mem, m.mem_count);
    add_ranges(l, "reserved", m.reserved, m.reserved_count);
    if (m.stdout_regs.size == 1) {
        add(l, " uart=0x%lx", m.stdout_regs.hpa);
    } else {
        add(l, " uart=%s", m.stdout_regs.size == 0 ? "none" : "unknown");
    }
    add_controller(l, has_harts);
    add(l, " devices=%u left_out=%u", m.device_count, m.devices_left_out);
}

/* "VENDOR/BOARD" of ".../VENDOR/BOARD.dtb". */
static void add_name(struct line *l, const char *path)
{
    const char *at = path + strlen(path);
    for (int slashes = 0; at != path; at--) {
        slashes += at[-1] == '/' ? 1 : 0;
        if (slashes == 2) {
            break;
        }
    }
    add(l, "%.*s", (int)(strlen(at) - strlen(".dtb")), at);
}

static size_t read_file(const char *path, void *to, size_t room)
{
    FILE *f = fopen(path, "rb");
    size_t size = f == NULL ? 0 : fread(to, 1, room, f);
    if (f == NULL || size == 0 || size == room) {
        fprintf(stderr, "%s: cannot be read, or is too large\n", path);
        exit(1);
    }
    fclose(f);
    return size;
}

static size_t word(const char *text, unsigned n)
{
    const char *at = text;
    for (; n != 0; n--) {
        at += strcspn(at, " ");
        at += *at == ' ' ? 1 : 0;
    }
    return (size_t)(at - text);
}

/* The record's line of the same board; its first word is the name, the second the digest. */
static bool is_as_recorded(const char *golden, const struct line *l)
{
    size_t name = word(l->text, 1);
    size_t facts = word(l->text, 2);
    for (const char *at = golden; *at != 0; at += strcspn(at, "\n") + 1) {
        size_t length = strcspn(at, "\n");
        if (strncmp(at, l->text, name) != 0) {
            continue;
        }
        if (length == l->length && strncmp(at, l->text, length) == 0) {
            return true;
        }
        bool changed = strncmp(at, l->text, facts) != 0;
        fprintf(stderr, "%s\n  recorded  %.*s\n  read      %s\n",
                changed ? "another tree than the recorded one, not judged" : "read otherwise",
                (int)length, at, l->text);
        return changed;
    }
    fprintf(stderr, "not recorded, not judged: %s\n", l->text);
    return true;
}

static bool judge(const char *golden, const char *path)
{
    struct line l = {.length = 0};
    size_t size = read_file(path, tree, sizeof(tree));
    add_name(&l, path);
    add(&l, " %016lx", digest(size));
    describe(&l, size);
    printf("%s\n", l.text);
    return is_as_recorded(golden, &l);
}

int main(int argc, char **argv)
{
    static char golden[1 << 16];
    if (argc < 3) {
        fprintf(stderr, "boards_test GOLDEN FILES...\n");
        return 1;
    }
    read_file(argv[1], golden, sizeof(golden) - 1);
    bool good = true;
    for (int i = 2; i < argc; i++) {
        if (strstr(argv[i], ".dtb") == NULL) {
            (void)read_file(argv[i], tree, sizeof(tree) - 1);
            fprintf(stderr, "%s\n", (const char *)tree);
            return 1;
        }
        good = judge(golden, argv[i]) && good;
    }
    return good ? 0 : 1;
}
