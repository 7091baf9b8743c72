/* SPDX-License-Identifier: Apache-2.0 */
/* Erasing on the host: a test sets which addresses cannot be written. */
#include <hyp/arch/mem_erase.h>

#include <hyp/arch_backend/mem_host.h>

#include <string.h>

bool mem_erase(void *at, size_t size)
{
    const struct mem_host *m = mem_host();
    if (m->is_inaccessible != NULL && m->is_inaccessible((uintptr_t)at, true)) {
        return false;
    }
    memset(at, 0, size);
    return true;
}
