/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Property: whatever the harts' ids, ipi_sbi_send() reaches each hart of the set and no other, by
 * one call for each 64 consecutive ids. A firmware that refuses a call sends nothing by it; the
 * other harts of that call are reached all the same.
 */
#include <hyp/arch/sbi_call.h>
#include <hyp/arch_backend/sbi_call_host.h>
#include <hyp/base/bits.h>
#include <hyp/base/types.h>
#include <hyp/irq/ipi_path.h>
#include <prop.h>

static struct {
    uint64_t id[HYP_HART_MAX]; /* Ascending. */
    unsigned count;
    unsigned refused; /* A hart that the firmware does not interrupt; count: none. */
    uint64_t reached;
    unsigned calls;
} m;

static unsigned hart_of(uint64_t id)
{
    unsigned hart = 0;
    while (hart < m.count && m.id[hart] != id) {
        hart++;
    }
    PROP_ASSERT(hart < m.count);
    return hart;
}

static struct sbi_ret firmware(uint64_t ext, uint64_t fid, uint64_t mask, uint64_t base,
                               uint64_t a2)
{
    uint64_t named = 0;
    (void)a2;
    PROP_ASSERT(ext == SBI_EXT_IPI && fid == 0 && mask != 0 && base != UINT64_MAX);
    for (unsigned bit = 0; bit < 64; bit++) {
        named |= (mask >> bit & 1) != 0 ? BIT(hart_of(base + bit)) : 0;
    }
    m.calls++;
    if (m.refused < m.count && (named & BIT(m.refused)) != 0) {
        return (struct sbi_ret){.error = SBI_ERR_INVALID_PARAM};
    }
    PROP_ASSERT((m.reached & named) == 0);
    m.reached |= named;
    return (struct sbi_ret){.error = SBI_SUCCESS};
}

static void draw_harts(void)
{
    static const uint64_t gaps[] = {1, 2, 4, 59, 63, 64, 65, 1000, UINT64_C(1) << 32};
    m.count = (unsigned)prop_range(1, HYP_HART_MAX);
    uint64_t odd = prop_u64(8); /* One in so many ids does not follow the last one; 0: none. */
    uint64_t id = prop_u64(3) * 62;
    for (unsigned i = 0; i < m.count; i++) {
        m.id[i] = id;
        id += odd != 0 && prop_u64(odd) == 0 ? gaps[prop_u64(ARRAY_COUNT(gaps))] : 1;
    }
    m.refused = prop_u64(4) == 0 ? (unsigned)prop_u64(m.count) : m.count;
}

/* The harts of the set that the window of its lowest id holds. */
static uint64_t first_window(uint64_t set)
{
    uint64_t window = 0;
    uint64_t lowest = UINT64_MAX;
    for (unsigned i = 0; i < m.count; i++) {
        lowest = (set >> i & 1) != 0 && m.id[i] < lowest ? m.id[i] : lowest;
    }
    for (unsigned i = 0; i < m.count; i++) {
        window |= (set >> i & 1) != 0 && m.id[i] - lowest < 64 ? BIT(i) : 0;
    }
    return window;
}

void prop_run(void)
{
    m.reached = 0;
    m.calls = 0;
    draw_harts();
    uint64_t all = UINT64_MAX >> (64 - m.count);
    uint64_t set = (prop_bool() ? UINT64_MAX : prop_u64(0)) & all;
    uint64_t asks_refused = m.refused < m.count ? set & BIT(m.refused) : 0;
    unsigned calls = 0;
    sbi_host_set(firmware);
    ipi_sbi_send(m.id, set);
    PROP_ASSERT(m.reached == (set & ~asks_refused));
    for (uint64_t left = set; left != 0; left &= ~first_window(left)) {
        uint64_t window = first_window(left);
        unsigned again = (window & asks_refused) != 0 ? (unsigned)__builtin_popcountll(window) : 0;
        calls += 1 + again;
    }
    PROP_ASSERT(m.calls == calls);
}
