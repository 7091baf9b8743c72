/* SPDX-License-Identifier: Apache-2.0 */
/* Checks the configuration and the platform that are linked to it, and writes files for an image.
 */
#include "tool.h"

#include <hyp/console/format.h>
#include <hyp/vm/irqc_select.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: %s [--config FILE.c] [--check] [--file NAME=FILE]... [--load NAME]...\n"
    "       [--blob NAME=SIZE]... [--no-files] [--image-bound BYTES] [--dtbs OUT.c] [--manifest "
    "OUT.tsv] "
    "[--report OUT.txt]\n"
    "       [--dtb VM=OUT.dtb]... [--no-irqc-else] [--board OUT.txt] [--same-board FILE] "
    "[--rules]\n"
    "--config: the name of the configuration in messages. --file: an embedded file; --blob: one\n"
    "that is not there, only its size. --load: a file that is loaded before boot. --no-files: "
    "they\n"
    "are not known.\n"
    "--no-irqc-else: no VM gets one of its irqc_else.\n"
    "--board writes what all platforms of one image have in common; --same-board compares another\n"
    "platform with that. --rules prints each rule, the member of config.h that it is about, its "
    "meaning.\n"
    "Exits with 0, with 1 for a configuration that is not valid, with 2 for any other error.\n";

static struct tool_files files;
static const char *config_file; /* NULL: not known. */
static struct config_plan plan;

/* The configuration with one alternative of each VM's interrupt controllers (irqc_select.h). */
struct variant {
    struct hyp_config config;
    struct vm_config vms[HYP_VM_MAX];
    struct hyp_dtb dtbs[HYP_VM_MAX];
    struct tool_fixups fixups[HYP_VM_MAX];
    void *room[HYP_VM_MAX]; /* Holds the device tree. */
};

static struct variant variants[TOOL_IRQC_MAX]; /* [n]: each VM with alternative n. */
static struct variant selected; /* Each VM with what the platform's own machine gives. */
static bool no_irqc_else;
static char where[64]; /* "on platform NAME: ", if that is not the image's first platform. */

/* Begins a line about the configuration, as a compiler does. */
static void print_file(void)
{
    if (config_file != NULL) {
        fprintf(stderr, "%s: ", config_file);
    } else {
        fprintf(stderr, "configuration %s: ", hyp_config.name);
    }
}

/* Lists the names of which the configuration has used another one. */
static void print_note(const struct config_input *in, enum config_rule rule)
{
    if (rule == CONFIG_DEV_UNKNOWN) {
        print_file();
        fprintf(stderr, "note: platform %s has the devices", in->platform->name);
        for (uint32_t i = 0; i < in->platform->device_count; i++) {
            fprintf(stderr, " %s", in->platform->devices[i].name);
        }
        fprintf(stderr, "\n");
    } else if (rule == CONFIG_BLOB_ABSENT) {
        print_file();
        fprintf(stderr, "note: the image has the files");
        for (uint32_t i = 0; i < in->blob_count; i++) {
            fprintf(stderr, " %s (embed)", in->blobs[i].name);
        }
        for (uint32_t i = 0; i < in->load_count; i++) {
            fprintf(stderr, " %s (loads)", in->loads[i]);
        }
        fprintf(stderr, "\n");
    }
}

static void print_violation(void *arg, const struct config_violation *violation, const char *format,
                            va_list args)
{
    char text[512];
    const struct config_input *in = arg;
    (void)format_vbuf(text, sizeof(text), format, args);
    print_file();
    fprintf(stderr, "%s%s: %s\n", where, violation->id, text);
    print_note(in, violation->rule);
}

static void print_rules(void)
{
    for (uint32_t rule = 0; rule < CONFIG_RULE_COUNT; rule++) {
        const struct config_rule_row *row = config_rules_get((enum config_rule)rule);
        printf("%-18s%-25s %s\n", row->id, row->where, row->meaning);
    }
}

static FILE *open_output(const char *path)
{
    FILE *out = fopen(path, "wb");
    if (out == NULL) {
        tool_fail(strerror(errno), path);
    }
    return out;
}

