/* SPDX-License-Identifier: Apache-2.0 */
/* Linked with one configuration and one platform: checks them, then writes what an image needs. */
#include "tool.h"

#include <hyp/vm/config_choice.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: %s [--check] [--blob NAME=SIZE[,embed|,load]]... [--image-bound BYTES]\n"
    "       [--dtbs OUT.c] [--manifest OUT.tsv] [--report OUT.txt] [--dtb VM=OUT.dtb]...\n"
    "SIZE 0 with ,load: not known. Returns 0, 1 for a configuration that is not valid, 2 else.\n";

#define BLOBS_MAX (2 * HYP_VM_MAX)

static struct hyp_blob blobs[BLOBS_MAX];
static struct config_plan plan;

/* Every VM with one choice of its interrupt controllers. */
struct choice {
    struct hyp_config config;
    struct vm_config vms[HYP_VM_MAX];
    struct hyp_dtb dtbs[HYP_VM_MAX];
    struct tool_places places[HYP_VM_MAX];
};

static struct choice choices[TOOL_CHOICES_MAX];
static struct choice here; /* What the platform's own machine chooses. */

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
    fprintf(stderr, "config error %s\n", line);
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

/* NAME=SIZE[,embed|,load]. Of a loaded file without a size there is nothing to check. */
static void add_blob(struct config_input *in, char *text)
{
    char *size = strchr(text, '=');
    if (size == NULL || in->blob_count == BLOBS_MAX) {
        fail("not NAME=SIZE, or too many", text);
    }
    *size++ = '\0';
    uint64_t bytes = parse_number(size, text);
    const char *kind = strchr(size, ',');
    bool load = kind != NULL && strcmp(kind, ",load") == 0;
    if (kind != NULL && !load && strcmp(kind, ",embed") != 0) {
        fail("neither embed nor load", text);
    }
    in->blobs = blobs;
    if (!load || bytes != 0) {
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
    void *room = aligned_alloc(8, TOOL_DTB_ROOM);
    if (room == NULL) {
        fail("no memory", "device tree");
    }
    c->dtbs[vm] = (struct hyp_dtb){room, tool_make_dtb(in, vm, room), &c->places[vm].places};
    if (c->dtbs[vm].size == 0) {
        fail("the device tree cannot be made", c->vms[vm].name);
    }
    if (!tool_find_places(&c->vms[vm], room, &c->places[vm])) {
        fail("the device tree cannot be narrowed", c->vms[vm].name);
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

/* The configuration with choice n of each VM; with one of these models, if they are not 0. */
static void choose(struct choice *c, uint32_t models, uint32_t n)
{
    c->config = hyp_config;
    c->config.vms = c->vms;
    for (uint32_t vm = 0; vm < hyp_config.vm_count && vm < HYP_VM_MAX; vm++) {
        const struct vm_config *from = &hyp_config.vms[vm];
        c->vms[vm] = config_chosen(from, models != 0 ? config_choose(from, models) : n);
    }
}

/*
 * What the platform's machine chooses, and whatever another one may; the plan is the former's. The
 * pool is enough for each, as each is checked.
 */
static bool check_all(struct config_input *in)
{
    uint32_t count = config_choice_count(&hyp_config);
    if (count > TOOL_CHOICES_MAX) {
        fail("has too many of irqc_else", hyp_config.name);
    }
    in->other_machine = true;
    for (uint32_t n = 0; n < count && count > 1; n++) {
        choose(&choices[n], 0, n);
        if (!check(in, &choices[n])) {
            return false;
        }
    }
    in->other_machine = false;
    choose(&here, config_irqc_models(in->platform->irqc.model), 0);
    return check(in, &here);
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
static void write_dtbs(FILE *out)
{
    static struct hyp_dtb all[HYP_VM_MAX * TOOL_CHOICES_MAX];
    uint32_t count = hyp_config.vm_count;
    for (uint32_t vm = 0; vm < hyp_config.vm_count; vm++) {
        uint32_t most = hyp_config.vms[vm].irqc_else_count;
        for (uint32_t n = 0; n <= most; n++) {
            struct choice *c = config_choice_count(&hyp_config) > 1 ? &choices[n] : &here;
            all[config_dtb_index(&hyp_config, vm, n)] = c->dtbs[vm];
        }
        count += most;
    }
    tool_write_dtbs(all, count, out);
}

static void write_one(const struct config_input *in, const char *option, char *value)
{
    if (strcmp(option, "--dtb") == 0) {
        write_dtb(value);
        return;
    }
    bool dtb = strcmp(option, "--dtbs") == 0;
    bool manifest = strcmp(option, "--manifest") == 0;
    if (!dtb && !manifest && strcmp(option, "--report") != 0) {
        return;
    }
    FILE *out = open_output(value);
    if (dtb) {
        write_dtbs(out);
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
    static const char *const valued[] = {"--blob",     "--image-bound", "--dtbs",
                                         "--manifest", "--report",      "--dtb"};
    if (strcmp(argv[i], "--check") == 0) {
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
