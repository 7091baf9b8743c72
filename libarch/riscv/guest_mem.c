/* SPDX-License-Identifier: Apache-2.0 */
/* Accesses guest memory by HLV and HSV; each access has a fix-up for its fault. */
#include <hyp/arch/guest_mem.h>

#include <hyp/arch/csr.h>
#include <hyp/base/bits.h>

/* One access; `ok` becomes 0 if it faults. By encoding: the -march in use does not include H. */
#define GUEST_ACCESS(insn, ok, ...)                 \
    __asm__ volatile("1: " insn "\n"                \
                     "j 3f\n"                       \
                     "2: li %0, 0\n"                \
                     "3:\n"                         \
                     ".pushsection .fixup, \"a\"\n" \
                     ".dword 1b, 2b\n"              \
                     ".popsection\n"                \
                     : "+r"(ok), __VA_ARGS__        \
                     : "memory")

static bool load8(uint64_t address, uint8_t *value)
{
    uint64_t ok = 1;
    uint64_t v = 0;
    /* hlv.bu */
    GUEST_ACCESS(".insn r 0x73, 4, 0x30, %1, %2, x1", ok, "+r"(v) : "r"(address));
    *value = (uint8_t)v;
    return ok != 0;
}

static bool load64(uint64_t address, uint64_t *value)
{
    uint64_t ok = 1;
    uint64_t v = 0;
    /* hlv.d */
    GUEST_ACCESS(".insn r 0x73, 4, 0x36, %1, %2, x0", ok, "+r"(v) : "r"(address));
    *value = v;
    return ok != 0;
}

static bool store8(uint64_t address, uint8_t value)
{
    uint64_t ok = 1;
    uint64_t v = value;
    /* hsv.b */
    GUEST_ACCESS(".insn r 0x73, 4, 0x31, x0, %2, %1", ok, "+r"(v) : "r"(address));
    return ok != 0;
}

static bool fetch16(uint64_t address, uint16_t *value)
{
    uint64_t ok = 1;
    uint64_t v = 0;
    /* hlvx.hu */
    GUEST_ACCESS(".insn r 0x73, 4, 0x32, %1, %2, x3", ok, "+r"(v) : "r"(address));
    *value = (uint16_t)v;
    return ok != 0;
}

/* CSRs to restore after guest-physical accesses, which need vsatp = Bare and SPVP = 1. */
struct bare {
    uint64_t vsatp;
    uint64_t hstatus;
};

static struct bare bare_enter(void)
{
    struct bare b = {.vsatp = csr_swap(CSR_VSATP, 0), .hstatus = csr_read(CSR_HSTATUS)};
    csr_set(CSR_HSTATUS, HSTATUS_SPVP);
    return b;
}

static void bare_leave(struct bare b)
{
    csr_write(CSR_VSATP, b.vsatp);
    csr_write(CSR_HSTATUS, b.hstatus);
}

enum hyp_status guest_mem_read(gpa_t gpa, void *to, uint64_t size)
{
    uint8_t *out = to;
    bool ok = true;
    struct bare b = bare_enter();
    for (uint64_t i = 0; ok && i < size;) {
        if (((gpa.a + i) & 7) == 0 && size - i >= 8) {
            uint64_t v;
            ok = load64(gpa.a + i, &v);
            __builtin_memcpy(out + i, &v, 8);
            i += 8;
        } else {
            ok = load8(gpa.a + i, out + i);
            i++;
        }
    }
    bare_leave(b);
    return ok ? HYP_OK : HYP_E_FAULT;
}

/*
 * Stores 32 bytes in each iteration, as words. HSV.D has no offset, hence the additions. Returns
 * the number of bytes stored: all whole iterations, or those before the one in which an access
 * trapped. A load can trap too: a misaligned one, if neither the hart nor the firmware supports it.
 */
static uint64_t write_words(uint64_t to, const uint8_t *from, uint64_t size)
{
    uint64_t start = to;
    uint64_t end = to + align_down(size, 32);
    uint64_t a;
    uint64_t b;
    uint64_t c;
    uint64_t d;
    if (to == end) {
        return 0;
    }
    __asm__ volatile("1: ld %1, 0(%5)\n"
                     "2: ld %2, 8(%5)\n"
                     "3: ld %3, 16(%5)\n"
                     "4: ld %4, 24(%5)\n"
                     "addi %5, %5, 32\n"
                     "5: .insn r 0x73, 4, 0x37, x0, %0, %1\n"
                     "addi %0, %0, 8\n"
                     "6: .insn r 0x73, 4, 0x37, x0, %0, %2\n"
                     "addi %0, %0, 8\n"
                     "7: .insn r 0x73, 4, 0x37, x0, %0, %3\n"
                     "addi %0, %0, 8\n"
                     "8: .insn r 0x73, 4, 0x37, x0, %0, %4\n"
                     "addi %0, %0, 8\n"
                     "bltu %0, %6, 1b\n"
                     "9:\n"
                     ".pushsection .fixup, \"a\"\n"
                     ".dword 1b, 9b, 2b, 9b, 3b, 9b, 4b, 9b, 5b, 9b, 6b, 9b, 7b, 9b, 8b, 9b\n"
                     ".popsection\n"
                     : "+r"(to), "=&r"(a), "=&r"(b), "=&r"(c), "=&r"(d), "+r"(from)
                     : "r"(end)
                     : "memory");
    return align_down(to - start, 32);
}

/* Stores bytes up to a word boundary of the guest, then words, then the remaining bytes. */
HYP_COLD enum hyp_status guest_mem_write(gpa_t gpa, const void *from, uint64_t size)
{
    const uint8_t *in = from;
    bool ok = true;
    bool words = true;
    struct bare b = bare_enter();
    for (uint64_t i = 0; ok && i < size;) {
        if (words && ((gpa.a + i) & 7) == 0) {
            i += write_words(gpa.a + i, in + i, size - i);
            words = false;
        } else {
            ok = store8(gpa.a + i, in[i]);
            i++;
        }
    }
    bare_leave(b);
    return ok ? HYP_OK : HYP_E_FAULT;
}

enum hyp_status guest_mem_fetch(gva_t pc, uint32_t *insn)
{
    uint16_t low;
    uint16_t high = 0;
    if (!fetch16(pc.a, &low) || ((low & 3) == 3 && !fetch16(pc.a + 2, &high))) {
        return HYP_E_FAULT;
    }
    *insn = low | (uint32_t)high << 16;
    return HYP_OK;
}
