/* SPDX-License-Identifier: Apache-2.0 */
/* The 16550's register numbers and bits, for driver and model (TI PC16550D, "Registers"). */
#pragma once

#include <stdint.h>

#define R16550_RBR ((uintptr_t)0) /* Read. */
#define R16550_THR ((uintptr_t)0) /* Write. */
#define R16550_DLL ((uintptr_t)0) /* DLAB. */
#define R16550_IER ((uintptr_t)1)
#define R16550_DLM ((uintptr_t)1) /* DLAB. */
#define R16550_IIR ((uintptr_t)2) /* Read. */
#define R16550_FCR ((uintptr_t)2) /* Write. */
#define R16550_LCR ((uintptr_t)3)
#define R16550_MCR ((uintptr_t)4)
#define R16550_LSR ((uintptr_t)5)
#define R16550_MSR ((uintptr_t)6)
#define R16550_SCR ((uintptr_t)7)

#define FIFO_DEPTH 16u

#define IER_RX 0x01u
#define IER_THRE 0x02u
#define IER_LINE 0x04u
#define IER_MODEM 0x08u

#define IIR_MODEM 0x00u
#define IIR_NONE 0x01u
#define IIR_THRE 0x02u
#define IIR_RX 0x04u
#define IIR_LINE 0x06u
#define IIR_TIMEOUT 0x0cu
#define IIR_FIFOS 0xc0u

#define FCR_ENABLE 0x01u
#define FCR_RX_RESET 0x02u
#define FCR_TX_RESET 0x04u
#define FCR_DMA 0x08u
#define FCR_TRIGGER 0xc0u
#define FCR_RX_8 0x80u /* The trigger level of 8 bytes. */
#define FCR_KEPT (FCR_ENABLE | FCR_DMA | FCR_TRIGGER)

#define LCR_DLAB 0x80u

#define MCR_DTR 0x01u
#define MCR_RTS 0x02u
#define MCR_OUT1 0x04u
#define MCR_OUT2 0x08u
#define MCR_LOOP 0x10u
#define MCR_ALL 0x1fu

#define LSR_DR 0x01u
#define LSR_OE 0x02u
#define LSR_THRE 0x20u
#define LSR_TEMT 0x40u

#define MSR_DCTS 0x01u
#define MSR_DDSR 0x02u
#define MSR_TERI 0x04u
#define MSR_DDCD 0x08u
#define MSR_CTS 0x10u
#define MSR_DSR 0x20u
#define MSR_RI 0x40u
#define MSR_DCD 0x80u
