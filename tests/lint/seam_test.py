#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""asm and volatile: only in the machine's backend, and in guests, which have no backend."""
import re

import tree

# tests/pmu, tests/qemu, tests/sbi, tests/walk: their C files are guests, too
ALLOWED = ("examples/", "guest/", "libarch/riscv/", "tests/bench/guest/", "tests/consumer/", "tests/guests/", "tests/hostile/", "tests/pmu/", "tests/qemu/",
           "tests/sbi/", "tests/walk/")
WORD = re.compile(r"\b(asm|__asm|__asm__|volatile|__volatile__)\b")

bad, count = [], 0
for path in tree.files(".c", ".h"):
    if path.startswith(ALLOWED):
        continue
    count += 1
    for number, line in enumerate(tree.code(tree.read(path)).split("\n"), 1):
        m = WORD.search(line)
        if m:
            bad.append("%s:%d: %s outside libarch/riscv" % (path, number, m.group(1)))
tree.finish("seam", count, bad)
