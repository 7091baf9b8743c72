#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The whole of `bazel run //images:qemu_virt`, as a user would type it; no beat is missing from the first to the last.

Step: irqc:NAME of Linux' interrupt controller in /proc/interrupts.
"""
import sys

import qemu_test

SHELL = "expect:/ # "
BEAT = r"expect:\[rt\] beat \d+ period_us \d+ jitter_us \d+"
STEPS = [
    r"reject:^\[rt\] beat failed",
    r"reject:Kernel panic|^hyp: panic",
    r"expect:\[linux\] guest: linux is up, 2 harts",
    SHELL,
    r"send:cat /proc/interrupts\n",
    "expect:{irqc} +10 .*ttyS0",
    BEAT,
    r"send:echo typed $((6 * 7)) in linux\n",
    r"expect:^\[linux\] typed 42 in linux",
    r"send:\x1d",
    "expect:^hyp: console=rt$",
    # goes to the real-time guest, which reads nothing
    r"send:echo never $((6 * 7))\n",
    r"reject:never 42",
    BEAT,
    r"send:\x1d",
    "expect:^hyp: console=linux$",
    r"send:echo again $((6 * 7)) in linux\n",
    r"expect:^\[linux\] again 42 in linux",
    r"send:poweroff -f\n",
    "expect:vm linux stopped: shutdown",
    BEAT,
    BEAT,
    "stop:",
]
# The VMs whose harts this machine lacks are refused by name, and no guest is half started.
ONE_HART = [
    r"reject:beat \d+ period_us",
    "reject:linux is up",
    "expect:^hyp: config E-HART-ABSENT: vm linux needs hart 1, this machine has 1 harts$",
    "expect:^hyp: config E-HART-ABSENT: vm rt needs hart 2, this machine has 1 harts$",
    "expect:^hyp: vm=linux state=refused$",
    "expect:^hyp: vm=rt state=refused$",
    "stop:",
]
CASES = {"main_job": STEPS, "main_job_smp_1": ONE_HART}


def judge(machine):
    if "vm=rt state=refused" in machine.log:
        return
    numbers = [n for n, _, _ in qemu_test.beats(machine.log)]
    if len(numbers) < 5 or numbers != list(range(1, len(numbers) + 1)):
        raise qemu_test.Failure("beats are missing: %s" % numbers)


if __name__ == "__main__":
    plan, _ = qemu_test.load()
    qemu_test.expand(plan, CASES)
    sys.exit(qemu_test.run(judge, plan))
