/* SPDX-License-Identifier: Apache-2.0 */
/* The regions that the bench guest marks; tests/bench/report.py reads the numbers from here. */
#pragma once

#define ID_SBI_BASE 1
#define ID_SET_TIMER 2
#define ID_IPI_SELF 3
#define ID_IPI_OTHER 4
#define ID_RFENCE_SELF 5
#define ID_UART_IRQ 6
#define ID_PLIC_CLAIM 7
#define ID_PLIC_COMPLETE 8
#define ID_MMIO_READ 9
#define ID_UART_READ 10
#define ID_COMPUTE 11
#define ID_WALK 12
#define ID_RFENCE_OTHER 13
#define ID_APLIC_CLAIMI 14
#define ID_APLIC_CLAIMI_END 15
#define ID_APLIC_READ 16
#define ID_APLIC_SETIPNUM 17
#define ID_IMSIC_CLAIM 18
#define ID_IPI_IMSIC 19
#define ID_IPI_MANY 20
#define ID_RFENCE_MANY 21
