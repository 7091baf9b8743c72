#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""While a VM owns the UART of the log, it is the only one that writes there; then the log does."""
import sys

import qemu_test
from qemu_test import stopped

CASES = {
    "log_waits": [
        "expect:^hyp: vm=other .*state=started$",
        r"expect:^own 00\n(own \d\d\n){59}own end\n",
        stopped("other"),
        stopped("owner"),
    ],
}

if __name__ == "__main__":
    sys.exit(qemu_test.run_case(CASES))
