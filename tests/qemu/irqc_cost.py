#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""No exit of a guest that tries its interrupt controller costs more than a bound.

The plugin of tests/bench counts from each entry of the trap vector to the next one, so a long access that is split is
judged by its parts. Steps: plugin:PATH, elf:PATH of the image, names:PATH of the cases' names, cases:COUNT at least.
"""
import os
import sys

ROOT = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"])
sys.path.insert(0, os.path.join(ROOT, "tests/bench"))
import elf_file  # noqa: E402
import qemu_test  # noqa: E402
import report  # noqa: E402

LIMITS = {"OWN_": 300, "MACHINE_": 400, "REQUEST_OWN_": 400, "REQUEST_MACHINE_": 510}
LIMIT = 2500


def run(plan, command, given):
    """{case: [hypervisor instructions of each of its exits]}"""
    out = os.path.join(os.environ["TEST_TMPDIR"], "counts")
    more = ",at=%#x:%d:1" % (elf_file.symbols(given["elf"])["trap_entry"][0], report.MARK_BEAT)
    more += "".join(",poll=%#x:%#x" % r for r in report.pauses(given["elf"]))
    qemu = ["--", "-icount", "shift=0,sleep=off", "-seed", "1"] + qemu_test.count_options(given["plugin"], out, more)
    with qemu_test.Machine(command + qemu, plan["timeout"]) as machine:
        machine.reject("FAIL|state=refused|^hyp: panic")
        machine.expect(r"^\[guest\] end\n")
        machine.expect("^vm guest stopped: shutdown\n")
        machine.wait(0)
    return report.exits(report.Counts(out, machine.log))


def body(plan, command):
    given = dict(text.split(":", 1) for text in plan["steps"])
    names = {n: name for name, n in report.case_numbers(given["names"]).items()}
    found = run(plan, command, given)
    wrong = []
    for case, costs in sorted(found.items()):
        if case == 0:
            continue
        limit = next((n for start, n in LIMITS.items() if names[case].startswith(start)), LIMIT)
        text = "%-25s %5d exits, at most %4d of %d" % (names[case].lower(), len(costs), max(costs), limit)
        print(text)
        if max(costs) > limit:
            wrong.append(text)
    if len(found) < int(given["cases"]):
        raise qemu_test.Failure("only %d cases" % len(found))
    if wrong:
        raise qemu_test.Failure("\n".join(wrong))


if __name__ == "__main__":
    sys.exit(qemu_test.main(body))
