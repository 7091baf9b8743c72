#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The steps on a machine whose device tree has hart 2 disabled: QEMU's own tree, one property more."""
import os
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "toolchains"))
import qemu_test

BEGIN_NODE, PROP, NOP = 1, 3, 4


def disable(blob, node):
    """In place: the node's status "okay" becomes "fail", which is as long and as disabled."""
    start, strings = struct.unpack_from(">II", blob, 8)
    size = struct.unpack_from(">I", blob, 36)[0]
    at, inside = start, False
    while at < start + size:
        token = struct.unpack_from(">I", blob, at)[0]
        at += 4
        if token == BEGIN_NODE:
            end = blob.index(b"\0", at)
            inside = blob[at:end] == node
            at = (end + 4) & ~3
        elif token == PROP:
            length, name = struct.unpack_from(">II", blob, at)
            at += 8
            text = blob[strings + name : blob.index(b"\0", strings + name)]
            if inside and text == b"status" and blob[at : at + length] == b"okay\0":
                return blob[:at] + b"fail\0" + blob[at + length :]
            at = (at + length + 3) & ~3
    raise SystemExit("no status in " + node.decode())


def main():
    plan, command = qemu_test.load()
    tree = os.path.join(os.environ["TEST_TMPDIR"], "gap.dtb")
    line = subprocess.check_output(command + ["--print"], text=True).splitlines()
    line[line.index("-M") + 1] += ",dumpdtb=" + tree
    subprocess.check_call(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(tree, "rb") as f:
        blob = disable(f.read(), b"cpu@2")
    with open(tree, "wb") as f:
        f.write(blob)
    plan["args"] += ["--", "-dtb", tree]
    qemu_test.load = lambda: (plan, [command[0]] + plan["args"])
    return qemu_test.run()


if __name__ == "__main__":
    sys.exit(main())
