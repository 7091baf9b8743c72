#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds //images:qemu_virt and //:release twice, as unlike as two builds can be, and compares every file of them.

Folders (of different length), output bases, job counts and compilation modes differ. The second tree is the first build's archive
of the sources, unpacked; with --image, which leaves out the release, a copy. The .bin's digest must be the one that
images/qemu_virt.sha256 records; --record writes it.
"""
import glob
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile

TARGETS = ["//images:qemu_virt", "//:release"]
FILES = ["images/qemu_virt." + ext for ext in ("bin", "elf", "manifest", "report.txt", "size.txt", "spdx.json")]
RECORD = "images/qemu_virt.sha256"
BUILDS = [
    ("a", ["--jobs=1", "-c", "dbg", "--spawn_strategy=standalone"]),
    ("another/folder/with/a/longer/name", ["--jobs=4", "-c", "opt", "--copt=-O1", "--config=plain"]),
]


def sources(root):
    """What git would take: tracked files and new ones that are not ignored, as they are now."""
    out = subprocess.run(["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                         check=True, stdout=subprocess.PIPE).stdout
    return [p for p in out.decode().split("\0") if p and os.path.isfile(os.path.join(root, p))]


def copy(root, paths, to):
    for path in paths:
        os.makedirs(os.path.join(to, os.path.dirname(path)), exist_ok=True)
        shutil.copy2(os.path.join(root, path), os.path.join(to, path))


def build(tree, base, options, env, targets):
    """{file: digest} of one build, and the path of its archive of sources, which is copied beside the tree, or None."""
    bazel = [os.path.join(tree, "bazelw"), "--output_base=" + base]
    try:
        subprocess.run(bazel + ["build"] + options + targets, cwd=tree, env=env, check=True)
        out = {}
        built = os.path.join(tree, "bazel-bin")
        # libhyp-VERSION.tar.gz and libhyp-VERSION-riscv64.tar.gz
        archives = sorted(glob.glob(os.path.join(built, "libhyp-*.tar.gz")), key=len) if len(targets) > 1 else []
        for path in [os.path.join(built, name) for name in FILES] + archives:
            with open(path, "rb") as f:
                out[os.path.basename(path)] = hashlib.sha256(f.read()).hexdigest()
        return out, shutil.copy(archives[0], base + ".tar.gz") if archives else None
    finally:
        subprocess.run(bazel + ["shutdown"], cwd=tree, env=env, check=False)


def remove(folder):
    # Bazel makes what it has built read-only
    subprocess.run(["chmod", "-R", "u+w", folder], check=False, stderr=subprocess.DEVNULL)
    shutil.rmtree(folder)


def main():
    root = os.environ["BUILD_WORKSPACE_DIRECTORY"]
    targets = TARGETS[:1] if "--image" in sys.argv[1:] else TARGETS
    work = tempfile.mkdtemp(prefix="libhyp-repro-")
    env = {k: v for k, v in os.environ.items() if not k.startswith(("BUILD_", "TEST_", "RUNFILES"))}
    env["HYP_NO_INSTALL"] = "1"
    if "HYP_DEBIAN_CACHE" not in env:
        # what is fetched has a digest of its own: once is enough
        env["HYP_DEBIAN_CACHE"] = os.path.join(work, "cache")
        os.mkdir(env["HYP_DEBIAN_CACHE"])
    try:
        (first, options), (second, others) = BUILDS
        copy(root, sources(root), os.path.join(work, first))
        one, archive = build(os.path.join(work, first), os.path.join(work, "base0"), options, env, targets)
        os.makedirs(os.path.join(work, second))
        if archive:
            subprocess.run(["tar", "-xzf", archive, "-C", os.path.join(work, second), "--strip-components=1"], check=True)
        else:
            copy(root, sources(root), os.path.join(work, second))
        two, _ = build(os.path.join(work, second), os.path.join(work, "base1"), others, env, targets)
    finally:
        remove(work)
    bad = 0
    for name in one:
        same = one[name] == two.get(name)
        bad += not same
        print("%-9s %s  %s" % ("same" if same else "DIFFERENT", one[name], name))
    record = os.path.join(root, RECORD)
    line = "%s  %s\n" % (one["qemu_virt.bin"], "qemu_virt.bin")
    if "--record" in sys.argv[1:] and not bad:
        with open(record, "w") as f:
            f.write(line)
    recorded = ""
    if os.path.exists(record):
        with open(record) as f:
            recorded = f.read()
    if recorded != line:
        print("DIFFERENT from what %s records: %s" % (RECORD, recorded.strip() or "nothing"))
        bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
