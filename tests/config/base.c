/* SPDX-License-Identifier: Apache-2.0 */
/* The base itself breaks no rule. */
#include "base.h"
