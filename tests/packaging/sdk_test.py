#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sdk_test.py SDK NM GCC: what the archives, headers and pkg-config files of //packaging:sdk promise.

No symbol is in two archives. What an archive lacks is in what its `Requires` names, in libgcc, or is
the embedder's; and each `Requires` is needed, by a symbol or a header. Headers compile alone. Archives
tell neither when nor where they were made.
"""
import os
import re
import subprocess
import sys

# Symbols that firmware with libarch's boot.S and sections.ld defines; README.md names them.
EMBEDDER = re.compile(r"^(boot_main|hyp_build_(id|name)|_(text|rodata|data|bss|hyp|fixup|guest)_(start|end))$")
# First folder of an #include: the library that has the header.
OWNER = {"arch": "libarch", "arch_backend": "libarch", "base": "libarch", "console": "libconsole",
         "irq": "libirq", "mm": "libmm", "vm": "libvm", "libhv": "libhv"}
INCLUDE = re.compile(r'^#include [<"](?:hyp/)?(\w+)/', re.M)


def output(*words):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, universal_newlines=True).stdout


def symbols(nm, archive):
    """(defined, undefined) global symbols."""
    defined, undefined = set(), set()
    for line in output(nm, "-g", "-P", archive).splitlines():
        words = line.split()
        if len(words) > 1:
            (undefined if words[1] in "Uw" else defined).add(words[0])
    return defined, undefined - defined


def requires(pc):
    """Names after `Requires:`."""
    with open(pc, encoding="utf-8") as f:
        found = re.search(r"^Requires: (.*)$", f.read(), re.M)
    return found.group(1).split(", ") if found else []


def closure(name, direct):
    out = [name]
    for other in out:
        out += [d for d in direct[other] if d not in out]
    return set(out[1:])


def members(archive):
    """The header fields of each member: time, owner, group, mode, as in `struct ar_hdr` of <ar.h>."""
    with open(archive, "rb") as f:
        data = f.read()
    at = len("!<arch>\n")
    while at < len(data):
        head = data[at : at + 60].decode()
        if head[:16].strip() not in ("/", "//"):
            yield tuple(head[a:b].strip() for a, b in ((16, 28), (28, 34), (34, 40), (40, 48)))
        size = int(head[48:58])
        at += 60 + size + size % 2


def check_symbols(nm, libgcc, lib, direct):
    both = {name: symbols(nm, os.path.join(lib, name + ".a")) for name in direct}
    owner, bad = {}, []
    for name, (defined, _) in both.items():
        bad += ["%s is in %s and %s" % (s, owner[s], name) for s in sorted(defined) if s in owner]
        owner.update((s, name) for s in defined)
    gcc_has, _ = symbols(nm, libgcc)
    used = {name: set() for name in direct}
    for name, (_, undefined) in both.items():
        reach = closure(name, direct)
        for symbol in sorted(undefined):
            if symbol in owner:
                used[name].add(owner[symbol])
                if owner[symbol] not in reach:
                    bad.append("%s needs %s of %s, which its Requires does not name" % (name, symbol, owner[symbol]))
            elif symbol not in gcc_has and not EMBEDDER.match(symbol):
                bad.append("%s needs %s, which nothing defines" % (name, symbol))
    return used, bad


def check_headers(include, direct, used, gcc):
    """Adds to `used` what headers include."""
    bad = []
    for folder, _, names in os.walk(include):
        for name in names:
            path = os.path.join(folder, name)
            inside = os.path.relpath(path, include)
            own = OWNER[inside.split("/")[1 if inside.startswith("hyp/") else 0]]
            with open(path, encoding="utf-8") as f:
                for first in INCLUDE.findall(f.read()):
                    if OWNER[first] != own:
                        used[own].add(OWNER[first])
                        if OWNER[first] not in closure(own, direct):
                            bad.append("%s includes a header of %s" % (inside, OWNER[first]))
            if "arch_backend" in inside:
                continue  # the second half of a header
            words = [gcc, "-march=rv64imac_zicsr_zifencei", "-mabi=lp64", "-ffreestanding", "-fsyntax-only", "-I", include, "-include", path, "-x", "c", "/dev/null"]
            if subprocess.run(words, check=False).returncode != 0:
                bad.append("%s does not compile alone" % inside)
    return bad


def check(prefix, nm, gcc):
    lib = os.path.join(prefix, "lib")
    names = sorted(n[:-2] for n in os.listdir(lib) if n.endswith(".a"))
    direct = {n: requires(os.path.join(lib, "pkgconfig", n + ".pc")) for n in names}
    libgcc = output(gcc, "-march=rv64imac", "-mabi=lp64", "-print-libgcc-file-name").strip()
    used, bad = check_symbols(nm, libgcc, lib, direct)
    bad += check_headers(os.path.join(prefix, "include"), direct, used, gcc)
    for name in names:
        bad += ["%s does not need %s" % (name, d) for d in direct[name] if d not in used[name]]
        archive = os.path.join(lib, name + ".a")
        if set(members(archive)) != {("0", "0", "0", "644")}:
            bad.append("%s: members are not all of time 0, owner 0, group 0: %s" % (name, set(members(archive))))
        with open(archive, "rb") as f:
            data = f.read()
        bad += ["%s names %r, a path of the build" % (name, word) for word in (b"execroot", b"bazel-out", b"/sandbox/") if word in data]
    if len(names) < 7:
        bad.append("only %d archives" % len(names))
    return ["%s: %s" % (os.path.basename(prefix), b) for b in bad]


def main():
    sdk, nm, gcc = sys.argv[1:]
    bad = check(os.path.join(sdk, "gcc"), nm, gcc) + check(os.path.join(sdk, "clang"), nm, gcc)
    print("\n".join(bad) or "no fault")
    sys.exit(1 if bad else 0)


main()
