/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer's two entries; their names are its own. */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
