/* SPDX-License-Identifier: Apache-2.0 */
/* Linked with one configuration and one platform: checks them, then writes what an image needs. */
#include "tool.h"

#include <hyp/vm/config_choice.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: %s [--check] [--blob NAME=SIZE[,embed|,preloaded]]...\n"
    "       [--image-bound BYTES] [--dtbs OUT.c] [--manifest OUT.tsv] [--report OUT.txt]\n"
    "       [--dtb VM=OUT.dtb]... [--no-choice] [--board OUT.txt] [--same-board FILE]\n"
    "SIZE 0 with ,preloaded: not known. --no-choice: every VM gets its irqc. --board: what the\n"
    "platforms of one image have in common; --same-board: this is one of the others. Returns 0,\n"
    "1 for a configuration that is not valid, 2 else.\n";

#define BLOBS_MAX (2 * HYP_VM_MAX)

static struct hyp_blob blobs[BLOBS_MAX];
static struct config_plan plan;

/* Every VM with one choice of its interrupt controllers. */
struct choice {
    struct hyp_config config;
    struct vm_config vms[HYP_VM_MAX];
    struct hyp_dtb dtbs[HYP_VM_MAX];
    struct tool_fixups fixups[HYP_VM_MAX];
    void *room[HYP_VM_MAX]; /* Of the trees. */
};

static struct choice choices[TOOL_CHOICES_MAX];
static struct choice here; /* What the platform's own machine chooses. */
static bool no_choice;
static char elsewhere[64]; /* The platform, if it is not the image's first. */

static void fail(const char *what, const char *which)
{
    fprintf(stderr, "config tool: %s: %s\n", which, what);
    exit(2);
}

static void show(void *arg, const struct config_finding *finding)
{
    char line[CONFIG_LINE_SIZE];
    (void)arg;
    (void)config_finding_line(finding, line, sizeof(line));
    fprintf(stderr, "config error %s%s\n", elsewhere, line);
}

static uint64_t parse_number(const char *text, const char *option)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 0);
    if (end == text || errno != 0 || (*end != '\0' && *end != ',')) {
        fail("not a number", option);
    }
    return value;
}

/* NAME=SIZE[,embed|,preloaded]. A preloaded file without a size cannot be checked. */
static void add_blob(struct config_input *in, char *text)
{
    char *size = strchr(text, '=');
    if (size == NULL || in->blob_count == BLOBS_MAX) {
        fail("not NAME=SIZE, or too many", text);
    }
    *size++ = '\0';
    uint64_t bytes = parse_number(size, text);
    const char *kind = strchr(size, ',');
    bool preloaded = kind != NULL && strcmp(kind, ",preloaded") == 0;
    if (kind != NULL && !preloaded && strcmp(kind, ",embed") != 0) {
        fail("neither embed nor preloaded", text);
    }
    in->blobs = blobs;
    if (!preloaded || bytes != 0) {
        blobs[in->blob_count++] = (struct hyp_blob){.name = text, .size = bytes};
    }
}

static FILE *open_output(const char *path)
{
    FILE *out = fopen(path, "wb");
    if (out == NULL) {
        fail(strerror(errno), path);
    }
    return out;
}

static void close_output(FILE *out, const char *path)
{
    bool bad = ferror(out) != 0;
    if (fclose(out) != 0 || bad) {
        fail("cannot be written", path);
    }
}

static void make_dtb(const struct config_input *in, struct choice *c, uint32_t vm)
{
    c->room[vm] = c->room[vm] != NULL ? c->room[vm] : aligned_alloc(8, TOOL_DTB_ROOM);
    void *room = c->room[vm];
    if (room == NULL) {
        fail("no memory", "device tree");
    }
    if (tool_make_dtb(in, vm, room) == 0) {
        fail("the device tree cannot be made", c->vms[vm].name);
    }
    if (!tool_find_fixups(&c->vms[vm], room, &c->fixups[vm], &c->dtbs[vm])) {
        fail("the device tree lacks what boot has to set", c->vms[vm].name);
    }
}

/* Judges one choice of every VM; without its trees, then with them. False: told why not. */
static bool check(struct config_input *in, struct choice *c)
{
    in->config = &c->config;
    in->dtbs = NULL;
    config_check(in, &plan, show, NULL);
    if (plan.finding_count != 0) {
        return false;
    }
    for (uint32_t vm = 0; vm < c->config.vm_count; vm++) {
        if (c->vms[vm].dtb_gpa != 0) {
            make_dtb(in, c, vm);
        }
    }
    in->dtbs = c->dtbs;
    config_check(in, &plan, show, NULL);
    return plan.finding_count == 0;
}

/* The configuration with choice n of each VM; if models are not 0, with what they allow. */
static void choose(struct choice *c, uint32_t models, uint32_t n)
{
    c->config = hyp_config;
    c->config.vms = c->vms;
    for (uint32_t vm = 0; vm < hyp_config.vm_count && vm < HYP_VM_MAX; vm++) {
        const struct vm_config *from = &hyp_config.vms[vm];
        c->vms[vm] = config_chosen(from, models != 0 ? config_choose(from, models) : n);
    }
}

/* Each choice of each VM, for its tree; then what any machine chooses. */
static bool check_others(struct config_input *in)
{
    uint32_t count = config_choice_count(&hyp_config);
    in->other_machine = true;
    for (uint32_t n = 0; n < count && n < TOOL_CHOICES_MAX; n++) {
        choose(&choices[n], 0, n);
        if (!check(in, &choices[n])) {
            return false;
        }
    }
    for (uint32_t model = HYP_IRQC_PLIC; model <= HYP_IRQC_IMSIC; model++) {
        choose(&here, config_irqc_models((enum hyp_irqc_model)model), 0);
        if (!check(in, &here)) {
            return false;
        }
    }
    return true;
}

