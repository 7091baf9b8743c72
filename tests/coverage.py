#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Branch coverage of the libraries by their host tests: a table; 1 if a library is below the limit.

A branch is one way out of a condition, as GCC without optimisation has it (gcov); it is taken if any
test takes it. Counted are sources and headers of the libraries, but neither tests nor the two
backends of libarch: one is the tests' own machine, the other runs on the machine only.

The failing way of HYP_ASSERT, HYP_REQUIRE and HYP_PANIC ends the process, so no passing test takes
it. Both ways of such a check are left out, and how many there are is a column of the table.
"""
import os
import re
import subprocess
import sys

LIMIT = 90.0
LIBRARIES = ["libarch", "libmm", "libirq", "libconsole", "libvm", "libhv"]
LEFT_OUT = [
    # :vm once more, with other branches: counting them would mix the two
    "//libvm:hsm_prop_random_test",
    "//libvm:hsm_prop_exhaust_test",
    # minutes, and what vplic_prop_random_test does by chance
    "//libirq:vplic_prop_deep_exhaust_test",
]
MORE_TESTS = ["//tests/config:guest_dt_qemu_virt_prop_random_test", "//tests/insn:insn_diff_test"]
# libhv's rooms are folders of sources
COUNTED = re.compile(r"^(%s)/(\w+/)?(src|include)/|^libhv/(\w+/)?\w+\.[ch]$" % "|".join(LIBRARIES))
TEST = re.compile(r"_(test|prop|ref)\.[ch]$|/test_\w+\.h$|/insn_table\.h$")
CONTRACT = re.compile(r"\bHYP_(ASSERT|REQUIRE|PANIC)\b")


def run_tests(root):
    """Unit tests, random and exhaustive runs: what fuzz tests mutate takes the same ways."""
    libraries = " + ".join("//%s/..." % lib for lib in LIBRARIES)
    query = "tests(%s) except filter(_fuzz_test$, tests(%s)) except set(%s)" % (
        libraries, libraries, " ".join(LEFT_OUT))
    tests = subprocess.run(["./bazelw", "query", "--noshow_progress", query], cwd=root, stdout=subprocess.PIPE,
                           check=True, universal_newlines=True).stdout.split()
    command = ["./bazelw", "coverage", "--noshow_progress", "--"] + tests + MORE_TESTS
    if subprocess.run(command, cwd=root).returncode != 0:
        sys.exit("coverage: the tests fail")
    return tests + MORE_TESTS


def report(root, test):
    """The file that Bazel leaves for a test."""
    return os.path.join(root, "bazel-testlogs", test[2:].replace(":", "/"), "coverage.dat")


def contract_lines(root, path):
    """Lines of a check, all of them if it is broken over several."""
    out, depth = set(), 0
    with open(os.path.join(root, path), encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            if depth > 0 or CONTRACT.search(line):
                out.add(number)
                depth = max(0, depth + line.count("(") - line.count(")"))
    return out


def read(paths):
    """{file: {branch: was it taken?}}"""
    files = {}
    for path in paths:
        with open(path) as f:
            name = None
            for line in f:
                # lcov writes where the compiler ran, before a path in the workspace
                line = re.sub(r"^SF:(/proc/self/cwd/|.*/execroot/[^/]+/)", "SF:", line)
                key, _, value = line.strip().partition(":")
                if key == "SF":
                    name = value if COUNTED.match(value) and not TEST.search(value) else None
                elif key == "BRDA" and name:
                    at, block, branch, taken = value.split(",")
                    branches = files.setdefault(name, {})
                    place = (int(at), int(block), int(branch))
                    branches[place] = branches.get(place, False) or taken not in ("-", "0")
    return files


def percent(taken, count):
    return 100.0 * taken / count if count else 100.0


def row(name, taken, count, contract):
    print("%-44s %5d of %5d  %5.1f %%  %4d" % (name, taken, count, percent(taken, count), contract))


def main():
    root = os.environ["BUILD_WORKSPACE_DIRECTORY"]
    show_missed = "--missed" in sys.argv[1:]
    files = read(report(root, t) for t in run_tests(root))
    print("%-44s %14s  %7s  %s" % ("branches", "taken", "", "of checks"))
    below = []
    for library in LIBRARIES:
        total = [0, 0, 0]
        for name in sorted(n for n in files if n.startswith(library + "/")):
            checks = contract_lines(root, name)
            counted = {b: t for b, t in files[name].items() if b[0] not in checks}
            contract = len(files[name]) - len(counted)
            numbers = [sum(counted.values()), len(counted), contract]
            total = [a + b for a, b in zip(total, numbers)]
            row("  " + name, *numbers)
            for at in sorted({b[0] for b, taken in counted.items() if not taken}) if show_missed else []:
                print("      %s:%d" % (name, at))
        row(library, *total)
        if total[1] == 0 or percent(total[0], total[1]) < LIMIT:
            below.append(library)
    for library in below:
        print("coverage: %s is below %.0f %%" % (library, LIMIT))
    sys.exit(1 if below else 0)


main()
