#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Memory that is full of something when the machine starts.

Steps: dirt:WHAT (a byte as 0x5a, random, or fdt: device trees with another VM's boot arguments),
fill:START:END of host memory, kept:START:END (which gets the bytes that the guest expects there),
untold: (the command line tells no size), memory:SIZE (what the device tree says that there is, from
0x80000000 on); then those of qemu_test.py.
"""
import os
import random
import struct
import subprocess
import sys

import qemu_test

KEPT = b"\xc3"
SECRET = b"\xd0\x0d\xfe\xed" + b"other.append=\"secret of another VM\" rng-seed".ljust(60, b"\x11")


def dirt(what, size):
    if what == "random":
        return random.Random(size).randbytes(size)
    if what == "fdt":
        return (SECRET * (size // len(SECRET) + 1))[:size]
    return bytes([int(what, 16)]) * size


def loader(content, at, number):
    path = os.path.join(os.environ["TEST_TMPDIR"], "dirt.%d" % number)
    with open(path, "wb") as f:
        f.write(content)
    return ["-device", "loader,file=%s,addr=%#x,force-raw=on" % (path, at)]


def loaded(line):
    """[(start, end)] of the files that the launcher loads."""
    out = []
    for word in line:
        if word.startswith("loader,"):
            option = dict(o.split("=", 1) for o in word.split(",")[1:])
            start = int(option["addr"], 0)
            out.append((start, start + os.stat(option["file"]).st_size))
    return sorted(out)


def gaps(start, end, taken):
    """[start, end) without what is taken."""
    out = []
    for a, b in taken:
        if a < end and b > start:
            out.append((start, a))
            start = b
    return [g for g in out + [(start, end)] if g[0] < g[1]]


def tree_with(line, size):
    """QEMU's own tree, with another size of its memory."""
    path = os.path.join(os.environ["TEST_TMPDIR"], "memory.dtb")
    line = list(line)
    line[line.index("-M") + 1] += ",dumpdtb=" + path
    subprocess.check_call(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(path, "rb") as f:
        blob = f.read()
    have = int(line[line.index("-m") + 1].rstrip("M")) << 20
    old, new = (struct.pack(">QQ", 0x80000000, n) for n in (have, size))
    assert blob.count(old) == 1, "not the tree that was expected"
    with open(path, "wb") as f:
        f.write(blob.replace(old, new))
    return ["-dtb", path]


def main():
    plan, command = qemu_test.load()
    steps = [s.split(":") for s in plan["steps"]]
    own = [s for s in steps if s[0] in ("dirt", "fill", "kept", "untold", "memory")]
    plan["steps"] = plan["steps"][len(own) :]
    what = next(s[1] for s in own if s[0] == "dirt")
    line = subprocess.check_output(command + ["--print"], text=True).splitlines()
    more = []
    for kind, start, end in [s for s in own if s[0] in ("fill", "kept")]:
        for a, b in gaps(int(start, 16), int(end, 16), loaded(line)):
            content = KEPT * (b - a) if kind == "kept" else dirt(what, b - a)
            more += loader(content, a, len(more))
    for kind, size in [s for s in own if s[0] == "memory"]:
        more += tree_with(line, int(size, 16))
    if ["untold", ""] in own:
        more += ["-append", 'left.append="untold"']
    plan["args"] += ([] if "--" in plan["args"] else ["--"]) + more
    qemu_test.load = lambda: (plan, [command[0]] + plan["args"])
    return qemu_test.run()


if __name__ == "__main__":
    sys.exit(main())
