/* SPDX-License-Identifier: Apache-2.0 */
/* A device that the platform lacks. */
/* expect: E-DEV-UNKNOWN: vm alpha names gpu, which platform board does not have */
#define A_DEVICES ONE(.name = "gpu", .gpa = 0x101000)
#include "base.h"
