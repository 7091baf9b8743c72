/* SPDX-License-Identifier: Apache-2.0 */
/* PASS and FAIL lines; the device tree by libfdt. */
#include "check.h"

#include <libfdt.h>
#include <string.h>

static uint32_t passed;
static uint32_t failed;

void check(bool right, const char *what)
{
    passed += right ? 1 : 0;
    failed += right ? 0 : 1;
    guest_put(right ? "PASS " : "FAIL ");
    guest_put(what);
    guest_put("\n");
}

void check_is(uint64_t got, uint64_t want, const char *what)
{
    if (got != want) {
        guest_put("got ");
        guest_put_hex(got);
        guest_put(", want ");
        guest_put_hex(want);
        guest_put("\n");
    }
    check(got == want, what);
}

_Noreturn void check_end(void)
{
    guest_put("end: ");
    guest_put_dec(passed);
    guest_put(" passed, ");
    guest_put_dec(failed);
    guest_put(" failed\n");
    guest_shutdown(failed != 0);
}

static int first_cpu(const void *fdt)
{
    int cpus = fdt_path_offset(fdt, "/cpus");
    int node;
    fdt_for_each_subnode(node, fdt, cpus)
    {
        const char *type = fdt_getprop(fdt, node, "device_type", 0);
        if (type != 0 && strcmp(type, "cpu") == 0) {
            return node;
        }
    }
    return -1;
}

/* "rv64imac_zicsr_sstc": letters up to the first underscore, then names. */
static bool isa_string_has(const char *s, const char *name)
{
    size_t length = strlen(name);
    s += strncmp(s, "rv64", 4) == 0 ? 4 : 0;
    for (; *s != 0 && *s != '_'; s++) {
        if (length == 1 && *s == *name) {
            return true;
        }
    }
    while (*s == '_') {
        const char *word = ++s;
        for (; *s != 0 && *s != '_'; s++) {
        }
        if ((size_t)(s - word) == length && memcmp(word, name, length) == 0) {
            return true;
        }
    }
    return false;
}

bool tree_has_isa(const void *fdt, const char *name)
{
    int cpu = first_cpu(fdt);
    int length;
    const char *text = fdt_getprop(fdt, cpu, "riscv,isa", 0);
    const char *list = fdt_getprop(fdt, cpu, "riscv,isa-extensions", &length);
    bool in_text = text != 0 && isa_string_has(text, name);
    bool in_list = list != 0 && fdt_stringlist_contains(list, length, name) != 0;
    if (text != 0 && list != 0 && in_text != in_list) {
        guest_put("FAIL riscv,isa and riscv,isa-extensions differ on ");
        guest_put(name);
        guest_put("\n");
        failed++;
    }
    return in_text || in_list;
}

uint32_t tree_cpu_u32(const void *fdt, const char *name)
{
    int length;
    const fdt32_t *p = fdt_getprop(fdt, first_cpu(fdt), name, &length);
    return p != 0 && length == 4 ? fdt32_to_cpu(*p) : 0;
}

uint32_t tree_hart_count(const void *fdt)
{
    int cpus = fdt_path_offset(fdt, "/cpus");
    uint32_t count = 0;
    int node;
    fdt_for_each_subnode(node, fdt, cpus)
    {
        const char *type = fdt_getprop(fdt, node, "device_type", 0);
        const char *status = fdt_getprop(fdt, node, "status", 0);
        if (type != 0 && strcmp(type, "cpu") == 0 && (status == 0 || strcmp(status, "okay") == 0)) {
            count++;
        }
    }
    return count;
}

const char *tree_bootargs(const void *fdt)
{
    const char *s = fdt_getprop(fdt, fdt_path_offset(fdt, "/chosen"), "bootargs", 0);
    return s != 0 ? s : "";
}
