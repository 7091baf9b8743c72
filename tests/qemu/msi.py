#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The guest takes its device's interrupts, and neither hypervisor nor firmware runs between its marks.

Steps: plugin:PATH of hypcount.so.
"""
import os
import re
import sys

import qemu_test


def body(plan, command):
    given = dict(text.split(":", 1) for text in plan["steps"])
    out = os.path.join(os.environ["TEST_TMPDIR"], "counts")
    qemu = ["--", "-device", "edu,addr=1", "-icount", "shift=0,sleep=off"] + qemu_test.count_options(given["plugin"], out)
    with qemu_test.Machine(command + qemu, plan["timeout"]) as machine:
        machine.reject("FAIL")
        machine.expect(r"^\[guest\] end: 4 passed, 0 failed\n")
        machine.expect("^vm guest stopped: shutdown\n")
        machine.wait(0)
    with open(out) as f:
        line = re.search(r"^count id=0 .*guest=(\d+) hs=(\d+) fw=(\d+)", f.read(), re.M)
    print(line.group())
    if int(line.group(1)) < 2000 or int(line.group(2)) != 0 or int(line.group(3)) != 0:
        raise qemu_test.Failure("it left its guest")


if __name__ == "__main__":
    sys.exit(qemu_test.main(body))
