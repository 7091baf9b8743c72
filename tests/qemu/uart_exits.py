#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Linux owns its UART, has IMSICs, and leaves its guest at most once for each of the UART's interrupts.

The console being Linux' own, nobody answers the log key: the plugin of tests/bench counts traps from the guest, by a
mark at the trap vector, and Linux counts its interrupts. Steps: plugin:PATH, elf:PATH of the image.
"""
import os
import re
import sys
import tempfile

ROOT = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"])
sys.path.insert(0, os.path.join(ROOT, "tests/bench"))
import elf_file  # noqa: E402
import qemu_test  # noqa: E402
import report  # noqa: E402

EXIT = 1  # the mark's id
BEAT = 4  # HYP_MARK_BEAT: a line each time
# Processes that come, map and go, and short lines, so that the UART interrupts for each.
TRAFFIC = "n=0; while [ $n -lt 200 ]; do n=$((n + 1)); cat /proc/self/maps | wc -l; done; echo traffic done\n"
LEAST = 200


def exits(path):
    """Traps so far: a line each, but for the first on each hart, which begins the counting."""
    with open(path) as f:
        return len(re.findall(r"^beat id=%d " % EXIT, f.read(), re.M))


def uart_interrupts(machine):
    machine.send("grep ttyS0 /proc/interrupts\n")
    found = machine.expect(r"^ *\d+: +(\d+) +(\d+) +APLIC-MSI\S* +10 .*ttyS0\n")
    machine.expect("/ # ")
    return int(found.group(1)) + int(found.group(2))


def work(machine, out):
    """Interrupts of the UART with traffic and without, and exits with traffic, which lie within."""
    machine.reject(r"Kernel panic|^hyp: panic|state=refused")
    machine.expect(r"guest: linux is up, 2 harts")
    machine.expect(r"/ # ")
    machine.sleep(2)
    first = uart_interrupts(machine)
    before = uart_interrupts(machine)
    machine.sleep(2)  # what it prints has been sent
    start = exits(out)
    machine.send(TRAFFIC)
    machine.expect(r"^traffic done\n")
    machine.expect("/ # ")
    machine.sleep(2)
    end = exits(out)
    after = uart_interrupts(machine)
    machine.send("poweroff -f\n")
    machine.expect(r"^vm linux stopped: shutdown")
    machine.wait(0)
    return start, end - start, after - before, before - first


def body(plan, command):
    given = dict(text.split(":", 1) for text in plan["steps"])
    out = os.path.join(tempfile.mkdtemp(dir=os.environ["TEST_TMPDIR"]), "counts")
    at = elf_file.symbols(given["elf"])["trap_entry"][0]
    count = qemu_test.count_options(given["plugin"], out, ",at=%#x:%d:%d" % (at, BEAT, EXIT))
    with qemu_test.Machine(command + ["--"] + count, plan["timeout"]) as machine:
        boot, left, came, looks = work(machine, out)
    print("exits: %d while booting, then %d; interrupts of the UART: %d, of which a look at them has %d" % (boot, left, came, looks))
    if came < LEAST:
        raise qemu_test.Failure("the UART interrupted only %d times" % came)
    if left > came:
        raise qemu_test.Failure("%d exits, %d interrupts of the UART" % (left, came))
    if left < came // 2:
        raise qemu_test.Failure("%d exits for %d interrupts: not all traps are counted" % (left, came))


if __name__ == "__main__":
    sys.exit(qemu_test.main(body))
