#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""circles_self_test.py NM ARCHIVE...: circles_test finds circles that are planted, and no other."""
import sys
import unittest

import calls
import circles_test
import includes


class Includes(unittest.TestCase):
    def found(self, texts):
        return circles_test.circles_of_includes(includes.graph_of(texts))

    def test_none(self):
        texts = {"libmm/a.h": '#include "b.h"\n', "libmm/b.h": "", "libmm/a.c": "#include <a.h>\n"}
        self.assertEqual(self.found(texts), [])

    def test_files(self):
        texts = {
            "libmm/a.h": '#include "b.h"\n',
            "libmm/b.h": "# include <x/c.h>\n",
            "libmm/x/c.h": "#include <a.h>\n",
            "libmm/d.h": '#include "a.h"\n',
        }
        self.assertEqual(self.found(texts), ["include each other: libmm/a.h libmm/b.h libmm/x/c.h"])

    def test_itself(self):
        self.assertEqual(self.found({"libmm/a.h": '#include "a.h"\n'}), ["include each other: libmm/a.h"])

    def test_rooms(self):
        texts = {"libhv/boot/a.h": '#include "vm/b.h"\n', "libhv/vm/b.h": "", "libhv/vm/c.c": "#include <boot/a.h>\n"}
        bad = self.found(texts)
        self.assertEqual(bad[0], "rooms include each other: libhv/boot libhv/vm")
        self.assertEqual(bad[1], "    libhv/boot -> libhv/vm: libhv/boot/a.h -> libhv/vm/b.h")

    def test_top_folder_of_libhv(self):
        texts = {"libhv/ops.h": '#include "libhv/vm/b.h"\n', "libhv/vm/b.h": '#include "libhv/layout.h"\n', "libhv/layout.h": ""}
        self.assertEqual(self.found(texts), [])
        texts["libhv/vm/c.c"] = '#include "libhv/ops.h"\n'
        self.assertEqual(self.found(texts)[0], "rooms include each other: libhv libhv/vm")

    def test_missing(self):
        texts = {"libmm/a.c": '#include "b.h"\n#include <hyp/mm/c.h>\n#include <stdint.h>\n'}
        self.assertEqual([m.split(": ")[2] for m in includes.missing(texts)], ["b.h", "hyp/mm/c.h"])


class Calls(unittest.TestCase):
    def found(self, hooks=frozenset()):
        edges, files = calls.calls(sys.argv[1], sys.argv[2:], {}, hooks)
        self.assertEqual(len(files), 4)
        return circles_test.circles_of_calls(edges)

    def test_circle(self):
        bad = self.found()
        self.assertEqual(bad[0], "call each other: circle_first circle_second circle_third")
        self.assertEqual([line.split(": ")[1] for line in bad[1:]], ["circle_second", "circle_third", "circle_first"])

    def test_hook(self):
        self.assertEqual(self.found({"circle_third"}), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
