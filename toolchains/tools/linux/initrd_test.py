#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The archive has the members it should, byte for byte as the newc format says; Images unpack."""
import gzip
import io
import os
import struct
import sys
import tarfile
import unittest

HERE = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "toolchains/tools/linux")
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)
import initrd  # noqa: E402
import unpack_image  # noqa: E402


def members(data):
    pos, out = 0, {}
    while True:
        assert data[pos : pos + 6] == b"070701", pos
        f = [int(data[pos + 6 + 8 * i : pos + 14 + 8 * i], 16) for i in range(13)]
        name = data[pos + 110 : pos + 110 + f[11] - 1].decode()
        start = pos + 110 + f[11] + -(110 + f[11]) % 4
        if name == "TRAILER!!!":
            return out
        out[name] = (f[1], data[start : start + f[6]], (f[9], f[10]))
        pos = start + f[6] + -f[6] % 4


class Initrd(unittest.TestCase):
    def test_members(self):
        data = initrd.archive(b"abcde", b"#!x\n")
        self.assertEqual(len(data) % 512, 0)
        m = members(data)
        self.assertEqual(m["bin/busybox"], (0o100755, b"abcde", (0, 0)))
        self.assertEqual(m["init"], (0o100755, b"#!x\n", (0, 0)))
        self.assertEqual(m["dev/console"], (0o020600, b"", (5, 1)))
        self.assertEqual(m["proc"][0], 0o040755)

    def test_folders_come_before_what_is_in_them(self):
        names = list(members(initrd.archive(b"", b"")))
        self.assertLess(names.index("bin"), names.index("bin/busybox"))
        self.assertLess(names.index("dev"), names.index("dev/console"))

    def test_tree_of_named_files(self):
        data = initrd.tree({"init": b"#!x\n", "etc/site/name": b"here", "bin/sh": b"sh"}, initrd.FOLDERS)
        m = members(data)
        self.assertEqual(sorted(m), ["bin", "bin/sh", "dev", "dev/console", "etc", "etc/site", "etc/site/name", "init", "proc", "sys", "tmp"])
        self.assertEqual(m["etc/site"][0], 0o040755)
        self.assertEqual(m["etc/site/name"], (0o100755, b"here", (0, 0)))
        self.assertEqual(m["dev/console"], (0o020600, b"", (5, 1)))
        names = list(m)
        self.assertLess(names.index("etc"), names.index("etc/site"))
        self.assertLess(names.index("etc/site"), names.index("etc/site/name"))

    def test_tree_behind_another(self):
        m = members(initrd.tree({"bin/ring": b"r"}))
        self.assertEqual({name: f[0] for name, f in m.items()}, {"bin": 0o040755, "bin/ring": 0o100755})

    def test_tree_behind_a_link(self):
        base = initrd.root(tar_of(), b"init", b"box", [])
        for first in (base, gzip.compress(base), gzip.compress(base) + gzip.compress(initrd.tree({"etc/x": b"x"}))):
            there = initrd.names_in(first)
            self.assertIn("usr/bin/busybox", there)
            m = members(initrd.tree({"bin/ring": b"r", "opt/a": b"a"}, there=there))
            self.assertEqual(sorted(m), ["bin/ring", "opt", "opt/a"])
        self.assertIn("etc", there)
        self.assertEqual(initrd.names_in(b"\x28\xb5\x2f\xfd of zstd"), set())
        self.assertEqual(initrd.names_in(b"#!unavailable\nwhy\n"), set())


def tar_of(*members):
    """A tar archive of (name, data, link, type)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as t:
        for name, data, target, kind in members:
            m = tarfile.TarInfo(name)
            m.type, m.size, m.linkname, m.mode = kind, len(data), target, 0o4755
            t.addfile(m, io.BytesIO(data))
    return out.getvalue()


class Root(unittest.TestCase):
    def test_members(self):
        packages = tar_of(
            (".", b"", "", tarfile.DIRTYPE),
            ("./usr/bin", b"", "", tarfile.DIRTYPE),
            ("./usr/bin/perl", b"perl", "", tarfile.REGTYPE),
            ("./usr/bin/perl5", b"", "./usr/bin/perl", tarfile.LNKTYPE),
            ("./usr/bin/awk", b"", "mawk", tarfile.SYMTYPE),
        )
        modules = tar_of(("usr/lib", b"", "", tarfile.DIRTYPE), ("usr/lib/m.ko", b"ko", "", tarfile.REGTYPE))
        data = initrd.root(packages, b"init", b"box", [modules])
        m = members(data)
        self.assertEqual(m["usr/bin/perl"], (0o104755, b"perl", (0, 0)))
        self.assertEqual(m["usr/bin/perl5"], (0o120777, b"/usr/bin/perl", (0, 0)))
        self.assertEqual(m["usr/bin/awk"][1], b"mawk")
        self.assertEqual(m["usr/lib/m.ko"][1], b"ko")
        self.assertEqual((m["bin"], m["usr/bin/busybox"][1], m["init"][1]), ((0o120777, b"usr/bin", (0, 0)), b"box", b"init"))
        # the folder, and the target of the link /bin
        self.assertEqual(data.count(b"usr/bin\0"), 2)


class Unpack(unittest.TestCase):
    image = b"\0" * 0x30 + b"RISCV\0\0\0" + b"RSC\x05" + b"rest"

    def test_kinds(self):
        z = gzip.compress(self.image)
        zboot = b"MZ\0\0zimg" + struct.pack("<II", 64, len(z)) + b"\0" * 8 + b"gzip".ljust(40, b"\0") + z
        for data in (self.image, z, zboot):
            self.assertEqual(unpack_image.unpack(data), self.image)

    def test_something_else_is_refused(self):
        with self.assertRaises(SystemExit):
            unpack_image.unpack(b"\x7fELF" + b"\0" * 100)


if __name__ == "__main__":
    unittest.main()
