#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The steps with the machine's device tree in a flash that nobody can erase by storing to it.

What QEMU starts is a page that puts the flash's address into a1 and goes on to the image behind it.
"""
import os
import struct
import subprocess
import sys

import qemu_test

PAGE, START = 4096, 0x80200000
FLASH, FLASH_SIZE = 0x22000000, 32 << 20  # the second of QEMU's virt
# lui a1, FLASH >> 12; auipc t0, 1; jr -4(t0)
STUB = struct.pack("<III", FLASH | 0x5B7, 0x1297, 0xFFC28067)


def main():
    plan, command = qemu_test.load()
    folder = os.environ["TEST_TMPDIR"]
    line = subprocess.check_output(command + ["--print"], text=True).splitlines()
    flash, elf = (os.path.join(folder, name) for name in ("flash.bin", "image.elf"))
    with open(line[line.index("-kernel") + 1], "rb") as f, open(elf, "wb") as out:
        out.write(qemu_test.elf(STUB.ljust(PAGE, b"\0") + f.read(), START))
    drive = ["-drive", "if=pflash,unit=1,format=raw,file=" + flash]
    with open(flash, "wb") as f:
        f.truncate(FLASH_SIZE)
    tree = qemu_test.own_tree(command + ["--"] + drive)
    with open(flash, "r+b") as out:
        out.write(tree)
    qemu_test.add_qemu(plan, ["-kernel", elf] + drive)
    return qemu_test.run(plan=plan)


if __name__ == "__main__":
    sys.exit(main())
