/* SPDX-License-Identifier: Apache-2.0 */
/* Engine: choices are read from a fuzzer's bytes; zeros when there are no more. */
#include "prop_fuzz.h"
#include "prop_engine.h"

#include <prop.h>
#include <stdio.h>

static const uint8_t *bytes;
static size_t left;
static const uint8_t *input;
static size_t input_size;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    prop_watch();
    return 0;
}

/* Takes as few bytes as the bound needs, so that a small input makes many draws. */
uint64_t prop_u64(uint64_t bound)
{
    uint64_t value = 0;

    for (uint64_t rest = bound - 1; rest != 0; rest >>= 8) {
        value <<= 8;
        if (left > 0) {
            value |= *bytes++;
            left--;
        }
    }
    return bound == 0 ? value : value % bound;
}

void prop_report(void)
{
    printf("input (%zu bytes):", input_size);
    for (size_t i = 0; i < input_size; i++) {
        printf(" %02x", input[i]);
    }
    printf("\n");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input = bytes = data;
    input_size = left = size;
    (void)prop_once();
    return 0;
}
