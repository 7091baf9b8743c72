#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lines of boot, and of guests that do not run to their end: `case:NAME` is one of CASES."""
import sys

import changed_tree
from qemu_test import passed, stopped

# Lines of boot about the machine: they begin with sstc, svnapot and irqc.
FOUND = {
    "found_imsic": (
        "1 svpbmt=0 gpa_bits=50",
        "1 svadu=1 zicbom=1 zicboz=1 stateen=0 vector=0 vmid_bits=14",
        "aplic-imsic imsic_ids=255 guest_files=3 ipi=imsic",
    ),
    "found_max": (
        "1 svpbmt=1 gpa_bits=59",
        "1 svadu=1 zicbom=1 zicboz=1 stateen=1 vector=1 vmid_bits=14",
        "plic imsic_ids=0 guest_files=0 ipi=sbi",
    ),
    "found_rv64": (
        "0 svpbmt=0 gpa_bits=41",
        "0 svadu=0 zicbom=0 zicboz=1 stateen=0 vector=0 vmid_bits=14",
        "plic imsic_ids=0 guest_files=0 ipi=sswi",
    ),
    "found_rva23s64": (
        "1 svpbmt=1 gpa_bits=41",
        "1 svadu=0 zicbom=1 zicboz=1 stateen=1 vector=1 vmid_bits=14",
        "aplic imsic_ids=0 guest_files=0 ipi=sbi",
    ),
}


def found(first, second, third):
    return [
        r"expect:^hyp: sstc=%s irq_sources=\d+ load=0x80200000\n" % first,
        r"expect:^hyp: svnapot=%s\n" % second,
        r"expect:^hyp: irqc=%s\n" % third,
        "stop:",
    ]


CASES = {
    **{name: found(*row) for name, row in FOUND.items()},
    # a fault of a guest is the guest's, and it goes on
    "cpu_wild_store": [r"expect:^\[guest\] PASS a store where nothing is$", passed(1)],
    # the launcher's status is a failure if the guest's end is one
    "returns_fail": ["status:1", "reject:PASS", r"expect:^\[guest\] guest: fails", stopped(reason="failure hart=0 pc=0x800[0-9a-f]{5}")],
    # A machine without the platform's finisher is not written to; its firmware cannot end it otherwise.
    "returns_nothing": [
        "disable:test@100000",
        r"expect:^\[guest\] guest: fails",
        stopped(reason="failure hart=0 pc=0x800[0-9a-f]{5}"),
        "sleep:2",
        "stop:",
    ],
    "other_machine": [
        "reject:FAIL|panic",
        "expect:^hyp: irqc=none ",
        r"expect:^\[guest\] smp: 4 harts\n",
        passed(),
        stopped(),
        "stop:",
    ],
    "other_machine_without_h": [
        "reject:panic",
        r"expect:^hyp: machine=refused reason=no-h-extension\n",
        "sleep:2",
        "stop:",
    ],
    # Another hart has the console, which no real-time VM owns.
    "console_hart_other": ["reject:FAIL", "expect:^hyp: console_hart=1 configured=2$", passed(vm="rt"), stopped("rt")],
    # There is none: no VM waits until its output is read, and the end of a VM is reported all the same.
    "console_hart_none": [
        r"reject:^\[rt\]",
        "expect:^hyp: console_hart=none reason=real-time-vms-own-all-harts vms_output=dropped$",
        stopped("rt"),
    ],
    # The end of a VM is reported at once, though nobody else prints.
    "console_quiet": ["reject:FAIL", passed(vm="ending"), stopped("ending"), "stop:"],
}

if __name__ == "__main__":
    sys.exit(changed_tree.run(CASES))
