#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The steps on a machine whose device tree is QEMU's own with the first step done to it.

`disable:NODE`: the node's status becomes "fail". One that has no status gets one where its `compatible` was, which a
disabled device has no use for. `set:NODE PROPERTY TEXT`: the property, which is there and not shorter, becomes the text.
"""
import os
import struct
import subprocess
import sys

import qemu_test

BEGIN_NODE, END_NODE, PROP = 1, 2, 3


def properties(blob, node):
    """(offset of the token, name, length) of each property of the node."""
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
        elif token == END_NODE:
            inside = False
        elif token == PROP:
            length, name = struct.unpack_from(">II", blob, at)
            if inside:
                yield at - 4, blob[strings + name : blob.index(b"\0", strings + name)], length
            at = (at + 8 + length + 3) & ~3


def disable(blob, node):
    """In place: no offset changes."""
    found = {name: (at, length) for at, name, length in properties(blob, node)}
    strings = struct.unpack_from(">I", blob, 12)[0]
    status = blob.index(b"\0status\0", strings) + 1 - strings
    at, length = found.get(b"status") or found[b"compatible"]
    if length < 5:
        raise SystemExit("no room for a status in " + node.decode())
    value = b"fail\0"
    # a longer value was a list: what is left of it are strings that nobody looks at
    value += bytes(length - len(value))
    return blob[: at + 4] + struct.pack(">II", length, status) + value + blob[at + 12 + length :]


def set_text(blob, node, name, text):
    """In place: what is left of the old value are NULs behind the text."""
    at, length = {found: (at, length) for at, found, length in properties(blob, node)}[name]
    if len(text) >= length:
        raise SystemExit("no room for " + text.decode())
    return blob[: at + 12] + text + bytes(length - len(text)) + blob[at + 12 + length :]


def change(blob, step):
    kind, rest = step.split(":", 1)
    words = [word.encode() for word in rest.split()]
    return {"disable": disable, "set": set_text}[kind](blob, *words)


def main():
    plan, command = qemu_test.load()
    step = plan["steps"].pop(0)
    tree = os.path.join(os.environ["TEST_TMPDIR"], "changed.dtb")
    line = subprocess.check_output(command[:1] + ["--print"] + command[1:], text=True).splitlines()
    line[line.index("-M") + 1] += ",dumpdtb=" + tree
    subprocess.check_call(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(tree, "rb") as f:
        blob = change(f.read(), step)
    with open(tree, "wb") as f:
        f.write(blob)
    plan["args"] += ([] if "--" in plan["args"] else ["--"]) + ["-dtb", tree]
    qemu_test.load = lambda: (plan, [command[0]] + plan["args"])
    return qemu_test.run()


if __name__ == "__main__":
    sys.exit(main())
