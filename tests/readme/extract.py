#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""extract.py TREE OUT README...: writes the code of these READMEs to files below OUT.

Code is a fenced block with a language; a block without one is a picture. The section that it is in has a
folder in SECTIONS. The paragraph before it names its file in backticks, the last name counts; a block of
a paragraph without a name is part of a file, and becomes fragments/FOLDER.inc.
"""
import os
import re
import sys

# section: folder of its files
SECTIONS = {
    "README.md#An image of your own": "pair",
    "README.md#One library in your firmware": "firmware",
    "libhv/README.md#libhv: the hypervisor": "libhv",
    "libmm/README.md#libmm: page pools and page tables": "libmm",
    "guest/README.md#guest: what a bare guest needs": "guest",
}
NAME = re.compile(r"`(BUILD\.bazel|WORKSPACE|\.bazelrc|\w+\.(?:c|h|S|ld))`")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)


class Bad(Exception):
    """A block that is built by no test."""


def blocks(readme, text, sections):
    """[(file, code)] of a README; the name of a file begins with its section's folder."""
    out, end, seen = [], 0, set()
    for m in FENCE.finditer(text):
        before, end = text[end : m.start()], m.end()
        if not m.group(1):
            continue
        headings = re.findall(r"^#+ (.*)$", text[: m.start()], re.M)
        section = "%s#%s" % (readme, headings[-1] if headings else "")
        if section not in sections:
            raise Bad("%s: its code has no folder in SECTIONS" % section)
        seen.add(section)
        folder = sections[section]
        names = NAME.findall(before.strip().split("\n\n")[-1])
        out.append(("%s/%s" % (folder, names[-1]) if names else "fragments/%s.inc" % folder, m.group(2)))
    for section in sections:
        if section.startswith(readme + "#") and section not in seen:
            raise Bad("%s: there is no code" % section)
    files = [name for name, _ in out]
    for name in files:
        if files.count(name) > 1:
            raise Bad("%s: two blocks are %s" % (readme, name))
    return out


def main():
    tree, out, *readmes = sys.argv[1:]
    for readme in readmes:
        with open(os.path.join(tree, readme), encoding="utf-8") as f:
            for name, code in blocks(readme, f.read(), SECTIONS):
                path = os.path.join(out, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w", encoding="utf-8") as g:
                    g.write(code)


if __name__ == "__main__":
    try:
        main()
    except Bad as why:
        sys.exit("readme: %s" % why)
