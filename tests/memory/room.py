#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The machine's tree, with one thing changed in it, lets the image be where it is; or one line says what does not.

Steps: a name in CASES for each.
"""
import os
import re
import subprocess
import sys

import elf_file
import qemu_test
from fdt import Tree, cells, pairs

RAM, LOAD, POOL_SIZE, PAGE = 0x80000000, 0x80200000, 1 << 20, 4096
BOOTS = None  # the case is no clash


class Layout:
    """Addresses of image and pool."""

    def __init__(self, binary, load=LOAD):
        with open(binary, "rb") as f:
            self.bytes = f.read()
        self.path = binary
        self.image, self.pool = load, load + len(self.bytes)
        self.end = self.pool + POOL_SIZE

    def line(self, which, why, label, start, size):
        start, size = ("0x%x" % x if isinstance(x, int) else x for x in (start, size))
        own, length = (self.image, self.pool - self.image) if which == "image" else (self.pool, POOL_SIZE)
        return r"reason=%s-%s %s=0x%x\+0x%x %s=%s\+%s" % (which, why, which, own, length, label, start, size)


def memory(tree, *ranges):
    tree.root.find("memory").props["reg"] = pairs(*ranges)


def reserve(tree, start, size, **more):
    parent = next((n for n in tree.root.nodes if n.name == "reserved-memory"), None)
    if parent is None:
        parent = tree.root.add("reserved-memory", ranges=b"")
        parent.props["#address-cells"] = parent.props["#size-cells"] = cells(2)
    parent.add("mine@%x" % start, reg=pairs(start, size), **more)


def initrd(tree, start, end, width):
    chosen = tree.root.find("chosen")
    chosen.props["linux,initrd-start"], chosen.props["linux,initrd-end"] = (pairs if width == 8 else cells)(start), (pairs if width == 8 else cells)(end)


def domain(tree, start, order, rights, **more):
    """The harts' domain, whose S-mode has only `rights` (1 R, 2 W, 4 X) to 2^order bytes there."""
    chosen = tree.root.find("chosen")
    top = chosen.add("opensbi-domains", compatible=b"opensbi,domain,config\0")
    top.add("closed", compatible=b"opensbi,domain,memregion\0", base=pairs(start), order=cells(order), phandle=cells(0x7001))
    top.add("all", compatible=b"opensbi,domain,memregion\0", base=pairs(0), order=cells(64), phandle=cells(0x7002))
    boot = tree.root.find("cpus/cpu@0").props["phandle"]
    top.add("mine", compatible=b"opensbi,domain,instance\0", phandle=cells(0x7003), regions=cells(0x7001, rights << 3, 0x7002, 0x3F),
            possible_harts=b"".join(n.props["phandle"] for n in tree.root.find("cpus").nodes if n.name.startswith("cpu@")),
            boot_hart=boot, system_reset_allowed=b"", system_suspend_allowed=b"", **more)
    for n in tree.root.find("cpus").nodes:
        if n.name.startswith("cpu@"):
            n.props["opensbi-domain"] = cells(0x7003)


def case_memory_ends_in_pool(t, p):
    memory(t, RAM, p.pool + PAGE - RAM)
    return p.line("pool", "outside-memory", "memory", RAM, p.pool + PAGE - RAM)


def case_memory_ends_in_image(t, p):
    memory(t, RAM, p.image + PAGE - RAM)
    return p.line("image", "outside-memory", "memory", RAM, p.image + PAGE - RAM)


def case_memory_elsewhere(t, p):
    memory(t, 0x100000000, 1 << 30)
    return p.line("image", "outside-memory", "memory", 0, 0)


def case_memory_begins_in_image(t, p):
    memory(t, p.pool, 64 << 20)
    return p.line("image", "outside-memory", "memory", 0, 0)


def case_memory_none(t, p):
    t.root.nodes.remove(t.root.find("memory"))
    return p.line("image", "outside-memory", "memory", 0, 0)


