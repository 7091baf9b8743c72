#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The steps with the image at another address: a first step `at:ADDRESS`, any multiple of 4 KiB.

QEMU loads a plain file at one address of its own; an ELF file goes where it says.
"""
import os
import struct
import subprocess
import sys

import qemu_test

EM_RISCV, PT_LOAD, OFFSET = 243, 1, 4096


def elf(body, at):
    """One segment, all of the image; the entry is its first byte."""
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    head = ident + struct.pack("<HHIQQQIHHHHHH", 2, EM_RISCV, 1, at, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    segment = struct.pack("<IIQQQQQQ", PT_LOAD, 7, OFFSET, at, at, len(body), len(body), 4096)
    return (head + segment).ljust(OFFSET, b"\0") + body


def main():
    plan, command = qemu_test.load()
    at = int(plan["steps"].pop(0).split(":")[1], 16)
    line = subprocess.check_output(command + ["--print"], text=True).splitlines()
    path = os.path.join(os.environ["TEST_TMPDIR"], "image.elf")
    with open(line[line.index("-kernel") + 1], "rb") as f, open(path, "wb") as out:
        out.write(elf(f.read(), at))
    plan["args"] += ["--", "-kernel", path]
    qemu_test.load = lambda: (plan, [command[0]] + plan["args"])
    return qemu_test.run()


if __name__ == "__main__":
    sys.exit(main())
