/* SPDX-License-Identifier: Apache-2.0 */
/* The firmware's console: DBCN, or the legacy calls. */
#include <hyp/console/sbi_console.h>

#include <hyp/arch/sbi_call.h>
#include <stddef.h>
#include <string.h>

static bool sbi_has(uint64_t ext)
{
    struct sbi_ret ret = sbi_call(SBI_EXT_BASE, SBI_BASE_PROBE, ext, 0, 0);
    return ret.error == SBI_SUCCESS && ret.value != 0;
}

enum hyp_status sbi_console_init(struct sbi_console *console, hpa_t pa)
{
    *console = (struct sbi_console){.pa = pa};
    if (sbi_has(SBI_EXT_DBCN)) {
        console->dbcn = true;
        return HYP_OK;
    }
    return sbi_has(SBI_EXT_LEGACY_PUTCHAR) ? HYP_OK : HYP_E_UNSUPPORTED;
}

static bool sbi_try_put(void *state, uint8_t byte)
{
    const struct sbi_console *console = state;
    /* A legacy call answers in a0 alone, which is `error` here. */
    struct sbi_ret ret = console->dbcn ? sbi_call(SBI_EXT_DBCN, SBI_DBCN_WRITE_BYTE, byte, 0, 0)
                                       : sbi_call(SBI_EXT_LEGACY_PUTCHAR, 0, byte, 0, 0);
    return ret.error == SBI_SUCCESS;
}

static bool sbi_try_get(void *state, uint8_t *byte)
{
    struct sbi_console *console = state;
    if (console->dbcn) {
        uint64_t pa = console->pa.a + offsetof(struct sbi_console, rx_byte);
        struct sbi_ret ret = sbi_call(SBI_EXT_DBCN, SBI_DBCN_READ, 1, pa, 0);
        if (ret.error != SBI_SUCCESS || ret.value != 1) {
            return false;
        }
        *byte = console->rx_byte;
        return true;
    }
    int64_t c = sbi_call(SBI_EXT_LEGACY_GETCHAR, 0, 0, 0, 0).error;
    if (c < 0 || c > UINT8_MAX) {
        return false;
    }
    *byte = (uint8_t)c;
    return true;
}

/* A call costs the firmware some hundred instructions, whatever it writes. */
static size_t sbi_try_write(void *state, const char *bytes, size_t count)
{
    struct sbi_console *console = state;
    uint64_t pa = console->pa.a + offsetof(struct sbi_console, tx);
    if (!console->dbcn) {
        return 0;
    }
    count = count < sizeof(console->tx) ? count : sizeof(console->tx);
    memcpy(console->tx, bytes, count);
    struct sbi_ret ret = sbi_call(SBI_EXT_DBCN, SBI_DBCN_WRITE, count, pa, 0);
    return ret.error == SBI_SUCCESS && ret.value <= count ? (size_t)ret.value : 0;
}

static bool sbi_set_irq(void *state, bool enable)
{
    (void)state;
    (void)enable;
    return false;
}

static const struct console_ops sbi_console_ops = {
    .try_put = sbi_try_put,
    .try_get = sbi_try_get,
    .set_tx_irq = sbi_set_irq,
    .set_rx_irq = sbi_set_irq,
    .try_write = sbi_try_write,
};

struct console_dev sbi_console_dev(struct sbi_console *console)
{
    return (struct console_dev){.ops = &sbi_console_ops, .state = console};
}
