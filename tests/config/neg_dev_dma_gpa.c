/* SPDX-License-Identifier: Apache-2.0 */
/* Trusted DMA, but addresses that the device would not understand. */
/* expect: E-DEV-DMA-GPA: device nic of vm alpha needs gpa = hpa, but memory at gpa 0x80000000 lies
 * at 0xa0000000 */
#include "base.h"

void change_base(void)
{
    alpha_devices[0] = (struct vm_device){.name = "nic", .gpa = 0x10002000, .dma_trusted = true};
}