static void close_output(FILE *out, const char *path)
{
    bool bad = ferror(out) != 0;
    if (fclose(out) != 0 || bad) {
        tool_fail("cannot be written", path);
    }
}

static void make_dtb(const struct config_input *in, struct variant *variant, uint32_t vm)
{
    void *room = variant->room[vm] != NULL ? variant->room[vm] : aligned_alloc(8, TOOL_DTB_ROOM);
    if (room == NULL) {
        tool_fail("no memory", "device tree");
    }
    variant->room[vm] = room;
    if (tool_make_dtb(in, vm, room) == 0) {
        tool_fail("the device tree cannot be made", variant->vms[vm].name);
    }
    if (!tool_find_fixups(&variant->vms[vm], room, &variant->fixups[vm], &variant->dtbs[vm])) {
        tool_fail("the device tree lacks what boot has to set", variant->vms[vm].name);
    }
}

/* Checks one variant: first without its device trees, then with them. */
static bool check(struct config_input *in, struct variant *variant)
{
    in->config = &variant->config;
    in->dtbs = NULL;
    config_check(in, &plan, print_violation, in);
    if (plan.violation_count != 0) {
        return false;
    }
    for (uint32_t vm = 0; vm < variant->config.vm_count; vm++) {
        if (variant->vms[vm].dtb_gpa != 0) {
            make_dtb(in, variant, vm);
        }
    }
    in->dtbs = variant->dtbs;
    config_check(in, &plan, print_violation, in);
    return plan.violation_count == 0;
}

/* Gives each VM its first alternative out of `models`; with models 0, its alternative n. */
static void select_irqcs(struct variant *variant, uint32_t models, uint32_t n)
{
    variant->config = hyp_config;
    variant->config.vms = variant->vms;
    for (uint32_t vm = 0; vm < hyp_config.vm_count && vm < HYP_VM_MAX; vm++) {
        const struct vm_config *from = &hyp_config.vms[vm];
        variant->vms[vm] = irqc_select_vm(from, models != 0 ? irqc_select(from, models) : n);
    }
}

/* Checks each alternative of each VM, for its tree; then what each kind of machine gives. */
static bool check_other_machines(struct config_input *in)
{
    uint32_t count = irqc_select_count(&hyp_config);
    in->other_machine = true;
    for (uint32_t n = 0; n < count && n < TOOL_IRQC_MAX; n++) {
        select_irqcs(&variants[n], 0, n);
        if (!check(in, &variants[n])) {
            return false;
        }
    }
    for (uint32_t model = HYP_IRQC_PLIC; model <= HYP_IRQC_IMSIC; model++) {
        select_irqcs(&selected, irqc_select_models((enum hyp_irqc_model)model), 0);
        if (!check(in, &selected)) {
            return false;
        }
    }
    return true;
}

static bool has_alternatives(void)
{
    return !no_irqc_else && irqc_select_count(&hyp_config) > 1;
}

/* Leaves the plan of the variant for the platform's own machine. */
static bool check_all(struct config_input *in)
{
    if (has_alternatives() && !check_other_machines(in)) {
        return false;
    }
    in->other_machine = false;
    select_irqcs(&selected, no_irqc_else ? 0 : irqc_select_models(in->platform->irqc.model), 0);
    return check(in, &selected);
}

/* ---- The platforms of one image differ in their interrupt controllers alone ------------------ */

static void print_text(FILE *out, const char *what, const char *text)
{
    fprintf(out, "%s %s\n", what, text != NULL ? text : "-");
}

