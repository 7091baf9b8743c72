#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""version_test.py: each place that names libhyp's version has that of toolchains/version.bzl; the changelog's newest release, too."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lint"))
import tree  # noqa: E402

NUMBER = r"(\d+\.\d+\.\d+)"
# the build id and names of archives; a module and its dependents
PLACES = [re.compile(r"\blibhyp-" + NUMBER), re.compile(r'name = "libhyp",\s*version = "%s"' % NUMBER)]
HEADING = re.compile(r"^## \[([^\]]+)\]( - \d{4}-\d\d-\d\d)?$", re.M)

version = re.search('^VERSION = "%s"$' % NUMBER, tree.read("toolchains/version.bzl"), re.M).group(1)
bad, seen = [], set()
for path in tree.files(".md", ".bazel", ".bzl", ".c", ".h", ".py", ".sh", ".tsv", ".golden"):
    if path == "CHANGELOG.md":
        continue
    text = tree.read(path)
    for place in PLACES:
        for m in place.finditer(text):
            seen.add(path)
            if m.group(1) != version:
                bad.append("%s:%d: version %s, not %s" % (path, text[: m.start()].count("\n") + 1, m.group(1), version))
bad += ["%s names no version" % p for p in ("MODULE.bazel", "README.md", "tests/consumer/MODULE.bazel") if p not in seen]

headings = HEADING.findall(tree.read("CHANGELOG.md"))
if [h[0] for h in headings[:2]] != ["Unreleased", version] or not headings[1][1]:
    bad.append("CHANGELOG.md begins with %s, not with Unreleased and %s with a date" % (headings[:2], version))
tree.finish("version", len(seen), bad)
