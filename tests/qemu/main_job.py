#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The steps, and then: no beat is missing from the first to the last."""
import sys

import qemu_test


def judge(machine):
    numbers = [n for n, _, _ in qemu_test.beats(machine.log)]
    if len(numbers) < 5 or numbers != list(range(1, len(numbers) + 1)):
        raise qemu_test.Failure("beats are missing: %s" % numbers)


if __name__ == "__main__":
    sys.exit(qemu_test.run(judge))