static void print_numbers(FILE *out, const char *what, uint64_t a, uint64_t b, uint64_t c)
{
    fprintf(out, "%s 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64 "\n", what, a, b, c);
}

static void write_device(const struct hyp_device *d, FILE *out)
{
    print_text(out, "device", d->name);
    print_text(out, "compatible", d->compatible);
    print_numbers(out, "pages", d->hpa, d->size, d->reg_size);
    print_numbers(out, "irq", d->irq[0], d->irq[1], d->irq[2]);
    print_numbers(out, "irq", d->irq[3], d->irq_edge, (uint64_t)d->dma << 1 | d->iommu);
}

static void write_board(const struct hyp_platform *platform, FILE *out)
{
    for (uint32_t i = 0; i < platform->mem_count; i++) {
        print_numbers(out, "mem", platform->mem[i].hpa, platform->mem[i].size, 0);
    }
    print_numbers(out, "firmware", platform->firmware.hpa, platform->firmware.size,
                  platform->load_hpa);
    print_numbers(out, "harts", platform->hart_count, platform->timebase_hz, 0);
    print_text(out, "uart", platform->uart.device);
    print_numbers(out, "uart", platform->uart.reg_shift, platform->uart.access_width,
                  platform->uart.clock_hz);
    print_numbers(out, "finisher", platform->finisher_hpa, platform->finisher_word,
                  platform->irqc.priority_max);
    for (uint32_t i = 0; i < platform->device_count; i++) {
        write_device(&platform->devices[i], out);
    }
    for (uint32_t i = 0; i < platform->reserved_count; i++) {
        print_text(out, "reserved", platform->reserved[i].owner);
        print_numbers(out, "pages", platform->reserved[i].mem.hpa, platform->reserved[i].mem.size,
                      0);
    }
}

/* True if the file at `path` holds exactly these bytes. */
static bool file_is(const char *path, const char *text, size_t size)
{
    FILE *in = fopen(path, "rb");
    if (in == NULL) {
        tool_fail(strerror(errno), path);
    }
    bool same = true;
    for (size_t i = 0; same && i <= size; i++) {
        same = fgetc(in) == (i < size ? (unsigned char)text[i] : EOF);
    }
    fclose(in);
    return same;
}

/*
 * A device tree does not say a PLIC's highest priority: boot takes it from the image's own
 * platform, so no other platform may have a PLIC.
 */
static void compare_board(const struct hyp_platform *platform, const char *path)
{
    char *text;
    size_t size;
    FILE *own = open_memstream(&text, &size);
    if (own == NULL) {
        tool_fail("no memory", platform->name);
    }
    write_board(platform, own);
    fclose(own);
    if (platform->irqc.model == HYP_IRQC_PLIC) {
        tool_fail("has a PLIC: it can only be the image's own platform", platform->name);
    }
    if (!file_is(path, text, size)) {
        tool_fail("differs from the image's platform in more than its interrupt controller",
                  platform->name);
    }
    free(text);
}

/* VM=FILE: writes the device tree that the VM gets on the platform's machine, for people and dtc.
 */
static void write_dtb(char *text)
{
    char *path = strchr(text, '=');
    if (path == NULL) {
        tool_fail("not VM=FILE", text);
    }
    *path++ = '\0';
    for (uint32_t vm = 0; vm < selected.config.vm_count; vm++) {
        if (strcmp(selected.vms[vm].name, text) == 0 && selected.dtbs[vm].size != 0) {
            FILE *out = open_output(path);
            fwrite(selected.dtbs[vm].data, 1, selected.dtbs[vm].size, out);
            close_output(out, path);
            return;
        }
    }
    tool_fail("no VM with a device tree has this name", text);
}

/* Writes the trees in the order of irqc_select_dtb_index(). */
static void write_dtbs(const struct config_input *in, FILE *out)
{
    static struct hyp_dtb all[HYP_VM_MAX * TOOL_IRQC_MAX];
    uint32_t count = hyp_config.vm_count;
    for (uint32_t vm = 0; vm < hyp_config.vm_count; vm++) {
        uint32_t most = hyp_config.vms[vm].irqc_else_count;
        for (uint32_t n = 0; n <= most; n++) {
            const struct variant *variant = has_alternatives() ? &variants[n] : &selected;
            all[irqc_select_dtb_index(&hyp_config, vm, n)] = variant->dtbs[vm];
        }
        count += most;
    }
    tool_write_dtbs(all, count, out);
    tool_write_devices(in, out);
    tool_write_modules(&hyp_config, !no_irqc_else, out);
}

static void write_one(const struct config_input *in, const char *option, char *value)
{
    if (strcmp(option, "--dtb") == 0) {
        write_dtb(value);
        return;
    }
    if (strcmp(option, "--same-board") == 0) {
        compare_board(in->platform, value);
        return;
    }
    bool board = strcmp(option, "--board") == 0;
    bool dtb = strcmp(option, "--dtbs") == 0;
    bool manifest = strcmp(option, "--manifest") == 0;
    if (!board && !dtb && !manifest && strcmp(option, "--report") != 0) {
        return;
    }
    FILE *out = open_output(value);
    if (board) {
        write_board(in->platform, out);
    } else if (dtb) {
        write_dtbs(in, out);
    } else if (manifest) {
        tool_write_manifest(in, &plan, out);
    } else {
        tool_write_report(in, &plan, &hyp_config, out);
    }
    close_output(out, value);
}

/* Returns the index of the argument after the option at argv[i] and after its value, if it has one.
 */
static int next_option(int i, int argc, char **argv)
{
    static const char *const valued[] = {"--config",      "--file",  "--load",      "--blob",
                                         "--image-bound", "--dtbs",  "--manifest",  "--report",
                                         "--dtb",         "--board", "--same-board"};
    if (strcmp(argv[i], "--check") == 0 || strcmp(argv[i], "--no-irqc-else") == 0 ||
        strcmp(argv[i], "--rules") == 0 || strcmp(argv[i], "--no-files") == 0) {
        return i + 1;
    }
    for (size_t k = 0; k < sizeof(valued) / sizeof(valued[0]); k++) {
        if (strcmp(argv[i], valued[k]) == 0 && i + 1 < argc) {
            return i + 2;
        }
    }
    fprintf(stderr, usage, argv[0]);
    exit(2);
}

/* Reads an option of the input; others are for write_one(). */
static void read_option(struct config_input *in, const char *option, char *value)
{
    if (strcmp(option, "--blob") == 0) {
        char *size = tool_split(value);
        tool_add_blob(in, &files, value, tool_parse_number(size, value), NULL);
    } else if (strcmp(option, "--file") == 0) {
        char *path = tool_split(value);
        tool_add_file(in, &files, value, path);
    } else if (strcmp(option, "--load") == 0) {
        tool_add_load(in, &files, value);
    } else if (strcmp(option, "--config") == 0) {
        config_file = value;
    } else if (strcmp(option, "--image-bound") == 0) {
        in->image_bound = tool_parse_number(value, option);
    } else if (strcmp(option, "--no-irqc-else") == 0) {
        no_irqc_else = true;
    } else if (strcmp(option, "--no-files") == 0) {
        in->blobs = NULL;
        in->loads = NULL;
    } else if (strcmp(option, "--rules") == 0) {
        print_rules();
    } else if (strcmp(option, "--same-board") == 0) {
        snprintf(where, sizeof(where), "on platform %.40s: ", in->platform->name);
    }
}

/* Ends if the configuration is that of none_config.c, or the platform that of none_platform.c. */
static void require_definitions(void)
{
    if (hyp_config.vm_count == TOOL_NONE) {
        tool_fail("it does not define `const struct hyp_config hyp_config`",
                  config_file != NULL ? config_file : "configuration");
    }
    if (hyp_platform.mem_count == TOOL_NONE) {
        tool_fail("it does not define hyp_platform, as //platforms/qemu_virt does", "platform");
    }
}

int main(int argc, char **argv)
{
    static char empty[1];
    struct config_input in = {.platform = &hyp_platform};
    tool_files_init(&in, &files);
    for (int i = 1, next; i < argc; i = next) {
        next = next_option(i, argc, argv);
        read_option(&in, argv[i], next == i + 2 ? argv[i + 1] : empty);
    }
    require_definitions();
    if (!check_all(&in)) {
        return 1;
    }
    for (int i = 1, next; i < argc; i = next) {
        next = next_option(i, argc, argv);
        if (next == i + 2) {
            write_one(&in, argv[i], argv[i + 1]);
        }
    }
    return 0;
}
