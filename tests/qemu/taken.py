#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""VM thief has the registers of the machine's own devices: it is refused, and VM good runs.

The build's checker knows this platform; at boot the machine's tree says what is at which address, below buses and by
aliases, too.
"""
import sys

import changed_tree
from qemu_test import stopped

CONTROLLER, SSWI = "the interrupt controller", "the hypervisor's SSWI"
OF_SSWI = [("sswi at 0x2f00000", SSWI), ("plic at 0xc000000", CONTROLLER)]


def taken(changes, pairs):
    line = "expect:^hyp: config E-DEV-TAKEN: the page of device %s is owned by vm thief and %s$"
    pairs = [("uart at 0x10000000", "the firmware's console")] + pairs
    return changes + [line % pair for pair in pairs] + ["expect:^hyp: vm=thief state=refused$", stopped("good")]


CASES = {
    "taken_aplic": taken([], [("aplic at 0xd000000", CONTROLLER)]),
    "taken_imsic": taken([], [(name, CONTROLLER) for name in ("aplic at 0xd000000", "files at 0x28000000", "machine at 0x24000000")]),
    "taken_plic": taken([], [("plic at 0xc000000", CONTROLLER)]),
    "taken_sswi": taken([], OF_SSWI),
    # options behind the alias
    "taken_alias": taken(["set:chosen stdout-path serial0:115200n8"], []),
    "taken_below_buses": taken(["nest:"], OF_SSWI),
    "taken_below_buses_alias": taken(["nest:alias"], OF_SSWI),
}

if __name__ == "__main__":
    sys.exit(changed_tree.run(CASES))
