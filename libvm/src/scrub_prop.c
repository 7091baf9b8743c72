/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Property: the shares of all harts clear each byte of the regions once, without the bytes of files
 * and of the code; the saved bytes of the code are 0 unless a file is there. Checks every byte.
 */
#include <hyp/vm/scrub.h>
#include <prop.h>

#include <string.h>

#define SPACE 40000
#define BASE UINT64_C(0x80000000)

static uint8_t in_region[SPACE];
static uint8_t in_file[SPACE];
static uint8_t in_code[SPACE];
static uint8_t cleared[SPACE];

static void mark(uint8_t *bytes, struct range r)
{
    for (uint64_t i = 0; i < r.size; i++) {
        bytes[r.start - BASE + i]++;
    }
}

/*
 * Draws a range in [*at, end), and moves *at to its end. Ranges at the ends and empty ones are
 * frequent.
 */
static struct range draw(uint64_t *at, uint64_t end)
{
    uint64_t start = *at + (prop_bool() ? 0 : prop_u64(end - *at + 1));
    uint64_t room = end - start;
    uint64_t size = prop_bool() ? room : prop_u64(room + 1);
    *at = start + size;
    return (struct range){.start = start, .size = size};
}

static struct range code_in(struct range region)
{
    uint64_t size = 8 * prop_range(1, SCRUB_CODE_MAX / 8);
    PROP_ASSUME(size <= region.size);
    return (struct range){.start = region.start + prop_u64(region.size - size + 1), .size = size};
}

static void draw_regions(struct scrub *s, struct range *one)
{
    uint64_t at = BASE;
    uint64_t count = prop_range(1, 3);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t end = BASE + SPACE * (i + 1) / count;
        struct range r = draw(&at, end);
        at = end;
        scrub_add(s, r);
        mark(in_region, r);
        if (i == 0 || prop_bool()) {
            *one = r;
        }
    }
}

static void draw_files(struct scrub *s)
{
    uint64_t at = BASE;
    for (uint64_t count = prop_u64(SCRUB_EXCLUDE_MAX); count != 0; count--) {
        struct range file = draw(&at, BASE + SPACE);
        scrub_exclude(s, file);
        mark(in_file, file);
    }
}

static void check_bytes(const struct scrub *s)
{
    for (uint64_t i = 0; i < SPACE; i++) {
        bool wanted = in_region[i] == 1 && in_file[i] == 0;
        PROP_ASSERT(cleared[i] == (wanted && in_code[i] == 0 ? 1 : 0));
        if (in_code[i] != 0) {
            PROP_ASSERT(s->saved[BASE + i - s->code_gpa] == (wanted ? 0 : 0xa5));
        }
    }
}

void prop_run(void)
{
    struct scrub s = {.count = 0};
    struct range region;
    uint32_t harts = (uint32_t)prop_range(1, 5);
    memset(in_region, 0, SPACE);
    memset(in_file, 0, SPACE);
    memset(in_code, 0, SPACE);
    memset(cleared, 0, SPACE);
    memset(s.saved, 0xa5, sizeof(s.saved));
    draw_regions(&s, &region);
    draw_files(&s);
    struct range code = code_in(region);
    mark(in_code, code);
    scrub_place_code(&s, code);
    PROP_ASSERT(s.count <= SCRUB_RANGE_MAX);
    for (uint32_t hart = 0; hart < harts; hart++) {
        for (uint32_t i = 0; i < s.count; i++) {
            mark(cleared, scrub_share(&s, i, hart, harts));
        }
    }
    check_bytes(&s);
}
