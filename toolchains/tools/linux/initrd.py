#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""initrd.py OUT BUSYBOX INIT: writes an initrd (cpio newc, gzip); same input, same bytes.

initrd.py --add OUT INITRD NAME=FILE...: the same and these files, in a second archive behind the first.

initrd.py --new OUT NAME=FILE...: these files, and the folders and device that Linux needs to start /init.

Each file of NAME=FILE is executable, and the folders above it are made.
"""
import gzip
import stat
import sys

FOLDERS = ["bin", "dev", "proc", "sys", "tmp"]


def entry(ino, name, mode, data=b"", rdev=(0, 0)):
    """One member: header of 13 hexadecimal fields, name, data, each padded to 4 bytes."""
    raw = name.encode() + b"\0"
    fields = [ino, mode, 0, 0, 1, 0, len(data), 0, 0, rdev[0], rdev[1], len(raw), 0]
    head = b"070701" + b"".join(b"%08X" % f for f in fields) + raw
    return head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4)


def packed(members):
    out = b"".join(entry(i + 1, *m) for i, m in enumerate(members)) + entry(0, "TRAILER!!!", 0)
    return out + b"\0" * (-len(out) % 512)


def archive(busybox, init):
    members = [(d, stat.S_IFDIR | 0o755, b"", (0, 0)) for d in FOLDERS]
    members += [
        ("bin/busybox", stat.S_IFREG | 0o755, busybox, (0, 0)),
        # the kernel opens it for /init before anything is mounted
        ("dev/console", stat.S_IFCHR | 0o600, b"", (5, 1)),
        ("init", stat.S_IFREG | 0o755, init, (0, 0)),
    ]
    return packed(members)


def tree(files, folders=()):
    """An archive of programs, {name: bytes}, behind the folders that they are in and `folders`."""
    above = {"/".join(name.split("/")[: i + 1]) for name in files for i in range(name.count("/"))}
    members = [(d, stat.S_IFDIR | 0o755, b"", (0, 0)) for d in sorted(above | set(folders))]
    # the kernel opens it for /init before anything is mounted
    members += [("dev/console", stat.S_IFCHR | 0o600, b"", (5, 1))] if folders else []
    return packed(members + [(name, stat.S_IFREG | 0o755, files[name], (0, 0)) for name in sorted(files)])


def named(args):
    """{NAME: bytes} of NAME=FILE."""
    return {name: read(path) for name, path in (arg.split("=", 1) for arg in args)}


def read(path):
    with open(path, "rb") as f:
        return f.read()


def write(out, first, data):
    with open(out, "wb") as f:
        f.write(first)
        with gzip.GzipFile(filename="", fileobj=f, mode="wb", compresslevel=6, mtime=0) as z:
            z.write(data)


def main():
    if sys.argv[1] == "--add":
        out, first = sys.argv[2:4]
        write(out, read(first), tree(named(sys.argv[4:])))
    elif sys.argv[1] == "--new":
        write(sys.argv[2], b"", tree(named(sys.argv[3:]), FOLDERS))
    else:
        out, busybox, init = sys.argv[1:]
        write(out, b"", archive(read(busybox), read(init)))


if __name__ == "__main__":
    main()
