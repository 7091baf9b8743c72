#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""VM wide needs a wide G-stage, VM narrow does not. A machine that cannot give it refuses wide alone."""
import sys

import qemu_test
from qemu_test import passed, stopped

WIDE, NARROW = r"\[wide\] end: 12 passed", r"\[narrow\] end: 4 passed"

CASES = {
    "gstage_wide": [
        "reject:FAIL",
        "expect:^hyp: vm=wide .*gpa_bits=59 state=started$",
        "expect:^hyp: vm=narrow .*gpa_bits=41 state=started$",
        "expect:(?s)%s.*%s|%s.*%s" % (WIDE, NARROW, NARROW, WIDE),
        stopped("(wide|narrow)"),
    ],
    "gstage_too_wide": [
        "args:--cpu rv64,sv57=off,sv48=off",
        "status:1",
        "reject:FAIL",
        r"expect:^hyp: config E-MEM-RANGE: mem\[1\] of vm wide at gpa 0x20000000000, 0x200000 bytes, is empty or beyond what .* can map$",
        "expect:^hyp: vm=wide state=refused$",
        passed(4, "narrow"),
        stopped("narrow"),
    ],
}

if __name__ == "__main__":
    sys.exit(qemu_test.run_case(CASES))
