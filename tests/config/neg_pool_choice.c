/* SPDX-License-Identifier: Apache-2.0 */
/* Enough where one of the two VMs has IMSICs; on a machine that gives them, both have. */
/* expect: E-POOL-SIZE: pool_size of configuration two is 311296 bytes, needed are 315392 */
#include "base.h"

void change_base(void)
{
    config.pool_size = 304 * HYP_KIB;
    alpha->irqc = imsic;
    alpha_else[0] = plic;
    beta->irqc = aplic;
    beta_else[0] = imsic;
    beta_else[1] = plic;
    beta->irqc_else_count = 2;
}
