#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A VM's files, as their sizes on the command line or a boot image's header say: `case:NAME` is one of CASES.

`header:magic=RSC text_offset=N image_size=N flags=N` makes a kernel that begins with such a header, whose magic number is
that and a byte 5, and that shuts its VM down. `append:WORDS` are on the command line.
"""
import os
import struct
import sys

import qemu_test

MASK = (1 << 64) - 1
JUMP = 0x0400006F  # j 64
# li a7, 0x53525354 (SRST); li a6, 0; li a0, 0; li a1, 0; ecall
SHUTDOWN = struct.pack("<6I", 0x535258B7, 0x35488893, 0x00000813, 0x00000513, 0x00000593, 0x00000073)

KERNEL = "guest.kernel-size=0x10000 "
REFUSED = r"expect:^hyp: vm=guest state=refused\n"

# The guest's tree has the initrd's size, and memory behind a file is cleared. (initrd's size on the command line, line of the guest)
GOOD = {
    "files_told_most": ("65536", "initrd 65536, 5003 bytes of it"),
    "files_told_hex": ("0xffF", "initrd 4095, 4095 bytes of it"),
    "files_told_zero": ("0", "no initrd, 0 bytes of it"),
}

# A file cannot have such a size: the VM does not run. (command line, file, size in the message, its max_size)
BAD = {
    "files_bad_initrd": (KERNEL + "guest.initrd-size=65537", "initrd", "65537", 65536),
    "files_bad_initrd_hex": (KERNEL + "guest.initrd-size=0xffffffffffffffff", "initrd", "0xffffffffffffffff", 65536),
    "files_bad_initrd_long": (KERNEL + "guest.initrd-size=99999999999999999999", "initrd", "99999999999999999999", 65536),
    "files_bad_initrd_minus": (KERNEL + "guest.initrd-size=-1", "initrd", "-1", 65536),
    "files_bad_initrd_nothing": (KERNEL + "guest.initrd-size=", "initrd", "", 65536),
    "files_bad_initrd_unit": (KERNEL + "guest.initrd-size=5K", "initrd", "5K", 65536),
    "files_bad_kernel": ("guest.kernel-size=0x100001", "kernel", "0x100001", 1048576),
    "files_bad_kernel_text": ('guest.kernel-size=" 4096"', "kernel", " 4096", 1048576),
    "files_bad_kernel_zero": ("guest.kernel-size=0", "kernel", "0", 1048576),
}

# A kernel that is a Linux boot image is as its header says. The first one ends where the initrd begins.
GOOD_HEADERS = {
    "kernel_image_fits": "magic=RSC text_offset=0x200000 image_size=0x200000 flags=0",
    "kernel_image_flat": "magic=xxx text_offset=1 image_size=-1 flags=1",
    "kernel_image_old": "magic=RSC text_offset=0 image_size=0 flags=0",
}

# (text_offset, image_size, flags, and all three in the message, behind the rule)
BAD_HEADERS = {
    "kernel_image_endian": ("0x200000", "0x1000", "1", ("ENDIAN", "200000", "1000", "1")),
    "kernel_image_offset": ("0x100000", "0x1000", "0", ("OFFSET", "100000", "1000", "0")),
    "kernel_image_offset_absurd": ("-1", "-1", "2", ("OFFSET", "f" * 16, "f" * 16, "2")),
    "kernel_image_size": ("0x200000", "0x200001", "0", ("SIZE", "200000", "200001", "0")),
    "kernel_image_size_absurd": ("0x200000", "-1", "0", ("SIZE", "200000", "f" * 16, "0")),
}


def good(initrd, says):
    return [
        "append:%sguest.initrd-size=%s" % (KERNEL, initrd),
        "reject:FAIL|E-BLOB|size=unknown",
        r"expect:^\[guest\] %s\n" % says,
        qemu_test.stopped(),
    ]


def bad(words, name, size, most):
    return [
        "status:1",
        "append:" + words,
        r"reject:^\[guest\]|^hyp: panic",
        r"expect:^hyp: config E-BLOB-SIZE: %s-size of vm guest is %s, its max_size is %d\n" % (name, size, most),
        REFUSED,
    ]


def good_header(header):
    return ["header:" + header, "reject:E-KERNEL|^hyp: panic", qemu_test.stopped()]


def bad_header(offset, size, flags, says):
    return [
        "status:1",
        "header:magic=RSC text_offset=%s image_size=%s flags=%s" % (offset, size, flags),
        "reject:stopped: shutdown|^hyp: panic",
        r"expect:^hyp: config E-KERNEL-%s: kernel of vm guest at 0x80200000: "
        r"text_offset 0x%s, image_size 0x%s, flags 0x%s, room 0x200000\n" % says,
        REFUSED,
    ]


CASES = {
    **{name: good(*row) for name, row in GOOD.items()},
    **{name: bad(*row) for name, row in BAD.items()},
    **{name: good_header(row) for name, row in GOOD_HEADERS.items()},
    **{name: bad_header(*row) for name, row in BAD_HEADERS.items()},
}


def kernel(words):
    fields = [int(words[name], 0) & MASK for name in ("text_offset", "image_size", "flags")]
    header = struct.pack("<II3QIIQQ", JUMP, 0, *fields, 2, 0, 0, int.from_bytes(b"RISCV", "little"))
    return header + words["magic"].encode() + b"\x05" + bytes(4) + SHUTDOWN


def main():
    plan, _ = qemu_test.load()
    qemu_test.expand(plan, CASES)
    for kind, text in qemu_test.take(plan, ["header", "append"]):
        if kind == "append":
            qemu_test.add_qemu(plan, ["-append", text])
            continue
        path = os.path.join(os.environ["TEST_TMPDIR"], "Image")
        with open(path, "wb") as f:
            f.write(kernel(dict(word.split("=") for word in text.split())))
        plan["args"] += ["--kernel", path]
    return qemu_test.run(plan=plan)


if __name__ == "__main__":
    sys.exit(main())
