#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/rules.md, the list of all rules: from the tool's table, the configurations that break them, and tests of boot.

    bazel run //tests/config:rules -- --update     writes it
The test compares it, and looks for every id of the sources.
"""
import os
import re
import sys

HEAD = """# Rules

Generated: `./bazelw run //tests/config:rules -- --update`.

The build checks a configuration by the rules below, and prints `FILE: ID: SENTENCE` for each that is broken. Boot checks those
that depend on the machine again and logs `hyp: config ID: SENTENCE`; the VMs concerned do not run. An id never changes.

Each rule has the member of [`config.h`](../libvm/config/include/hyp/vm/config.h) to look at first, and an example: what a test
changes in the valid configuration [`base.c`](../tests/config/base.c), as `two.c`, and the message that it gets.
"""
BOOT = """
## Only at boot
Rules about the files that are in memory when the machine starts; [README](../README.md#an-image-of-your-own) has more. `E-BLOB-SIZE`
is checked there, too, with the sizes on the hypervisor's command line.
"""
# Their messages have one form, in libhv/vm/files.c.
KERNEL = [
    ("E-KERNEL-ENDIAN", "The kernel is a Linux boot image, and big-endian."),
    ("E-KERNEL-OFFSET", "The kernel is a Linux boot image, and is not text_offset behind a 2 MiB boundary of its memory."),
    ("E-KERNEL-SIZE", "The kernel is a Linux boot image, and longer, with its .bss, than the room at its address."),
]


def read(path):
    with open(path) as f:
        return f.read()


def joined(text):
    """C source with string literals that follow each other as one."""
    return re.sub(r'"\s*\n\s*"', "", text)


def table(path):
    """[(id, member, meaning)] of what `config tool --rules` printed."""
    return [tuple(re.split(r" +", line, maxsplit=2)) for line in read(path).splitlines()]


def comment(text, kind):
    found = re.search(r"/\* %s: (.*?)\s*\*/" % kind, text, re.S)
    return re.sub(r"\s*\n \* ", " ", found[1]) if found else None


def from_neg(rule, files):
    """Message and change of the file that is named after the rule, or else of the first that breaks it."""
    named = "neg_%s.c" % rule[2:].lower().replace("-", "_")
    broken = [f for f in sorted(files) if (comment(read(f), "expect") or "").startswith(rule + ": ")]
    if not broken:
        return None
    path = next((f for f in broken if os.path.basename(f) == named), broken[0])
    text = read(path)
    lines = ["two.c: " + comment(text, "expect")]
    if comment(text, "note"):
        lines.append("two.c: note: " + comment(text, "note"))
    body = re.search(r"void change_base\(void\)\n\{\n(.*?)^\}", text, re.S | re.M)[1]
    what = re.search(r"/\* (.*?) \*/", text[text.index("\n") :], re.S)[1].replace("\n * ", " ")
    name = os.path.basename(path)
    return "%s [`%s`](../tests/config/%s)\n\n```c\n%s```\n\n```\n%s\n```\n" % (
        what, name, name, re.sub(r"^    ", "", body, flags=re.M), "\n".join(lines))


def from_boot(rule, tests):
    """A line of boot that a unit test expects."""
    for text in tests:
        found = re.search(r'"(?:hyp: config )?(%s: [^"]*?)(?:\\n)?"' % rule, text)
        if found:
            return "```\nhyp: config %s\n```\n" % found[1]
    sys.exit("rules: no example of %s" % rule)


def document(rules, negs, tests):
    out = [HEAD]
    for rule, member, meaning in sorted(rules):
        out.append("\n## %s\n`%s`. %s\n\n%s" % (rule, member, meaning, from_neg(rule, negs) or from_boot(rule, tests)))
    out.append(BOOT)
    for rule, meaning in KERNEL:
        out.append("\n### %s\n%s\n\n%s" % (rule, meaning, from_boot(rule, tests)))
    return "".join(out)


def ids(paths):
    """Every id that the sources name."""
    found = set()
    for path in paths:
        found |= set(re.findall(r'"(E-[A-Z]+(?:-[A-Z]+)*)"', read(path)))
        found |= set(re.findall(r"config (E-[A-Z]+(?:-[A-Z]+)*):", read(path)))
        if "E-KERNEL-%s" in read(path):
            found |= {"E-KERNEL-" + word for word in re.findall(r'\[KERNEL_IMAGE_\w+\] = "(\w+)"', read(path))}
    return found


def main():
    update = "--update" in sys.argv[1:]
    old, rows, *paths = [a for a in sys.argv[1:] if a != "--update"]
    negs = [p for p in paths if os.path.basename(p).startswith("neg_")]
    sources = [p for p in paths if p not in negs and not p.endswith("_test.c")]
    tests = [joined(read(p)) for p in paths if p.endswith("_test.c")]
    new = document(table(rows), negs, tests)
    missing = sorted(i for i in ids(sources) if not re.search("^##+ %s$" % i, new, re.M))
    if missing or not ids(sources):
        sys.exit("rules: not in docs/rules.md: %s" % missing)
    if update:
        with open(os.path.join(os.environ["BUILD_WORKSPACE_DIRECTORY"], "docs/rules.md"), "w") as f:
            f.write(new)
    elif read(old) != new:
        sys.exit("rules: docs/rules.md is not up to date: bazel run //tests/config:rules -- --update")


if __name__ == "__main__":
    main()
