#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The steps on a machine whose device tree is changed in its harts.

First come steps that change QEMU's own tree. HARTS is a list of ids, or "all".
`without:HARTS EXT,…`   extensions are taken out of both lists
`with:HARTS EXT,…`      extensions are added to both lists
`string:HARTS TEXT`     riscv,isa is the text, and there is no other list
`list:HARTS EXT,…`      riscv,isa-extensions has these names, riscv,isa what it had
`cell:HARTS NAME N`     a property of one cell
"""
import os
import subprocess
import sys

import qemu_test
from fdt import Tree, cells

ISA, NAMES, BASE = "riscv,isa", "riscv,isa-extensions", "riscv,isa-base"


def names_of(cpu):
    return cpu.props[NAMES].decode().rstrip("\0").split("\0")


def put(cpu, names):
    """Writes the names to both properties, spelled as by QEMU."""
    single = [n for n in names if len(n) == 1]
    cpu.props[NAMES] = b"".join(n.encode() + b"\0" for n in names)
    cpu.props[ISA] = "_".join(["rv64" + "".join(single)] + [n for n in names if len(n) > 1]).encode() + b"\0"


def without(cpu, extensions):
    put(cpu, [n for n in names_of(cpu) if n not in extensions.split(",")])


def with_(cpu, extensions):
    put(cpu, names_of(cpu) + extensions.split(","))


def string(cpu, text):
    del cpu.props[NAMES], cpu.props[BASE]
    cpu.props[ISA] = text.encode() + b"\0"


def list_(cpu, extensions):
    cpu.props[NAMES] = b"".join(n.encode() + b"\0" for n in extensions.split(","))


def cell(cpu, name, number):
    cpu.props[name] = cells(int(number))


CHANGES = {"without": without, "with": with_, "string": string, "list": list_, "cell": cell}


def change(tree, kind, harts, words):
    cpus = [n for n in tree.root.find("cpus").nodes if n.name.startswith("cpu@")]
    for cpu in cpus:
        if harts == "all" or int(cpu.name[4:], 16) in map(int, harts.split(",")):
            CHANGES[kind](cpu, *words)


def main():
    plan, command = qemu_test.load()
    path = os.path.join(os.environ["TEST_TMPDIR"], "harts.dtb")
    line = subprocess.check_output([command[0], "--print"] + command[1:], text=True).splitlines()
    line[line.index("-M") + 1] += ",dumpdtb=" + path
    subprocess.check_call(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(path, "rb") as f:
        tree = Tree(f.read())
    while plan["steps"][0].split(":")[0] in CHANGES:
        kind, rest = plan["steps"].pop(0).split(":", 1)
        harts, *words = rest.split()
        change(tree, kind, harts, words)
    with open(path, "wb") as f:
        f.write(tree.blob())
    plan["args"] += ([] if "--" in plan["args"] else ["--"]) + ["-dtb", path]
    qemu_test.load = lambda: (plan, [command[0]] + plan["args"])
    return qemu_test.run()


if __name__ == "__main__":
    sys.exit(main())
