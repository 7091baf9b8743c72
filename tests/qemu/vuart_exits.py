#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Exits for each character that Linux writes to a virtual 16550, by its console driver and by its terminal.

The log key shows the exits by cause. Steps: most:EXITS of a hundred characters, however they are written.

How often the driver turns its transmit interrupt on and off depends on who waits for whom, so the stores beside those
of characters differ from run to run: a run has at least as many stores as characters, a difference of two need not.
"""
import re
import sys

import qemu_test

LINE = "0123456789" * 6 + "/."
FEW, MANY = 20, 220
# Each fits into the ring that Linux' UART reads from: nothing is lost, however busy this machine is.
MAKE = [
    "a=0123456789; b=$a$a$a$a$a$a/.\n",
    "yes $b | head -%d > /tmp/few\n" % FEW,
    "yes $b | head -%d > /tmp/many\n" % MANY,
    "echo on > /proc/sys/kernel/printk_devkmsg\n",
    # Alerts alone: on a busy machine the kernel has warnings of its own, which would part a line.
    "echo 2 > /proc/sys/kernel/printk\n",
    "k() { while read l; do echo \"<1>$l\" > /dev/kmsg; done; }\n",
]
WAYS = {"terminal": "cat /tmp/%s\n", "kernel": "k < /tmp/%s\n"}
STORE = "store_guest_page_fault"
CAUSES = ("load_guest_page_fault", STORE, "s_external", "s_software")


def run(machine, command, count):
    """Exits of it, and the characters of its `count` lines: each ends with two more, CR and LF."""
    before = qemu_test.exits(machine, "linux")
    start = machine.position
    machine.send(command)
    for _ in range(count):
        machine.expect(re.escape(LINE) + "\n")
    if "/ # " not in machine.log[start : machine.position]:  # the kernel's lines may come behind it
        machine.expect(r"/ # ")
    lines = re.findall(r"^(?:\[linux\] )?(.*%s)$" % re.escape(LINE), machine.log[start : machine.position], re.M)
    # The characters that were seen have been stored between these two looks.
    after = qemu_test.exits(machine, "linux")
    counts, chars = {c: after.get(c, 0) - before.get(c, 0) for c in CAUSES}, sum(len(line) + 2 for line in lines)
    if counts[STORE] < chars:
        raise qemu_test.Failure("%s: %d characters by %d stores" % (command.strip(), chars, counts[STORE]))
    return counts, chars, len(lines)


def measure(machine, way):
    """Exits by cause and characters of MANY lines, without those of FEW, which have the command and the prompt."""
    few, few_chars, few_lines = run(machine, WAYS[way] % "few", FEW)
    many, many_chars, many_lines = run(machine, WAYS[way] % "many", MANY)
    if (few_lines, many_lines) != (FEW, MANY):
        raise qemu_test.Failure("%s: %d lines, then %d" % (way, few_lines, many_lines))
    return {c: many[c] - few[c] for c in CAUSES}, many_chars - few_chars


def body(plan, command):
    most = int(dict(text.split(":", 1) for text in plan["steps"])["most"])
    found = {}
    with qemu_test.Machine(command, plan["timeout"]) as machine:
        machine.reject(r"Kernel panic|^hyp: panic|state=refused")
        machine.expect(r"guest: linux is up, 2 harts")
        machine.expect(r"/ # ")
        for command in MAKE:
            machine.send(command)
            machine.expect(r"/ # ")
        for way in WAYS:
            found[way] = measure(machine, way)
        machine.send("poweroff -f\n")
        machine.expect(r"^vm linux stopped: shutdown")
        machine.wait(0)
    for way, (counts, chars) in found.items():
        total = sum(counts.values())
        print("%s: %d characters, %d exits, %.2f each: %s" % (way, chars, total, total / chars, counts))
        if total * 100 > most * chars:
            raise qemu_test.Failure("%s: %d exits for %d characters" % (way, total, chars))


if __name__ == "__main__":
    sys.exit(qemu_test.main(body))
