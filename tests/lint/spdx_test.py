#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each source file begins with its licence: in the first line, or the second after #!."""
import os
import re

import tree

SUFFIXES = (".c", ".h", ".S", ".ld", ".py", ".sh", ".bzl", ".bazel", ".rc", ".bzlmod",
            "WORKSPACE", ".bazelrc", ".clang-format", "bazelw", ".ci/run", "tools/bazel", "/init")
LICENCE = "SPDX-License-Identifier: Apache-2.0"
# what QEMU's and the SBI's authors wrote would be listed here with its own licence
OTHERS = {}

# a folder that README.md names as libhyp's, and the lints would not look into
bad = ["tests/lint/tree.py: not in OWN: " + folder
       for folder in sorted(set(re.findall(r"(?m)^\| \[?`(\w+)/`", tree.read("README.md"))) - tree.OWN)]
paths = [p for p in tree.files("") if ("/" + p).endswith(SUFFIXES)]
for path in paths:
    lines = tree.read(path).split("\n")
    line = lines[1] if lines[0].startswith("#!") and len(lines) > 1 else lines[0]
    if OTHERS.get(path, LICENCE) not in line:
        bad.append("%s:1: not there: %s" % (path, LICENCE))
    if not os.path.getsize(os.path.join(tree.ROOT, path)):
        bad.append("%s:1: empty" % path)
tree.finish("spdx", len(paths), bad)
