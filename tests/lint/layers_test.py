#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""layers_test.py FILE...: each <library>_deps names only packages below that library."""
import os
import re
import sys

import tree

ALLOWED = {
    "libarch": set(),
    "libmm": {"//libarch"},
    "libirq": {"//libarch"},
    "libconsole": {"//libarch"},
    "libvm": {"//libarch", "@bearssl//", "@libfdt//"},
    "libhv": {"//libarch", "//libmm", "//libirq", "//libconsole", "//libvm", "@bearssl//", "@libfdt//"},
    "prop": set(),
}
# packages whose name is another
FOLDER = {"prop": "//tests/prop"}


def plain(label):
    """@repository//package:name; newer Bazels write more before it."""
    repository, rest = re.match(r"@*([^/]*)(//.*)$", label).groups()
    repository = re.split("[~+]", repository)[-1]
    return ("@" + repository if repository else "") + rest


def others(own, labels):
    return [label for label in map(plain, labels) if not label.startswith(own + ":")]


bad, count = [], 0
for path in sys.argv[1:]:
    library = os.path.basename(path)[: -len("_deps")]
    own = FOLDER.get(library, "//" + library)
    allowed = ALLOWED[library] | {own}
    with open(path) as f:
        for label in others(own, f.read().split()):
            count += 1
            package = re.sub(r"^(//\w+)[/:].*", r"\1", label)
            package = package if package.startswith("//") else label.split(":")[0]
            if package not in allowed:
                bad.append("%s depends on %s" % (own, label))
tree.finish("layers", count, bad)
