#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same image and guest on each of several -cpu.

Steps: cpu:NAME for each, guest:FILE, harts:COUNT.
"""
import os
import sys

import qemu_test


def run(command, harts, timeout):
    with qemu_test.Machine(command, timeout) as machine:
        machine.reject("FAIL")
        machine.expect(r"^\[guest\] smp: %s harts\n" % harts)
        machine.expect(r"^\[guest\] end: \d+ passed, 0 failed\n")
        machine.expect(r"^vm guest stopped: shutdown\n")
        machine.wait(0)


def main():
    plan, command = qemu_test.load()
    steps = [text.split(":", 1) for text in plan["steps"]]
    given = dict(steps)
    cpus = [value for key, value in steps if key == "cpu"]
    guest = ["--kernel", os.path.abspath(given["guest"]), "--smp", given["harts"]]
    for cpu in cpus:
        print("cpu %s" % cpu, flush=True)
        try:
            run(command + guest + ["--cpu", cpu], given["harts"], plan["timeout"])
        except qemu_test.Failure as e:
            print("--- FAIL: -cpu %s: %s" % (cpu, e))
            return 1
    print("--- PASS: %d machines" % len(cpus))
    return 0 if cpus else 1


if __name__ == "__main__":
    sys.exit(main())
