#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What two hostile guests send to a terminal, byte by byte, and what its answers do.

At any line end that Python's splitlines() knows, a line begins with its own VM's tag, or is the
hypervisor's. An answer behind a change of focus reaches nobody; what is typed behind it does.
"""
import os
import re
import sys

import qemu_test

# An answer and a letter are less than a FIFO of the UART: they come in one step, however slow the machine is.
ANSWERS = ["\x1b[24;80R", "\x1b]lT\x1b\\", "\x1b[?62c", "\x9b1;1R", "\x1bP0+r\x1b\\"]
MODES = re.compile(r"\x1b<\x1b\[4i\x1b7\x1b\[r\x1b8\x1b>\x1b\[\?[0-9;]+l\x1b\[\?7;25h\x1b\[2;4;20l\x1b\[0'z\x1b\[=0u$")
LINE = "\x18\x1b%G\x0f\x1b(B\x1b[0m"
OWN = re.compile(r"hyp: [a-z]+=\S.*|vm [ab] stopped: \w+")


class Terminal(qemu_test.Machine):
    """Keeps what comes as it is."""

    raw = b""

    def _read(self, until):
        before = os.read

        def read(fd, count):
            data = before(fd, count)
            self.raw += data
            return data

        os.read = read
        try:
            return super()._read(until)
        finally:
            os.read = before

    def type(self, data):
        os.write(self._fd, data)


def check(condition, text):
    if not condition:
        raise qemu_test.Failure(text)


def judge(raw):
    """All bytes since the mux has them."""
    raw = raw.replace(b"\r\r\n", b"\r\n")  # the pseudo terminal adds one
    raw = raw[raw.index(b"\n", raw.index(b"hyp: pool_used_kib")) + 1 :]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as e:
        raise qemu_test.Failure("not UTF-8: %s" % e)
    for line in text.split("\r\n")[:-1]:
        line = MODES.sub("", line)
        check("\x1b" not in line or line.endswith(LINE), "a sequence is left open: %r" % line)
    focus = "a"
    seen = {"a": 0, "b": 0}
    for line in text.splitlines():
        if OWN.match(line):
            moved = re.match(r"hyp: console=(\w)", line)
            focus = moved.group(1) if moved else focus
            continue
        check(re.match(r"\[[ab]\] ", line), "no tag: %r" % line)
        line = MODES.sub("", line)
        vm = line[1]
        seen[vm] += 1
        controls = set(re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", line))
        if vm != focus:
            check(not controls, "%s without the focus: %r" % (vm, line))
        check(controls <= set("\b\a\x1b\x18\x0f"), "%r" % line)
    check(min(seen.values()) > 20, "few lines: %s" % seen)
    print("--- %d lines of a, %d of b" % (seen["a"], seen["b"]))


def run():
    plan, command = qemu_test.load()
    machine = Terminal(command, plan["timeout"])
    bad = None
    try:
        with machine:
            machine.reject(r"panic|HYP_REQUIRE")
            machine.expect(r"^hyp: pool_used_kib=")
            machine.expect(r"^\[a\] ")
            focus = "ab"
            for n, answer in enumerate(ANSWERS * 2):
                letter = chr(ord("e") + n)
                # \u009b above is one byte
                machine.type(b"\x1d" + answer.encode("latin-1") + letter.encode())
                focus = focus[::-1]
                machine.expect(r"hyp: console=%s" % focus[0])
                machine.expect(r"^\[%s\] got %02x$" % (focus[0], ord(letter)))
            check("got 1b" not in machine.log and "got 9b" not in machine.log, "an answer was typed")
            # later they are the focus' own again
            machine.sleep(1)
            machine.type(b"\x1b[24;80Rx")
            machine.expect(r"^\[%s\] got 1b 5b 32 34 3b 38 30 52 78$" % focus[0])
            machine.type(b"q")
            machine.expect(r"^vm %s stopped: shutdown$" % focus[0])
            machine.type(b"\x1dq")
            machine.expect(r"^vm %s stopped: shutdown$" % focus[1])
            machine.wait(plan["status"])
        judge(machine.raw)
    except qemu_test.Failure as e:
        bad = str(e)
    sys.stdout.write(repr(machine.raw[-6000:]))
    print("\n--- " + ("FAIL: " + bad if bad else "PASS"))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(run())