static bool has_choice(void)
{
    return !no_choice && config_choice_count(&hyp_config) > 1;
}

/* The plan is that of what the platform's machine chooses. */
static bool check_all(struct config_input *in)
{
    if (has_choice() && !check_others(in)) {
        return false;
    }
    in->other_machine = false;
    choose(&here, no_choice ? 0 : config_irqc_models(in->platform->irqc.model), 0);
    return check(in, &here);
}

/* ---- What the platforms of one image have in common: all but the interrupt controller ---- */

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

static void write_board(const struct hyp_platform *p, FILE *out)
{
    for (uint32_t i = 0; i < p->mem_count; i++) {
        print_numbers(out, "mem", p->mem[i].hpa, p->mem[i].size, 0);
    }
    print_numbers(out, "firmware", p->firmware.hpa, p->firmware.size, p->load_hpa);
    print_numbers(out, "harts", p->hart_count, p->timebase_hz, 0);
    print_text(out, "uart", p->uart.device);
    print_numbers(out, "uart", p->uart.reg_shift, p->uart.access_width, p->uart.clock_hz);
    print_numbers(out, "fail", p->finisher_hpa, p->finisher_word, p->irqc.priority_max);
    for (uint32_t i = 0; i < p->device_count; i++) {
        write_device(&p->devices[i], out);
    }
    for (uint32_t i = 0; i < p->reserved_count; i++) {
        print_text(out, "reserved", p->reserved[i].owner);
        print_numbers(out, "pages", p->reserved[i].mem.hpa, p->reserved[i].mem.size, 0);
    }
}

/* Is the file at `path` these bytes? */
static bool file_is(const char *path, const char *text, size_t size)
{
    FILE *in = fopen(path, "rb");
    if (in == NULL) {
        fail(strerror(errno), path);
    }
    bool same = true;
    for (size_t i = 0; same && i <= size; i++) {
        same = fgetc(in) == (i < size ? (unsigned char)text[i] : EOF);
    }
    fclose(in);
    return same;
}

/* A PLIC's place is known from the image's own platform alone: it must be that one's. */
static void compare_board(const struct hyp_platform *p, const char *path)
{
    char *text;
    size_t size;
    FILE *own = open_memstream(&text, &size);
    if (own == NULL) {
        fail("no memory", p->name);
    }
    write_board(p, own);
    fclose(own);
    if (p->irqc.model == HYP_IRQC_PLIC) {
        fail("has a PLIC: it can only be the image's own platform", p->name);
    }
    if (!file_is(path, text, size)) {
        fail("differs from the image's platform in more than its interrupt controller", p->name);
    }
    free(text);
}

/* VM=FILE: the tree itself, for people and dtc; of the platform's choice. */
static void write_dtb(char *text)
{
    char *path = strchr(text, '=');
    if (path == NULL) {
        fail("not VM=FILE", text);
    }
    *path++ = '\0';
    for (uint32_t vm = 0; vm < here.config.vm_count; vm++) {
        if (strcmp(here.vms[vm].name, text) == 0 && here.dtbs[vm].size != 0) {
            FILE *out = open_output(path);
            fwrite(here.dtbs[vm].data, 1, here.dtbs[vm].size, out);
            close_output(out, path);
            return;
        }
    }
    fail("no VM with a device tree has this name", text);
}

/* In the order of config_dtb_index(). */
static void write_dtbs(const struct config_input *in, FILE *out)
{
    static struct hyp_dtb all[HYP_VM_MAX * TOOL_CHOICES_MAX];
    uint32_t count = hyp_config.vm_count;
    for (uint32_t vm = 0; vm < hyp_config.vm_count; vm++) {
        uint32_t most = hyp_config.vms[vm].irqc_else_count;
        for (uint32_t n = 0; n <= most; n++) {
            const struct choice *c = has_choice() ? &choices[n] : &here;
            all[config_dtb_index(&hyp_config, vm, n)] = c->dtbs[vm];
        }
        count += most;
    }
    tool_write_dtbs(all, count, out);
    tool_write_devices(in, out);
    tool_write_modules(&hyp_config, !no_choice, out);
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

/* Steps over the option at argv[i]; its value, if it takes one, is argv[i - 1] then. */
static int next_option(int i, int argc, char **argv)
{
    static const char *const valued[] = {"--blob",   "--image-bound", "--dtbs",  "--manifest",
                                         "--report", "--dtb",         "--board", "--same-board"};
    if (strcmp(argv[i], "--check") == 0 || strcmp(argv[i], "--no-choice") == 0) {
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

int main(int argc, char **argv)
{
    struct config_input in = {.platform = &hyp_platform};
    for (int i = 1, next; i < argc; i = next) {
        next = next_option(i, argc, argv);
        if (strcmp(argv[i], "--blob") == 0) {
            add_blob(&in, argv[i + 1]);
        } else if (strcmp(argv[i], "--image-bound") == 0) {
            in.image_bound = parse_number(argv[i + 1], argv[i]);
        } else if (strcmp(argv[i], "--no-choice") == 0) {
            no_choice = true;
        } else if (strcmp(argv[i], "--same-board") == 0) {
            snprintf(elsewhere, sizeof(elsewhere), "on platform %.40s: ", in.platform->name);
        }
    }
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
