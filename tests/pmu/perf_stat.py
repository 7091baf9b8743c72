#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`perf stat -e cycles,instructions` of the same commands in Linux natively and in a VM: the counts agree.

One command computes, the other writes to the console, for which a VM leaves its guest thousands of times. Steps:
native:KERNEL and initrd:FILE.
"""
import os
import re
import subprocess
import sys

import qemu_test

ICOUNT = ["-icount", "shift=1,sleep=off"]
PROMPT = r"/ # "
LOOP = "n=0; while [ $n -lt %d ]; do n=$((n+1)); %s done"
# how far the counts may lie apart, in percent: the kernel's own work is not the same, as its console is slower in a VM
COMMANDS = {"compute": (LOOP % (20000, ""), 1), "write": (LOOP % (1000, "echo $n; "), 5)}


def native(command, given):
    line = subprocess.check_output(command[:1] + ["--print"] + command[1:], text=True).splitlines()
    kept = line[: line.index("-kernel")]
    return kept + ["-kernel", given["native"], "-initrd", given["initrd"], "-append", "console=ttyS0"] + ICOUNT


def perf(machine, command):
    """{event: count} of the command."""
    machine.send("perf stat -e cycles,instructions -- sh -c '%s'\n" % command)
    found = {}
    for event in ("cycles", "instructions"):
        found[event] = int(machine.expect(r" (\d+) +%s " % event).group(1))
    machine.expect(PROMPT)
    return found


def measure(command, timeout, end):
    with qemu_test.Machine(command, timeout) as machine:
        machine.reject(r"Legacy PMU|not supported>|not counted>|Kernel panic|^hyp: panic|state=refused")
        machine.expect(r"guest: linux is up, 1 harts")
        machine.expect(PROMPT)
        machine.send("dmesg | grep pmu\n")
        machine.expect(r"riscv-pmu-sbi: SBI PMU extension is available")
        machine.expect(PROMPT)
        found = {name: perf(machine, text) for name, (text, _) in COMMANDS.items()}
        machine.send("poweroff -f\n")
        machine.expect(end)
        machine.wait(0)
    return found


def body(plan, command):
    given = dict(text.split(":", 1) for text in plan["steps"])
    outside = measure(native(command, given), plan["timeout"], r"reboot: Power down")
    inside = measure(command + ["--initrd", os.path.abspath(given["initrd"]), "--"] + ICOUNT, plan["timeout"], r"^vm linux stopped: shutdown")
    print("native %s\nvm     %s" % (outside, inside))
    for name, (_, percent) in COMMANDS.items():
        for event, count in outside[name].items():
            if abs(inside[name][event] - count) * 100 > percent * count:
                raise qemu_test.Failure("%s of %s: natively %d, in a VM %d" % (event, name, count, inside[name][event]))
        if not 0 < inside[name]["instructions"] < inside[name]["cycles"]:
            raise qemu_test.Failure("no counts of %s" % name)


if __name__ == "__main__":
    sys.exit(qemu_test.main(body))
