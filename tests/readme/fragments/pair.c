/* SPDX-License-Identifier: Apache-2.0 */
/* Members of a VM's configuration, as README.md has them. */
#include <hyp/vm/config.h>

extern const struct vm_config readme_vm;

const struct vm_config readme_vm = {
#include "pair.inc"
};
