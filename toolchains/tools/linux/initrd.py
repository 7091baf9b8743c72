#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""initrd.py OUT BUSYBOX INIT: writes an initrd (cpio newc, gzip); same input, same bytes.

initrd.py --add OUT INITRD NAME=FILE...: the same and these files, in a second archive behind the first.

initrd.py --new OUT NAME=FILE...: these files, and the folders and device that Linux needs to start /init.

initrd.py --root OUT ROOT INIT BUSYBOX TAR...: what the archives ROOT and TAR... have (tar), INIT, and BUSYBOX for what they lack.

Each file of NAME=FILE is executable, and the folders above it are made, if they are not there.
"""
import gzip
import io
import stat
import sys
import tarfile

UNAVAILABLE = b"#!unavailable\n"
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


def folder(name):
    return (name, stat.S_IFDIR | 0o755, b"", (0, 0))


def program(name, data):
    return (name, stat.S_IFREG | 0o755, data, (0, 0))


def link(name, target):
    return (name, stat.S_IFLNK | 0o777, target.encode(), (0, 0))


# the kernel opens it for /init before anything is mounted
CONSOLE = ("dev/console", stat.S_IFCHR | 0o600, b"", (5, 1))


def archive(busybox, init):
    return packed([folder(d) for d in FOLDERS] + [program("bin/busybox", busybox), CONSOLE, program("init", init)])


def unpacked(tar):
    """Members of a tar archive. A hard link becomes a symbolic one; owner and time are dropped."""
    out = []
    with tarfile.open(fileobj=io.BytesIO(tar)) as t:
        for m in t:
            name = m.name[2:] if m.name.startswith("./") else m.name
            if m.isdir() and name != ".":
                out.append(folder(name))
            elif m.islnk():
                out.append(link(name, "/" + m.linkname.split("./", 1)[-1]))
            elif m.issym():
                out.append(link(name, m.linkname))
            elif m.isreg():
                out.append((name, stat.S_IFREG | m.mode, t.extractfile(m).read(), (0, 0)))
    return out


def root(tar, init, busybox, more):
    """All below /usr, with links to it; a folder that two archives have is there once."""
    members = [folder(d) for d in FOLDERS[1:] + ["root", "run", "var", "usr", "usr/bin", "usr/lib", "usr/sbin"]]
    members += [link(d, "usr/" + d) for d in ["bin", "lib", "sbin"]]
    members += [program("usr/bin/busybox", busybox), CONSOLE, program("init", init)]
    names = {m[0] for m in members}
    for archive in [tar] + more:
        members += [m for m in unpacked(archive) if m[0] not in names]
        names = {m[0] for m in members}
    return packed(members)


def names_in(archives):
    """Names in an initrd of newc archives behind each other, packed by gzip or not; none in other initrds."""
    data = gzip.decompress(archives) if archives.startswith(b"\x1f\x8b") else archives
    out = set()
    at = data.find(b"070701")
    while at >= 0 and data[at : at + 6] == b"070701":
        size, length = int(data[at + 54 : at + 62], 16), int(data[at + 94 : at + 102], 16)
        name = data[at + 110 : at + 109 + length].decode()
        start = at + 110 + length + -(110 + length) % 4
        at = start + size + -size % 4
        if name == "TRAILER!!!":
            at = data.find(b"070701", at)
        out.add(name)
    return out


def tree(files, folders=(), there=()):
    """An archive of programs, {name: bytes}, behind `folders` and the folders that they are in, but for those that are there.

    A folder would take the place of a link of its name: /bin, where all is below /usr.
    """
    above = {"/".join(name.split("/")[: i + 1]) for name in files for i in range(name.count("/"))}
    members = [folder(d) for d in sorted((above | set(folders)) - set(there))] + ([CONSOLE] if folders else [])
    return packed(members + [program(name, files[name]) for name in sorted(files)])


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
        base = read(first)
        write(out, base, tree(named(sys.argv[4:]), there=names_in(base)))
    elif sys.argv[1] == "--new":
        write(sys.argv[2], b"", tree(named(sys.argv[3:]), FOLDERS))
    elif sys.argv[1] == "--root":
        tar, init, busybox, *more = [read(path) for path in sys.argv[3:]]
        missing = [data for data in [tar, busybox] + more if data.startswith(UNAVAILABLE)]
        if missing:
            with open(sys.argv[2], "wb") as f:
                f.write(missing[0])
        else:
            write(sys.argv[2], b"", root(tar, init, busybox, more))
    else:
        out, busybox, init = sys.argv[1:]
        write(out, b"", archive(read(busybox), read(init)))


if __name__ == "__main__":
    main()
