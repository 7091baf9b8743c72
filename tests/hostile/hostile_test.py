#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Judges a hostile guest by what it prints, and the real-time guest beside it from outside.

Steps: group:NAME, ok:COUNT of checks, reason:WHY its VM stops and where, plugin:PATH of hypcount.so.

Time is instructions (-icount), so no figure depends on how busy this machine is.
"""
import os
import re
import sys
import tempfile

import qemu_test

BEATS_AFTER = 3
PERIOD_US = (900000, 1100000)
JITTER_US = 50000  # QEMU's round robin over the harts; the hypervisor's own part is JITTER_INSNS
# Hypervisor and firmware on the real-time guest's hart between two beats: 100 ticks and a line
# are 10 509 alone, and none of them is the firmware's.
JITTER_INSNS = 12000
JITTER_FW = 0
# besides the guests' own: what boot says, and the end of one VM, each once
LINES = [
    r"hyp: vm=hostile imsic=.*",
    r"hyp: vm=hostile .*state=started",
    r"hyp: vm=rt .*state=started",
    r"hyp: pool_used_kib=.*",
    r"hyp: space_leaves=.*",
    r"hyp: vm=hostile gstage_leaves=[1-9]\d* gstage_wrong=0",
    r"hyp: vm=rt gstage_leaves=[1-9]\d* gstage_wrong=0",
    r"vm hostile stopped: .*",
]


def check(condition, text):
    if not condition:
        raise qemu_test.Failure(text)


def judge_checks(log, group, count):
    done = re.search(r"^\[hostile\] hostile %s done (\d+) ok (\d+) bad (\d+)$" % group, log, re.M)
    check(done, "no last line of the group")
    bad = re.findall(r"^\[hostile\] BAD .*$", log, re.M)
    check(not bad and done.group(3) == "0", "bad: " + "; ".join(bad[:5]))
    good = len(re.findall(r"^\[hostile\] ok \S+$", log, re.M))
    check(good == int(done.group(2)), "%d lines of ok, the guest says %s" % (good, done.group(2)))
    check(good == count, "%d checks, not %d" % (good, count))


def judge_beats(log):
    beats = qemu_test.beats(log)
    check([b[0] for b in beats] == list(range(1, len(beats) + 1)), "beats are missing: %s" % [b[0] for b in beats])
    late = [b for b in beats if not PERIOD_US[0] <= b[1] <= PERIOD_US[1] or b[2] > JITTER_US]
    check(not late, "late beats: %s" % late)
    check("beat failed" not in log, "the real-time guest failed")


def judge_space(log):
    """The hypervisor walks its own tables before the guests start."""
    space = re.search(r"^hyp: space_leaves=(\d+) write_exec=(\d+) guest_pages=(\d+) open_stacks=(\d+)$", log, re.M)
    check(space, "the tables were not walked")
    check(int(space.group(1)) > 0 and space.group(2, 3, 4) == ("0", "0", "0"), space.group(0))


def judge_counts(path, group, before, after):
    """Each interval from the first beat on is there, and those of the attack are among them."""
    with open(path) as f:
        rows = re.findall(r"^beat id=7 hart=2 n=(\d+) guest=\d+ hs=(\d+) fw=(\d+) poll=0$", f.read(), re.M)
    rows = [tuple(int(x) for x in r) for r in rows]
    check([r[0] for r in rows] == list(range(1, len(rows) + 1)), "intervals are missing: %s" % [r[0] for r in rows])
    check(before >= 1, "no beat before the attack was over")
    check(len(rows) >= before + after - 1, "%d intervals, %d + %d beats" % (len(rows), before, after))
    costs = [hs + fw for _, hs, fw in rows]
    print("--- %s: at most %d instructions between two beats, at least %d; of the firmware's at most %d; %d intervals" %
          (group, max(costs), min(costs), max(fw for _, _, fw in rows), len(rows)))
    check(min(costs) > 0, "an interval without any instruction: nothing was counted")
    check(max(costs) <= JITTER_INSNS, "%d instructions between two beats" % max(costs))
    check(max(fw for _, _, fw in rows) <= JITTER_FW, "the firmware ran on the real-time hart")


def judge_lines(log):
    """Since the VMs started: an event of a guest prints nothing."""
    lines = log[log.index("hyp: vm=hostile") :].splitlines()
    own = [l for l in lines if not re.match(r"\[hostile\] (ok |x*$|hostile )|\[rt\] beat \d", l)]
    known = [next((k for k in LINES if re.fullmatch(k, l)), None) for l in own]
    check(None not in known and len(set(known)) == len(own), "lines besides the guests': %s" % own[:8])


def run():
    plan, command = qemu_test.load()
    want = dict(s.split(":", 1) for s in plan["steps"])
    bad = None
    counts = os.path.join(tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR")), "counts")
    command += ["--", "-icount", "shift=0,sleep=off"] + qemu_test.count_options(want["plugin"], counts)
    machine = qemu_test.Machine(command, plan["timeout"])
    try:
        with machine:
            machine.reject(r"panic|HYP_REQUIRE|assert|vm rt stopped")
            machine.expect(r"^hyp: vm=rt .*state=started$")
            reason = machine.expect(r"^vm hostile stopped: (.*)\n").group(1)
            check(re.fullmatch(want["reason"], reason), "stopped: %s, not %s" % (reason, want["reason"]))
            for _ in range(BEATS_AFTER):
                machine.expect(r"^\[rt\] beat \d+ ")
            machine.expect("\n")
            machine.end(plan["timeout"])
        judge_checks(machine.log, want["group"], int(want["ok"]))
        judge_beats(machine.log)
        judge_space(machine.log)
        judge_lines(machine.log)
        at = machine.log.index("vm hostile stopped: ")
        judge_counts(counts, want["group"], len(qemu_test.beats(machine.log[:at])), len(qemu_test.beats(machine.log[at:])))
    except qemu_test.Failure as e:
        bad = str(e)
    sys.stdout.write(machine.log)
    print("\n--- " + ("FAIL: " + bad if bad else "PASS"))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(run())
