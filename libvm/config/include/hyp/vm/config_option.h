/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads options of VMs from the hypervisor's command line, which is /chosen/bootargs of the
 * machine's device tree:
 *
 *     linux.append="console=ttyS0 root=/dev/vda" linux.initrd-size=0x4000
 *
 * Blanks separate words, except between quotes; a quote without a second one ends with the line.
 * An option is a word that begins with `VM.key=`, and its value is the rest of the word. Quotes
 * around the whole value are removed, other quotes are part of the value. All other words are
 * ignored. If two options have the same name, the first one counts.
 *
 * Owner   The caller's line; a value points into it and is not NUL-terminated.
 * Locks   None: pure.
 * Context Any. One pass over the line, up to the option.
 */
#pragma once

#include <hyp/base/types.h>

/*
 * Returns the value of `vm.key=` and sets *length. NULL: there is no such option, and *length is
 * not changed. `vm` and `key` contain neither blanks nor quotes.
 */
const char *config_option_get(const char *line, const char *vm, const char *key, size_t *length);

/*
 * Reads a value as a number, decimal or hexadecimal with 0x, of at most 18 characters, which is
 * enough for each 64-bit number in hexadecimal. False: it is no such number, and *size is not
 * changed.
 */
bool config_option_size(const char *value, size_t length, uint64_t *size);
