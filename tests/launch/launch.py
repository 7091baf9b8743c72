#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The launcher's options for one VM by its name: `case:NAME` is one of CASES. Before it: other:PATH of a second kernel.

The VMs' lines come in any order, so each case names the lines of both.
"""
import sys

import qemu_test

CASES = {
    "as_configured": ([], "first file, args own words", "first file, args own words"),
    "second_vm": (
        ["args:--kernel bob={other} --append 'bob=x=1 given words'"],
        "first file, args own words",
        "other file, args x=1 given words",
    ),
    "first_vm": (["args:--kernel {other} --append 'x=1 bob=2'"], "other file, args x=1 bob=2", "first file, args own words"),
}


def main():
    plan, _ = qemu_test.load()
    name = plan["steps"][-1].partition(":")[2]
    arguments, alice, bob = CASES[name]
    qemu_test.expand(plan, {name: arguments + ["reject:^hyp: panic|^hyp: config"]})

    def judge(machine):
        guests = sorted(line for line in machine.log.split("\n") if line.startswith(("[alice]", "[bob]")))
        if guests != ["[alice] " + alice, "[bob] " + bob]:
            raise qemu_test.Failure("the guests printed %s" % guests)

    return qemu_test.run(judge, plan)


if __name__ == "__main__":
    sys.exit(main())
