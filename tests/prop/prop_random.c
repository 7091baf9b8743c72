/* SPDX-License-Identifier: Apache-2.0 */
/* Engine: random numbers. --runs=N --seed=S; run n has seed S + n. */
#include "prop_engine.h"

#include <inttypes.h>
#include <prop.h>
#include <stdio.h>

static uint64_t seed;
static uint64_t state;

/* splitmix64: neighbouring seeds give unlike streams. */
static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

uint64_t prop_u64(uint64_t bound)
{
    if (bound != 0) {
        /* Values above the last whole multiple of bound would favour small ones. */
        uint64_t tail = (UINT64_MAX % bound + 1) % bound;
        uint64_t value = next();
        while (value > UINT64_MAX - tail) {
            value = next();
        }
        return value % bound;
    }
    /* Half of them near a power of two: where the mistakes are. */
    uint64_t value = next();
    if (value & 1) {
        return next();
    }
    return (UINT64_C(1) << (value >> 58)) + (value >> 8) % 5 - 2;
}

void prop_report(void)
{
    printf("again: --seed=%#" PRIx64 " --runs=1\n", seed);
}

int main(int argc, char **argv)
{
    uint64_t runs = prop_option(argc, argv, "runs", 10000);
    uint64_t first = prop_option(argc, argv, "seed", 1);
    uint64_t discarded = 0;

    prop_watch();
    for (uint64_t i = 0; i < runs; i++) {
        seed = first + i;
        state = mix(seed) | 1;
        discarded += !prop_once();
    }
    printf("%" PRIu64 " runs, %" PRIu64 " discarded\n", runs, discarded);
    if (discarded > runs / 10 * 9) {
        printf("too many are discarded to say anything\n");
        return 1;
    }
    return runs == 0;
}
