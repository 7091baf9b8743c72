#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""No exit of a guest that tries its interrupt controller costs more than a bound.

The plugin of tests/bench counts from each entry of the trap vector to the next one, so a long access that is split is
judged by its parts. Steps: plugin:PATH, elf:PATH of the image, names:PATH of the cases' names.
"""
import os
import re
import sys

ROOT = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"])
sys.path.insert(0, os.path.join(ROOT, "toolchains"))
sys.path.insert(0, os.path.join(ROOT, "tests/bench"))
import qemu_test  # noqa: E402
import report  # noqa: E402

TRAP, BEAT = 1, 4  # the mark's id, HYP_MARK_BEAT
HART = 0  # of the vCPU that runs; the others wait to be started
LIMITS = {"OWN_": 300, "MACHINE_": 400}
LIMIT = 2500
PAUSE = bytes.fromhex("0f000001")


def case_names(path):
    with open(path) as f:
        return {int(n): name for name, n in re.findall(r"#define COST_(\w+) (\d+)$", f.read(), re.M)}


def pauses(path):
    """Addresses of each `pause`, which is where a hart waits for a lock."""
    elf = report.Elf(path)
    found = []
    for s in elf.sections:
        code = elf.data[s[4] : s[4] + s[5]] if s[2] & 4 and s[1] == 1 else b""
        found += [s[3] + at for at in range(0, len(code), 2) if code[at : at + 4] == PAUSE]
    return found


def exits(path):
    """{case: [hypervisor instructions of each of its exits]}. A line comes with the next exit.

    Without those that waited for another hart: with -icount that takes as long as the emulator likes.
    """
    found, case, begun = {}, 0, 0
    with open(path) as f:
        for line in f:
            total = re.match(r"total id=(\d+) ", line)
            beat = re.match(r"beat id=%d hart=%d .* hs=(\d+) .*poll=(\d+)" % (TRAP, HART), line)
            if total:
                case = int(total.group(1))
            elif beat:
                if beat.group(2) == "0":
                    found.setdefault(begun, []).append(int(beat.group(1)))
                begun = case
    return found


def body(plan, command):
    given = dict(text.split(":", 1) for text in plan["steps"])
    out = os.path.join(os.environ["TEST_TMPDIR"], "counts")
    vector = report.Elf(given["elf"]).symbols()["trap_entry"][0]
    # all code of HS-mode is in its own half of the address space
    count = "%s,hs=0xffffffc000000000:0xffffffc040000000,at=%#x:%d:%d,out=%s" % (
        os.path.abspath(given["plugin"]), vector, BEAT, TRAP, out)
    count += "".join(",poll=%#x:%#x" % (at, at + 4) for at in pauses(given["elf"]))
    qemu = ["--", "-icount", "shift=0,sleep=off", "-seed", "1", "-plugin", count]
    with qemu_test.Machine(command + qemu, plan["timeout"]) as machine:
        machine.reject("FAIL|state=refused|^hyp: panic")
        machine.expect(r"^\[guest\] end\n")
        machine.expect("^vm guest stopped: shutdown\n")
        machine.wait(0)
    names, found = case_names(given["names"]), exits(out)
    wrong = []
    for case, costs in sorted(found.items()):
        if case == 0:
            continue
        limit = next((n for start, n in LIMITS.items() if names[case].startswith(start)), LIMIT)
        text = "%-24s %6d exits, at most %5d of %d" % (names[case].lower(), len(costs), max(costs), limit)
        print(text)
        if max(costs) > limit:
            wrong.append(text)
    if len(found) < int(given["cases"]):
        raise qemu_test.Failure("only %d cases" % len(found))
    if wrong:
        raise qemu_test.Failure("\n".join(wrong))


if __name__ == "__main__":
    sys.exit(qemu_test.main(body))
