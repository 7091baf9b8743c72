/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hypcount: a QEMU TCG plugin that counts instructions per hart and class.
 *
 * Each instruction adds one to a counter of its hart, chosen when it is translated:
 *
 *   poll   its address is in a poll= range                      (a loop that waits)
 *   fw     in an fw= range, at the host page of the firmware    (M-mode firmware and reset ROM)
 *   hs     in an hs= range                                      (the hypervisor)
 *   guest  all else
 *
 * A hart's instructions before its first one in an hs= range run at the image's physical address
 * with paging off; when that first one comes they are moved from guest to hs.
 *
 * The hart is the one that runs. Up to QEMU 10.0 at least, a machine with several harts on one
 * thread
 * (-icount) shares translated code between them and yet bakes the index of the hart that translated
 * it into inline counters and callbacks. So inline counters serve a machine with one hart only;
 * with more, each block begins with a callback that reads mhartid, and callbacks count.
 *
 * An instruction is counted when it starts: one that traps counts once in its own class, and once
 * more when it is run again. Counting by instruction, not by block, keeps this exact.
 *
 * Locks   `lock` guards regions, beats and the output; counters belong to their vCPU.
 */
#include "qemu_plugin_api.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/mark.h"

enum { CLASS_GUEST, CLASS_HS, CLASS_FW, CLASS_POLL, CLASS_COUNT };
enum { MARK_IDS = 256, MAX_HARTS = 64, MAX_RANGES = 32 };

/* How far a hart has come; each step is taken once. */
enum stage { STAGE_FIRMWARE, STAGE_BOOT, STAGE_HS, STAGE_GUEST };

struct counts {
    uint64_t of[CLASS_COUNT];
};

/* The scoreboard's record when there is one hart, an element of `harts` when there are more. */
struct hart {
    struct counts now;
    uint64_t stage; /* enum stage. */
};

struct range {
    uint64_t start, end;
    uint64_t host_delta; /* Host address minus virtual address, once `learned`. */
    bool learned;
};

struct ranges {
    struct range item[MAX_RANGES];
    size_t count;
};

struct region {
    bool open;
    unsigned start_hart;
    struct counts at_start[MAX_HARTS];
};

struct beat {
    uint64_t marks;
    struct counts last, min, max;
    uint64_t hv_max; /* Largest hs + fw of one interval. */
};

/* Guest instructions that act as marks although they are none: the at= option. */
struct at {
    uint64_t address;
    unsigned mark;
};

static struct qemu_plugin_scoreboard *board; /* NULL with several harts. */
static struct hart harts[MAX_HARTS];
static _Thread_local unsigned running; /* The hart that this thread runs. */
static _Thread_local struct qemu_plugin_register *mhartid;
static _Thread_local GByteArray *mhartid_value;
static struct ranges hs_ranges, fw_ranges, poll_ranges;
static struct at ats[MAX_RANGES];
static size_t at_count;
static struct counts at_entry[MAX_HARTS];
static struct region regions[MARK_IDS];
static struct beat beats[MAX_HARTS][MARK_IDS];
static bool beat_lines = true;
static FILE *out;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

PLUGIN_EXPORT int qemu_plugin_version = PLUGIN_API_VERSION;

/* --- output ----------------------------------------------------------------------------- */

__attribute__((format(printf, 1, 2))) static void emit(const char *format, ...)
{
    char line[512];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (out != NULL) {
        fputs(line, out);
    } else {
        qemu_plugin_outs(line);
    }
}

static void emit_counts(const struct counts *c)
{
    emit(" guest=%" PRIu64 " hs=%" PRIu64 " fw=%" PRIu64 " poll=%" PRIu64 "\n", c->of[CLASS_GUEST],
         c->of[CLASS_HS], c->of[CLASS_FW], c->of[CLASS_POLL]);
}

/* --- counters --------------------------------------------------------------------------- */

static struct hart *hart_of(unsigned hart)
{
    return board != NULL ? qemu_plugin_scoreboard_find(board, hart) : &harts[hart];
}

static unsigned hart_count(void)
{
    int count = qemu_plugin_num_vcpus();

    return count < 0 ? 0 : count > MAX_HARTS ? MAX_HARTS : (unsigned)count;
}

static struct counts counts_minus(const struct counts *a, const struct counts *b)
{
    struct counts d;

    for (int c = 0; c < CLASS_COUNT; c++) {
        d.of[c] = a->of[c] - b->of[c];
    }
    return d;
}

static void counts_add(struct counts *sum, const struct counts *more)
{
    for (int c = 0; c < CLASS_COUNT; c++) {
        sum->of[c] += more->of[c];
    }
}

static bool counts_are_zero(const struct counts *a)
{
    return (a->of[CLASS_GUEST] | a->of[CLASS_HS] | a->of[CLASS_FW] | a->of[CLASS_POLL]) == 0;
}

