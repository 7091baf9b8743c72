#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whatever lies behind the image when it starts, it boots, and both VMs beat.

Steps: fill:NAME for each of FILLS; old:LAUNCHER of an image whose pool, as a run has left it, is put there;
block:SIZE that the machine's tree claims to be cbo.zero's, which it is not.
"""
import os
import random
import struct
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import fdt
import qemu_test
from monitor import Monitor

LOAD, RAM = 0x80200000, 0x80000000
SIZE = 16 << 20  # the pool, and RAM of guests behind it
V, LEAF_BITS = 1, 0xDF


def words(make):
    """A word of each index."""
    return b"".join(struct.pack("<Q", make(i)) for i in range(SIZE // 8))


def leaf(pa):
    return pa >> 12 << 10 | LEAF_BITS


def table(pa):
    return pa >> 12 << 10 | V


FILLS = {
    "ff": lambda pool: b"\xff" * SIZE,
    "5a": lambda pool: b"\x5a" * SIZE,
    "random": lambda pool: random.Random(1).randbytes(SIZE),
    # a leaf with all rights, of every size that its alignment allows
    "leaf_of_firmware": lambda pool: words(lambda i: leaf(RAM)),
    "leaf_of_hypervisor": lambda pool: words(lambda i: leaf(LOAD)),
    "leaf_of_its_page": lambda pool: words(lambda i: leaf(pool + i * 8 & -4096)),
    "leaf_of_others": lambda pool: words(lambda i: leaf(RAM + (i % 64 << 21))),
    # tables that hold each other
    "table_of_itself": lambda pool: words(lambda i: table(pool + i * 8 & -4096)),
    "table_of_pool": lambda pool: words(lambda i: table(pool + (i % 256 << 12))),
    # what a pointer, a lock or a count would be
    "pointers": lambda pool: words(lambda i: 0xFFFFFFC004000000 + (i * 64 & 0xFFFFF)),
    "ones": lambda pool: words(lambda i: 1),
}


def boots(command, timeout, fill, more=()):
    path = os.path.join(os.environ["TEST_TMPDIR"], "fill")
    with open(path, "wb") as f:
        f.write(fill)
    line = subprocess.check_output(command + ["--print"], text=True).splitlines()
    at = LOAD + os.stat(line[line.index("-kernel") + 1]).st_size
    extra = ["--", "-device", "loader,file=%s,addr=%#x,force-raw=on" % (path, at)] + list(more)
    with qemu_test.Machine(command + extra, timeout) as machine:
        try:
            machine.reject("panic|refused|failed|stopped")
            for vm in ("left", "right"):
                machine.expect(r"^hyp: vm=%s gstage_leaves=[1-9]\d* gstage_wrong=0\n" % vm)
            behind = machine.position
            for vm in ("left", "right"):
                machine.position = behind
                machine.expect(r"^\[%s\] beat 1 " % vm)
        except qemu_test.Failure:
            print(machine.log)
            raise


def pool_of(command):
    line = subprocess.check_output(command + ["--print"], text=True).splitlines()
    return LOAD + os.stat(line[line.index("-kernel") + 1]).st_size


def lying_tree(command, block):
    """Options for the machine's own tree with that block size."""
    tree = fdt.Tree(qemu_test.own_tree(command))
    for node in tree.root.find("cpus").nodes:
        if node.name.startswith("cpu@"):
            node.props["riscv,cboz-block-size"] = fdt.cells(block)
    return qemu_test.tree_options(tree.blob())


def old_pool(command, timeout):
    """The pool as an earlier run of that image leaves it."""
    monitor = Monitor()
    dump = os.path.join(os.environ["TEST_TMPDIR"], "pool")
    with qemu_test.Machine(command + ["--"] + monitor.options, timeout) as machine:
        machine.expect(r"beat 2 ")
        monitor.ask("pmemsave", val=pool_of(command), size=SIZE, filename=dump)
    with open(dump, "rb") as f:
        return f.read()


def body(plan, command):
    for step in plan["steps"]:
        kind, _, what = step.partition(":")
        more = []
        if kind == "block":
            fill, more = FILLS["random"](0), lying_tree(command, int(what))
        elif kind == "fill":
            fill = FILLS[what](pool_of(command))
        else:
            root = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"])
            launcher = command[:1] if what == "own" else [os.path.join(root, what)]
            fill = old_pool(launcher + command[1:], plan["timeout"])
        try:
            boots(command, plan["timeout"], fill, more)
            print("ok %s" % step, flush=True)
        except qemu_test.Failure as e:
            raise qemu_test.Failure("%s: %s" % (step, e))


if __name__ == "__main__":
    sys.exit(qemu_test.main(body))
