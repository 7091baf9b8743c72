#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Judges what a VM on the console hart pays for another VM's bytes.

Steps: plugin:PATH of hypcount.so; typed:COUNT bytes that are typed at the hostile guest meanwhile.

Time is instructions (-icount), so no figure depends on how busy this machine is.
"""
import os
import re
import signal
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(sys.argv[0])), "..", "..", "toolchains"))
sys.path.insert(0, os.path.join(os.environ.get("TEST_SRCDIR", "."), os.environ.get("TEST_WORKSPACE", "."), "toolchains"))
import qemu_test  # noqa: E402

# The ways of neighbour.c, in its order.
WAYS = ["nothing", "returns", "lines", "feeds", "sequences", "no_text", "single_bytes", "open_line", "kicks", "uart",
        "uart_driver", "ipis"]
SHARE = 0.01  # of the victim's hart: hypervisor and firmware
INTERVALS = 3  # at least, within each way
ROW = re.compile(r"^beat id=(\d+) hart=(\d+) n=(\d+) guest=(\d+) hs=(\d+) fw=(\d+) poll=(\d+)$", re.M)


def check(condition, text):
    if not condition:
        raise qemu_test.Failure(text)


def intervals(text):
    """{way: [(guest, hypervisor and firmware)]} of the victim's intervals that lie in one way alone."""
    found = {way: [] for way in WAYS}
    now = 0
    for id_, hart, n, guest, hs, fw, poll in ROW.findall(text):
        if id_ == "8":
            now = int(n)
            skip = True  # this one has begun before
        elif (id_, hart) == ("7", "0") and 0 < now <= len(WAYS):
            check(poll == "0", "polling on the victim's hart")
            if not skip:
                found[WAYS[now - 1]].append((int(guest), int(hs) + int(fw)))
            skip = False
    check(now == len(WAYS), "%d ways, not %d" % (now, len(WAYS)))
    return found


def judge(found):
    for way, rows in found.items():
        check(len(rows) >= INTERVALS, "%s: %d intervals" % (way, len(rows)))
        guest, paid = sum(r[0] for r in rows), sum(r[1] for r in rows)
        worst = max(r[1] / (r[0] + r[1]) for r in rows)
        print("--- %-12s work rate %.3f %%; hypervisor %d of %d instructions; at worst %.3f %% of %d intervals" %
              (way, 100 * guest / (guest + paid), paid, guest + paid, 100 * worst, len(rows)))
        check(worst <= SHARE, "%s: the victim paid %.3f %%" % (way, 100 * worst))
    check(sum(r[1] for r in found["lines"]) > 0, "nothing was counted")


def run():
    plan, command = qemu_test.load()
    want = dict(s.split(":", 1) for s in plan["steps"])
    bad = None
    counts = os.path.join(tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR")), "counts")
    hs = "hs=0xffffffc000000000:0xffffffc040000000"
    command += ["--", "-icount", "shift=0,sleep=off"]
    command += ["-plugin", "%s,%s,out=%s" % (os.path.abspath(want["plugin"]), hs, counts)]
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
            # the counter writes its file at the end
            os.killpg(machine._process.pid, signal.SIGTERM)
            machine._process.wait(20)
        with open(counts) as f:
            judge(intervals(f.read()))
    except qemu_test.Failure as e:
        bad = str(e)
    sys.stdout.write(machine.log[-4000:])
    print("\n--- " + ("FAIL: " + bad if bad else "PASS"))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(run())
