/* SPDX-License-Identifier: Apache-2.0 */
/* Memory and a device in the middle of RAM. */
/* expect: E-MEM-DEVICE: host memory 0xc1000000, 0x1000 bytes, is owned by vm beta (mem[0]) and
 * device odd */
#include "base.h"

void change_base(void)
{
    board_devices[platform.device_count++] =
        (struct hyp_device){"odd", "x,odd", .hpa = 0xc1000000, .size = 0x1000, .reg_size = 0x1000};
}
