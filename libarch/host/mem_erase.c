/* SPDX-License-Identifier: Apache-2.0 */
/* On the host all that a test points to can be written, but for what it says. */
#include <hyp/arch/mem_erase.h>

#include <hyp/arch_backend/mem_host.h>

#include <string.h>

bool mem_erase(void *at, size_t size)
{
    const struct mem_host *m = mem_host();
    if (m->is_inaccessible != 0 && m->is_inaccessible((uintptr_t)at, true)) {
        return false;
    }
    memset(at, 0, size);
    return true;
}
