#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""symbols_test.py NM ARCHIVE...: what an object exports begins as its file's name, or as its library's; none has variables.

Callers own all storage: a library has constants alone. libarch's boot.S is the exception, where memory begins.
"""
import os
import re
import subprocess
import sys

import tree

# Names that the compiler, the C library or the linker script prescribes.
GIVEN = re.compile(r"^(mem(cpy|set|move|cmp|chr)|str\w+|_start|_?_\w+_(start|end))$")
# Objects that several files of a library work on: vcpu_run() is in run.c.
LIBRARY = {
    "libarch": ["arch", "hart", "world"],
    "libconsole": ["console"],
    "libirq": ["irq"],
    "libmm": ["mm"],
    "libvm": ["vm", "vcpu"],
    "libhv": ["hv", "irqc", "virq", "ipi"],
}


VARIABLES = "bBcCdDgGsS"  # nm's letters for .data, .bss and their like
HAS_VARIABLES = {"libarch": {"boot.o"}}


def symbols(nm, archive):
    """(object, symbol, nm's letter) of each definition; a small letter is a static one's."""
    text = subprocess.run([nm, "--defined-only", "-A", "-P", archive], check=True,
                          stdout=subprocess.PIPE, universal_newlines=True).stdout
    for line in text.splitlines():
        m = re.match(r".*\[([^\]]+)\]: (\S+) (\S)", line)
        if m:
            yield m.groups()


def belongs(obj, symbol, library):
    words = os.path.splitext(obj)[0].split("_")
    own = ["_".join(words[:n]) for n in range(1, len(words) + 1)]
    prefixes = own + ["hyp"] + LIBRARY[library]
    return any(symbol == p or symbol.startswith(p + "_") for p in prefixes)


bad, count = [], 0
for archive in sys.argv[2:]:
    library = re.sub(r".*/bin/", "", os.path.realpath(archive)).split("/")[0]
    if os.path.basename(archive) == "liblibc.a":
        continue
    for obj, symbol, letter in symbols(sys.argv[1], archive):
        if letter in VARIABLES and obj not in HAS_VARIABLES.get(library, ()):
            bad.append("%s(%s): %s is a variable" % (library, obj, symbol))
        if letter.islower():
            continue
        count += 1
        if not GIVEN.match(symbol) and not belongs(obj, symbol, library):
            bad.append("%s(%s): %s carries no prefix of its module" % (library, obj, symbol))
tree.finish("symbols", count, bad)
