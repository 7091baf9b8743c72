#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run_image.py builds the command line it should, and says what is wrong with what it is given."""
import os
import subprocess
import sys
import unittest

HERE = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "toolchains/tools")
TMP = os.environ["TEST_TMPDIR"]
MANIFEST = """blob\tlinux_kernel\t0xa0200000\t16\tlinux\tkernel
blob\tlinux_initrd\t0xa8000000\t16\tlinux\tinitrd
default\tcpu\trv64
default\tsmp\t3
default\tmem\t1G
default\tmachine\taclint=on
build_id\t0123
"""


def path(name):
    return os.path.join(TMP, name)


def write(name, data):
    with open(path(name), "w") as f:
        f.write(data)
    os.chmod(path(name), 0o755)


class RunImage(unittest.TestCase):
    def setUp(self):
        write("m", MANIFEST)
        write("k", "0123456789")
        write("i", "abc")
        write("qemu", "#!/bin/sh\nexit 1\n")
        write("slow", "#!/bin/sh\nexec sleep 60\n")

    def run_image(self, *options, qemu="qemu"):
        base = ["--root", TMP, "--image", "x.bin", "--qemu", qemu, "--bios", "b", "--manifest", "m"]
        base += ["--load", "linux_kernel=k", "--load", "linux_initrd=i"]
        env = dict(os.environ, BUILD_WORKING_DIRECTORY=TMP)
        p = subprocess.run([sys.executable, HERE + "/run_image.py"] + base + list(options), env=env,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
        return p.returncode, p.stdout.split("\n")[:-1], p.stderr

    def after(self, lines, option):
        return lines[lines.index(option) + 1]

    def test_defaults(self):
        rc, out, _ = self.run_image("--print")
        self.assertEqual(rc, 0)
        self.assertEqual(out[0], path("qemu"))
        self.assertEqual(self.after(out, "-M"), "virt,aclint=on")
        self.assertEqual(self.after(out, "-smp"), "3")
        self.assertEqual(self.after(out, "-m"), "1G")
        self.assertIn("loader,file=%s,addr=0xa0200000,force-raw=on" % path("k"), out)
        self.assertEqual(self.after(out, "-append"), "linux.kernel-size=10 linux.initrd-size=3")

    def test_options(self):
        write("other,name", "x")
        rc, out, _ = self.run_image("--print", "--machine", "aia=aplic", "--cpu", "max", "--smp", "2", "--kernel",
                                    "other,name", "--append", "a b", "--", "-s", "-S")
        self.assertEqual(rc, 0)
        self.assertEqual(self.after(out, "-M"), "virt,aclint=on,aia=aplic")
        self.assertEqual(self.after(out, "-cpu"), "max")
        self.assertIn("loader,file=%s,addr=0xa0200000,force-raw=on" % path("other,,name"), out)
        self.assertEqual(self.after(out, "-append"), 'linux.kernel-size=1 linux.initrd-size=3 linux.append="a b"')
        self.assertEqual(out[-2:], ["-s", "-S"])

    def test_missing_file(self):
        rc, _, err = self.run_image("--print", "--kernel", "nowhere")
        self.assertNotEqual(rc, 0)
        self.assertIn("nowhere: No such file", err)

    def test_too_large(self):
        write("big", "x" * 17)
        rc, _, err = self.run_image("--print", "--initrd", "big")
        self.assertNotEqual(rc, 0)
        self.assertIn("has 17 bytes, the configuration allows 16", err)

    def test_unavailable(self):
        write("k", "#!unavailable\nno mirror\n")
        rc, _, err = self.run_image("--print")
        self.assertNotEqual(rc, 0)
        self.assertIn("no mirror", err)

    def test_quote_is_refused(self):
        rc, _, err = self.run_image("--print", "--append", 'a"b')
        self.assertNotEqual(rc, 0)
        self.assertIn("double quote", err)

    def test_status_is_qemus(self):
        self.assertEqual(self.run_image()[0], 1)
        self.assertEqual(self.run_image("--timeout", "30")[0], 1)

    def test_timeout(self):
        self.assertEqual(self.run_image("--timeout", "0.2", qemu="slow")[0], 124)


if __name__ == "__main__":
    unittest.main()
