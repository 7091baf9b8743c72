/* SPDX-License-Identifier: Apache-2.0 */
/* Register files of CSRs on the host, one for each thread. */
#include <hyp/arch/csr.h>

#include <hyp/base/assert.h>
#include <stddef.h>

static _Thread_local uint64_t own[CSR_HOST_COUNT];
static _Thread_local uint64_t *used;
static _Thread_local csr_host_model the_model;
static _Thread_local void *the_state;
static _Thread_local bool (*the_absent)(unsigned number);

static uint64_t *csrs(void)
{
    return used != NULL ? used : own;
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

void csr_host_attach(csr_host_model model, void *state)
{
    the_model = model;
    the_state = state;
}

void csr_host_set_absent(bool (*is_absent)(unsigned number))
{
    the_absent = is_absent;
}

bool csr_host_has(unsigned number)
{
    return the_absent == NULL || !the_absent(number);
}

uint64_t csr_host_access(unsigned number, enum csr_host_op op, uint64_t value)
{
    uint64_t old;
    HYP_REQUIRE(csr_host_has(number));
    if (the_model != NULL && the_model(the_state, number, op, value, &old)) {
        return old;
    }
    uint64_t *reg = csr_host(number);
    old = *reg;
    switch (op) {
    case CSR_HOST_READ: break;
    case CSR_HOST_WRITE: *reg = value; break;
    case CSR_HOST_SET: *reg = old | value; break;
    case CSR_HOST_CLEAR: *reg = old & ~value; break;
    }
    return old;
}
