/* SPDX-License-Identifier: Apache-2.0 */
/* The firmware of the host: a function of the test. */
#include <hyp/arch_backend/sbi_call_host.h>

#include <stddef.h>

static _Thread_local sbi_host_fn the_fn;
static _Thread_local uint64_t more[2];

void sbi_host_set(sbi_host_fn fn)
{
    the_fn = fn;
}

struct sbi_ret sbi_call(uint64_t ext, uint64_t fid, uint64_t a0, uint64_t a1, uint64_t a2)
{
    if (the_fn == NULL) {
        return (struct sbi_ret){.error = SBI_ERR_NOT_SUPPORTED, .value = 0};
    }
    return the_fn(ext, fid, a0, a1, a2);
}

struct sbi_ret sbi_call_5(uint64_t ext, uint64_t fid, const uint64_t arg[5])
{
    more[0] = arg[3];
    more[1] = arg[4];
    return sbi_call(ext, fid, arg[0], arg[1], arg[2]);
}

uint64_t sbi_host_arg(unsigned number)
{
    return number == 3 || number == 4 ? more[number - 3] : 0;
}