/* --- a hart's way from reset to its guest ------------------------------------------------- */

/* At an instruction outside the firmware and the hypervisor, as long as stage < STAGE_GUEST. */
static void on_low_code(unsigned vcpu, void *data)
{
    struct hart *h = hart_of(running);

    (void)vcpu;
    (void)data;
    pthread_mutex_lock(&lock);
    if (h->stage == STAGE_FIRMWARE) {
        at_entry[running] = h->now;
        h->stage = STAGE_BOOT;
        emit("entry hart=%u", running);
        emit_counts(&h->now);
    }
    if (h->stage == STAGE_HS) {
        struct counts d = counts_minus(&h->now, &at_entry[running]);

        h->stage = STAGE_GUEST;
        emit("first hart=%u", running);
        emit_counts(&d);
    }
    if (hs_ranges.count == 0) {
        h->stage = STAGE_GUEST;
    }
    pthread_mutex_unlock(&lock);
}

/* At an instruction of the hypervisor, as long as stage < STAGE_HS. */
static void on_hs_code(unsigned vcpu, void *data)
{
    struct hart *h = hart_of(running);

    (void)vcpu;
    (void)data;
    if (h->stage == STAGE_FIRMWARE) {
        at_entry[running] = h->now;
    }
    h->now.of[CLASS_HS] += h->now.of[CLASS_GUEST];
    h->now.of[CLASS_GUEST] = 0;
    h->stage = STAGE_HS;
}

/* --- which hart runs, when there are several ------------------------------------------------ */

static struct qemu_plugin_register *register_find(const char *name)
{
    GArray *registers = qemu_plugin_get_registers();
    const qemu_plugin_reg_descriptor *r = (const void *)registers->data;
    struct qemu_plugin_register *found = NULL;

    for (unsigned i = 0; i < registers->len; i++) {
        found = strcmp(r[i].name, name) == 0 ? r[i].handle : found;
    }
    g_array_free(registers, 1);
    return found;
}

static unsigned hart_read(void)
{
    if (mhartid == NULL) {
        mhartid = register_find("mhartid");
        mhartid_value = g_byte_array_new();
    }
    g_byte_array_set_size(mhartid_value, 0);
    if (mhartid == NULL || qemu_plugin_read_register(mhartid, mhartid_value) <= 0 ||
        mhartid_value->data[0] >= MAX_HARTS) {
        fprintf(stderr, "hypcount: cannot read mhartid\n");
        abort();
    }
    return mhartid_value->data[0];
}

/* At the start of a block; `data` is the class of its first instruction. */
static void on_block(unsigned vcpu, void *data)
{
    int class = (int)(uintptr_t)data;
    struct hart *h;

    running = hart_read();
    h = hart_of(running);
    if (class == CLASS_GUEST && h->stage < STAGE_GUEST) {
        on_low_code(vcpu, NULL);
    } else if (class == CLASS_HS && h->stage < STAGE_HS) {
        on_hs_code(vcpu, NULL);
    }
}

static void on_insn(unsigned vcpu, void *data)
{
    (void)vcpu;
    harts[running].now.of[(uintptr_t)data]++;
}

/* --- marks ------------------------------------------------------------------------------- */

static void region_start(unsigned hart, unsigned id)
{
    struct region *r = &regions[id];

    r->open = true;
    r->start_hart = hart;
    for (unsigned h = 0; h < hart_count(); h++) {
        r->at_start[h] = hart_of(h)->now;
    }
}

static void region_end(unsigned hart, unsigned id, bool all_harts)
{
    struct region *r = &regions[id];
    struct counts sum = {0};

    if (!r->open) {
        return;
    }
    r->open = false;
    for (unsigned h = 0; h < hart_count(); h++) {
        struct counts d = counts_minus(&hart_of(h)->now, &r->at_start[h]);

        if (!all_harts && h != hart) {
            continue;
        }
        counts_add(&sum, &d);
        if (all_harts && !counts_are_zero(&d)) {
            emit("part id=%u hart=%u", id, h);
            emit_counts(&d);
        }
    }
    emit("count id=%u hart=%u end=%u", id, r->start_hart, hart);
    emit_counts(&sum);
}

static void beat_mark(unsigned hart, unsigned id)
{
    struct beat *b = &beats[hart][id];
    struct counts now = hart_of(hart)->now;

    if (b->marks > 0) {
        struct counts d = counts_minus(&now, &b->last);
        uint64_t hv = d.of[CLASS_HS] + d.of[CLASS_FW];

        for (int c = 0; c < CLASS_COUNT; c++) {
            b->min.of[c] = b->marks == 1 || d.of[c] < b->min.of[c] ? d.of[c] : b->min.of[c];
            b->max.of[c] = d.of[c] > b->max.of[c] ? d.of[c] : b->max.of[c];
        }
        b->hv_max = hv > b->hv_max ? hv : b->hv_max;
        if (beat_lines) {
            emit("beat id=%u hart=%u n=%" PRIu64, id, hart, b->marks);
            emit_counts(&d);
        }
    }
    b->last = now;
    b->marks++;
}

