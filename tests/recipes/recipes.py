#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""recipes.py [PATCH...]: each recipe alone, in a copy of the tree, by Bazel, as a user would.

The tests that its first line names and the lints must pass with it, and the seeded bugs that it brings along must be
found. Without arguments all patches of tests/recipes are tried. Returns 1 when one does not apply or does not do that.
"""
import glob
import os
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(1, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../mutants"))
from mutants import Copy, read  # noqa: E402
from patches import Bad  # noqa: E402
from repro import remove  # noqa: E402

LINTS = ["//tests/lint/..."]


def apply(tree, path, *options):
    p = subprocess.run(["git", "apply", *options, path], cwd=tree.tree, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if p.returncode:
        raise Bad("it does not apply:\n" + p.stdout.decode(errors="replace"))


def judge(tree, path, text):
    """Says what was run; Bad if not all of it was right."""
    shown_by = re.match(r"# shown-by:((?: //\S+)+)\n", text)
    if not shown_by:
        raise Bad("its first line names no test: # shown-by: //...")
    tests = shown_by.group(1).split()
    bugs = re.findall(r"^\+\+\+ b/(tests/mutants/\S+\.patch)$", text, re.M)
    apply(tree, path)
    try:
        status, out = tree.test(*tests, *LINTS)
        # Bazel's summary has a line for each: a test that is not there has none
        missing = [t for t in tests if not re.search(r"^%s +(\(cached\) )?PASSED" % re.escape(t), out, re.M)]
        if status or missing:
            raise Bad("not passed: %s\n%s" % (" ".join(missing), out))
        for bug in bugs:
            tree.judge(read(os.path.join(tree.tree, bug)))
    finally:
        apply(tree, path, "-R")
    return "%d tests and the lints pass, %d seeded bugs are found" % (len(tests), len(bugs))


def main():
    root = os.environ["BUILD_WORKSPACE_DIRECTORY"]
    here = os.environ.get("BUILD_WORKING_DIRECTORY", root)
    paths = [os.path.join(here, p) for p in sys.argv[1:]]
    paths = paths or sorted(glob.glob(os.path.join(root, "tests/recipes/*.patch")))
    work = tempfile.mkdtemp(prefix="libhyp-recipes-")
    bad = 0
    tree = Copy(root, work)
    try:
        for path in paths:
            began = time.monotonic()
            try:
                with open(path) as f:
                    result = judge(tree, path, f.read())
            except (Bad, OSError) as why:
                bad += 1
                result = "FAILED: %s" % why
            print("%s: %s, %.0f s" % (os.path.basename(path), result, time.monotonic() - began), flush=True)
    finally:
        tree.bazel("shutdown")
        remove(work)
    print("%d recipes, %d failed" % (len(paths), bad))
    return 1 if bad or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
