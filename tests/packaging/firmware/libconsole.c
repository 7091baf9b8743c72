/* SPDX-License-Identifier: Apache-2.0 */
/* Formats a number. */
#include "panic.h"

#include <hyp/console/format.h>

void fw_main(void)
{
    char text[8] = "";
    (void)format_buf(text, sizeof(text), "%u", 42);
    fw_end("libconsole", text[0] == '4' && text[1] == '2' && text[2] == '\0');
}
