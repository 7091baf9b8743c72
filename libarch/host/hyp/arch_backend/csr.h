/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSRs on the host: a register file of plain storage for each thread. A test's model can replace
 * single registers. Aliases between registers (sie in hie, hvip in hip) and read-only bits are not
 * modelled unless a test does so.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The register `number` (0 … 4095) of this thread's hart. */
uint64_t *csr_host(unsigned number);
/* Sets all of them to 0. */
void csr_host_reset(void);

#define CSR_HOST_COUNT 4096u
/* Selects a file of CSR_HOST_COUNT registers for this thread; NULL: the thread's own. */
void csr_host_use(uint64_t *file);

enum csr_host_op { CSR_HOST_READ, CSR_HOST_WRITE, CSR_HOST_SET, CSR_HOST_CLEAR };

/*
 * Executes one CSR instruction. Returns true with the register's old value in *old, or false if the
 * register is plain storage.
 */
typedef bool (*csr_host_model)(void *state, unsigned number, enum csr_host_op op, uint64_t value,
                               uint64_t *old);
/* Attaches a model, which each access on this thread calls first; NULL: none. */
void csr_host_attach(csr_host_model model, void *state);

/*
 * Sets which registers the hart of this thread lacks; NULL: none. An access to such a register
 * fails an assertion, as it would trap on the machine; only csr_probe() may access one.
 */
void csr_host_set_absent(bool (*is_absent)(unsigned number));
bool csr_host_has(unsigned number);

/* Executes one CSR instruction and returns the old value. */
uint64_t csr_host_access(unsigned number, enum csr_host_op op, uint64_t value);

#define csr_read(csr) csr_host_access(csr, CSR_HOST_READ, 0)
#define csr_write(csr, v) ((void)csr_host_access(csr, CSR_HOST_WRITE, (uint64_t)(v)))
#define csr_set(csr, v) ((void)csr_host_access(csr, CSR_HOST_SET, (uint64_t)(v)))
#define csr_clear(csr, v) ((void)csr_host_access(csr, CSR_HOST_CLEAR, (uint64_t)(v)))
#define csr_swap(csr, v) csr_host_access(csr, CSR_HOST_WRITE, (uint64_t)(v))
#define csr_probe(csr) csr_host_has(csr)