static void totals(const char *label)
{
    for (unsigned h = 0; h < hart_count(); h++) {
        emit("total%s hart=%u", label, h);
        emit_counts(&hart_of(h)->now);
    }
}

static void on_mark(unsigned vcpu, void *data)
{
    unsigned hart = running;
    unsigned mark = (unsigned)(uintptr_t)data;
    unsigned id = mark & 0xff;
    char label[16];

    (void)vcpu;
    pthread_mutex_lock(&lock);
    switch (mark >> 8) {
    case HYP_MARK_START: region_start(hart, id); break;
    case HYP_MARK_END: region_end(hart, id, false); break;
    case HYP_MARK_PATH: region_end(hart, id, true); break;
    case HYP_MARK_BEAT: beat_mark(hart, id); break;
    case HYP_MARK_TOTAL:
        snprintf(label, sizeof(label), " id=%u", id);
        totals(label);
        break;
    default: break;
    }
    pthread_mutex_unlock(&lock);
}

/* --- translation --------------------------------------------------------------------------- */

static struct range *ranges_find(struct ranges *rs, uint64_t address)
{
    for (size_t i = 0; i < rs->count; i++) {
        if (address >= rs->item[i].start && address < rs->item[i].end) {
            return &rs->item[i];
        }
    }
    return NULL;
}

/*
 * A guest may run at the firmware's addresses, in other memory. The first instruction of a range is
 * the firmware's own, for it runs first; only what lies in that same memory is firmware later.
 */
static bool is_firmware(uint64_t address, uint64_t host)
{
    struct range *r = ranges_find(&fw_ranges, address);

    if (r == NULL) {
        return false;
    }
    if (!r->learned) {
        r->host_delta = host - address;
        r->learned = true;
    }
    return host - address == r->host_delta;
}

static int class_of(uint64_t address, uint64_t host)
{
    if (ranges_find(&poll_ranges, address) != NULL) {
        return CLASS_POLL;
    }
    if (is_firmware(address, host)) {
        return CLASS_FW;
    }
    return ranges_find(&hs_ranges, address) != NULL ? CLASS_HS : CLASS_GUEST;
}

/* The mark that an instruction is, or 0. */
static unsigned mark_decode(const struct qemu_plugin_insn *insn)
{
    uint8_t b[4] = {0};
    uint32_t word;

    if (qemu_plugin_insn_size(insn) != 4 || qemu_plugin_insn_data(insn, b, sizeof(b)) != 4) {
        return 0;
    }
    word = (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
    /* slti x0, x0, imm: all but imm[11:0] is fixed. */
    return (word & 0xfffffu) == 0x2013u && (word >> 31) == 0 ? word >> 20 : 0;
}

static qemu_plugin_u64 entry_of(size_t offset)
{
    return (qemu_plugin_u64){.score = board, .offset = offset};
}

/* Inline counters are for a machine with one hart. */
static void insn_stage(struct qemu_plugin_insn *insn, int class)
{
    qemu_plugin_u64 stage = entry_of(offsetof(struct hart, stage));

    if (class == CLASS_GUEST) {
        qemu_plugin_register_vcpu_insn_exec_cond_cb(insn, on_low_code, PLUGIN_CB_NO_REGS,
                                                    PLUGIN_COND_LT, stage, STAGE_GUEST, NULL);
    } else if (class == CLASS_HS) {
        qemu_plugin_register_vcpu_insn_exec_cond_cb(insn, on_hs_code, PLUGIN_CB_NO_REGS,
                                                    PLUGIN_COND_LT, stage, STAGE_HS, NULL);
    }
}

static void insn_mark(struct qemu_plugin_insn *insn, unsigned mark)
{
    qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, PLUGIN_CB_NO_REGS,
                                           (void *)(uintptr_t)mark);
}

static void insn_count(struct qemu_plugin_insn *insn, int class)
{
    if (board == NULL) {
        qemu_plugin_register_vcpu_insn_exec_cb(insn, on_insn, PLUGIN_CB_NO_REGS,
                                               (void *)(uintptr_t)(class));
    } else {
        qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
            insn, PLUGIN_OP_ADD_U64,
            entry_of(offsetof(struct hart, now) + (size_t)(class) * sizeof(uint64_t)), 1);
    }
}

