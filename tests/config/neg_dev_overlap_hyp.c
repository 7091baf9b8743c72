/* SPDX-License-Identifier: Apache-2.0 */
/* A device whose registers are the interrupt controller's. */
/* expect: E-DEV-OVERLAP: the page of device disk at 0xc000000 is owned by vm beta and the interrupt
 * controller */
#include "base.h"

void change_base(void)
{
    board_devices[DISK].hpa = 0x0c000000;
}
