#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The log key shows each VM's exits by cause: between two looks there are as many as the guest made."""
import sys

import qemu_test

LOAD, STORE, VIRTUAL, ECALL = "load_guest_page_fault", "store_guest_page_fault", "virtual_instruction", "ecall_vs"
EXACT = {LOAD: 50, STORE: 30, VIRTUAL: 7}  # as in counted.c
ECALLS = 100


def body(plan, command):
    with qemu_test.Machine(command, plan["timeout"]) as machine:
        machine.reject("FAIL")
        machine.expect(r"^\[guest\] counted: ready$")
        before = qemu_test.exits(machine, "guest")
        machine.send("x")
        machine.expect(r"^\[guest\] counted: done$")
        after = qemu_test.exits(machine, "guest")
        machine.send("x")
        machine.expect("^vm guest stopped: shutdown$")
        machine.wait(0)
    for cause, count in EXACT.items():
        made = after.get(cause, 0) - before.get(cause, 0)
        if made != count:
            raise qemu_test.Failure("%s: %d counted, %d made" % (cause, made, count))
    if after[ECALL] - before[ECALL] < ECALLS:
        raise qemu_test.Failure("only %d ecalls" % (after[ECALL] - before[ECALL]))


if __name__ == "__main__":
    sys.exit(qemu_test.main(body))
