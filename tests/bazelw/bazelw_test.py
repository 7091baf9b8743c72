#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bazelw with a PATH of planted programs: where it calls Bazel and with what, what it installs, what it names."""
import os
import shutil
import stat
import subprocess
import tempfile
import unittest

BAZELW = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "bazelw")
# the shell's own tools; all else that bazelw may call is planted
REAL = ["cat", "dirname", "grep", "head", "sed", "sh", "tee"]
PLANTED = {
    "bazel": 'echo "cwd=$(pwd -P)"; for a; do echo "arg=$a"; done',
    "qemu-system-riscv64": "echo QEMU emulator version 10.0.2",
    "id": "echo 0",
    "apt-cache": "echo '  Candidate: 1:10.0.2'",
    "apt-get": 'echo "$@" >>"$APT_LOG"',
    **dict.fromkeys(["cc", "clang-format", "cmake", "dtc", "gdb-multiarch", "geninfo", "gpgv", "make", "pkg-config", "python3", "xz"], ":"),
}


class Bazelw(unittest.TestCase):
    def setUp(self):
        self.top = os.path.realpath(tempfile.mkdtemp(dir=os.environ["TEST_TMPDIR"]))
        self.addCleanup(shutil.rmtree, self.top)
        self.bin = self.folder("bin")
        for name in REAL:
            os.symlink(shutil.which(name), os.path.join(self.bin, name))
        for name, text in PLANTED.items():
            self.plant(name, text)
        self.libhyp = self.folder("all/libhyp")
        shutil.copy(BAZELW, self.libhyp)
        self.file("all/libhyp/WORKSPACE")

    def folder(self, name):
        path = os.path.join(self.top, name)
        os.makedirs(path, exist_ok=True)
        return path

    def file(self, name):
        self.folder(os.path.dirname(name))
        open(os.path.join(self.top, name), "w").close()

    def plant(self, name, text):
        path = os.path.join(self.bin, name)
        with open(path, "w") as f:
            f.write("#!/bin/sh\n%s\n" % text)
        os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)

    def lose(self, *names):
        for name in names:
            os.remove(os.path.join(self.bin, name))

    def run_in(self, folder, *args, **env):
        """(status, output, errors, what apt-get was called with)."""
        log = os.path.join(self.top, "apt.log")
        p = subprocess.run(["./" + os.path.relpath(self.libhyp + "/bazelw", self.folder(folder))] + list(args),
                           cwd=self.folder(folder), env=dict(env, PATH=self.bin, APT_LOG=log),
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
        with open(log, "a+") as f:
            f.seek(0)
            return p.returncode, p.stdout, p.stderr, f.read()

    def runs_in(self, folder, want):
        status, out, err, apt = self.run_in(folder, "build", "//a b/...")
        self.assertEqual((status, err, apt), (0, "", ""))
        lines = [line for line in out.splitlines() if not line.startswith("arg=--bazelrc=")]
        self.assertEqual(lines, ["cwd=" + os.path.join(self.top, want), "arg=build", "arg=//a b/..."])

    def test_inside(self):
        self.runs_in("all/libhyp", "all/libhyp")
        self.runs_in("all/libhyp/images", "all/libhyp/images")

    def test_beside(self):
        for name in ["WORKSPACE", "WORKSPACE.bazel", "MODULE.bazel"]:
            self.file("all/by_%s/%s" % (name, name))
            self.runs_in("all/by_" + name, "all/by_" + name)
            self.runs_in("all/by_%s/deep/er" % name, "all/by_%s/deep/er" % name)

    def test_below(self):
        self.file("all/libhyp/tests/consumer/WORKSPACE")
        self.runs_in("all/libhyp/tests/consumer", "all/libhyp/tests/consumer")
        self.runs_in("all/libhyp/tests/consumer/table", "all/libhyp/tests/consumer/table")

    def test_above(self):
        self.file("all/MODULE.bazel")
        self.runs_in("all", "all")
        self.runs_in("all/other", "all/other")

    def test_no_workspace(self):
        # a folder of that name is none
        self.folder("all/other/WORKSPACE")
        self.runs_in("all/other", "all/libhyp")
        self.runs_in("all", "all/libhyp")

    def test_installs_what_is_missing(self):
        self.lose("xz", "dtc")
        status, out, _, apt = self.run_in("all/libhyp", "build", "//x")
        self.assertEqual(status, 0)
        self.assertIn("arg=//x", out)
        update, install = apt.splitlines()
        self.assertEqual(update, "update -q")
        self.assertTrue(install.startswith("install -y "))
        self.assertEqual([w for w in install.split()[1:] if w[0] != "-"], ["xz-utils", "device-tree-compiler"])

    def test_installs_qemu(self):
        self.plant("qemu-system-riscv64", "echo QEMU emulator version 7.2.1")
        status, _, _, apt = self.run_in("all/libhyp", "build")
        self.assertEqual(status, 0)
        self.assertIn("qemu-system-riscv", apt.splitlines()[-1])

    def test_no_install_names_what_is_needed(self):
        self.lose("cc", "dtc")
        status, out, err, apt = self.run_in("all/libhyp", "build", "//x", HYP_NO_INSTALL="1")
        self.assertEqual((status, out, apt), (1, "", ""))
        self.assertIn("  gcc: needed\n", err)
        self.assertIn("  device-tree-compiler: for some tests", err)
        self.assertIn("apt-get install --no-install-recommends gcc device-tree-compiler\n", err)

    def test_no_install_without_bazel(self):
        self.lose("bazel")
        status, _, err, apt = self.run_in("all/libhyp", "build", HYP_NO_INSTALL="1")
        self.assertEqual((status, apt), (1, ""))
        self.assertIn("  bazel-bootstrap: needed\n", err)

    def test_no_install_goes_on_without_what_tests_need(self):
        self.lose("clang-format")
        status, out, err, apt = self.run_in("all/libhyp", "test", "//x", HYP_NO_INSTALL="1")
        self.assertEqual((status, apt), (0, ""))
        self.assertIn("arg=//x", out)
        self.assertIn("clang-format", err)

    def test_no_install_without_qemu(self):
        self.lose("qemu-system-riscv64")
        for command, want in [("build", 0), ("run", 1), ("test", 1)]:
            status, _, err, apt = self.run_in("all/libhyp", command, "//x", HYP_NO_INSTALL="1")
            self.assertEqual((status, apt), (want, ""), command)
            self.assertIn("qemu-system-riscv 10 or newer", err)
            self.assertIn("install --no-install-recommends qemu-system-riscv\n", err)

    def test_no_install_is_silent_where_nothing_is_missing(self):
        status, _, err, apt = self.run_in("all/libhyp", "test", HYP_NO_INSTALL="1")
        self.assertEqual((status, err, apt), (0, "", ""))


if __name__ == "__main__":
    unittest.main()
