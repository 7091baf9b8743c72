#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""circles_test.py NM ARCHIVE...: neither files nor rooms include each other in a circle, nor do source files call each other so."""
import os
import sys

import calls
import includes
import tree

# Names that libarch expects of its embedder (libarch/README.md): these calls go up on purpose.
HOOKS = {"boot_main", "hyp_build_id", "hyp_build_name"}
# Assertions for the compiler: the object has no symbol.
EMPTY = {"libarch/riscv/offsets.c"}


def sources_by_package(paths):
    packages = {os.path.dirname(p) for p in tree.files("BUILD.bazel")}
    return {(calls.package_of(p, packages), calls.stem(p)): p for p in paths if p.endswith((".c", ".S"))}


def circles_of_includes(graph):
    bad = ["include each other: " + " ".join(c) for c in includes.circles(graph)]
    edges = includes.rooms_of(graph)
    for circle in includes.circles(calls.graph_of(edges)):
        bad.append("rooms include each other: " + " ".join(circle))
        bad += ["    %s -> %s: %s" % (a, b, files[0]) for (a, b), files in edges.items() if {a, b} <= set(circle)]
    return bad


def circles_of_calls(edges):
    bad = []
    for circle in includes.circles(calls.graph_of(edges)):
        bad.append("call each other: " + " ".join(sorted(calls.stem(f) for f in circle)))
        bad += [
            "    %s -> %s: %s" % (a, b, " ".join(sorted(symbols)))
            for (a, b), symbols in sorted(edges.items())
            if {a, b} <= set(circle)
        ]
    return bad


def main():
    nm, *archives = sys.argv[1:]
    paths = [p for p in tree.files(".c", ".h", ".S") if includes.is_source(p)]
    texts = {p: tree.read(p) for p in paths}
    bad = includes.missing(texts) + circles_of_includes(includes.graph_of(texts))
    edges, seen = calls.calls(nm, archives, sources_by_package(paths), HOOKS)
    bad += circles_of_calls(edges)
    # a source of a library that is in no archive would not be looked at
    sources = [p for p in paths if p.startswith("lib") and p.endswith((".c", ".S"))]
    bad += ["%s: in no archive of this test" % p for p in sources if p not in seen | EMPTY]
    print("circles: %d files, %d uses between sources" % (len(paths), len(edges)))
    tree.finish("circles", len(paths) + len(seen), bad)


if __name__ == "__main__":
    main()
