/* SPDX-License-Identifier: Apache-2.0 */
/* A device that the board puts into the firmware's memory. */
/* expect: E-DEV-TAKEN: the page of device disk at 0x80100000 is owned by vm beta and the firmware
 */
#include "base.h"

void change_base(void)
{
    board_devices[DISK].hpa = 0x80100000;
}
