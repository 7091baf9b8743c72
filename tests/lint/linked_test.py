#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""linked_test.py NM ELF=PART,PART…: an image holds the parts that its configuration names, and no other part."""
import subprocess
import sys

import tree

# An object of the hypervisor for each part that a configuration may leave out.
PARTS = {"console": "hyp_shared_console", "plic": "vplic_init", "aplic": "vaplic_init", "imsic": "vimsic_init"}

bad = []
for argument in sys.argv[2:]:
    elf, names = argument.split("=")
    named = set(names.split(","))
    if not named <= set(PARTS):
        sys.exit("unknown part: %s" % argument)
    text = subprocess.run([sys.argv[1], "--defined-only", "-P", elf], check=True, stdout=subprocess.PIPE, universal_newlines=True).stdout
    linked = {line.split()[0] for line in text.splitlines()}
    for part, symbol in PARTS.items():
        if (symbol in linked) != (part in named):
            bad.append("%s: %s is %slinked" % (elf, part, "" if symbol in linked else "not "))
tree.finish("linked", len(sys.argv) - 2, bad)
