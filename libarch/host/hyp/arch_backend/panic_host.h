/* SPDX-License-Identifier: Apache-2.0 */
/* What a broken contract does on the host, where a test waits for it. */
#pragma once

/*
 * Called before the process ends; it may leave by hart_park(). NULL: the process ends. Per thread.
 */
void panic_host_set(void (*fn)(const char *condition));
