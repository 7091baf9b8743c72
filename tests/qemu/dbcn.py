#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Console calls of a guest, and what one call costs its hart at most.

Steps: plugin:PATH of hypcount.so, most:INSTRUCTIONS of the hypervisor in one call.
"""
import os
import re
import sys

import qemu_test

REGIONS = {0: ("write", 900), 1: ("read", 20), 2: ("fence", 9)}


def judge(counts, most):
    for region, (name, least) in REGIONS.items():
        costs = [int(n) for n in re.findall(r"^count id=%d .* hs=(\d+) " % region, counts, re.M)]
        print("%s: %d calls, %d to %d instructions" % (name, len(costs), min(costs), max(costs)))
        if len(costs) < least:
            raise qemu_test.Failure("only %d calls" % len(costs))
        if max(costs) > most:
            raise qemu_test.Failure("a call costs more than %d instructions" % most)


def body(plan, command):
    given = dict(text.split(":", 1) for text in plan["steps"])
    out = os.path.join(os.environ["TEST_TMPDIR"], "counts")
    with qemu_test.Machine(command + ["--"] + qemu_test.count_options(given["plugin"], out), plan["timeout"]) as machine:
        machine.reject("FAIL")
        machine.expect(r"^\[guest\] over two ranges\n")
        machine.expect(r"^\[guest\] over two ranges\n")
        for _ in range(24):
            machine.expect(r"^\[guest\] more\n")
            machine.send("x" * 48)
        machine.expect(r"^\[guest\] end: \d+ passed, 0 failed\n")
        machine.expect("^vm guest stopped: shutdown\n")
        machine.wait(0)
    with open(out) as f:
        judge(f.read(), int(given["most"]))


if __name__ == "__main__":
    sys.exit(qemu_test.main(body))