static void on_translate(qemu_plugin_id_t plugin, struct qemu_plugin_tb *tb)
{
    size_t count = qemu_plugin_tb_n_insns(tb);

    (void)plugin;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < count; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint64_t address = qemu_plugin_insn_vaddr(insn);
        int class = class_of(address, (uint64_t)(uintptr_t)qemu_plugin_insn_haddr(insn));
        unsigned mark = mark_decode(insn);

        if (i == 0 && board != NULL) {
            insn_stage(insn, class);
        } else if (i == 0) {
            qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, PLUGIN_CB_R_REGS,
                                                 (void *)(uintptr_t)(class));
        }
        for (size_t a = 0; a < at_count; a++) {
            if (ats[a].address == address) {
                insn_mark(insn, ats[a].mark);
            }
        }
        if (mark != 0) {
            insn_mark(insn, mark);
        } else {
            insn_count(insn, class);
        }
    }
    pthread_mutex_unlock(&lock);
}

/* --- start and end ------------------------------------------------------------------------- */

static void on_quit(qemu_plugin_id_t plugin, void *data)
{
    (void)plugin;
    (void)data;
    pthread_mutex_lock(&lock);
    for (unsigned h = 0; h < hart_count(); h++) {
        for (unsigned id = 0; id < MARK_IDS; id++) {
            const struct beat *b = &beats[h][id];

            if (b->marks < 2) {
                continue;
            }
            emit("beats id=%u hart=%u n=%" PRIu64 " hs_min=%" PRIu64 " hs_max=%" PRIu64
                 " fw_min=%" PRIu64 " fw_max=%" PRIu64 " hv_max=%" PRIu64 " guest_max=%" PRIu64
                 "\n",
                 id, h, b->marks - 1, b->min.of[CLASS_HS], b->max.of[CLASS_HS], b->min.of[CLASS_FW],
                 b->max.of[CLASS_FW], b->hv_max, b->max.of[CLASS_GUEST]);
        }
    }
    totals("");
    if (out != NULL) {
        fclose(out);
        out = NULL;
    }
    pthread_mutex_unlock(&lock);
}

static bool parse_range(const char *text, struct ranges *rs)
{
    struct range *r = &rs->item[rs->count];
    char *rest;

    if (rs->count == MAX_RANGES) {
        return false;
    }
    r->start = strtoull(text, &rest, 0);
    if (rest == text || *rest != ':') {
        return false;
    }
    text = rest + 1;
    r->end = strtoull(text, &rest, 0);
    if (rest == text || *rest != '\0' || r->end <= r->start) {
        return false;
    }
    rs->count++;
    return true;
}

/* ADDRESS:KIND:ID */
static bool parse_at(const char *text)
{
    uint64_t field[3];

    if (at_count == MAX_RANGES) {
        return false;
    }
    for (int i = 0; i < 3; i++) {
        char *rest;

        field[i] = strtoull(text, &rest, 0);
        if (rest == text || *rest != (i < 2 ? ':' : '\0')) {
            return false;
        }
        text = rest + 1;
    }
    if (field[1] > 7 || field[2] >= MARK_IDS) {
        return false;
    }
    ats[at_count++] =
        (struct at){.address = field[0], .mark = (unsigned)(field[1] << 8 | field[2])};
    return true;
}

static bool parse_option(const char *option)
{
    if (strncmp(option, "hs=", 3) == 0) {
        return parse_range(option + 3, &hs_ranges);
    }
    if (strncmp(option, "fw=", 3) == 0) {
        return parse_range(option + 3, &fw_ranges);
    }
    if (strncmp(option, "poll=", 5) == 0) {
        return parse_range(option + 5, &poll_ranges);
    }
    if (strncmp(option, "at=", 3) == 0) {
        return parse_at(option + 3);
    }
    if (strncmp(option, "out=", 4) == 0) {
        out = fopen(option + 4, "w");
        return out != NULL && setvbuf(out, NULL, _IOLBF, 0) == 0; /* Read while it runs, too. */
    }
    if (strcmp(option, "beats=max") == 0) {
        beat_lines = false;
        return true;
    }
    return strcmp(option, "beats=all") == 0;
}

PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
                                      char **argv)
{
    if (!info->system_emulation || strcmp(info->target_name, "riscv64") != 0) {
        fprintf(stderr, "hypcount: needs qemu-system-riscv64\n");
        return 1;
    }
    for (int i = 0; i < argc; i++) {
        if (!parse_option(argv[i])) {
            fprintf(stderr, "hypcount: bad option %s\n", argv[i]);
            return 1;
        }
    }
    if (fw_ranges.count == 0) {
        parse_range("0x1000:0x10000", &fw_ranges);
        parse_range("0x80000000:0x80200000", &fw_ranges);
    }
    if (info->system.max_vcpus == 1) {
        board = qemu_plugin_scoreboard_new(sizeof(struct hart));
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
    qemu_plugin_register_atexit_cb(id, on_quit, NULL);
    return 0;
}
