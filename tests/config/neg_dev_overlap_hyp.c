/* SPDX-License-Identifier: Apache-2.0 */
/* A device whose registers are the interrupt controller's. */
/* expect: E-DEV-OVERLAP: the page of device disk at 0xc000000 is owned by vm beta and the interrupt
 * controller */
#define P_DISK_HPA 0x0c000000
#include "base.h"
