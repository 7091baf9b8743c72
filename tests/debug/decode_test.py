#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The dump of a call chain that fails, decoded: each function, its line, its callers.

Steps: line:REGEX, the next line of the decoded dump that has it; {WORD} is the file and line where
tests/faults/wild.c has the comment WORD. tool:, elf:, other: (ELF file of another image), source:.
"""
import os
import re
import subprocess
import sys

import qemu_test


def check(ok, text):
    if not ok:
        raise qemu_test.Failure(text)


def markers(path):
    """{comment: "file:line"}"""
    with open(path) as f:
        found = [(m[1], "%s:%d" % (path, n)) for n, line in enumerate(f, 1) for m in [re.search(r"/\* (.+) \*/$", line)] if m]
    return dict(found)


def decode(words, elf, log):
    p = subprocess.run(words["tool"].split() + [elf], input=log.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return p.returncode, p.stdout.decode(), p.stderr.decode()


def judge(words, lines, log):
    places = markers(words["source"])
    status, out, err = decode(words, words["elf"], log)
    print(out + err)
    check(status == 0, "the decoder ends with %d" % status)
    at = 0
    for line in lines:
        regex = re.sub(r"\{(.+?)\}", lambda m: re.escape(places[m[1]]), line)
        found = re.compile(regex, re.M).search(out, at)
        check(found, "no line " + regex)
        at = found.end()
    status, out, err = decode(words, words["other"], log)
    check(status == 1 and out == "" and "it is another image" in err, "another ELF file is taken: " + out + err)


def run():
    plan, command = qemu_test.load()
    steps = [s.split(":", 1) for s in plan["steps"]]
    machine = qemu_test.Machine(command, plan["timeout"])
    bad = None
    try:
        with machine:
            machine.reject("survived")
            machine.expect("^hyp: panic=")
            machine.expect(r"^vm victim stopped: panic hart=\d")
        judge(dict(steps), [text for kind, text in steps if kind == "line"], machine.log)
    except qemu_test.Failure as e:
        bad = str(e)
    sys.stdout.write(machine.log)
    print("\n--- " + ("FAIL: " + bad if bad else "PASS"))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(run())
