#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The picture of rooms is refused for a circle; in it arrows go down, and nothing lies over a box."""
import re
import unittest
import xml.etree.ElementTree

import graph

NS = "{http://www.w3.org/2000/svg}"
# Arrows over one row and over several, rooms that nobody includes, one that includes nobody.
BELOW = {
    "images": "libhv libvm/config libarch libmm",
    "libhv": "libhv/boot libhv/vm libarch libconsole",
    "libhv/boot": "libhv/vm libmm libvm/dt libarch",
    "libhv/vm": "libvm libvm/config libmm libirq libarch",
    "libvm": "libvm/config libarch libmm",
    "libvm/dt": "libvm/config libarch",
    "platforms": "libvm/config",
    "libvm/config": "libarch",
    "libmm": "libarch",
    "libirq": "libarch",
    "libconsole": "libarch",
    "libarch": "",
}
ROOMS = dict.fromkeys(BELOW, 3)
EDGES = {(a, b): ["%s/x.c -> %s/x.h" % (a, b)] for a, bs in BELOW.items() for b in bs.split()}


class Graph(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        svg = xml.etree.ElementTree.fromstring(graph.svg(ROOMS, EDGES))
        boxes = [r for r in svg.iter(NS + "rect") if r.get("rx")]
        cls.boxes = [tuple(float(r.get(k)) for k in ("x", "y", "width", "height")) for r in boxes]
        cls.lines = [p.get("d") for p in svg.iter(NS + "path") if p.get("fill") == "none"]
        cls.size = float(svg.get("width")), float(svg.get("height"))

    def test_circle(self):
        with self.assertRaisesRegex(graph.Circle, "libarch libmm"):
            graph.svg(ROOMS, {**EDGES, ("libarch", "libmm"): ["a -> b"]})

    def test_rows(self):
        rows = graph.rows_of(ROOMS, EDGES)
        self.assertEqual([rows[r] for r in ("libarch", "libmm", "libvm", "libhv/vm", "libhv", "images")], [0, 1, 2, 3, 5, 6])
        for a, b in EDGES:
            self.assertGreater(rows[a], rows[b])

    def test_boxes_are_apart(self):
        self.assertEqual(len(self.boxes), len(ROOMS))
        for i, (x, y, w, h) in enumerate(self.boxes):
            self.assertTrue(0 <= x and x + w <= self.size[0] and 0 <= y and y + h <= self.size[1])
            for x2, y2, w2, h2 in self.boxes[i + 1 :]:
                self.assertTrue(x + w < x2 or x2 + w2 < x or y + h < y2 or y2 + h2 < y)

    def test_lines(self):
        """Each goes down, its curve ends before the next row, and its straight part lies beside the boxes of that row."""
        self.assertGreaterEqual(len(self.lines), len(EDGES))
        rows = sorted({y for _, y, _, _ in self.boxes})
        for d in self.lines:
            m = re.match(r"M(\S+) (\S+) C\S+ (\S+) \S+ (\S+) (\S+) (\S+)(?: V(\S+))?$", d)
            _, y1, c1, c2, x2, y2 = (float(v) for v in m.groups()[:6])
            self.assertTrue(y1 < c1 and y1 < c2 and c1 < y2 and c2 < y2, d)
            self.assertLessEqual(y2, min(y for y in rows if y > y1), d)
            if m.group(7):
                for x, y, w, h in self.boxes:
                    self.assertFalse(y < float(m.group(7)) and y2 < y + h and x < x2 < x + w, d)

    def test_dot(self):
        text = graph.dot(ROOMS, EDGES)
        self.assertEqual(text.count(" -> "), len(EDGES))
        self.assertIn('"libvm/dt" -> "libvm/config" [label=1];', text)


if __name__ == "__main__":
    unittest.main()
