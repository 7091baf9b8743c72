/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fuzz entry without libFuzzer: runs a kept corpus, then mutations of it, always the same.
 * --mutations=N --seed=S FILE...
 */
#include "prop_engine.h"
#include "prop_fuzz.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUT_MAX = 4096, CORPUS_MAX = 1024 };

static struct {
    uint8_t *data;
    size_t size;
} corpus[CORPUS_MAX];

static size_t corpus_count;
static uint64_t state;

static uint64_t draw(uint64_t bound)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % bound;
}

static void keep(const uint8_t *data, size_t size)
{
    if (corpus_count == CORPUS_MAX) {
        printf("more than %d files\n", CORPUS_MAX);
        exit(1);
    }
    uint8_t *copy = malloc(size + 1);
    if (copy == NULL) {
        exit(1);
    }
    memcpy(copy, data, size);
    corpus[corpus_count].data = copy;
    corpus[corpus_count++].size = size;
}

static void read_file(const char *path)
{
    static uint8_t buffer[INPUT_MAX];
    FILE *f = fopen(path, "rb");

    if (f == NULL) {
        perror(path);
        exit(1);
    }
    size_t size = fread(buffer, 1, sizeof(buffer), f);
    if (!feof(f) && fgetc(f) != EOF) {
        printf("%s: larger than %d bytes\n", path, INPUT_MAX);
        exit(1);
    }
    fclose(f);
    keep(buffer, size);
}

/* One small change; returns the new size. */
static size_t mutate(uint8_t *data, size_t size)
{
    static const uint8_t special[] = {0, 1, 0x7f, 0x80, 0xff};

    if (size == 0 || (size < INPUT_MAX && draw(4) == 0)) {
        data[size] = (uint8_t)draw(256);
        return size + 1;
    }
    size_t at = (size_t)draw(size);
    switch (draw(4)) {
    case 0: data[at] ^= (uint8_t)(1U << draw(8)); break;
    case 1: data[at] = special[draw(sizeof(special))]; break;
    case 2: data[at] = (uint8_t)draw(256); break;
    default: memmove(data + at, data + at + 1, size - at - 1); return size - 1;
    }
    return size;
}

int main(int argc, char **argv)
{
    static uint8_t buffer[INPUT_MAX];
    uint64_t mutations = prop_option(argc, argv, "mutations", 10000);

    state = prop_option(argc, argv, "seed", 1) * 2 + 1;
    LLVMFuzzerInitialize(&argc, &argv);
    keep(buffer, 0);
    keep(buffer, 64);
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) != 0) {
            read_file(argv[i]);
        }
    }
    for (size_t i = 0; i < corpus_count; i++) {
        LLVMFuzzerTestOneInput(corpus[i].data, corpus[i].size);
    }
    for (uint64_t i = 0; i < mutations; i++) {
        size_t from = (size_t)draw(corpus_count);
        size_t size = corpus[from].size;
        memcpy(buffer, corpus[from].data, size);
        for (uint64_t n = 1 + draw(64); n > 0; n--) {
            size = mutate(buffer, size);
        }
        LLVMFuzzerTestOneInput(buffer, size);
    }
    printf("%zu inputs, %" PRIu64 " mutations\n", corpus_count, mutations);
    for (size_t i = 0; i < corpus_count; i++) {
        free(corpus[i].data);
    }
    return 0;
}
