#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A folder includes only what its layer may; a source's own header comes first."""
import os
import re

import tree
from includes import INCLUDE, is_test, room

# folder: libraries whose headers it may include, as <hyp/LIBRARY/...>
LAYERS = {
    "libarch": {"base", "arch", "arch_backend"},
    "libmm": {"base", "arch", "mm"},
    "libirq": {"base", "arch", "irq"},
    "libconsole": {"base", "arch", "console"},
    "libvm": {"base", "arch", "vm"},
    "platforms": {"vm"},
}
# libvm's rooms share <hyp/vm/...>: libraries, or folders or headers of them
LIBVM = {
    "libvm": {"libarch", "hyp/vm/config.h"},
    "libvm/config": {"hyp/base"},
    "libvm/dt": {"libarch", "libvm/config"},
}
# room: libraries whose headers it may include, and other rooms' headers one by one
ROOMS = {
    "libhv/boot": {"libarch", "libmm", "libconsole", "libvm/config", "libvm/dt"},
    "libhv/console": {"libarch", "libmm", "libconsole", "libvm", "libhv/hart/timer.h"},
    "libhv/events": {"libarch", "libconsole", "libvm"},
    "libhv/hart": {"libarch", "libmm", "libvm"},
    "libhv/irqc": {"libarch", "libmm", "libirq", "libvm", "libvm/config", "libvm/dt"},
    "libhv/vm": {"libarch", "libmm", "libconsole", "libvm", "libvm/config", "libvm/dt", "libhv/irqc/virq.h"},
}
ROOM_DATA = {"libhv/build.h", "libhv/layout.h"}
# the host's backend is set up and read by tests
TESTS = {"arch_backend"}
# external headers beside those of C; and what machines that differ in little share
EXTERNAL = {"libvm": {"bearssl_block.h", "libfdt.h"}, "platforms": {"board.h"}}
# what a freestanding C library and libarch/libc have; tests may include any
FREESTANDING = {"limits.h", "stdalign.h", "stdarg.h", "stdatomic.h", "stdbool.h", "stddef.h", "stdint.h",
                "stdlib.h", "stdnoreturn.h", "string.h"}


def is_config(text):
    return re.search(r"^const struct hyp_config hyp_config\b", text, re.M)


def check(path, folder, text):
    allowed = LAYERS[folder] | (TESTS if is_test(path) else set())
    out = []
    for m in INCLUDE.finditer(text):
        line = text.count("\n", 0, m.start()) + 1
        name = m.group(2)
        parts = name.split("/")
        if name == "prop.h" or (is_test(path) and m.group(1) == '"'):
            ok = is_test(path)
        elif parts[0] == "hyp":
            ok = len(parts) > 2 and parts[1] in allowed
        elif m.group(1) == '"':
            ok = ".." not in parts and os.path.exists(os.path.join(tree.ROOT, os.path.dirname(path), name))
        else:
            ok = is_test(path) or name in FREESTANDING or name in EXTERNAL.get(folder, set())
        if not ok:
            out.append("%s:%d: %s may not include %s" % (path, line, folder, name))
    return out


def library_of_headers():
    """{"hyp/vm/machine.h": "libvm/dt"}"""
    found = (re.match(r"(lib\w+(?:/\w+)?)/include/(hyp/.+)", p) for p in tree.files(".h"))
    return {m.group(2): m.group(1) for m in found if m}


def check_libvm(path, text, libraries):
    allowed = LIBVM[room(path)] | {room(path)}
    names = [m.group(2) for m in INCLUDE.finditer(text) if m.group(2).startswith("hyp/")]
    return [
        "%s: %s may not include %s" % (path, room(path), name)
        for name in names
        if not (is_test(path) or {libraries.get(name), os.path.dirname(name), name} & allowed)
    ]


def check_room(path, text, libraries):
    """hv.c, ops.c and their headers see all rooms, and what stands behind each."""
    folder = os.path.dirname(path)
    allowed = ROOMS.get(folder) or set().union(*ROOMS.values(), ROOMS)
    out = []
    for m in INCLUDE.finditer(text):
        name = m.group(2)
        if m.group(1) == '"':
            ok = is_test(path) or name in ROOM_DATA | allowed or os.path.dirname(name) in allowed | {folder}
        elif name.startswith("hyp/arch_backend/"):
            ok = is_test(path)
        elif name.startswith("hyp/"):
            ok = libraries.get(name) in allowed or name in allowed
        else:
            ok = is_test(path) or name in FREESTANDING
        if not ok:
            out.append("%s:%d: %s may not include %s" % (path, text.count("\n", 0, m.start()) + 1, folder, name))
    return out


def own_first(path, text):
    """x.c with a public or private x.h beside it includes that before all else."""
    stem = os.path.basename(path)[:-2]
    names = [m.group(2) for m in INCLUDE.finditer(text)]
    own = [n for n in names if os.path.basename(n) == stem + ".h"]
    if own and names[0] != own[0]:
        return ["%s: its own header <%s> is not the first" % (path, own[0])]
    return []


bad, count = [], 0
headers = library_of_headers()
for path in tree.files(".c", ".h", ".S"):
    folder = path.split("/")[0]
    text = tree.read(path)
    if is_config(text):
        wrong = [m.group(2) for m in INCLUDE.finditer(text) if m.group(2) != "hyp/vm/config.h"]
        bad += ["%s: a configuration may not include %s" % (path, w) for w in wrong]
        count += 1
    if folder in LAYERS:
        bad += check(path, folder, text)
    if folder == "libvm":
        bad += check_libvm(path, text, headers)
    if folder == "libhv":
        bad += check_room(path, text, headers)
    if folder in LAYERS or folder == "libhv":
        count += 1
        if path.endswith(".c"):
            bad += own_first(path, text)
tree.finish("include", count, bad)
