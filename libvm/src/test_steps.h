/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The build of :vm_steps includes this file before each source of libvm: every atomic access
 * becomes a step, before which another hart of test_harts.h may run. The sources do not change.
 */
#pragma once

#include <stdbool.h>

/* Called before each access. */
void test_step(void);
/* Called before a write. If the write changes a value, harts that wait for a write check again. */
void test_writes(bool changes);

#define TEST_WRITE(changes) (test_step(), test_writes(changes))

#define __atomic_load_n(p, order) (test_step(), __atomic_load_n(p, order))
#define __atomic_store_n(p, v, order) (TEST_WRITE(*(p) != (v)), __atomic_store_n(p, v, order))
#define __atomic_exchange_n(p, v, order) (TEST_WRITE(*(p) != (v)), __atomic_exchange_n(p, v, order))
#define __atomic_fetch_or(p, v, order) \
    (TEST_WRITE((*(p) | (v)) != *(p)), __atomic_fetch_or(p, v, order))
#define __atomic_compare_exchange_n(p, e, v, w, s, f) \
    (TEST_WRITE(*(p) == *(e)), __atomic_compare_exchange_n(p, e, v, w, s, f))
#define __atomic_fetch_add(p, v, order) (TEST_WRITE(true), __atomic_fetch_add(p, v, order))
#define __atomic_add_fetch(p, v, order) (TEST_WRITE(true), __atomic_add_fetch(p, v, order))
#define __atomic_sub_fetch(p, v, order) (TEST_WRITE(true), __atomic_sub_fetch(p, v, order))
