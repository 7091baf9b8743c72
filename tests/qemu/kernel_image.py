#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The steps with a kernel that begins with a boot image header, as the first step says, and shuts its VM down.

`header:magic=RSC text_offset=N image_size=N flags=N`. The magic number is that and a byte 5.
"""
import os
import struct
import sys

import qemu_test

MASK = (1 << 64) - 1
JUMP = 0x0400006F  # j 64
# li a7, 0x53525354 (SRST); li a6, 0; li a0, 0; li a1, 0; ecall
SHUTDOWN = struct.pack("<6I", 0x535258B7, 0x35488893, 0x00000813, 0x00000513, 0x00000593, 0x00000073)


def kernel(words):
    fields = [int(words[name], 0) & MASK for name in ("text_offset", "image_size", "flags")]
    header = struct.pack("<II3QIIQQ", JUMP, 0, *fields, 2, 0, 0, int.from_bytes(b"RISCV", "little"))
    return header + words["magic"].encode() + b"\x05" + bytes(4) + SHUTDOWN


def main():
    plan, command = qemu_test.load()
    step = plan["steps"].pop(0)
    assert step.startswith("header:"), step
    words = dict(word.split("=") for word in step[len("header:") :].split())
    path = os.path.join(os.environ["TEST_TMPDIR"], "Image")
    with open(path, "wb") as f:
        f.write(kernel(words))
    plan["args"] += ["--kernel", path]
    qemu_test.load = lambda: (plan, [command[0]] + plan["args"])
    return qemu_test.run()


if __name__ == "__main__":
    sys.exit(main())
