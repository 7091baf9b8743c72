#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""thread_safety_test.py CLANG: seeded misuse of a lock is an error of clang's thread safety analysis."""
import os
import subprocess
import sys

import tree

clang = os.path.abspath(sys.argv[1])
SOURCE = "tests/lint/testdata/thread_safety.c"
FOLDERS = ["libarch/include", "libarch/host", "libmm/include", "libvm/include", "libvm/config/include"]
CASES = {
    0: None,
    1: "reading variable 'free_count' requires holding",
    2: "'pool->lock' is still held at the end of function",
    3: "releasing spinlock 'pool->lock' that was not held",
    4: "calling function 'vcpu_set_external' requires holding spinlock 'vcpu->vm->lock'",
    5: "calling function 'vcpu_set_external' requires holding spinlock 'vcpu->vm->lock'",
}
bad = 0
for case, want in CASES.items():
    command = [clang, "-std=c11", "-fsyntax-only", "-Wthread-safety", "-Werror", "-DCASE=%d" % case, SOURCE]
    p = subprocess.run(command + ["-I" + f for f in FOLDERS], cwd=tree.ROOT, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, universal_newlines=True)
    if (p.returncode == 0) != (want is None) or (want or "") not in p.stdout:
        bad += 1
        print("case %d: wanted %s, got:\n%s" % (case, want or "no error", p.stdout))
print("%d cases, %d wrong" % (len(CASES), bad))
sys.exit(1 if bad else 0)
