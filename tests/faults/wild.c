/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor as it is, but for one hart that does one wild thing, which `wild=NAME` on the
 * command line chooses. Linked with --wrap: the victim's first hart comes by __wrap_vcpu_run()
 * instead of vcpu_run(), and the console hart by __wrap_hv_hart_serve().
 */
#include "libhv/hv.h"

#include <hyp/base/assert.h>
#include <hyp/base/thread_safety.h>
#include <hyp/vm/vm.h>
#include <string.h>

#define IMAGE_VA UINT64_C(0xffffffc000000000)
#define KEY "wild="

void wild_load(uint64_t address);
void wild_store(uint64_t address);
void wild_jump(uint64_t address);
void wild_illegal(uint64_t unused);
void wild_lose_tp(uint64_t address);
void wild_swap_tp(uint64_t address, struct hart *tp);
void wild_overflow(uint64_t unused);
void wild_plain(uint64_t address);
_Noreturn void wild_survived(void);
extern char wild_data[];
extern void (*wild_null)(void);
extern const char wild_rodata[];

struct exit; /* Private to libvm. */

void __real_vcpu_run(struct vcpu *vcpu);
void __wrap_vcpu_run(struct vcpu *vcpu);
enum vcpu_action __real_exit_handle(struct vcpu *vcpu, struct exit *e);
enum vcpu_action __wrap_exit_handle(struct vcpu *vcpu, struct exit *e);
_Noreturn void __real_hv_hart_serve(struct hv_hart *self);
_Noreturn void __wrap_hv_hart_serve(struct hv_hart *self);

_Noreturn void wild_survived(void)
{
    HYP_PANIC("survived");
}

static struct hv_hart *self(void)
{
    return hv_hart_self();
}

static const struct hv *hv(void)
{
    return self()->harts->ctx;
}

static bool is_case(const char *name)
{
    const char *args = hv()->boot.machine.bootargs;
    return strncmp(args, KEY, strlen(KEY)) == 0 && strcmp(args + strlen(KEY), name) == 0;
}

/* Address of the real-time VM's memory. */
static uint64_t guest_hpa(void)
{
    return hv()->boot.plan.mem_hpa[1][0];
}

static void store_text(void)
{
    wild_store((uint64_t)(uintptr_t)wild_load);
}

static void store_rodata(void)
{
    wild_store((uint64_t)(uintptr_t)wild_rodata);
}

static void jump_rodata(void)
{
    wild_jump((uint64_t)(uintptr_t)wild_rodata);
}

static void jump_data(void)
{
    wild_jump((uint64_t)(uintptr_t)wild_data);
}

static void jump_stack(void)
{
    uint32_t code[2] = {0x6f, 0x6f};
    wild_jump((uint64_t)(uintptr_t)code);
}

static void jump_pool(void)
{
    wild_jump((uint64_t)(uintptr_t)self()->vcpu);
}

static void jump_null(void)
{
    wild_jump(0);
}

static void load_guest(void)
{
    wild_load(guest_hpa());
}

static void store_guest(void)
{
    wild_store(guest_hpa());
}

static void jump_guest(void)
{
    wild_jump(guest_hpa());
}

/* If the image's mapping went on … */
static void load_guest_by_image(void)
{
    wild_load(IMAGE_VA + (guest_hpa() - hv()->boot.memory.load_hpa));
}

/* … or the pool's. */
static void load_guest_by_pool(void)
{
    const struct phys_window *w = &hv()->boot.memory.phys.window[0];
    wild_load(w->va + (guest_hpa() - w->pa.start));
}

static void overflow(void)
{
    wild_overflow(0);
}

static void illegal(void)
{
    wild_illegal(0);
}

static void lose_tp(void)
{
    wild_lose_tp((uint64_t)(uintptr_t)wild_load);
}

static void require(void)
{
    HYP_REQUIRE(self()->harts == NULL);
}

/* ---- Three calls deep, in C: tests/debug finds each call in the dump. ------------------------ */

