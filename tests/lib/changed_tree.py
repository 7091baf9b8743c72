#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The steps on a machine whose device tree is QEMU's own with changes.

First come the changes. HARTS is a list of ids, or "all".
`disable:NODE`           the node's status is "fail"; one that had no status loses its `compatible`
`set:NODE PROPERTY TEXT` the property is the text
`nest:OPTION`            devices are in /soc/bus@0, whose addresses are SHIFT above those of CPUs, the RTC in one bus more.
                         Each hart has a cache before its interrupt controller. OPTION: `alias`, the console is named by
                         its alias; `off`, the RTC's bus is disabled
`without:HARTS EXT,…`    extensions are taken out of both lists
`with:HARTS EXT,…`       extensions are added to both lists
`string:HARTS TEXT`      riscv,isa is the text, and there is no other list
`list:HARTS EXT,…`       riscv,isa-extensions has these names, riscv,isa what it had
`cell:HARTS NAME N`      a property of one cell
"""
import sys

import qemu_test
from fdt import Node, Tree, cells, pairs

SHIFT = 0x700000000
ISA, NAMES, BASE = "riscv,isa", "riscv,isa-extensions", "riscv,isa-base"


def text(value):
    return value.encode() + b"\0"


def nodes_below(node):
    for child in node.nodes:
        yield child
        yield from nodes_below(child)


def named(tree, name):
    """The node of this name, wherever it is."""
    return next(n for n in nodes_below(tree.root) if n.name == name)


def disable(tree, name):
    props = named(tree, name).props
    if "status" not in props:
        del props["compatible"]
    props["status"] = b"fail\0"


def set_text(tree, name, prop, value):
    named(tree, name).props[prop] = text(value)


def put_bus(node, name, wide, ranges):
    """An empty bus below the node."""
    return node.add(name, compatible=b"simple-bus\0", ranges=ranges, **{"#address_cells": cells(wide), "#size_cells": cells(wide)})


def numbers(value):
    """The numbers in the value, of two cells each."""
    return [int.from_bytes(value[i : i + 8], "big") for i in range(0, len(value), 8)]


def shift_reg(node):
    """Moves all ranges of its reg."""
    reg = numbers(node.props["reg"])
    node.props["reg"] = pairs(*[n + SHIFT if i % 2 == 0 else n for i, n in enumerate(reg)])


def nest(tree, option=""):
    soc = tree.root.find("soc")
    devices, soc.nodes = soc.nodes, []
    bus = put_bus(soc, "bus@0", 2, pairs(SHIFT, 0, 1 << 32))
    for node in devices:
        parent = bus
        if node.name.startswith("rtc@"):
            # on this bus the RTC is at 0x2000; the first entry ends before it
            at, size = numbers(node.props["reg"])
            parent = put_bus(bus, "inner", 1, cells(0, 0, 0, 0x1000) + cells(0x1000, (SHIFT + at - 0x1000) >> 32, at - 0x1000, 0x2000))
            node.props["reg"] = cells(0x2000, size)
            if option == "off":
                parent.props["status"] = b"disabled\0"
        else:
            shift_reg(node)
        parent.nodes.append(node)
    for props in (tree.root.find("chosen").props, tree.root.find("aliases").props):
        for name, value in props.items():
            props[name] = value.replace(b"/soc/", b"/soc/bus@0/")
    if option == "alias":
        tree.root.find("chosen").props["stdout-path"] = b"serial0:115200n8\0"
    for i, cpu in enumerate(cpus(tree)):
        cache = Node("l2-cache")
        cache.props = {"compatible": b"cache\0", "phandle": cells(0x7000 + i)}
        cpu.nodes.insert(0, cache)


def cpus(tree):
    return [n for n in tree.root.find("cpus").nodes if n.name.startswith("cpu@")]


def names_of(cpu):
    return cpu.props[NAMES].decode().rstrip("\0").split("\0")


def put(cpu, names):
    """Writes the names to both properties, spelled as by QEMU."""
    single = [n for n in names if len(n) == 1]
    cpu.props[NAMES] = b"".join(text(n) for n in names)
    cpu.props[ISA] = text("_".join(["rv64" + "".join(single)] + [n for n in names if len(n) > 1]))


def without(cpu, extensions):
    put(cpu, [n for n in names_of(cpu) if n not in extensions.split(",")])


def with_(cpu, extensions):
    put(cpu, names_of(cpu) + extensions.split(","))


def string(cpu, isa):
    del cpu.props[NAMES], cpu.props[BASE]
    cpu.props[ISA] = text(isa)


def list_(cpu, extensions):
    cpu.props[NAMES] = b"".join(text(n) for n in extensions.split(","))


def cell(cpu, name, number):
    cpu.props[name] = cells(int(number))


CHANGES = {"disable": disable, "set": set_text, "nest": nest}
CHANGES_OF_HARTS = {"without": without, "with": with_, "string": string, "list": list_, "cell": cell}


def change(tree, kind, words):
    if kind in CHANGES:
        CHANGES[kind](tree, *words)
        return
    harts = [n for n in cpus(tree) if words[0] == "all" or int(n.name[4:], 16) in map(int, words[0].split(","))]
    for cpu in harts:
        CHANGES_OF_HARTS[kind](cpu, *words[1:])


def run(cases):
    """Runs the plan, whose changes may come from a case, as of qemu_test.expand()."""
    plan, _ = qemu_test.load()
    qemu_test.expand(plan, cases)
    changes = qemu_test.take(plan, [*CHANGES, *CHANGES_OF_HARTS])
    if changes:
        tree = Tree(qemu_test.own_tree(qemu_test.command_of(plan)))
        for kind, rest in changes:
            change(tree, kind, rest.split())
        qemu_test.add_qemu(plan, qemu_test.tree_options(tree.blob()))
    return qemu_test.run(plan=plan)


if __name__ == "__main__":
    sys.exit(run({}))
