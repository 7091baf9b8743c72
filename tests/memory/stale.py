#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One stale word in a G-stage stops the boot, and the audit says whose it is.

Steps: case:NAME:VM for each, VM being the one that is wrong; "-": none is; "W,G": the hypervisor's own space has so many
leaves that can be written and run, and so many that are a guest's, or one that is reserved.
"""
import sys

import qemu_test

VMS = ("left", "right")


def judge(machine, wrong):
    machine.expect(r"^hyp: pool_used_kib=")
    if "," in wrong:
        found = machine.expect(r"^hyp: space_leaves=\d+ write_exec=(\d+) guest_pages=(\d+) open_stacks=0\n")
        if ",".join(found.groups()) != wrong:
            raise qemu_test.Failure(found.group(0))
        machine.expect(r"^libhv/hv.c line=0x[0-9a-f]+")
        machine.reject(r"beat")
        return
    for vm in VMS:
        found = machine.expect(r"^hyp: vm=%s gstage_leaves=\d+ gstage_wrong=(\d+)\n" % vm)
        if (found.group(1) != "0") != (vm == wrong):
            raise qemu_test.Failure(found.group(0))
        if vm == wrong:
            machine.expect(r"^hyp: vm=%s gstage_wrong_gpa=0x[0-9a-f]+\n" % vm)
    if wrong == "-":
        at = machine.position
        for vm in VMS:
            machine.position = at
            machine.expect(r"^\[%s\] beat 1 " % vm)
    else:
        machine.expect(r"^libhv/hv.c line=0x[0-9a-f]+")
        machine.reject(r"beat")


def body(plan, command):
    cases = [s.split(":")[1:] for s in plan["steps"]]
    for name, wrong in cases:
        with qemu_test.Machine(command + ["--", "-append", "stale=" + name], plan["timeout"]) as machine:
            try:
                machine.reject("survived|fault in HS-mode")
                judge(machine, wrong)
                print("ok %s" % name, flush=True)
            except qemu_test.Failure as e:
                print(machine.log)
                raise qemu_test.Failure("%s: %s" % (name, e))


if __name__ == "__main__":
    sys.exit(qemu_test.main(body))
