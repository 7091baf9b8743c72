#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs one guest on two images, with and without fast exits, and compares what it prints.

Steps: slow:LAUNCHER beside the first one, plugin:PATH of hypcount.so, lines:COUNT that the guest prints at least.
"""
import os
import re
import sys
import tempfile

import qemu_test

# Hypervisor instructions in the guest's marked regions: the slow way costs more, or it is not one.
SLOWER = 1.2


def run(launcher, options, plugin, timeout):
    """Lines of the guest, and the hypervisor's instructions between its marks."""
    folder = tempfile.mkdtemp(dir=os.environ["TEST_TMPDIR"])
    out = os.path.join(folder, "counts")
    command = [launcher] + options + ["--", "-icount", "shift=0,sleep=off", "-seed", "1"]
    command += qemu_test.count_options(plugin, out)
    with qemu_test.Machine(command, timeout) as machine:
        machine.reject("FAIL")
        machine.expect(r"^\[guest\] end: \d+ passed, 0 failed$")
        machine.expect("^vm guest stopped: shutdown$")
        machine.wait(0)
        lines = re.findall(r"^\[guest\] (.*)$", machine.log, re.M)
    with open(out) as f:
        return lines, sum(int(n) for n in re.findall(r"^count id=0 .* hs=(\d+) ", f.read(), re.M))


def compare(fast, slow):
    for number, (a, b) in enumerate(zip(fast, slow), 1):
        if a != b:
            raise qemu_test.Failure("answer %d\n  fast: %s\n  slow: %s" % (number, a, b))
    if len(fast) != len(slow):
        raise qemu_test.Failure("%d lines fast, %d slow" % (len(fast), len(slow)))


def body(plan, command):
    given = dict(text.split(":", 1) for text in plan["steps"])
    plugin = os.path.abspath(given["plugin"])
    slow = os.path.join(os.path.dirname(command[0]), given["slow"])
    fast_lines, fast_hs = run(command[0], command[1:], plugin, plan["timeout"])
    slow_lines, slow_hs = run(slow, command[1:], plugin, plan["timeout"])
    print("\n".join(fast_lines))
    print("hypervisor: %d instructions fast, %d slow" % (fast_hs, slow_hs))
    compare(fast_lines, slow_lines)
    if len(fast_lines) < int(given["lines"]):
        raise qemu_test.Failure("only %d lines" % len(fast_lines))
    if slow_hs < fast_hs * SLOWER:
        raise qemu_test.Failure("no_fast_exits makes nothing slower: both ways are one")


if __name__ == "__main__":
    sys.exit(qemu_test.main(body))
