/* SPDX-License-Identifier: Apache-2.0 */
/* Guest memory on the host: bytes of a test; anything else faults. */
#include <hyp/arch_backend/guest_mem_host.h>

#include <hyp/base/assert.h>

#define RANGE_MAX 4

static _Thread_local const struct guest_mem_range *ranges[RANGE_MAX];
static _Thread_local guest_mem_host_find on_write;

void guest_mem_host_on_write(guest_mem_host_find find)
{
    on_write = find;
}

void guest_mem_host_attach(const struct guest_mem_range *range)
{
    for (unsigned i = 0; i < RANGE_MAX; i++) {
        if (ranges[i] == NULL) {
            ranges[i] = range;
            return;
        }
    }
    HYP_PANIC("the host's guest memory is full");
}

void guest_mem_host_reset(void)
{
    for (unsigned i = 0; i < RANGE_MAX; i++) {
        ranges[i] = NULL;
    }
}

static const struct guest_mem_range *find(uint64_t gpa)
{
    for (unsigned i = 0; i < RANGE_MAX; i++) {
        const struct guest_mem_range *range = ranges[i];
        if (range != NULL && gpa >= range->gpa && gpa - range->gpa < range->size) {
            return range;
        }
    }
    return NULL;
}

enum hyp_status guest_mem_read(gpa_t gpa, void *to, uint64_t size)
{
    uint8_t *out = to;
    for (uint64_t i = 0; i < size; i++) {
        const struct guest_mem_range *range = find(gpa.a + i);
        if (range == NULL || range->no_read) {
            return HYP_E_FAULT;
        }
        out[i] = range->bytes[gpa.a + i - range->gpa];
    }
    return HYP_OK;
}

enum hyp_status guest_mem_write(gpa_t gpa, const void *from, uint64_t size)
{
    const void *found = on_write != NULL ? on_write(from, size) : NULL;
    const uint8_t *in = found != NULL ? found : from;
    for (uint64_t i = 0; i < size; i++) {
        const struct guest_mem_range *range = find(gpa.a + i);
        if (range == NULL || range->no_write) {
            return HYP_E_FAULT;
        }
        range->bytes[gpa.a + i - range->gpa] = in[i];
    }
    return HYP_OK;
}

static bool fetch16(uint64_t address, uint32_t *value)
{
    const struct guest_mem_range *range = find(address);
    if (range == NULL || range->no_fetch || range->size - (address - range->gpa) < 2) {
        return false;
    }
    const uint8_t *b = &range->bytes[address - range->gpa];
    *value = (uint32_t)(b[0] | b[1] << 8);
    return true;
}

enum hyp_status guest_mem_fetch(gva_t pc, uint32_t *insn)
{
    uint32_t low;
    uint32_t high = 0;
    if (!fetch16(pc.a, &low) || ((low & 3) == 3 && !fetch16(pc.a + 2, &high))) {
        return HYP_E_FAULT;
    }
    *insn = low | high << 16;
    return HYP_OK;
}