def case_memory_gap_in_pool(t, p):
    memory(t, RAM, p.pool + PAGE - RAM, p.pool + 2 * PAGE, 128 << 20)
    return p.line("pool", "outside-memory", "memory", RAM, p.pool + PAGE - RAM)


def case_memory_in_pieces(t, p):
    memory(t, p.pool + PAGE, 128 << 20, RAM, p.image + PAGE - RAM, p.image + PAGE, p.pool - p.image)
    return BOOTS


def case_memory_and_none(t, p):
    memory(t, 0, 0, RAM, 256 << 20, p.pool, 0)
    return BOOTS


def case_memory_wraps(t, p):
    memory(t, RAM, 256 << 20, 1 << 63, (1 << 64) - 1)
    return BOOTS


def case_memory_is_wrong_node(t, p):
    t.root.find("memory").props["status"] = b"disabled\0"
    return p.line("image", "outside-memory", "memory", 0, 0)


def case_reserved_in_pool(t, p):
    reserve(t, p.pool + 8 * PAGE, PAGE)
    return p.line("pool", "in-reserved-memory", "reserved", p.pool + 8 * PAGE, PAGE)


def case_reserved_no_map(t, p):
    reserve(t, p.end - 1, 2, no_map=b"")
    return p.line("pool", "in-reserved-memory", "reserved", p.end - 1, 2)


def case_reserved_over_all(t, p):
    reserve(t, RAM, 128 << 20)
    return p.line("image", "in-reserved-memory", "reserved", RAM, 128 << 20)


def case_reserved_in_image(t, p):
    reserve(t, p.image - PAGE, PAGE + 1)
    return p.line("image", "in-reserved-memory", "reserved", p.image - PAGE, PAGE + 1)


def case_reserved_beside(t, p):
    reserve(t, p.image - PAGE, PAGE)
    reserve(t, p.end, PAGE)
    reserve(t, p.pool, 0)
    t.root.find("reserved-memory").add("anywhere", size=pairs(1 << 20))
    return BOOTS


def case_memreserve_in_pool(t, p):
    t.reserved.append((p.pool, 1))
    return p.line("pool", "in-reserved-memory", "reserved", p.pool, 1)


def case_memreserve_in_image(t, p):
    t.reserved += [(RAM + (64 << 20), PAGE), (p.pool - 8, 8)]
    return p.line("image", "in-reserved-memory", "reserved", p.pool - 8, 8)


def case_memreserve_beside(t, p):
    t.reserved += [(p.image - 8, 8), (p.end, 8), (p.pool, 0)]
    return BOOTS


def case_initrd_in_pool(t, p):
    initrd(t, p.end - 4, p.end + PAGE, 8)
    return p.line("pool", "over-initrd", "initrd", p.end - 4, PAGE + 4)


def case_initrd_in_image(t, p):
    initrd(t, p.image - 8, p.image + 1, 4)
    return p.line("image", "over-initrd", "initrd", p.image - 8, 9)


def case_initrd_beside(t, p):
    initrd(t, p.end, p.end + PAGE, 4)
    return BOOTS


def case_initrd_backwards(t, p):
    initrd(t, p.end, p.pool, 8)
    return BOOTS


def case_tree_too_large(t, p):
    t.root.props["filler"] = bytes(2 << 20)
    return "reason=device-tree-malformed"


def case_domain_pool(t, p):
    """The firmware says so in the tree."""
    domain(t, p.pool + 16 * PAGE & -16 * PAGE, 16, 0)
    at = p.pool + 16 * PAGE & -16 * PAGE
    return p.line("pool", "in-reserved-memory", "reserved", at, 16 * PAGE)


def case_domain_pool_read_only(t, p):
    """The firmware does not."""
    at = p.end - 1 & -PAGE
    domain(t, at, 12, 1)
    return p.line("pool", "inaccessible", "page", at, PAGE)


def case_domain_pool_execute_only(t, p):
    domain(t, p.pool, 12, 4)
    return p.line("pool", "inaccessible", "page", p.pool, PAGE)


def case_domain_guest_file(t, p):
    domain(t, p.pool - PAGE, 12, 4)
    return p.line("image", "inaccessible", "page", p.pool - PAGE, PAGE)


