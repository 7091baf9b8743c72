/* SPDX-License-Identifier: Apache-2.0 */
/* The hart on the host: the struct that a test has set for this thread. */
#pragma once

struct hart *hart_self(void);
void hart_host_set(struct hart *hart);

static inline void hart_relax(void) {}

static inline void hart_wait(void) {}
