#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""libhyp loaded and started by U-Boot, under OpenSBI.

Steps: uboot:FILE; then cases: in_place and moved (bootm of a legacy image), fit, go (whose a1 is no device
tree), again (in place, in RAM that an earlier life has written to, without loading it again).
"""
import os
import re
import struct
import subprocess
import sys
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import fdt
import qemu_test
from monitor import Monitor
from reset import live, stop_in_hs

FILE, RUN, HEADER = 0x88000000, 0x84001000, 64
OS_LINUX, ARCH_RISCV, TYPE_KERNEL = 5, 26, 2


def legacy(body, load):
    """A uImage: header and body; the entry is the body's first byte."""

    def head(crc):
        return struct.pack(">7I4B32s", 0x27051956, crc, 0, len(body), load, load, zlib.crc32(body), OS_LINUX, ARCH_RISCV, TYPE_KERNEL, 0, b"libhyp")

    return head(zlib.crc32(head(0))) + body


def fit(body, load):
    tree = fdt.Tree.empty()
    tree.root.props.update({"description": b"libhyp\0", "#address-cells": fdt.cells(1)})
    tree.root.add("images").add("kernel", description=b"libhyp\0", data=body, type=b"kernel\0", arch=b"riscv\0", os=b"linux\0",
                                compression=b"none\0", load=fdt.cells(load), entry=fdt.cells(load))
    conf = tree.root.add("configurations", default=b"conf\0")
    conf.add("conf", description=b"libhyp\0", kernel=b"kernel\0")
    return tree.blob()


def prompt(machine, commands):
    machine.expect(r"Hit any key to stop autoboot")
    machine.send(" ")
    for text in commands:
        machine.expect(r"=> ")
        machine.send(text + "\r")


def case(name, body):
    """(file, where it is loaded, U-Boot's commands)"""
    tree = " - ${fdtcontroladdr}"
    if name == "in_place":
        return legacy(body, RUN), RUN - HEADER, ["bootm %x" % (RUN - HEADER) + tree]
    if name == "moved":
        return legacy(body, RUN), FILE, ["bootm %x" % FILE + tree]
    if name == "fit":
        return fit(body, RUN), FILE, ["bootm %x" % FILE + tree]
    if name == "go":
        return body, RUN, ["go %x" % RUN]
    file = legacy(body, RUN)
    copy = "cp.b %x %x %x" % (FILE, RUN - HEADER, len(file))
    return file, FILE, [copy, "bootm %x" % (RUN - HEADER) + tree]


def again(machine, monitor):
    """U-Boot compares no check sum: what the image has written to itself is there."""
    for turn in range(2):
        stop_in_hs(machine, monitor)
        monitor.ask("system_reset")
        monitor.ask("cont")
        prompt(machine, ["setenv verify n", "bootm %x - ${fdtcontroladdr}" % (RUN - HEADER)])
        live(machine, "beat 2 ")
        print("ok again, life %d" % (turn + 2), flush=True)


def run_case(name, line, timeout, body):
    file, at, commands = case(name, body)
    path = os.path.join(os.environ["TEST_TMPDIR"], name)
    with open(path, "wb") as f:
        f.write(file)
    monitor = Monitor()
    load = ["-device", "loader,file=%s,addr=%#x,force-raw=on" % (path, at), "-action", "reboot=reset"]
    with qemu_test.Machine(line + load + monitor.options, timeout) as machine:
        try:
            machine.reject("panic|in HS-mode|stopped|FAIL")
            prompt(machine, commands)
            if name == "go":
                machine.expect(r"^hyp: machine=refused reason=device-tree-(malformed|inaccessible)\n")
                machine.wait(1)
                return
            live(machine, "beat 2 ")
            load = re.search(r"^hyp: sstc=.* load=0x([0-9a-f]+)$", machine.log, re.M).group(1)
            if int(load, 16) != RUN:
                raise qemu_test.Failure("it runs at 0x%s" % load)
            if name == "again":
                again(machine, monitor)
        except qemu_test.Failure:
            print(machine.log)
            raise


def body(plan, command):
    steps = plan["steps"]
    line = subprocess.check_output(command + ["--print"], text=True).splitlines()
    at = line.index("-kernel") + 1
    with open(line[at], "rb") as f:
        image = f.read()
    line[at] = os.path.abspath(steps[0].split(":")[1])
    for name in steps[1:]:
        run_case(name, line, plan["timeout"], image)
        print("ok %s" % name, flush=True)


if __name__ == "__main__":
    sys.exit(qemu_test.main(body))
