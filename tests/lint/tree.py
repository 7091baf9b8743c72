# SPDX-License-Identifier: Apache-2.0
"""What the lints share: the tree's files, and how a lint ends."""
import os
import re
import shutil
import sys

SKIP = {".git", "__pycache__"}
# libhyp's folders, and nobody else's: a user may have packages beside them.
OWN = {".ci", "docs", "examples", "guest", "images", "libarch", "libconsole", "libhv", "libirq", "libmm", "libvm", "packaging",
       "platforms", "tests", "toolchains", "tools"}
# The tree that this file is in, also where another workspace runs the lint: lints run outside of the
# sandbox, and do not read copies of some files.
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))


def files(*suffixes):
    """Paths relative to the tree, sorted."""
    out = []
    for folder, dirs, names in os.walk(ROOT):
        dirs[:] = [d for d in dirs if d not in SKIP and (folder != ROOT or d in OWN)]
        dirs[:] = [d for d in dirs if not os.path.islink(os.path.join(folder, d))]
        out += [os.path.relpath(os.path.join(folder, n), ROOT) for n in names if n.endswith(suffixes)]
    return sorted(os.path.normpath(p) for p in out)


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as f:
        return f.read()


TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def code(text):
    """C without comments and the insides of strings; lines keep their numbers."""
    return TOKEN.sub(lambda m: "\n" * m.group(0).count("\n") + " ", text)


def tool(name):
    """The program's path; without it the lint fails: it has looked at nothing."""
    path = shutil.which(name)
    if not path:
        sys.exit("%s is not installed: ./bazelw installs it" % name)
    return path


def finish(what, looked_at, bad):
    for line in bad:
        print(line)
    if not looked_at:
        sys.exit("%s: found nothing to look at" % what)
    print("%s: %d looked at, %d bad" % (what, looked_at, len(bad)))
    sys.exit(1 if bad else 0)
