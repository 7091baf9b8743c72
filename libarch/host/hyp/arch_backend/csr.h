/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSRs on the host: the thread's own register file, plain storage. Aliases between
 * registers (sie in hie, hvip in hip) and read-only bits are a test's to arrange.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The register `number` (0 … 4095) of this thread's hart. */
uint64_t *csr_host(unsigned number);
/* All of them 0. */
void csr_host_reset(void);

#define CSR_HOST_COUNT 4096u
/* From now on this thread's hart is the one with these CSR_HOST_COUNT registers; NULL: its own. */
void csr_host_use(uint64_t *file);

static inline uint64_t csr_host_swap(unsigned number, uint64_t value)
{
    uint64_t old = *csr_host(number);
    *csr_host(number) = value;
    return old;
}

#define csr_read(csr) (*(const uint64_t *)csr_host(csr))
#define csr_write(csr, v) ((void)(*csr_host(csr) = (uint64_t)(v)))
#define csr_set(csr, v) ((void)(*csr_host(csr) |= (uint64_t)(v)))
#define csr_clear(csr, v) ((void)(*csr_host(csr) &= ~(uint64_t)(v)))
#define csr_swap(csr, v) csr_host_swap(csr, (uint64_t)(v))
#define csr_probe(csr) ((void)(csr), true)
