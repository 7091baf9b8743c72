#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""mutants_test.py RECIPES PATCH...: each patch applies, and the test that it names finds it.

Compiles and links the named tests by itself, with the options that Bazel has for them, and of each
patch again only what the patched file is part of. A test must pass without the patch. Patches for
tests that only Bazel can run (recipes' machine_tests) are applied and compiled nowhere here:
bazel run //tests/mutants does.
"""
import hashlib
import json
import os
import re
import resource
import subprocess
import sys

from patches import Bad, Patch

LIMIT_S = 300
# of one test: a patch may well make it go on for ever
LIMIT_CPU_S = 30


def cpu_s():
    """Processor time of all that was started so far: a busy machine does not make it longer."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Tree:
    """A copy of the sources whose files can be exchanged, and what is compiled from them."""

    def __init__(self, runfiles, root, objects):
        self.runfiles, self.root, self.objects = runfiles, root, objects
        for folder, dirs, names in os.walk(runfiles, followlinks=True):
            to = os.path.join(root, os.path.relpath(folder, runfiles))
            os.makedirs(to, exist_ok=True)
            for name in names:
                os.symlink(os.path.realpath(os.path.join(folder, name)), os.path.join(to, name))
        os.makedirs(objects)
        self.workspace = os.path.join(root, os.environ["TEST_WORKSPACE"])
        self.patched = {}

    def read(self, path):
        with open(os.path.join(self.workspace, path)) as f:
            return f.read()

    def exchange(self, path, text):
        full = os.path.join(self.workspace, path)
        self.patched[path] = os.readlink(full)
        os.unlink(full)
        with open(full, "w") as f:
            f.write(text)

    def restore(self):
        for path, target in self.patched.items():
            full = os.path.join(self.workspace, path)
            os.unlink(full)
            os.symlink(target, full)
        self.patched = {}

    def run(self, command, env=None):
        try:
            limit = ["prlimit", "--cpu=%d" % LIMIT_CPU_S]
            p = subprocess.run(limit + command, cwd=self.workspace, env=env, stdin=subprocess.DEVNULL, timeout=LIMIT_S,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            return p.returncode, p.stdout.decode(errors="replace")
        except subprocess.TimeoutExpired as e:
            return 124, (e.stdout or b"").decode(errors="replace") + "\nno end within %d s" % LIMIT_S

    def compile(self, unit):
        """The object of a unit, compiled again if a patched file is part of it."""
        name = os.path.join(self.objects, hashlib.sha256(json.dumps(unit, sort_keys=True).encode()).hexdigest()[:16])
        if os.path.exists(name + ".d"):
            if not self.patched:
                return name + ".o"
            with open(name + ".d") as f:
                parts = {os.path.normpath(p) for p in f.read().replace("\\\n", " ").split()[1:]}
            if not parts & set(self.patched):
                return name + ".o"
        out = name + (".patched" if self.patched else "")
        code, text = self.run(["cc", "-c", unit["src"], "-o", out + ".o", "-MD", "-MF", out + ".d"] + unit["flags"])
        if code:
            raise Bad("it does not compile:\n" + text)
        return out + ".o"

    def link(self, link):
        objects = [self.compile(unit) for unit in link["units"]]
        program = os.path.join(self.workspace, link["program"])
        os.makedirs(os.path.dirname(program), exist_ok=True)
        code, text = self.run(["cc", "-o", program] + objects + link["options"])
        if code:
            raise Bad("it does not link:\n" + text)

    def test(self, recipe):
        """(status, output) of the test, built of what the tree is now."""
        for link in recipe["links"]:
            self.link(link)
        env = dict(os.environ, TEST_SRCDIR=self.root)
        return self.run([os.path.join(self.workspace, recipe["program"])] + " ".join(recipe["args"]).split(), env)



class Judge:
    def __init__(self, tree, recipes):
        self.tree, self.tests, self.machine_tests = tree, recipes["tests"], recipes["machine_tests"]
        self.passes = set()

    def judge(self, text):
        """Says who finds the patch; Bad if nobody does."""
        patch = Patch(text)
        recipe = self.tests.get(patch.test)
        if recipe is None and patch.test not in self.machine_tests:
            raise Bad("%s is not in the lists of tests/mutants/BUILD.bazel" % patch.test)
        if recipe is None:
            return "applies; %s runs under Bazel only" % patch.test
        changed = {path: patch.apply(path, self.tree.read(path)) for path in patch.hunks}
        self.must_pass(patch.test, recipe)
        try:
            for path, new in changed.items():
                self.tree.exchange(path, new)
            code, text = self.tree.test(recipe)
        finally:
            self.tree.restore()
        if code == 0:
            raise Bad("%s does not find it:\n%s" % (patch.test, text))
        return "caught by %s (%s)" % (patch.test, said(code, text))

    def must_pass(self, name, recipe):
        """A test that fails anyway finds nothing."""
        if name in self.passes:
            return
        code, text = self.tree.test(recipe)
        if code:
            raise Bad("%s fails without it, too:\n%s" % (name, text))
        self.passes.add(name)


TELLS = re.compile(r"does not hold|runtime error|AddressSanitizer|: error: |^FAIL|differ|not complete", re.M)


def said(code, text):
    """One line of a failed test's output."""
    tells = TELLS.search(text)
    if not tells:
        return "status %d" % code
    start = text.rfind("\n", 0, tells.start()) + 1
    return text[start:].split("\n", 1)[0].strip()[:110]


def main():
    recipes, *paths = sys.argv[1:]
    runfiles, temp = os.environ["TEST_SRCDIR"], os.environ["TEST_TMPDIR"]
    with open(recipes) as f:
        recipes = json.load(f)
    judge = Judge(Tree(runfiles, os.path.join(temp, "tree"), os.path.join(temp, "objects")), recipes)
    bad = 0
    for path in paths:
        name, began = os.path.basename(path), cpu_s()
        with open(path) as f:
            text = f.read()
        try:
            result = judge.judge(text)
        except Bad as why:
            bad += 1
            result = "NOT CAUGHT: %s" % why
        print("%s %s, %.1f s" % (name, result, cpu_s() - began), flush=True)
    print("%d patches, %d not caught, %.0f s of processor time" % (len(paths), bad, cpu_s()))
    return 1 if bad or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
