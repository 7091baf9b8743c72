#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Comments begin with a subject or a verb, and names that docs/words.md has replaced are gone."""
import re

import tree

WORDS = "docs/words.md"
SOURCES = (".c", ".h", ".S", ".ld")
SCRIPTS = (".py", ".sh", ".bzl", ".bazel")
TEXTS = (".md", ".patch")

OPENER = r"(Of|By|In|As|Where|Who|Whose|What|Without)\b"
# A comment begins behind /*, with or without a rule of dashes, on the same line or on the next one.
# So does each of its sentences that begins with a line.
IN_SOURCE = re.compile(r"(?:/\*+(?:[-\s]|\*(?!/))*|(?:[.:;]|\n[ \t]*\*)\n[ \t]*\*[ \t]+)" + OPENER)
# A line of # that follows none.
IN_SCRIPT = re.compile(r"(?m)(?:\A|(?<=\n))(?![ \t]*#)[^\n]*\n[ \t]*# " + OPENER)


def openers(path, text):
    """[(line, word)] of comments that begin with such a word."""
    pattern = IN_SOURCE if path.endswith(SOURCES) else IN_SCRIPT
    return [(text.count("\n", 0, m.start(1)) + 1, m.group(1)) for m in pattern.finditer(text)]


def old_names(table):
    """{old: new} of the table's rows: | new | meaning | `old`, `old` |."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.split("\n") if line.startswith("|")]
    return {old: row[0] for row in rows if len(row) == 3 for old in re.findall(r"`([^`]+)`", row[2])}


def uses(names, text):
    """[(line, name)] of each whole word that is an old name."""
    any_of = re.compile(r"(?<![\w.])(%s)(?!\w)" % "|".join(map(re.escape, names)))
    return [(text.count("\n", 0, m.start()) + 1, m.group(1)) for m in any_of.finditer(text)]


def check_itself():
    assert openers("a.c", "int a;\n/* Of such a one: its input. */") == [(2, "Of")]
    assert openers("a.h", "/*\n * What begins in a page.\n */") == [(2, "What")]
    assert openers("a.c", "/* ---- Where it goes ---- */") == [(1, "Where")]
    assert openers("a.c", "/* Level of its input. In a page. */ x = a / *In;") == []
    assert openers("a.h", "/*\n * All ids.\n * Of the last: one.\n */") == [(3, "Of")]
    assert openers("a.py", "a = 1\n# In the tree\n# As it is\n") == [(2, "In")]
    assert openers("a.py", "a = 1  # In the tree\n") == []
    names = old_names("| term | meaning | old |\n|---|---|---|\n| fixup | a place | `places`, `narrow()` |\n")
    assert names == {"places": "fixup", "narrow()": "fixup"}
    assert uses(names, "x\nplaces placess\nnarrow() .places") == [(2, "places"), (3, "narrow()")]


check_itself()
NAMES = old_names(tree.read(WORDS))
if len(NAMES) < 20:
    raise SystemExit("%s: %d old names: the table is not read" % (WORDS, len(NAMES)))
bad = []
paths = [p for p in tree.files(*SOURCES, *SCRIPTS, *TEXTS) if p not in (WORDS, "tests/lint/words_test.py")]
for path in paths:
    content = tree.read(path)
    if not path.endswith(TEXTS):
        bad += ["%s:%d: a comment begins with %s" % (path, line, word) for line, word in openers(path, content)]
    bad += ["%s:%d: %s: say %s (%s)" % (path, line, old, NAMES[old], WORDS) for line, old in uses(NAMES, content)]
tree.finish("words", len(paths), bad)
