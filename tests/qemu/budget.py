#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each VM's event comes once, behind its line `within` and before `beyond`."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "toolchains"))
import qemu_test  # noqa: E402


def judge(machine):
    for vm in ("guest", "rt"):
        told = re.findall(r"^(?:\[%s\] guest: (within|beyond)|hyp: vm=%s event=(exits_after_boot most=100))\n" % (vm, vm), machine.log, re.M)
        order = [a or b for a, b in told]
        if order != ["within", "exits_after_boot most=100", "beyond"]:
            raise qemu_test.Failure("vm %s: %s" % (vm, order))


if __name__ == "__main__":
    sys.exit(qemu_test.run(judge))
