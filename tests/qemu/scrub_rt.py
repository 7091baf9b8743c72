#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A real-time guest keeps its beat while a VM beside it clears its memory.

Steps: plugin:PATH of hypcount.so. Time is instructions (-icount), so no figure depends on how busy
this machine is.
"""
import os
import re
import sys
import tempfile

import qemu_test

BEATS_MEANWHILE = 3
PERIOD_US = (900000, 1100000)
JITTER_INSNS = 12000  # as tests/hostile/hostile_test.py


def check(condition, text):
    if not condition:
        raise qemu_test.Failure(text)


def body(plan, command):
    counts = os.path.join(tempfile.mkdtemp(dir=os.environ["TEST_TMPDIR"]), "counts")
    [(_, plugin)] = qemu_test.take(plan, ["plugin"])
    command += ["--", "-icount", "shift=6,sleep=off"] + qemu_test.count_options(plugin, counts)
    with qemu_test.Machine(command, plan["timeout"]) as machine:
        machine.reject("FAIL|panic|beat failed")
        for n in range(1, BEATS_MEANWHILE + 1):
            machine.expect(r"^\[rt\] beat %d " % n)
        check("[big]" not in machine.log, "the memory was cleared before beat %d" % BEATS_MEANWHILE)
        machine.expect(r"^\[big\] end: 2 passed, 0 failed\n")
        machine.expect(r"^\[rt\] beat \d+ .*\n")
        machine.end()
    print(machine.log)
    late = [b for b in qemu_test.beats(machine.log) if not PERIOD_US[0] <= b[1] <= PERIOD_US[1]]
    check(not late, "late beats: %s" % late)
    with open(counts) as f:
        rows = re.findall(r"^beat id=7 hart=1 n=\d+ guest=\d+ hs=(\d+) fw=(\d+) poll=0$", f.read(), re.M)
    check(len(rows) >= BEATS_MEANWHILE, "%d intervals" % len(rows))
    worst = max(int(hs) + int(fw) for hs, fw in rows)
    print("--- at most %d instructions of hypervisor and firmware between two beats" % worst)
    check(0 < worst <= JITTER_INSNS, "%d instructions between two beats" % worst)


if __name__ == "__main__":
    sys.exit(qemu_test.main(body))
