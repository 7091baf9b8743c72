#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs one guest where a hart has a guest interrupt file and where it has none: it prints the same.

Steps: guest:FILE, lines:COUNT that it prints at least.
"""
import os
import re
import sys

import qemu_test

# how the file is served, and -M virt
MACHINES = {"guest-file": "aia=aplic-imsic,aia-guests=1", "emulated": "aia=aplic-imsic"}
# the second has Smstateen
CPUS = ["rv64", "max"]


def run(command, served, cpu, timeout):
    """Lines of the guest."""
    command = command + ["--machine", MACHINES[served], "--cpu", cpu]
    with qemu_test.Machine(command, timeout) as machine:
        machine.reject("FAIL")
        machine.expect(r"^hyp: vm=guest imsic=%s " % served)
        machine.expect(r"^\[guest\] end: 1 passed, 0 failed\n")
        machine.expect(r"^vm guest stopped: shutdown\n")
        machine.wait(0)
        return re.findall(r"^\[guest\] (.*)$", machine.log, re.M)


def compare(cpu, machine, model):
    for number, (a, b) in enumerate(zip(machine, model), 1):
        if a != b:
            raise qemu_test.Failure("-cpu %s, line %d\n  guest file: %s\n  emulated:   %s" % (cpu, number, a, b))
    if len(machine) != len(model):
        raise qemu_test.Failure("-cpu %s: %d lines, and %d emulated" % (cpu, len(machine), len(model)))


def body(plan, command):
    given = dict(text.split(":", 1) for text in plan["steps"])
    command += ["--smp", "3", "--kernel", os.path.abspath(given["guest"])]
    for cpu in CPUS:
        machine = run(command, "guest-file", cpu, plan["timeout"])
        model = run(command, "emulated", cpu, plan["timeout"])
        compare(cpu, machine, model)
        if len(machine) < int(given["lines"]):
            raise qemu_test.Failure("only %d lines" % len(machine))
        print("-cpu %s: %d lines are the same; the last one: %s" % (cpu, len(machine), machine[-3]))


if __name__ == "__main__":
    sys.exit(qemu_test.main(body))
