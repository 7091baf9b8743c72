#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The driver of QEMU tests fails when it should; the machine is a shell here."""
import sys
import time
import unittest

sys.dont_write_bytecode = True
import qemu_test


def machine(script, timeout=20):
    return qemu_test.Machine(["/bin/sh", "-c", script], timeout)


class Driver(unittest.TestCase):
    def test_expect_send_wait(self):
        with machine("echo ready; read x; echo got $x; exit 3") as m:
            m.expect("^ready$")
            m.send("abc\n")
            self.assertEqual(m.expect("got (.*)").group(1), "abc")
            m.wait(status=3)

    def test_order(self):
        with machine("echo one; echo two") as m:
            m.expect("two")
            with self.assertRaisesRegex(qemu_test.Failure, "not printed: one .the machine has ended"):
                m.expect("one")

    def test_status(self):
        with machine("exit 1") as m:
            with self.assertRaisesRegex(qemu_test.Failure, "exit status is 1, not 0"):
                m.wait()

    def test_hang(self):
        with machine("sleep 60", timeout=0.3) as m:
            with self.assertRaisesRegex(qemu_test.Failure, "no shutdown within"):
                m.wait()

    def test_limit_of_a_step(self):
        with machine("sleep 60") as m:
            with self.assertRaisesRegex(qemu_test.Failure, "time is over"):
                m.expect("never", limit=0.2)

    def test_reject(self):
        with machine("echo fine; echo panic: x; sleep 60") as m:
            m.reject("^panic")
            with self.assertRaisesRegex(qemu_test.Failure, "printed: panic"):
                m.wait()

    def test_reject_shows_the_whole_line(self):
        with machine("printf 'fine\\n[guest] FA'; sleep 0.3; printf 'IL x.c:7'; sleep 0.3; echo ' a == b'; echo more; sleep 60") as m:
            m.reject("FAIL")
            with self.assertRaisesRegex(qemu_test.Failure, r"^printed: \[guest\] FAIL x\.c:7 a == b$"):
                m.wait()

    def test_reject_of_a_line_that_ends_with_the_machine(self):
        with machine("printf 'FAIL'; sleep 0.2; printf ' at the end'") as m:
            m.reject("FAIL")
            with self.assertRaisesRegex(qemu_test.Failure, "^printed: FAIL at the end$"):
                m.wait()

    def test_reject_of_a_line_without_an_end(self):
        with machine("printf 'FAIL for ever'; sleep 60") as m:
            m.reject("FAIL")
            begin = time.monotonic()
            with self.assertRaisesRegex(qemu_test.Failure, "^printed: FAIL for ever$"):
                m.wait()
            self.assertGreaterEqual(time.monotonic() - begin, qemu_test.LINE_S)

    def test_reject_of_several_lines(self):
        with machine("echo a one b; sleep 0.2; printf 'c two'; sleep 0.2; echo ' d'; sleep 60") as m:
            m.reject(r"one b\nc two")
            with self.assertRaisesRegex(qemu_test.Failure, "^printed: a one b\nc two d$"):
                m.wait()

    def test_ended_while_sleeping(self):
        with machine("exit 0") as m:
            with self.assertRaisesRegex(qemu_test.Failure, "has ended"):
                m.sleep(5)

    def test_sleep_ends_with_the_time(self):
        with machine("sleep 60", timeout=0.3) as m:
            with self.assertRaisesRegex(qemu_test.Failure, "time is over"):
                m.sleep(30)

    def test_lines(self):
        text = "[rt] beat 7 period_us 1000 jitter_us 12\nhyp: exits=5\n"
        self.assertEqual(qemu_test.beats(text), [(7, 1000, 12)])
        self.assertEqual(qemu_test.keys(text), {"exits": "5"})


if __name__ == "__main__":
    unittest.main()
