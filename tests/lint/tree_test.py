#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lints judge the files of libhyp's own folders: not a user's package beside them, nor another workspace."""
import importlib.util
import os
import shutil
import sys
import tempfile
import unittest

import tree

sys.dont_write_bytecode = True


class Tree(unittest.TestCase):
    def planted(self, *paths):
        """tree.py in a tree that has these files."""
        top = os.path.realpath(tempfile.mkdtemp(dir=os.environ["TEST_TMPDIR"]))
        self.addCleanup(shutil.rmtree, top)
        for path in ("tests/lint/tree.py",) + paths:
            os.makedirs(os.path.dirname(os.path.join(top, path)), exist_ok=True)
            shutil.copy(tree.__file__, os.path.join(top, path))
        spec = importlib.util.spec_from_file_location("planted", os.path.join(top, "tests/lint/tree.py"))
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def test_a_users_package(self):
        planted = self.planted("pair/pair.c", "libmm/src/a.c", "libmm/pair/b.c", "c.c", ".git/d.c", "bazel-out/e.c")
        self.assertEqual(planted.files(".c"), ["c.c", "libmm/pair/b.c", "libmm/src/a.c"])

    def test_another_workspace(self):
        other = self.planted("other/WORKSPACE", "other/a.c").ROOT
        os.environ.update(TEST_SRCDIR=other, TEST_WORKSPACE="other")
        self.assertEqual(self.planted("guest/b.c").files(".c"), ["guest/b.c"])


if __name__ == "__main__":
    unittest.main()
