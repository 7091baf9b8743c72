#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Memory that is full of something when the machine starts: `case:NAME` is one of CASES.

Steps of their own: dirt:WHAT (a byte as 0x5a, random, or fdt: device trees with another VM's boot arguments),
fill:START:END of host memory, kept:START:END (which gets the bytes that the guest expects there),
untold: (the command line has no size of a file), append:WORDS on it, memory:SIZE (in the device tree, from 0x80000000 on).
"""
import os
import random
import struct
import subprocess
import sys

import qemu_test
from qemu_test import passed, stopped

NO_ZICBOZ = "rv64,zicboz=false"
FILL = [
    "fill:a0000000:a0400000",
    "fill:a1000000:a1203000",
    "fill:a2000000:a2003000",
    "kept:a3000000:a3011000",
    "kept:a4000000:a4001000",
    "fill:a5000000:a5205000",
]

# Each VM's harts clear their shares, with cbo.zero and without, whatever was there. (harts, -cpu, dirt)
CLEARED = {
    "scrub_1": (1, "rv64", "0xff"),
    "scrub_1_sd": (1, NO_ZICBOZ, "random"),
    "scrub_2": (2, "rv64", "random"),
    "scrub_2_sd": (2, NO_ZICBOZ, "0x5a"),
    "scrub_5": (5, "max", "fdt"),
    "scrub_5_128": (5, "rv64,cboz_blocksize=128", "random"),
    "scrub_5_sd": (5, NO_ZICBOZ, "0xff"),
}

# by harts of the machine; VM right has the fifth
ENDS = {
    1: r"\[left\] end: 13 passed, 0",
    2: r"\[left\] end: 16 passed, 0",
    5: r"\[left\] end: 22 passed, 0.*\[right\] end: 4 passed, 0|\[right\] end: 4 passed, 0.*\[left\] end: 22 passed, 0",
}


def cleared(harts, cpu, what):
    return [
        "args:--smp %d --cpu %s" % (harts, cpu),
        "status:%d" % (0 if harts == 5 else 1),
        "dirt:" + what,
        *FILL,
        "reject:FAIL",
        r"expect:^hyp: vm=left memory=log kept=0x11000\n",
        r"expect:^hyp: vm=left memory=board kept=0x1000\n",
        r"expect:^hyp: vm=right (.* )?state=%s\n" % ("started" if harts == 5 else "refused"),
        "expect:(?s)" + ENDS[harts],
        stopped("(left|right)"),
    ]


def denied(cpu):
    """Memory of left is in the device tree and cannot be accessed: that VM is stopped, and right runs."""
    left = r"vm left stopped: memory hart=[0-3] pc=0x[0-9a-f]+ cause=0x7 value=0x[0-9a-f]+\n"
    right = "vm right stopped: shutdown"
    return [
        "args:--smp 5 --mem 1024M --cpu " + cpu,
        "status:1",
        "dirt:0xff",
        "fill:a5000000:a5205000",
        "memory:80000000",
        "reject:panic|FAIL",
        r"reject:^\[left\]",
        r"expect:^hyp: vm=left .*state=started\n",
        "expect:(?s)%s.*%s|%s.*%s" % (left, right, right, left),
    ]


def erased(own, says):
    """Boot arguments of all VMs and the machine's seed are in the tree: nothing of it is left."""
    return own + [
        "args:--smp 1 --mem 516M",
        "reject:FAIL",
        r"expect:Next Arg1 +: 0x0*a0200000\n",
        *says,
        passed(2),
        stopped(),
    ]


CASES = {
    **{name: cleared(*row) for name, row in CLEARED.items()},
    "scrub_denied": denied("rv64"),
    "scrub_denied_sd": denied(NO_ZICBOZ),
    # a file whose size is not on the command line fills its whole room; a line says so
    "scrub_untold": [
        "args:--smp 1",
        "status:1",
        "dirt:0x5a",
        *FILL,
        "untold:",
        "reject:FAIL",
        r"expect:^hyp: vm=left file=kernel size=unknown kept=0x100000\n",
        r"expect:^\[left\] end: 2 passed, 0 failed\n",
    ],
    # The machine's device tree is erased whatever memory it is in: a VM's, or memory that is kept, or the room of a file.
    "scrub_fdt": erased([], []),
    "scrub_fdt_in_kept": erased([], [r"expect:^hyp: vm=guest memory=ram kept=0x400000\n"]),
    "scrub_fdt_in_file": erased(
        ["append:secret=another"],
        [
            r"expect:^hyp: vm=guest file=kernel size=unknown kept=0x400000\n",
            r"expect:^hyp: vm=guest file=kernel under=device-tree\n",
        ],
    ),
}

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


def tree_with(command, size):
    """Options for QEMU's own tree, with another size of its memory."""
    blob = qemu_test.own_tree(command)
    have = int(command[command.index("--mem") + 1].rstrip("M")) << 20
    old, new = (struct.pack(">QQ", 0x80000000, n) for n in (have, size))
    assert blob.count(old) == 1, "not the tree that was expected"
    return qemu_test.tree_options(blob.replace(old, new))


def main():
    plan, _ = qemu_test.load()
    qemu_test.expand(plan, CASES)
    own = qemu_test.take(plan, ["dirt", "fill", "kept", "untold", "append", "memory"])
    what = dict(own).get("dirt")
    command = qemu_test.command_of(plan)
    line = subprocess.check_output(command + ["--print"], text=True).splitlines()
    more = []
    for kind, text in own:
        if kind in ("fill", "kept"):
            start, end = (int(n, 16) for n in text.split(":"))
            for a, b in gaps(start, end, loaded(line)):
                content = KEPT * (b - a) if kind == "kept" else dirt(what, b - a)
                more += loader(content, a, len(more))
        elif kind == "memory":
            more += tree_with(command, int(text, 16))
        elif kind == "untold":
            more += ["-append", 'left.append="untold"']
        elif kind == "append":
            more += ["-append", text]
    qemu_test.add_qemu(plan, more)
    return qemu_test.run(plan=plan)


if __name__ == "__main__":
    sys.exit(main())
