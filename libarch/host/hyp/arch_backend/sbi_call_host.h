/* SPDX-License-Identifier: Apache-2.0 */
/* The function of a test that handles sbi_call() on the host. */
#pragma once

#include <hyp/arch/sbi_call.h>

typedef struct sbi_ret (*sbi_host_fn)(uint64_t ext, uint64_t fid, uint64_t a0, uint64_t a1,
                                      uint64_t a2);

/* NULL: every call answers SBI_ERR_NOT_SUPPORTED. Per thread. */
void sbi_host_set(sbi_host_fn fn);

/* Arguments 3 and 4 of this thread's last sbi_call_5(). */
uint64_t sbi_host_arg(unsigned number);
