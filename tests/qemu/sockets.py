#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""VMs on a machine of two sockets, each with a controller: the harts of the second socket have no context at the first one."""
import sys

import qemu_test

NO_CONTEXT = r"expect:^hyp: config E-IRQ-HART: hart %d of vm %s has no context at the interrupt controller of this machine\n"
BOTH, VIRTUAL = r"\[both\] end: 8 passed, 0 failed\n", r"\[virtual\] end: 3 passed, 0 failed\n"

CASES = {
    # a controller of each socket serves a virtual PLIC
    "sockets": [
        r"reject:FAIL|^hyp: panic|\[far\]",
        NO_CONTEXT % (3, "both"),
        NO_CONTEXT % (5, "far"),
        r"expect:^hyp: vm=both vcpus=2 harts=0xc .*state=started\n",
        r"expect:^hyp: vm=virtual .*state=started\n",
        r"expect:^hyp: vm=far state=refused\n",
        "expect:(?s)%s.*%s|%s.*%s" % (BOTH, VIRTUAL, VIRTUAL, BOTH),
    ],
    # a VM with an APLIC of its own needs one that serves all its harts
    "sockets_own": [r"reject:\[guest\]|^hyp: panic", NO_CONTEXT % (2, "guest"), r"expect:^hyp: vm=guest state=refused\n"],
}

if __name__ == "__main__":
    sys.exit(qemu_test.run_case(CASES))
