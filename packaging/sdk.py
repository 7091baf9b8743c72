#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sdk.py PLAN.json FOLDER: lays out archives, headers and pkg-config files as sdk.bzl says."""
import json
import os
import shutil
import subprocess
import sys

PC = """prefix=${pcfiledir}/../..
libdir=${prefix}/lib
includedir=${prefix}/include
%(variables)s
Name: %(name)s
Description: %(about)s
Version: %(version)s
%(requires)sCflags: %(cflags)s-I${includedir}
Libs: %(first)s-L${libdir} -l%(short)s%(last)s
"""
# All libraries need libarch, so its file has what every object file has in common. GCC finds its
# soft-float libgcc by the plain name of the ISA, so compiling and linking take different names.
ROOT = "libarch"
CFLAGS = "-march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany -ffreestanding "
FIRST = "-march=rv64imac -mabi=lp64 -nostdlib -static "
LAST = " -lgcc"
SCRIPT = "linker_script=${prefix}/share/libhyp/sections.ld\n"


def pc(name, library, version):
    root = name == ROOT
    requires = "".join("Requires: %s\n" % ", ".join(library["requires"]) if library["requires"] else "")
    return PC % {
        "about": library["about"],
        "cflags": CFLAGS if root else "",
        "first": FIRST if root else "",
        "last": LAST if root else "",
        "name": name,
        "requires": requires,
        "short": name[len("lib"):],
        "variables": SCRIPT if root else "",
        "version": version,
    }


def main():
    plan_path, out = sys.argv[1:]
    with open(plan_path, encoding="utf-8") as f:
        plan = json.load(f)
    os.makedirs(os.path.join(out, "lib/pkgconfig"))
    for name, library in plan["libraries"].items():
        # q: files of one name lie in several folders of a library; D: no time, no owner
        subprocess.run([plan["ar"], "qcsD", os.path.join(out, "lib", name + ".a"), *library["objects"]], check=True)
        with open(os.path.join(out, "lib/pkgconfig", name + ".pc"), "w", encoding="utf-8") as f:
            f.write(pc(name, library, plan["version"]))
    for to, path in plan["files"].items():
        os.makedirs(os.path.dirname(os.path.join(out, to)), exist_ok=True)
        shutil.copyfile(path, os.path.join(out, to))


main()
