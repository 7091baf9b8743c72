/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options of VMs on the hypervisor's command line, which is bootargs of the machine's device tree:
 *
 *     linux.append="console=ttyS0 root=/dev/vda" linux.initrd-size=0x4000
 *
 * Words are separated by blanks. A blank between quotes separates nothing, and a quote without a
 * second one reaches to the end of the line. An option is a word that begins with `VM.key=`; the
 * value is the rest of the word. Quotes around the whole value are left out, other quotes are part
 * of it. Other words mean nothing here. Of two options with one name the first counts.
 *
 * Owner   The caller's line; a value points into it and is not NUL-terminated.
 * Locks   None: pure.
 * Context Any. Reads the line once, up to the word that it looks for.
 */
#pragma once

#include <hyp/base/types.h>

/*
 * The value of `vm.key=`, and its length; NULL, with *length as it was: the line has none. `vm` and
 * `key` have neither blanks nor quotes.
 */
const char *config_option_get(const char *line, const char *vm, const char *key, size_t *length);

/*
 * Reads a value as a number of bytes: decimal, or hex behind 0x. False, with *size as it was: its
 * characters are not one number, or are more than 18, which hold every number of 64 bits in hex.
 */
bool config_option_size(const char *value, size_t length, uint64_t *size);
