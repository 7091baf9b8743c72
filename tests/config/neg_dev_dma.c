/* SPDX-License-Identifier: Apache-2.0 */
/* DMA that nothing contains. */
/* expect: E-DEV-DMA: device nic of vm alpha can write memory of everyone: no IOMMU, not dma_trusted
 */
#define A_DEVICES ONE(.name = "nic", .gpa = 0x10002000)
#include "base.h"
