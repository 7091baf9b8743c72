/* SPDX-License-Identifier: Apache-2.0 */
/* DMA that nothing contains. */
/* expect: E-DEV-DMA: device nic of vm alpha can write memory of everyone: no IOMMU, not dma_trusted
 */
#include "base.h"

void change_base(void)
{
    alpha_devices[0] = (struct vm_device){.name = "nic", .gpa = 0x10002000};
}
