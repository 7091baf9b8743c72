#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""link_test.py SDK GCC CLANG OPENSBI QEMU: make and CMake link a firmware with each library; GCC's firmwares pass in QEMU.

clang links by GNU's linker and libgcc, which the Makefile's user names.
"""
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
FIRMWARE = os.path.join(HERE, "firmware")
LIBRARIES = ["libarch", "libconsole", "libhv", "libirq", "libmm", "libvm"]


def run(words, **kwargs):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, errors="replace", **kwargs)
    if done.returncode != 0:
        sys.exit("%s\n%s: status %d" % (done.stdout, words, done.returncode))
    return done.stdout


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            sys.exit("%s is not installed: ./bazelw installs it" % program)


def libgcc_options(gcc):
    """For clang: GNU's linker, and the folder of libgcc for our ABI."""
    libgcc = run([gcc, "-march=rv64imac", "-mabi=lp64", "-print-libgcc-file-name"]).strip()
    return ["--ld-path=" + os.path.join(os.path.dirname(gcc), "ld"), "-L" + os.path.dirname(libgcc)]


def make(library, cc, more, folder, env):
    """By the Makefile."""
    shutil.copytree(FIRMWARE, folder)
    words = ["make", "-s", "CC=" + " ".join([cc] + more), "LIB=" + library]
    if library == "libhv":  # libarch's boot.S and the linker script of images
        script = run(["pkg-config", "--variable=linker_script", "libarch"], env=env).strip()
        words += ["START=", "SCRIPT=" + script]
    run(words, cwd=folder, env=env)


def cmake(library, cc, more, folder, env):
    """By CMakeLists.txt."""
    start, script = "start.S", os.path.join(FIRMWARE, "fw.ld")
    if library == "libhv":
        start, script = "", run(["pkg-config", "--variable=linker_script", "libarch"], env=env).strip()
    run(["cmake", "-S", FIRMWARE, "-B", folder, "-DCMAKE_TOOLCHAIN_FILE=" + os.path.join(FIRMWARE, "riscv.cmake"),
         "-DLIB=" + library, "-DSTART=" + start, "-DSCRIPT=" + script, "-DCMAKE_EXE_LINKER_FLAGS=" + " ".join(more)],
        env=dict(env, CC=cc, ASM=cc))
    run(["cmake", "--build", folder], env=env)


def passes(library, gcc, folder, opensbi, qemu):
    binary = os.path.join(folder, "fw.bin")
    run([os.path.join(os.path.dirname(gcc), "objcopy"), "-O", "binary", os.path.join(folder, "fw.elf"), binary])
    text = run([qemu, "-M", "virt", "-smp", "1", "-m", "128M", "-nographic", "-no-reboot", "-bios", opensbi, "-kernel", binary],
               stdin=subprocess.DEVNULL, timeout=240)
    if "PASS " + library not in text.splitlines():
        sys.exit("%s\nno line PASS %s" % (text, library))


def main():
    sdk, gcc, clang, opensbi, qemu = [os.path.abspath(a) for a in sys.argv[1:]]
    need("make", "cmake", "pkg-config")
    env = dict(os.environ, PATH="/usr/local/bin:/usr/bin:/bin")
    for name, cc, more in (("gcc", gcc, []), ("clang", clang, libgcc_options(gcc))):
        # and nothing of the machine's own
        env["PKG_CONFIG_LIBDIR"] = os.path.join(sdk, name, "lib/pkgconfig")
        env.pop("PKG_CONFIG_PATH", None)
        for library in LIBRARIES:
            with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as work:
                made = os.path.join(work, "make")
                make(library, cc, more, made, env)
                cmake(library, cc, more, os.path.join(work, "cmake"), env)
                if name == "gcc":
                    passes(library, gcc, made, opensbi, qemu)
            print("%s: %s" % (name, library))


main()
