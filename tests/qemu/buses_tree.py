#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The steps on a machine whose devices lie below more buses than QEMU says.

The first step is `nest:OPTION`: devices lie in /soc/bus@0, whose addresses are SHIFT above what CPUs have, the RTC in
one bus more. Each hart has a cache before its interrupt controller. OPTION: `alias`, the console is named by its alias;
`off`, the bus is disabled but for what the firmware needs of it.
"""
import os
import subprocess
import sys

import qemu_test
from fdt import Node, Tree, cells, pairs

SHIFT = 0x700000000


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


def nest(tree, option):
    soc = tree.root.find("soc")
    devices, soc.nodes = soc.nodes, []
    bus = put_bus(soc, "bus@0", 2, pairs(SHIFT, 0, 1 << 32))
    for node in devices:
        place = bus
        if node.name.startswith("rtc@"):
            # on this bus the RTC is at 0x2000; the first entry ends before it
            at, size = numbers(node.props["reg"])
            place = put_bus(bus, "inner", 1, cells(0, 0, 0, 0x1000) + cells(0x1000, (SHIFT + at - 0x1000) >> 32, at - 0x1000, 0x2000))
            node.props["reg"] = cells(0x2000, size)
            if option == "off":
                place.props["status"] = b"disabled\0"
        else:
            shift_reg(node)
        place.nodes.append(node)
    for props in (tree.root.find("chosen").props, tree.root.find("aliases").props):
        for name, value in props.items():
            props[name] = value.replace(b"/soc/", b"/soc/bus@0/")
    if option == "alias":
        tree.root.find("chosen").props["stdout-path"] = b"serial0:115200n8\0"
    for i, cpu in enumerate(n for n in tree.root.find("cpus").nodes if n.name.startswith("cpu@")):
        cache = Node("l2-cache")
        cache.props = {"compatible": b"cache\0", "phandle": cells(0x7000 + i)}
        cpu.nodes.insert(0, cache)


def main():
    plan, command = qemu_test.load()
    kind, option = plan["steps"].pop(0).split(":")
    if kind != "nest":
        raise SystemExit("no such change: " + kind)
    path = os.path.join(os.environ["TEST_TMPDIR"], "nested.dtb")
    line = subprocess.check_output(command[:1] + ["--print"] + command[1:], text=True).splitlines()
    line[line.index("-M") + 1] += ",dumpdtb=" + path
    subprocess.check_call(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(path, "rb") as f:
        tree = Tree(f.read())
    nest(tree, option)
    with open(path, "wb") as f:
        f.write(tree.blob())
    plan["args"] += ["-dtb", path] if "--" in plan["args"] else ["--", "-dtb", path]
    qemu_test.load = lambda: (plan, [command[0]] + plan["args"])
    return qemu_test.run()


if __name__ == "__main__":
    sys.exit(main())
