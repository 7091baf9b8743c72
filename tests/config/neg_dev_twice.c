/* SPDX-License-Identifier: Apache-2.0 */
/* Both VMs take the disk. */
/* expect: E-DEV-TWICE: device disk is owned by vm alpha and vm beta */
#define A_DEVICES ONE(.name = "disk", .gpa = 0x10003000)
#include "base.h"
