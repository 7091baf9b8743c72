# SPDX-License-Identifier: Apache-2.0
"""Patches: whom they name, and what a file is with them. Lines must match; only their place may have moved."""
import re

CAUGHT_BY = re.compile(r"# caught-by: (//\S+)$")
HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@")


class Bad(Exception):
    """What is wrong with a patch."""


class Patch:
    """test: the label that the first line names; hunks: {path: [(line, old lines, new lines)]}."""

    def __init__(self, text):
        lines = text.splitlines()
        first = CAUGHT_BY.match(lines[0]) if lines else None
        if not first:
            raise Bad("its first line names no test: # caught-by: //...")
        self.test = first.group(1)
        self.hunks = {}
        hunks = None
        for number, line in enumerate(lines[1:], 2):
            start = HUNK.match(line)
            if start and hunks is not None:
                hunks.append((int(start.group(1)), [], []))
            elif line.startswith("+++ b/"):
                hunks = self.hunks.setdefault(line[len("+++ b/"):].split("\t")[0], [])
            elif line.startswith(("--- ", "diff ", "index ", "\\ ")):
                continue
            elif hunks and (line[:1] in " +-"):
                _, old, new = hunks[-1]
                if line[:1] != "+":
                    old.append(line[1:])
                if line[:1] != "-":
                    new.append(line[1:])
            else:
                raise Bad("line %d is not understood: %s" % (number, line))
        if not self.hunks or not all(self.hunks.values()):
            raise Bad("it changes nothing")

    def apply(self, path, text):
        lines = text.split("\n")
        moved = 0
        for start, old, new in self.hunks[path]:
            at = place(lines, old, start - 1 + moved)
            if at is None:
                raise Bad("it does not apply: %s, line %d" % (path, start))
            lines[at : at + len(old)] = new
            moved = at - (start - 1) + len(new) - len(old)
        return "\n".join(lines)


def place(lines, old, near):
    """Where the old lines are, the nearest place first."""
    found = [at for at in range(len(lines) - len(old) + 1) if lines[at : at + len(old)] == old]
    return min(found, key=lambda at: abs(at - near)) if found else None
