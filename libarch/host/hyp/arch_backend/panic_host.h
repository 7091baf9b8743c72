/* SPDX-License-Identifier: Apache-2.0 */
/* A test on the host can expect a failed assertion and continue after it. */
#pragma once

/*
 * Called before the process ends; it may leave by hart_park(). NULL: the process ends. Per thread.
 */
void panic_host_set(void (*fn)(const char *condition));
