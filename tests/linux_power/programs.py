#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""programs.py OUT ROOT PROGRAM...: programs of the archive ROOT (tar) with the libraries that they need.

A file that says why there is no ROOT is copied.
"""
import posixpath
import struct
import sys
import tarfile

UNAVAILABLE = b"#!unavailable\n"
FOLDERS = ["usr/lib", "usr/lib/riscv64-linux-gnu"]  # of libraries
PT_LOAD, PT_DYNAMIC, PT_INTERP = 1, 2, 3
DT_NEEDED, DT_STRTAB = 1, 5


def text_at(elf, at):
    return elf[at : elf.index(b"\0", at)].decode()


def libraries(elf):
    """Names of the libraries and of the interpreter that an ELF file of 64 bits asks for (System V ABI, chapter 5)."""
    start, size, count = struct.unpack_from("<Q", elf, 32)[0], *struct.unpack_from("<HH", elf, 54)
    heads = [struct.unpack_from("<IIQQQQ", elf, start + i * size) for i in range(count)]
    out = [posixpath.basename(text_at(elf, h[2])) for h in heads if h[0] == PT_INTERP]
    for _, _, offset, _, _, length in [h for h in heads if h[0] == PT_DYNAMIC]:
        entries = list(struct.iter_unpack("<QQ", elf[offset : offset + length]))
        table = dict(entries)[DT_STRTAB]
        text = next(h[2] + table - h[3] for h in heads if h[0] == PT_LOAD and h[3] <= table < h[3] + h[5])
        out += [text_at(elf, text + value) for tag, value in entries if tag == DT_NEEDED]
    return out


class Archive:
    def __init__(self, path):
        self.tar = tarfile.open(path)
        self.members = {posixpath.normpath(m.name): m for m in self.tar}
        self.taken = {}

    def take(self, name):
        """Takes a member, what a link points to, and the libraries of a program."""
        if name in self.taken:
            return
        member = self.taken[name] = self.members[name]
        if member.issym():
            self.take(posixpath.normpath(posixpath.join(posixpath.dirname(name), member.linkname)).lstrip("/"))
        elif member.isreg():
            elf = self.tar.extractfile(member).read()
            for library in libraries(elf) if elf.startswith(b"\x7fELF") else []:
                self.take(next(n for n in (posixpath.join(f, library) for f in FOLDERS) if n in self.members))

    def write(self, path):
        folders = {posixpath.dirname(name) for name in self.taken}
        folders |= {posixpath.dirname(f) for f in folders}
        with tarfile.open(path, "w") as out:
            for name in sorted(folders - {"", "usr"}):
                out.addfile(self.members[name])
            for name, member in sorted(self.taken.items()):
                out.addfile(member, self.tar.extractfile(member) if member.isreg() else None)


def main():
    out, root = sys.argv[1:3]
    with open(root, "rb") as f:
        head = f.read(4096)
    if head.startswith(UNAVAILABLE):
        with open(out, "wb") as f:
            f.write(head)
        return
    archive = Archive(root)
    for name in sys.argv[3:]:
        archive.take(name)
    archive.write(out)


if __name__ == "__main__":
    main()
