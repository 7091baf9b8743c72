#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""unpack_image.py VMLINUZ OUT: the plain riscv64 Image in a plain, gzip or EFI zboot file."""
import gzip
import lzma
import shutil
import struct
import subprocess
import sys


def unpack(data):
    if data[:2] == b"\x1f\x8b":
        return unpack(gzip.decompress(data))
    if data[:2] == b"MZ" and data[4:8] == b"zimg":
        start, size = struct.unpack_from("<II", data, 8)
        kind = data[24:56].split(b"\0")[0].decode()
        payload = data[start : start + size]
        if kind == "gzip":
            return unpack(gzip.decompress(payload))
        if kind in ("xzkern", "lzma"):
            return unpack(lzma.decompress(payload))
        if kind == "zstd" and shutil.which("zstd"):
            return unpack(subprocess.run(["zstd", "-dc"], input=payload, stdout=subprocess.PIPE, check=True).stdout)
        raise SystemExit("unpack_image: cannot unpack an EFI zboot payload of kind " + kind)
    if data[0x30:0x35] != b"RISCV" or data[0x38:0x3C] != b"RSC\x05":
        raise SystemExit("unpack_image: no riscv64 Linux Image")
    return data


def main():
    source, out = sys.argv[1:]
    with open(source, "rb") as f:
        data = unpack(f.read())
    with open(out, "wb") as f:
        f.write(data)


if __name__ == "__main__":
    main()
