/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the engines. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Runs the property once; false: it was discarded. */
bool prop_once(void);

/* The engine's own words about the run that failed: how to have it again. */
void prop_report(void);

/* Prints prop_report() too when a sanitizer or an assertion of the code under test ends us. */
void prop_watch(void);

/* The number behind `--name=` in the arguments, or the fallback. */
uint64_t prop_option(int argc, char **argv, const char *name, uint64_t fallback);

bool prop_flag(int argc, char **argv, const char *name);
