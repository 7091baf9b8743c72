/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSRs on the host: the thread's own register file, plain storage, but for those that a test's
 * model answers for. Aliases between registers (sie in hie, hvip in hip) and read-only bits are
 * a test's to arrange.
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

enum csr_host_op { CSR_HOST_READ, CSR_HOST_WRITE, CSR_HOST_SET, CSR_HOST_CLEAR };

/*
 * One CSR instruction. True: the model has done it, and *old is what the register held; false: the
 * register is plain storage.
 */
typedef bool (*csr_host_model)(void *state, unsigned number, enum csr_host_op op, uint64_t value,
                               uint64_t *old);
/* Asked first by all that follow on this thread; NULL: nobody is. */
void csr_host_attach(csr_host_model model, void *state);

/*
 * Sets which registers this thread's hart lacks; NULL: none. An access would trap on the machine,
 * so here it is a broken contract; csr_probe() alone may ask.
 */
void csr_host_set_absent(bool (*is_absent)(unsigned number));
bool csr_host_has(unsigned number);

/* What the register held. */
uint64_t csr_host_access(unsigned number, enum csr_host_op op, uint64_t value);

#define csr_read(csr) csr_host_access(csr, CSR_HOST_READ, 0)
#define csr_write(csr, v) ((void)csr_host_access(csr, CSR_HOST_WRITE, (uint64_t)(v)))
#define csr_set(csr, v) ((void)csr_host_access(csr, CSR_HOST_SET, (uint64_t)(v)))
#define csr_clear(csr, v) ((void)csr_host_access(csr, CSR_HOST_CLEAR, (uint64_t)(v)))
#define csr_swap(csr, v) csr_host_access(csr, CSR_HOST_WRITE, (uint64_t)(v))
#define csr_probe(csr) csr_host_has(csr)
