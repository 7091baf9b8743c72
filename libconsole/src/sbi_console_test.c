/* SPDX-License-Identifier: Apache-2.0 */
/* The firmware's console against a model of firmware. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <hyp/arch_backend/sbi_call_host.h>
#include <hyp/console/sbi_console.h>

/* sbi_host_set() takes a plain function: the firmware's state is the test's, per thread. */
static _Thread_local struct {
    bool dbcn, legacy, base;
    struct sbi_console *console;
    int in; /* -1: none. */
    uint8_t out[400];
    uint64_t room; /* DBCN takes no more at once. */
    unsigned out_count;
    int64_t fail;
} fw;

static struct sbi_ret fw_put(uint64_t byte)
{
    if (fw.fail == 0) {
        fw.out[fw.out_count++] = (uint8_t)byte;
    }
    return (struct sbi_ret){.error = fw.fail};
}

static struct sbi_ret fw_dbcn(uint64_t fid, uint64_t a0, uint64_t a1, uint64_t a2)
{
    if (fid == SBI_DBCN_WRITE_BYTE) {
        return fw_put(a0);
    }
    if (fid == SBI_DBCN_WRITE) {
        assert_true(a1 == 0x80001000 + offsetof(struct sbi_console, tx));
        uint64_t count = a0 < fw.room ? a0 : fw.room;
        memcpy(fw.out + fw.out_count, fw.console->tx, count);
        fw.out_count += (unsigned)count;
        return (struct sbi_ret){.error = fw.fail, .value = count};
    }
    assert_int_equal(fid, SBI_DBCN_READ);
    assert_int_equal(a0, 1);
    assert_true(a1 == 0x80001000 + offsetof(struct sbi_console, rx_byte));
    assert_int_equal(a2, 0);
    if (fw.fail != 0 || fw.in < 0) {
        return (struct sbi_ret){.error = fw.fail};
    }
    fw.console->rx_byte = (uint8_t)fw.in;
    return (struct sbi_ret){.value = 1};
}

static struct sbi_ret fw_call(uint64_t ext, uint64_t fid, uint64_t a0, uint64_t a1, uint64_t a2)
{
    switch (ext) {
    case SBI_EXT_BASE:
        assert_int_equal(fid, SBI_BASE_PROBE);
        if (!fw.base) {
            return (struct sbi_ret){.error = SBI_ERR_NOT_SUPPORTED, .value = 1};
        }
        return (struct sbi_ret){.value = (a0 == SBI_EXT_DBCN && fw.dbcn) ||
                                         (a0 == SBI_EXT_LEGACY_PUTCHAR && fw.legacy)};
    case SBI_EXT_DBCN: return fw_dbcn(fid, a0, a1, a2);
    case SBI_EXT_LEGACY_PUTCHAR: return fw_put(a0);
    case SBI_EXT_LEGACY_GETCHAR: return (struct sbi_ret){.error = fw.in};
    default: return (struct sbi_ret){.error = SBI_ERR_NOT_SUPPORTED};
    }
}

static void talk(struct sbi_console *console)
{
    struct console_dev dev = sbi_console_dev(console);
    uint8_t byte = 0;
    assert_true(dev.ops->try_put(dev.state, 'o'));
    assert_true(dev.ops->try_put(dev.state, 0xff));
    assert_int_equal(fw.out_count, 2);
    assert_int_equal(fw.out[0], 'o');
    assert_int_equal(fw.out[1], 0xff);
    assert_false(dev.ops->try_get(dev.state, &byte));
    fw.in = 0xe4;
    assert_true(dev.ops->try_get(dev.state, &byte));
    assert_int_equal(byte, 0xe4);
    assert_false(dev.ops->set_tx_irq(dev.state, true));
    assert_false(dev.ops->set_rx_irq(dev.state, true));
    fw.fail = SBI_ERR_FAILED;
    assert_false(dev.ops->try_put(dev.state, 'x'));
}

static int set_up(struct sbi_console *console, bool dbcn, bool legacy, bool base)
{
    fw.dbcn = dbcn;
    fw.legacy = legacy;
    fw.base = base;
    fw.console = console;
    fw.in = -1;
    fw.out_count = 0;
    fw.fail = 0;
    sbi_host_set(fw_call);
    return (int)sbi_console_init(console, HPA(0x80001000));
}

static void uses_dbcn(void **state)
{
    (void)state;
    struct sbi_console console;
    assert_int_equal(set_up(&console, true, true, true), HYP_OK);
    assert_true(console.dbcn);
    talk(&console);
    struct console_dev dev = sbi_console_dev(&console);
    uint8_t byte;
    assert_false(dev.ops->try_get(dev.state, &byte));
}

static void falls_back(void **state)
{
    (void)state;
    struct sbi_console console;
    assert_int_equal(set_up(&console, false, true, true), HYP_OK);
    assert_false(console.dbcn);
    talk(&console);
    struct console_dev dev = sbi_console_dev(&console);
    uint8_t byte;
    fw.in = 256; /* Not a byte. */
    assert_false(dev.ops->try_get(dev.state, &byte));
}

/* Long lines go in pieces, whatever piece the firmware takes; each line feed gets its return. */
static void writes_lines(void **state)
{
    (void)state;
    static const uint64_t rooms[] = {0, 1, 2, 7, 128, 1000};
    struct sbi_console console;
    char line[180];
    memset(line, 'a', sizeof(line));
    line[0] = line[100] = line[179] = '\n';
    for (unsigned i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
        assert_int_equal(set_up(&console, i != 5, true, true), HYP_OK);
        fw.room = rooms[i];
        struct console_dev dev = sbi_console_dev(&console);
        assert_int_equal(console_dev_write(&dev, line, sizeof(line), 1), sizeof(line));
        assert_int_equal(fw.out_count, sizeof(line) + 3);
        assert_memory_equal(fw.out, "\r\naaa", 5);
        assert_memory_equal(fw.out + 99, "aa\r\naa", 6);
        assert_memory_equal(fw.out + 180, "a\r\n", 3);
    }
    fw.fail = SBI_ERR_FAILED;
    fw.room = 0;
    struct console_dev dev = sbi_console_dev(&console);
    assert_int_equal(console_dev_write(&dev, "x\n", 2, 2), 0);
}

static void says_that_there_is_none(void **state)
{
    (void)state;
    struct sbi_console console;
    assert_int_equal(set_up(&console, false, false, true), HYP_E_UNSUPPORTED);
    assert_int_equal(set_up(&console, true, true, false), HYP_E_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uses_dbcn),
        cmocka_unit_test(falls_back),
        cmocka_unit_test(writes_lines),
        cmocka_unit_test(says_that_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