enum chain_end { CHAIN_STORE, CHAIN_REQUIRE, CHAIN_NULL, CHAIN_ASM };

__attribute__((noinline)) static uint64_t chain_third(enum chain_end end, uint64_t *text)
{
    switch (end) {
    case CHAIN_STORE:
        *text = 1; /* fails: store */
        break;
    case CHAIN_REQUIRE:
        HYP_REQUIRE(text == NULL); /* fails: require */
        break;
    case CHAIN_NULL:
        wild_null(); /* fails: null */
        break;
    case CHAIN_ASM:
        wild_plain((uint64_t)(uintptr_t)text); /* fails: asm */
        break;
    }
    return *text;
}

__attribute__((noinline)) static uint64_t chain_second(enum chain_end end, uint64_t *text)
{
    return chain_third(end, text) + 1; /* second */
}

static void chain(enum chain_end end)
{
    if (chain_second(end, (uint64_t *)(uintptr_t)wild_load) != 0) { /* first */
        wild_survived();
    }
}

static void chain_store(void)
{
    chain(CHAIN_STORE);
}

static void chain_require(void)
{
    chain(CHAIN_REQUIRE);
}

static void chain_null(void)
{
    chain(CHAIN_NULL);
}

static void chain_asm(void)
{
    chain(CHAIN_ASM);
}

/* The name of the VM cannot be read: the dump faults. */
static void nested(void)
{
    hart_self()->vm_name = (const char *)16;
    store_text();
}

/* This hart's tp is another hart's, so its report would use that one's stack. */
static void nested_swap_tp(void)
{
    hart_self()->vm_name = (const char *)16;
    wild_swap_tp((uint64_t)(uintptr_t)wild_load, &self()->harts->hart[0]->hart);
}

/* Telling the embedder faults, too. */
static void told_to_fault(struct hart *hart, const struct hart_fault_frame *fault)
{
    (void)hart, (void)fault;
    store_rodata();
}

static void nested_tell(void)
{
    hart_self()->panicked = told_to_fault;
    store_text();
}

/* The lock stays held. */
static void locked(void) NO_THREAD_SAFETY_ANALYSIS
{
    spinlock_lock(&self()->vcpu->vm->lock);
    store_text();
}

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    {"store_text", store_text},
    {"store_rodata", store_rodata},
    {"jump_rodata", jump_rodata},
    {"jump_data", jump_data},
    {"jump_stack", jump_stack},
    {"jump_pool", jump_pool},
    {"jump_null", jump_null},
    {"load_guest", load_guest},
    {"store_guest", store_guest},
    {"jump_guest", jump_guest},
    {"load_guest_by_image", load_guest_by_image},
    {"load_guest_by_pool", load_guest_by_pool},
    {"overflow", overflow},
    {"illegal", illegal},
    {"lose_tp", lose_tp},
    {"require", require},
    {"nested", nested},
    {"nested_swap_tp", nested_swap_tp},
    {"nested_tell", nested_tell},
    {"locked", locked},
    {"chain_store", chain_store},
    {"chain_require", chain_require},
    {"chain_null", chain_null},
    {"chain_asm", chain_asm},
};

static bool is_victim(const struct vcpu *vcpu)
{
    return vcpu->vm->index == 0 && vcpu->id == 0;
}

void __wrap_vcpu_run(struct vcpu *vcpu)
{
    for (size_t i = 0; is_victim(vcpu) && i < ARRAY_COUNT(cases); i++) {
        if (is_case(cases[i].name)) {
            cases[i].run();
            wild_survived();
        }
    }
    __real_vcpu_run(vcpu);
}

/* Fails inside an exit, with the guest's registers saved. */
enum vcpu_action __wrap_exit_handle(struct vcpu *vcpu, struct exit *e)
{
    if (is_victim(vcpu) && is_case("exit")) {
        store_text();
    }
    return __real_exit_handle(vcpu, e);
}

_Noreturn void __wrap_hv_hart_serve(struct hv_hart *hart)
{
    if (is_case("console_hart")) {
        store_text();
    }
    __real_hv_hart_serve(hart);
}
