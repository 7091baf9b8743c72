#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One guest natively and in a VM: its counters say the same about the same work, though in the VM that makes exits.

Step: guest:FILE. QEMU counts instructions (-icount), one hart after another, so a count has no error.
"""
import os
import re
import subprocess
import sys

import qemu_test

ICOUNT = ["-icount", "shift=1"]
BASE_CALLS = 1000  # of pmu.c; a call is at least two instructions of the hypervisor


def native_command(command, guest):
    """The launcher's machine with the guest in the hypervisor's place."""
    line = subprocess.check_output(command[:1] + ["--print"] + command[1:], text=True).splitlines()
    machine = line[: line.index("-kernel")]
    return machine + ["-kernel", guest, "-append", "native"] + ICOUNT


def run(command, timeout, *says):
    with qemu_test.Machine(command, timeout) as machine:
        machine.reject(r"FAIL|^hyp: panic|no pmu")
        for text in says:
            machine.expect(text)
        machine.wait(0)
    return {what: int(n) for what, n in re.findall(r"count (\w+ \w+) (\d+)\n", machine.log)}


def body(plan, command):
    given = dict(text.split(":", 1) for text in plan["steps"])
    guest = os.path.abspath(given["guest"])
    native = run(native_command(command, guest), plan["timeout"], r"^end: \d+ passed, 0 failed\n")
    vm = run(command + ["--kernel", guest, "--"] + ICOUNT, plan["timeout"], r"^vm guest stopped: shutdown\n")
    print("native %s\nvm     %s" % (native, vm))
    if native != vm or len(vm) != 12:
        raise qemu_test.Failure("the counts differ, or some are missing")
    if not BASE_CALLS < vm["instructions base"] < 100 * BASE_CALLS or vm["instructions_without_s base"] != 0:
        raise qemu_test.Failure("the counts are not those of the guest's work")


if __name__ == "__main__":
    sys.exit(qemu_test.main(body))
