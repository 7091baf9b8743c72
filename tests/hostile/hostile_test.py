#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Judges a hostile guest by what it prints, and the real-time guest beside it from outside.

Steps: group:NAME, ok:COUNT of checks, reason:WHY its VM stops, lines:MOST that may be printed.
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(sys.argv[0])), "..", "..", "toolchains"))
sys.path.insert(0, os.path.join(os.environ.get("TEST_SRCDIR", "."), os.environ.get("TEST_WORKSPACE", "."), "toolchains"))
import qemu_test  # noqa: E402

BEATS_AFTER = 3
BOUND_US = 2000000  # the machine below is an emulator; what the hypervisor costs is counted in instructions


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
    late = [b for b in beats if b[1] > BOUND_US or b[2] > BOUND_US]
    check(not late, "late beats: %s" % late)
    check("beat failed" not in log, "the real-time guest failed")


def judge_lines(log, most):
    """Since the VMs started: an event of a guest prints nothing."""
    lines = log[log.index("hyp: vm=hostile") :].splitlines()
    own = [l for l in lines if not re.match(r"\[hostile\] (ok |x*$|hostile )|\[rt\] beat \d", l)]
    # two VMs started, one stopped
    check(len(own) <= most, "%d lines besides the guests': %s" % (len(own), own[:8]))


def run():
    plan, command = qemu_test.load()
    want = dict(s.split(":", 1) for s in plan["steps"])
    bad = None
    machine = qemu_test.Machine(command, plan["timeout"])
    try:
        with machine:
            machine.reject(r"panic|HYP_REQUIRE|assert|vm rt stopped")
            machine.expect(r"^hyp: vm=rt .*state=started$")
            machine.expect(r"^vm hostile stopped: (\w+)$")
            reason = machine.log[: machine.position].rsplit(" ", 1)[1]
            check(reason == want["reason"], "stopped: %s, not %s" % (reason, want["reason"]))
            for _ in range(BEATS_AFTER):
                machine.expect(r"^\[rt\] beat \d+ ")
            machine.expect("\n")
            machine.stop()
        judge_checks(machine.log, want["group"], int(want["ok"]))
        judge_beats(machine.log)
        judge_lines(machine.log, int(want.get("lines", 3)))
    except qemu_test.Failure as e:
        bad = str(e)
    sys.stdout.write(machine.log)
    print("\n--- " + ("FAIL: " + bad if bad else "PASS"))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(run())
