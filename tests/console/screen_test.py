#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""vi and top draw the same on the machine itself and in a VM that has the whole terminal, byte for byte; others' lines are
shown afterwards, or counted; the terminal goes back when its VM stops.

The launcher says which emulator, firmware, kernel and initrd; natively these boot without a hypervisor.
"""
import os
import re
import subprocess
import sys
import time

import qemu_test

SWITCH, TERMINAL = b"\x1d", b"\x1f"
QUIET = 0.7  # seconds without a byte: what a key does is drawn
VI = [b"5G", b"i", b"h\xc3\xa9llo ", b"\x1b", b"\x06", b"dd", b"/33\n", b"xx", b":1\n", b"A more\x1b", b"\x0c", b":wq\n"]
RESET = b"\x18\x1b%G\x0f\x1b(B\x1b[0m\x1b<\x1b[4i"
END = b"\x1b[=0u\x1b[999B\r\nhyp: terminal=shared\r\n"


class Terminal(qemu_test.Machine):
    """Keeps the bytes of the terminal as they are; its pseudo terminal changes none."""

    def __init__(self, command, timeout):
        super().__init__(command, timeout)
        self.raw = b""

    def _take(self, until):
        read = os.read

        def keep(fd, count):
            data = read(fd, count)
            self.raw += data
            return data

        os.read = keep
        try:
            return super()._take(until)
        finally:
            os.read = read

    def type(self, data):
        """What is drawn until it is quiet; at least one byte."""
        at = len(self.raw)
        os.write(self._fd, data)
        last = time.monotonic()
        while len(self.raw) == at or time.monotonic() - last < QUIET:
            if self._read(last + QUIET if len(self.raw) != at else self.deadline):
                last = time.monotonic()
            elif time.monotonic() > self.deadline:
                raise qemu_test.Failure("nothing is drawn at %r" % data)
        return self.raw[at:].replace(b"\r\r\n", b"\r\n")


def native_command(launcher):
    """QEMU with Linux as its kernel: the files that the launcher loads for the first VM."""
    line = subprocess.check_output(launcher + ["--print"], text=True).splitlines()
    files = [w.split("file=")[1].split(",")[0] for w in line if w.startswith("loader,file=")]
    bios = line[line.index("-bios") + 1]
    return [line[0], "-M", "virt", "-cpu", "rv64", "-smp", "2", "-m", "512M", "-nographic", "-no-reboot", "-bios", bios,
            "-kernel", files[0], "-initrd", files[1], "-append", "console=ttyS0"]


def vi(machine):
    """All that vi draws."""
    drawn = machine.type(b"vi /tmp/x\n")
    return [drawn[drawn.index(b"\n") + 1 :]] + [machine.type(key) for key in VI]


def top(machine):
    """A frame of top up to its first process, without numbers."""
    at = len(machine.raw)
    os.write(machine._fd, b"top -d 3\n")
    machine.expect(r"COMMAND")
    machine.type(b"q")
    frame = machine.raw[at:].replace(b"\r\r\n", b"\r\n")
    frame = frame[frame.index(b"\n") + 1 : frame.index(b"COMMAND") + 16]
    return re.sub(rb" *[0-9.]+", b"#", frame)


def prepare(machine):
    machine.expect(r"/ # ")
    machine.type(b"stty rows 24 cols 80; stty -a | grep -c rows; seq 1 100 > /tmp/x\n")


def compare(what, native, libhyp):
    if native != libhyp:
        raise qemu_test.Failure("%s: native %r\nlibhyp %r" % (what, native, libhyp))


def beats_and_held(machine, before):
    """Each beat is shown, or counted, since the beat `before`."""
    held = machine.expect(r"^hyp: vm=rt held=(\d+)\n", 20)
    first = int(machine.expect(r"^\[rt\] beat (\d+) ").group(1))
    if first - before - 1 != int(held.group(1)):
        raise qemu_test.Failure("beats %d and %d, held %s" % (before, first, held.group(1)))
    return first


def run(plan, command):
    with Terminal(native_command(command), plan["timeout"]) as machine:
        prepare(machine)
        native = vi(machine), top(machine)
    with Terminal(command, plan["timeout"]) as machine:
        machine.reject(r"^hyp: panic|input_lost")
        prepare(machine)
        before = int(machine.expect(r"^\[rt\] beat (\d+) .*\n").group(1))
        machine.type(b"echo in $((1 + 1))" + TERMINAL)
        machine.expect(r"^hyp: terminal=linux\n")
        for number in qemu_test.beats(machine.log[: machine.position]):
            before = max(before, number[0])
        machine.type(b"\n")
        libhyp = vi(machine), top(machine)
        for n, key in enumerate([b"vi"] + VI):
            compare("vi at %r" % key, native[0][n], libhyp[0][n])
        compare("top", native[1], libhyp[1])
        print("--- equal: %d bytes of vi, %d of top" % (sum(len(d) for d in libhyp[0]), len(libhyp[1])))
        machine.sleep(20)  # more beats than half of a ring
        at = len(machine.raw)
        os.write(machine._fd, TERMINAL)
        machine.expect(r"hyp: terminal=shared\nhyp: console=linux\n")
        raw = machine.raw[at:].replace(b"\r\r\n", b"\r\n")
        if not raw.startswith(RESET) or END not in raw:
            raise qemu_test.Failure("the terminal is not reset: %r" % raw)
        beats_and_held(machine, before)
        # its VM stops
        os.write(machine._fd, TERMINAL)
        machine.expect(r"^hyp: terminal=linux\n")
        os.write(machine._fd, b"poweroff -f\n")
        machine.expect(r"hyp: terminal=shared\nhyp: console=none\n")
        machine.expect(r"^vm linux stopped: shutdown\n")
        os.write(machine._fd, SWITCH)
        machine.expect(r"^hyp: console=rt\n")
        machine.expect(r"^\[rt\] beat ")


if __name__ == "__main__":
    sys.exit(qemu_test.main(run))
