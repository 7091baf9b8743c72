/* SPDX-License-Identifier: Apache-2.0 */
/* Decodes the instruction `lw a0, 4(a1)`. */
#include "panic.h"

#include <hyp/arch/insn.h>

void fw_main(void)
{
    struct insn_access access = insn_decode(0x0045a503);
    fw_end("libarch", access.kind == INSN_LOAD && access.size == 4);
}
