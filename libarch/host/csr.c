/* SPDX-License-Identifier: Apache-2.0 */
/* The host's register file, one a thread. */
#include <hyp/arch/csr.h>

#define CSR_COUNT 4096u

static _Thread_local uint64_t csrs[CSR_COUNT];

uint64_t *csr_host(unsigned number)
{
    return &csrs[number % CSR_COUNT];
}

void csr_host_reset(void)
{
    for (unsigned i = 0; i < CSR_COUNT; i++) {
        csrs[i] = 0;
    }
}
