#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Programs of Debian have the same results in a VM as on the machine itself.

Both boot the same kernel and initrd, on the same machine; userland.sh in the initrd runs the programs and prints
`NAME: RESULT` for each. A step native:FILE names the machine's own results, which this writes, too:
userland.py --native OUT KERNEL INITRD run_image.py OPTIONS
"""
import os
import re
import sys
import tempfile

import qemu_test

RESULT = r"^(?:\[linux\] )?(\w+): (.*)\n"
UNAVAILABLE = b"#!unavailable\n"
NATIVE_S = 1500
TEXT = b"libhyp\n"


def devices(folder):
    """QEMU's options for the three devices of the VM; the disk's first half is text."""
    disk = os.path.join(folder, "disk")
    with open(disk, "wb") as f:
        f.write((TEXT * 80000)[: 512 * 1024].ljust(1024 * 1024, b"\0"))
    drive = "file=%s,format=raw,if=none,id=disk" % disk.replace(",", ",,")
    return [
        *("-global", "virtio-mmio.force-legacy=false", "-drive", drive),
        *("-device", "virtio-blk-device,drive=disk,bus=virtio-mmio-bus.0"),
        *("-device", "virtio-rng-device,bus=virtio-mmio-bus.1"),
        *("-netdev", "user,id=net,restrict=on", "-device", "virtio-net-device,netdev=net,bus=virtio-mmio-bus.2"),
    ]


def results(machine):
    """{name: result} of the programs."""
    machine.reject("Kernel panic|^hyp: panic|Initramfs unpacking failed|userland: not found")
    machine.expect("/ # ")
    machine.send("userland\n")
    out = {}
    while True:
        name, text = machine.expect(RESULT).groups()
        if name == "end":
            break
        if name != "hyp":
            out[name] = text
    if text != "%d programs" % len(out):
        raise qemu_test.Failure("%d results were read, but: %s" % (len(out), text))
    machine.send("poweroff -f\n")
    machine.wait(0)
    return out


def failed(found):
    return ["%s: %s" % item for item in found.items() if item[1].startswith("FAIL")]


def write_native(out, kernel, initrd, launcher):
    for path in (kernel, initrd):
        with open(path, "rb") as f:
            if f.read(len(UNAVAILABLE)) == UNAVAILABLE:
                raise qemu_test.Failure(f.read().decode())
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable] + launcher + ["--image", kernel, "--smp", "2", "--mem", "768M", "--"] + devices(folder)
        with qemu_test.Machine(command + ["-initrd", initrd, "-append", "console=ttyS0"], NATIVE_S) as machine:
            found = results(machine)
    if failed(found):
        raise qemu_test.Failure("these fail without a hypervisor:\n" + "\n".join(failed(found)))
    with open(out, "w") as f:
        f.writelines("%s: %s\n" % item for item in found.items())


def body(plan, command):
    given = dict(qemu_test.take(plan, ["native"]))
    with open(given["native"]) as f:
        expected = dict(re.findall(RESULT, f.read(), re.M))
    qemu_test.add_qemu(plan, devices(os.environ["TEST_TMPDIR"]))
    with qemu_test.Machine(qemu_test.command_of(plan), plan["timeout"]) as machine:
        for text in plan["steps"]:
            qemu_test.step(machine, text, plan)
        found = results(machine)
    bad = ["%s: natively: %s\n%s: in a VM:  %s" % (n, expected.get(n), n, found.get(n)) for n in sorted({*expected, *found}) if expected.get(n) != found.get(n)]
    print("\n".join("%s: %s" % item for item in found.items()))
    if bad or not found:
        raise qemu_test.Failure("results differ:\n" + "\n".join(bad))


if __name__ == "__main__":
    if sys.argv[1] == "--native":
        try:
            write_native(*sys.argv[2:5], sys.argv[5:])
        except qemu_test.Failure as e:
            sys.exit("%s\nuserland: %s" % (e.tail, e))
    else:
        sys.exit(qemu_test.main(body))
