#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""mutants.py [PATCH...]: applies each patch to a copy of the tree, and runs the test that it names there.

By Bazel, as a user would. Without arguments all patches of tests/mutants are tried. Returns 1 when
one does not apply, does not build, or is not caught.
"""
import glob
import os
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(1, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../repro"))
from patches import Bad, Patch  # noqa: E402
from repro import copy, remove, sources  # noqa: E402

TESTS_FAILED = 3  # Bazel's exit status: everything was built, a test failed


class Copy:
    def __init__(self, root, work):
        self.tree = os.path.join(work, "tree")
        self.base = os.path.join(work, "base")
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("BUILD_", "TEST_", "RUNFILES"))}
        self.env["HYP_NO_INSTALL"] = "1"
        copy(root, sources(root), self.tree)
        rc = os.path.join(root, ".bazelrc.user")
        if os.path.exists(rc):
            copy(root, [".bazelrc.user"], self.tree)

    def bazel(self, *words):
        command = [os.path.join(self.tree, "bazelw"), "--output_base=" + self.base] + list(words)
        p = subprocess.run(command, cwd=self.tree, env=self.env, stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return p.returncode, p.stdout.decode(errors="replace")

    def test(self, *labels):
        return self.bazel("test", "--noshow_progress", "--test_output=errors", "--keep_going", *labels)

    def judge(self, patch):
        """Bad unless the test that the patch names fails with it."""
        old = {}
        for path in patch.hunks:
            with open(os.path.join(self.tree, path)) as f:
                old[path] = f.read()
        new = {path: patch.apply(path, text) for path, text in old.items()}
        try:
            self.write(new)
            status, text = self.test(patch.test)
        finally:
            self.write(old)
        if status == 0:
            raise Bad("%s does not find it" % patch.test)
        # not built, or not run: that is no test's finding
        if status != TESTS_FAILED or not re.search(r"^%s +(FAILED|TIMEOUT)" % re.escape(patch.test), text, re.M):
            raise Bad("%s was not run:\n%s" % (patch.test, text))

    def write(self, files):
        for path, text in files.items():
            with open(os.path.join(self.tree, path), "w") as f:
                f.write(text)


def read(path):
    with open(path) as f:
        return Patch(f.read())


def run(tree, paths):
    """How many patches are not caught."""
    patches, bad = {}, 0
    for path in paths:
        try:
            patches[path] = read(path)
        except (Bad, OSError) as why:
            bad += 1
            print("%s NOT CAUGHT: %s" % (os.path.basename(path), why))
    tests = sorted({p.test for p in patches.values()})
    print("without any patch: %d tests" % len(tests), flush=True)
    status, text = tree.test(*tests)
    if status:
        print("they do not pass:\n%s" % text)
        return len(paths)
    for path, patch in patches.items():
        began = time.monotonic()
        try:
            tree.judge(patch)
            result = "caught by " + patch.test
        except Bad as why:
            bad += 1
            result = "NOT CAUGHT: %s" % why
        print("%s %s, %.0f s" % (os.path.basename(path), result, time.monotonic() - began), flush=True)
    return bad


def main():
    root = os.environ["BUILD_WORKSPACE_DIRECTORY"]
    here = os.environ.get("BUILD_WORKING_DIRECTORY", root)
    paths = [os.path.join(here, p) for p in sys.argv[1:]]
    paths = paths or sorted(glob.glob(os.path.join(root, "tests/mutants/*.patch")))
    work = tempfile.mkdtemp(prefix="libhyp-mutants-")
    tree = Copy(root, work)
    try:
        bad = run(tree, paths)
    finally:
        tree.bazel("shutdown")
        remove(work)
    print("%d patches, %d not caught" % (len(paths), bad))
    return 1 if bad or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
