#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lines about each VM, in this order.

Steps: order:WORDS of within, event, beyond, stop.
"""
import re
import sys

import qemu_test

LINES = {
    "within": r"\[%s\] guest: within\n",
    "event": r"hyp: vm=%s event=exits_after_boot max_exits=100\n",
    "beyond": r"\[%s\] guest: beyond\n",
    "stop": r"vm %s stopped: shutdown\n",
}


def told(log, vm):
    at = [(m.start(), word) for word, line in LINES.items() for m in re.finditer("^" + line % vm, log, re.M)]
    return [word for _, word in sorted(at)]


def body(plan, command):
    order = dict(text.split(":", 1) for text in plan["steps"])["order"].split()
    vms = ["one", "two", "three", "four"]
    with qemu_test.Machine(command, plan["timeout"]) as machine:
        machine.reject("state=refused|hyp: panic")
        if "stop" in order:
            machine.wait(0)
        for vm in vms if "stop" not in order else []:
            machine.expect(r"(?s)^(?=.*hyp: vm=%s event=exits_after_boot max_exits=100\n)" % vm)
        log = machine.log
    for vm in vms:
        if told(log, vm) != order:
            raise qemu_test.Failure("vm %s: %s" % (vm, told(log, vm)))


if __name__ == "__main__":
    sys.exit(qemu_test.main(body))
