#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run_image.py builds the command line it should, and says what is wrong with what it is given."""
import os
import subprocess
import sys
import unittest

HERE = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "toolchains/tools")
TMP = os.environ["TEST_TMPDIR"]
MANIFEST = """vm\tlinux\tdtb
blob\tlinux_kernel\t0xa0200000\t16\tlinux\tkernel
blob\tlinux_initrd\t0xa8000000\t16\tlinux\tinitrd
default\tcpu\trv64
default\tsmp\t3
default\tmem\t1G
default\tmachine\taclint=on
build_id\t0123
"""
# Two VMs that load one file; carol has her kernel in the image, and neither has dave a tree.
SHARED = """vm\talice\tdtb
blob\tshared\t0xa0000000\t16\talice\tkernel
vm\tbob\tdtb
blob\tshared\t0xb0000000\t16\tbob\tkernel
blob\tinitrd\t0xb8000000\t16\tbob\tinitrd
vm\tcarol\tdtb
vm\tdave\t-
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

    def run_image(self, *options, qemu="qemu", manifest="m", loads=("linux_kernel=k", "linux_initrd=i")):
        base = ["--root", TMP, "--image", "x.bin", "--qemu", qemu, "--bios", "b", "--manifest", manifest]
        for load in loads:
            base += ["--load", load]
        env = dict(os.environ, BUILD_WORKING_DIRECTORY=TMP)
        p = subprocess.run([sys.executable, HERE + "/run_image.py"] + base + list(options), env=env,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
        return p.returncode, p.stdout.split("\n")[:-1], p.stderr

    def run_shared(self, *options, loads=("shared=k", "initrd=i")):
        write("s", SHARED)
        return self.run_image("--print", *options, manifest="s", loads=loads)

    def refused(self, says, *options, **kwargs):
        rc, out, err = self.run_shared(*options, **kwargs)
        self.assertEqual((rc, out), (1, []))
        self.assertEqual(err, "run_image: %s\n" % says)

    def loaded(self, lines):
        """[(file, address)] of QEMU's loader devices."""
        words = [line[len("loader,file=") :].split(",") for line in lines if line.startswith("loader,")]
        return [(os.path.basename(w[0]), int(w[1][len("addr=") :], 16)) for w in words]

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

    def test_file_that_is_no_kernel(self):
        for head, says in [("\x7fELF", "an ELF file, not a flat binary: objcopy -O binary makes one"),
                           ("\x1f\x8b", "a gzip file, not a flat binary: gzip -d makes one")]:
            with open(path("bad"), "wb") as f:
                f.write(head.encode("latin-1") + b"123")
            self.refused("VM bob, kernel: %s is %s" % (path("bad"), says), "--kernel", "bob=bad")
            self.assertEqual(self.run_shared("--initrd", "bob=bad")[0], 0)

    def test_vm_by_name(self):
        write("other", "12")
        rc, out, _ = self.run_shared("--kernel", "bob=other")
        self.assertEqual(rc, 0)
        self.assertEqual(self.loaded(out), [("k", 0xA0000000), ("other", 0xB0000000), ("i", 0xB8000000)])
        self.assertEqual(self.after(out, "-append"), "alice.kernel-size=10 bob.kernel-size=2 bob.initrd-size=3")
        # alice's own copy of what both have, by name and as the first
        for option in ("alice=other", "other"):
            rc, out, _ = self.run_shared("--kernel", option)
            self.assertEqual(self.loaded(out), [("other", 0xA0000000), ("k", 0xB0000000), ("i", 0xB8000000)])
        # each of them
        write("third", "123")
        rc, out, _ = self.run_shared("--kernel", "bob=third", "--kernel", "other", "--initrd", "bob=third")
        self.assertEqual(self.loaded(out), [("other", 0xA0000000), ("third", 0xB0000000), ("third", 0xB8000000)])

    def test_path_with_an_equals_sign(self):
        write("bob=k", "1234")
        rc, out, _ = self.run_shared("--kernel", "./bob=k")
        self.assertEqual(self.loaded(out)[0], ("bob=k", 0xA0000000))
        rc, out, _ = self.run_shared("--kernel", path("bob=k"))
        self.assertEqual(self.loaded(out)[0], ("bob=k", 0xA0000000))

    def test_all_files_are_the_users(self):
        rc, out, _ = self.run_shared("--kernel", "alice=k", "--kernel", "bob=k", loads=("initrd=i",))
        self.assertEqual((rc, self.loaded(out)[0][0]), (0, "k"))
        self.refused("VM bob: no file for its kernel: shared is not in loads of the hyp_image rule", "--kernel", "alice=k",
                     loads=("initrd=i",))

    def test_names_of_vms(self):
        names = "its VMs are alice, bob, carol, dave"
        self.refused("--kernel bbo=k: this image has no VM bbo; " + names, "--kernel", "bbo=k")
        self.refused("--initrd x=i: this image has no VM x; " + names, "--initrd", "x=i")
        self.refused("--kernel carol=k: VM carol loads no kernel: it has none, or has it in the image", "--kernel", "carol=k")
        self.refused("--initrd alice=i: VM alice loads no initrd: it has none, or has it in the image", "--initrd", "alice=i")

    def test_append_by_name(self):
        sizes = "alice.kernel-size=10 bob.kernel-size=10 bob.initrd-size=3 "
        for options, words in [
            (["bob=quiet x=1"], 'bob.append="quiet x=1"'),
            (["carol="], 'carol.append=""'),
            (["console=ttyS0 bob=1"], 'alice.append="console=ttyS0 bob=1"'),
            (["alice=bob=1", "bob=a", "bob=b"], 'alice.append="bob=1" bob.append="b"'),
        ]:
            rc, out, _ = self.run_shared(*[word for option in options for word in ("--append", option)])
            self.assertEqual(self.after(out, "-append"), sizes + words)
        self.refused("--append dave=x: VM dave has no device tree, so it cannot read boot arguments", "--append", "dave=x")
        self.refused("--append bbob=x: this image has no VM bbob, but bob; its VMs are alice, bob, carol, dave. Boot arguments of "
                     "VM alice that begin so: --append 'alice=bbob=x'", "--append", "bbob=x")

    def test_no_vm_loads_a_file(self):
        write("none", "vm\trt\t-\n")
        for option, kind in [("--kernel", "kernel"), ("--initrd", "initrd"), ("--append", "kernel")]:
            rc, _, err = self.run_image(option, "k", manifest="none", loads=())
            self.assertEqual(err, "run_image: %s: no VM of this image loads a %s; its VMs are rt\n" % (option, kind))

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
