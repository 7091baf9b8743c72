#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Judges what a VM on the console hart pays for another VM's bytes.

Steps: plugin:PATH of hypcount.so; typed:COUNT bytes that are typed at the hostile guest meanwhile.

Time is instructions (-icount), so no figure depends on how busy this machine is.
"""
import os
import re
import sys
import tempfile

import qemu_test

# The ways of neighbour.c, in its order.
WAYS = ["nothing", "returns", "lines", "feeds", "sequences", "no_text", "single_bytes", "open_line", "kicks", "uart",
        "uart_driver", "ipis"]
SHARE = 0.01  # of the victim's hart: hypervisor and firmware
LEAST = 1000000  # instructions of the victim's hart in each way: QEMU runs one hart at a time, and not in equal turns
ROW = re.compile(r"^(?:part id=8 hart=0|count id=8 hart=1 end=1) guest=(\d+) hs=(\d+) fw=(\d+) poll=(\d+)$", re.M)


def check(condition, text):
    if not condition:
        raise qemu_test.Failure(text)


def judge(text):
    """For each way, in order, a row of the victim's hart and one of all harts."""
    rows = [tuple(int(x) for x in r) for r in ROW.findall(text)]
    check(len(rows) == 2 * len(WAYS), "%d rows" % len(rows))
    for n, way in enumerate(WAYS):
        guest, hs, fw, poll = rows[2 * n]
        total = guest + hs + fw
        paid = (hs + fw) / total
        print("--- %-12s work rate %.3f %%: hypervisor %d, firmware %d of %d instructions in %.1f ms" %
              (way, 100 - 100 * paid, hs, fw, total, sum(rows[2 * n + 1]) / 1e6))
        check(poll == 0, "polling on the victim's hart")
        check(total >= LEAST, "%s: the victim did not run" % way)
        check(paid <= SHARE, "%s: the victim paid %.3f %%" % (way, 100 * paid))
        check(way == "nothing" or hs > 0, "%s: nothing was counted" % way)


def run():
    plan, command = qemu_test.load()
    want = dict(s.split(":", 1) for s in plan["steps"])
    bad = None
    counts = os.path.join(tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR")), "counts")
    command += ["--", "-icount", "shift=0,sleep=off"] + qemu_test.count_options(want["plugin"], counts)
    machine = qemu_test.Machine(command, plan["timeout"])
    try:
        with machine:
            machine.reject(r"panic|HYP_REQUIRE|assert|vm victim stopped")
            machine.expect(r"^hyp: console_hart=0 pays=victim bytes_per_ms=16$")
            machine.expect(r"^hyp: vm=hostile .*state=started$")
            typed = int(want.get("typed", "0"))
            if typed:
                machine.send("\x1d")
                machine.expect(r"^hyp: console=hostile$")
                machine.send("t" * typed)
            machine.expect(r"^vm hostile stopped: shutdown$")
            machine.end()
        with open(counts) as f:
            judge(f.read())
    except qemu_test.Failure as e:
        bad = str(e)
    sys.stdout.write(machine.log[-4000:])
    print("\n--- " + ("FAIL: " + bad if bad else "PASS"))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(run())