def case_domain_bss(t, p):
    """Before there is anything to say it with."""
    domain(t, bss_page(p), 12, 1)
    return "reason=image-inaccessible$"


def tree_at(t, p, address):
    """The image is started with another a1."""
    domain(t, p.end + (64 << 20), 12, 7, next_arg1=pairs(address), next_addr=pairs(p.image), next_mode=cells(1))


def case_tree_in_firmware(t, p):
    tree_at(t, p, RAM)
    return "reason=device-tree-inaccessible"


def case_tree_nowhere(t, p):
    tree_at(t, p, 0)
    return "reason=device-tree-inaccessible"


def case_tree_beyond(t, p):
    tree_at(t, p, 1 << 63)
    return "reason=device-tree-inaccessible"


def case_tree_behind_ram(t, p):
    tree_at(t, p, 1 << 55)
    return "reason=device-tree-inaccessible"


def case_tree_odd(t, p):
    tree_at(t, p, p.end + 4)
    return "reason=device-tree-inaccessible"


def case_tree_is_none(t, p):
    tree_at(t, p, p.end + (1 << 20))
    return "reason=device-tree-malformed"


def case_tree_in_device(t, p):
    """The test device reads as 0."""
    tree_at(t, p, 0x100000)
    return "reason=device-tree-(malformed|inaccessible)"


def bss_page(p):
    """_hyp_end - 1, by the image's ELF."""
    end, _ = elf_file.symbols(os.environ["IMAGE_ELF"])["_hyp_end"]
    return p.image + (end & 0x3FFFFFFF) - PAGE


def judge(machine, want):
    machine.reject("fault in HS-mode|panic")
    if want is BOOTS:
        machine.reject("refused")
        machine.expect(r"^hyp: vm=left .*state=started\n")
        machine.expect(r"^\[left\] beat 1 ")
        return
    machine.expect(r"^hyp: machine=refused " + want)
    machine.wait(0 if want.endswith("$") else 1)
    lines = re.findall(r"^hyp: .*$", machine.log, re.M)
    if len(lines) != 1:
        raise qemu_test.Failure("more than one line: %s" % lines)


def run_tree_in_pool(command, timeout, place):
    """QEMU puts the tree near the end of RAM; the image is loaded closely below."""
    tree = RAM + (256 << 20) - (2 << 20)
    moved = Layout(place.path, tree - len(place.bytes) - 3 * PAGE)
    path = os.path.join(os.environ["TEST_TMPDIR"], "image.elf")
    with open(path, "wb") as f:
        f.write(qemu_test.elf(moved.bytes, moved.image))
    with qemu_test.Machine(command + ["--mem", "256M", "--", "-kernel", path], timeout) as machine:
        judge(machine, moved.line("pool", "over-device-tree", "device-tree", tree, r"0x[0-9a-f]{4}\n"))


def run_case(name, command, timeout, blob, place):
    tree = Tree(blob)
    want = globals()["case_" + name](tree, place)
    with qemu_test.Machine(command + ["--"] + qemu_test.tree_options(tree.blob()), timeout) as machine:
        try:
            judge(machine, want)
            print("ok %s: %s" % (name, (re.findall(r"reason=.*", machine.log) or ["boots"])[0]), flush=True)
        except qemu_test.Failure as e:
            print(machine.log)
            raise qemu_test.Failure("%s: %s" % (name, e))


def body(plan, command):
    line = subprocess.check_output(command + ["--print"], text=True).splitlines()
    place = Layout(line[line.index("-kernel") + 1])
    blob = qemu_test.own_tree(command)
    for step in plan["steps"]:
        if step.startswith("elf:"):
            os.environ["IMAGE_ELF"] = os.path.abspath(step[4:])
        elif step == "tree_in_pool":
            run_tree_in_pool(command, plan["timeout"], place)
        else:
            run_case(step, command, plan["timeout"], blob, place)


if __name__ == "__main__":
    sys.exit(qemu_test.main(body))
