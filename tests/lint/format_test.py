#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""clang-format would change nothing."""
import subprocess

import tree

paths = tree.files(".c", ".h")
clang_format = tree.tool("clang-format")
p = subprocess.run([clang_format, "--dry-run", "-Werror", "--style=file"] + paths, cwd=tree.ROOT,
                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
lines = [l for l in p.stdout.split("\n") if ": error:" in l]
tree.finish("format", len(paths), lines or ([p.stdout] if p.returncode else []))
