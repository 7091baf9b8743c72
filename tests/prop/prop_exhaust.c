/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Engine: every sequence of choices, depth first. --limit=N [--complete].
 *
 * A choice of any 64-bit number is walked through a few special values only, and so is never
 * complete.
 */
#include "prop_engine.h"

#include <inttypes.h>
#include <prop.h>
#include <stdio.h>
#include <stdlib.h>

enum { DEPTH_MAX = 4096 };

static const uint64_t special[] = {0, 1, 2, INT64_MAX, UINT64_C(1) << 63, UINT64_MAX};

static struct {
    uint64_t value;
    uint64_t bound;
} choices[DEPTH_MAX];

static unsigned depth; /* Choices of this run so far. */
static unsigned known; /* Choices that this run takes from the last one. */
static bool sampled;   /* Some choice was not walked through all its values. */

uint64_t prop_u64(uint64_t bound)
{
    uint64_t count = bound == 0 ? sizeof(special) / sizeof(special[0]) : bound;

    if (depth == DEPTH_MAX) {
        printf("more than %d choices in one run\n", DEPTH_MAX);
        exit(1);
    }
    if (depth == known) {
        choices[depth].value = 0;
        choices[depth].bound = count;
        known++;
    } else if (choices[depth].bound != count) {
        printf("choice %u had bound %" PRIu64 ", and now %" PRIu64 ": the run depends on more\n",
               depth, choices[depth].bound, count);
        exit(1);
    }
    uint64_t value = choices[depth++].value;
    sampled |= bound == 0;
    return bound == 0 ? special[value] : value;
}

void prop_report(void)
{
    printf("choices:");
    for (unsigned i = 0; i < depth; i++) {
        printf(" %" PRIu64 "/%" PRIu64, choices[i].value, choices[i].bound);
    }
    printf("\n");
}

/* Steps to the next sequence; false: that was the last one. */
static bool advance(void)
{
    known = depth;
    while (known > 0 && choices[known - 1].value + 1 == choices[known - 1].bound) {
        known--;
    }
    if (known == 0) {
        return false;
    }
    choices[known - 1].value++;
    return true;
}

int main(int argc, char **argv)
{
    uint64_t limit = prop_option(argc, argv, "limit", 1000000);
    bool complete = prop_flag(argc, argv, "complete");
    uint64_t runs = 0;
    uint64_t discarded = 0;
    bool more = true;

    prop_watch();
    for (; more && runs < limit; runs++) {
        depth = 0;
        discarded += !prop_once();
        more = advance();
    }
    printf("%" PRIu64 " sequences, %" PRIu64 " discarded, %s\n", runs, discarded,
           more      ? "the limit was reached"
           : sampled ? "64-bit choices sampled"
                     : "complete");
    if (complete && (more || sampled)) {
        printf("not complete, as it should be\n");
        return 1;
    }
    return runs == discarded;
}
