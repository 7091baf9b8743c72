/* SPDX-License-Identifier: Apache-2.0 */
/* A test on the host can wait for a broken contract, and goes on after it. */
#pragma once

/*
 * Called before the process ends; it may leave by hart_park(). NULL: the process ends. Per thread.
 */
void panic_host_set(void (*fn)(const char *condition));
