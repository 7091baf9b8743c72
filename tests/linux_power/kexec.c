/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Linux program: kexec IMAGE INITRD loads a kernel and its initrd with the device tree that runs
 * now, and starts them. Debian has no kexec-tools for riscv64.
 *
 * Linux "Boot image header in RISC-V Linux" has the image; kexec_load(2) has the call.
 */
#include <libfdt.h>
#include <stdint.h>

#define SYS_OPENAT 56
#define SYS_LSEEK 62
#define SYS_READ 63
#define SYS_WRITE 64
#define SYS_EXIT 93
#define SYS_KEXEC_LOAD 104
#define SYS_REBOOT 142
#define SYS_MMAP 222
#define AT_FDCWD (-100)
#define SEEK_END 2
#define PROT_READ 1
#define MAP_PRIVATE 2
#define KEXEC_ARCH_RISCV (UINT64_C(243) << 16)
#define REBOOT_MAGIC 0xfee1dead
#define REBOOT_MAGIC2 672274793
#define REBOOT_KEXEC 0x45584543

#define MIB2 (UINT64_C(2) << 20)
#define KERNEL_MEM UINT64_C(0x80200000) /* Of QEMU's virt machine and of the VMs. */
#define IMAGE_SIZE_AT 16

struct segment {
    const void *buffer;
    uint64_t buffer_size;
    uint64_t mem;
    uint64_t mem_size;
};

static uint8_t tree[64 << 10];

void start(const uint64_t *stack);

static int64_t call(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)
{
    register uint64_t a0 __asm__("a0") = a;
    register uint64_t a1 __asm__("a1") = b;
    register uint64_t a2 __asm__("a2") = c;
    register uint64_t a3 __asm__("a3") = d;
    register uint64_t a4 __asm__("a4") = e;
    register uint64_t a5 __asm__("a5") = 0;
    register uint64_t a7 __asm__("a7") = number;
    __asm__ volatile("ecall"
                     : "+r"(a0)
                     : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7)
                     : "memory");
    return (int64_t)a0;
}

static _Noreturn void die(const char *text)
{
    static const char head[] = "kexec: FAIL: ";
    (void)call(SYS_WRITE, 1, (uint64_t)head, sizeof(head) - 1, 0, 0);
    (void)call(SYS_WRITE, 1, (uint64_t)text, strlen(text), 0, 0);
    (void)call(SYS_WRITE, 1, (uint64_t) "\n", 1, 0, 0);
    for (;;) {
        (void)call(SYS_EXIT, 1, 0, 0, 0, 0);
    }
}

static uint64_t must(int64_t result, const char *text)
{
    if (result < 0) {
        die(text);
    }
    return (uint64_t)result;
}

static uint64_t align_up(uint64_t value, uint64_t size)
{
    return (value + size - 1) / size * size;
}

static uint64_t open_file(const char *path)
{
    return must(call(SYS_OPENAT, (uint64_t)AT_FDCWD, (uint64_t)path, 0, 0, 0), path);
}

static struct segment load_file(const char *path, uint64_t mem)
{
    uint64_t file = open_file(path);
    uint64_t size = must(call(SYS_LSEEK, file, 0, SEEK_END, 0, 0), path);
    uint64_t at = must(call(SYS_MMAP, 0, size, PROT_READ, MAP_PRIVATE, file), path);
    return (struct segment){(const void *)at, size, mem, align_up(size, 4096)};
}

static void read_tree(void)
{
    uint64_t file = open_file("/sys/firmware/fdt");
    uint64_t size = 0;
    for (;;) {
        uint64_t got = must(
            call(SYS_READ, file, (uint64_t)tree + size, sizeof(tree) - size, 0, 0), "tree");
        if (got == 0) {
            break;
        }
        size += got;
    }
    if (fdt_check_header(tree) != 0 || fdt_totalsize(tree) > size) {
        die("no device tree");
    }
}

/* An address of /chosen, of one cell or two. */
static uint64_t chosen(const char *name)
{
    int size = 0;
    int node = fdt_path_offset(tree, "/chosen");
    const uint8_t *bytes = node < 0 ? NULL : fdt_getprop(tree, node, name, &size);
    if (bytes == NULL) {
        die(name);
    }
    uint64_t value = 0;
    for (int i = 0; i < size; i++) {
        value = value << 8 | bytes[i];
    }
    return value;
}

void start(const uint64_t *stack)
{
    if (stack[0] != 3) {
        die("usage: kexec IMAGE INITRD");
    }
    read_tree();
    struct segment segments[3];
    struct segment *kernel = &segments[0];
    struct segment *initrd = &segments[1];
    *kernel = load_file((const char *)stack[2], KERNEL_MEM);
    kernel->mem_size =
        align_up(*(const uint64_t *)((const uint8_t *)kernel->buffer + IMAGE_SIZE_AT), 4096);
    /* The tree says the old initrd's size; Linux skips zeros behind an archive. */
    *initrd = load_file((const char *)stack[3], chosen("linux,initrd-start"));
    uint64_t room = chosen("linux,initrd-end") - initrd->mem;
    if (initrd->buffer_size > room) {
        die("the initrd is larger than the one that runs");
    }
    initrd->mem_size = align_up(room, 4096);
    uint64_t kernel_end = kernel->mem + kernel->mem_size;
    uint64_t initrd_end = initrd->mem + initrd->mem_size;
    uint64_t end = kernel_end > initrd_end ? kernel_end : initrd_end;
    segments[2] = (struct segment){tree, fdt_totalsize(tree), align_up(end, MIB2),
                                   align_up(fdt_totalsize(tree), 4096)};
    (void)must(call(SYS_KEXEC_LOAD, KERNEL_MEM, 3, (uint64_t)segments, KEXEC_ARCH_RISCV, 0),
               "kexec_load");
    (void)call(SYS_REBOOT, REBOOT_MAGIC, REBOOT_MAGIC2, REBOOT_KEXEC, 0, 0);
    die("reboot");
}

/* argc, argv are on the stack. */
__asm__(".globl _start\n"
        "_start: mv a0, sp\n"
        "j start\n");
