/* SPDX-License-Identifier: Apache-2.0 */
/* The host's register file, one a thread. */
#include <hyp/arch/csr.h>

static _Thread_local uint64_t own[CSR_HOST_COUNT];
static _Thread_local uint64_t *used;

static uint64_t *csrs(void)
{
    return used != 0 ? used : own;
}

uint64_t *csr_host(unsigned number)
{
    return &csrs()[number % CSR_HOST_COUNT];
}

void csr_host_use(uint64_t *file)
{
    used = file;
}

void csr_host_reset(void)
{
    for (unsigned i = 0; i < CSR_HOST_COUNT; i++) {
        csrs()[i] = 0;
    }
}
