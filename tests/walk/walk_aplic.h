/* SPDX-License-Identifier: Apache-2.0 */
/* The walk over an APLIC's domain, in direct mode (walk_direct.c) or in MSI mode (walk_imsic.c). */
#pragma once

#include "walk.h"

#define APLIC UINT64_C(0x0d000000)
#define APLIC_END (APLIC + 0x8000)
#define DOMAINCFG APLIC
#define DOMAINCFG_IE 0x100
#define SOURCECFG(source) (APLIC + 4 * (uint64_t)(source))
#define SETIP (APLIC + 0x1c00) /* And in_clrip, setie, clrie, 0x100 further each. */
#define SETIPNUM (APLIC + 0x1cdc)
#define SETIE (APLIC + 0x1e00)
#define SETIENUM (APLIC + 0x1edc)
#define CLRIE (APLIC + 0x1f00)
#define SETIPNUM_LE (APLIC + 0x2000)
#define SETIPNUM_BE (APLIC + 0x2004)
#define GENMSI (APLIC + 0x3000)
#define TARGET(source) (APLIC + 0x3000 + 4 * (uint64_t)(source))
#define IDC(hart) (APLIC + 0x4000 + 0x20 * (uint64_t)(hart))
#define IDELIVERY 0x00
#define IFORCE 0x04
#define ITHRESHOLD 0x08
#define TOPI 0x18
#define CLAIMI 0x1c

#define HART_SHIFT 18
#define SOURCES 97
#define LEVEL1 6
#define LEVEL0 7

/* Clears the state that firmware left. */
void aplic_begin(void);
void aplic_step_register(void);
void aplic_step_wire(void);
/* Sources that work, for a while. */
void aplic_step_open(uint32_t target);
uint32_t aplic_draw_source(void);
/* The part of walk_legal() that is the same in both modes. */
uint32_t aplic_legal(uint64_t address, uint32_t value);

/* The delivery mode's own: a change of a wire, and a register to look at. */
void mode_wire_set(uint32_t source, bool high);
uint64_t mode_draw_register(void);
