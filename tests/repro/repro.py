#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds //images:qemu_virt twice, as unlike as two builds can be, and compares every file of it.

Different folders (of different length), output bases, job counts, compilation modes. The .bin's
digest must be the one that images/qemu_virt.sha256 records; --record writes it.
"""
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile

IMAGE = "//images:qemu_virt"
FILES = ["qemu_virt.bin", "qemu_virt.elf", "qemu_virt.manifest", "qemu_virt.report.txt", "qemu_virt.size.txt"]
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


def build(tree, base, options, env):
    """{file: digest} of one build."""
    bazel = [os.path.join(tree, "bazelw"), "--output_base=" + base]
    try:
        subprocess.run(bazel + ["build"] + options + [IMAGE], cwd=tree, env=env, check=True)
        out = {}
        for name in FILES:
            with open(os.path.join(tree, "bazel-bin/images", name), "rb") as f:
                out[name] = hashlib.sha256(f.read()).hexdigest()
        return out
    finally:
        subprocess.run(bazel + ["shutdown"], cwd=tree, env=env, check=False)


def remove(folder):
    # Bazel makes what it has built read-only
    subprocess.run(["chmod", "-R", "u+w", folder], check=False, stderr=subprocess.DEVNULL)
    shutil.rmtree(folder)


def main():
    root = os.environ["BUILD_WORKSPACE_DIRECTORY"]
    work = tempfile.mkdtemp(prefix="libhyp-repro-")
    env = {k: v for k, v in os.environ.items() if not k.startswith(("BUILD_", "TEST_", "RUNFILES"))}
    env["HYP_NO_INSTALL"] = "1"
    if "HYP_DEBIAN_CACHE" not in env:
        # what is fetched has a digest of its own: once is enough
        env["HYP_DEBIAN_CACHE"] = os.path.join(work, "cache")
        os.mkdir(env["HYP_DEBIAN_CACHE"])
    try:
        # all copies first: somebody may be editing the tree
        snapshot = os.path.join(work, "snapshot")
        copy(root, sources(root), snapshot)
        trees = [os.path.join(work, folder) for folder, _ in BUILDS]
        for tree in trees:
            shutil.copytree(snapshot, tree)
        results = [
            build(tree, os.path.join(work, "base%d" % number), options, env)
            for number, (tree, (_, options)) in enumerate(zip(trees, BUILDS))
        ]
    finally:
        remove(work)
    bad = 0
    for name in FILES:
        same = results[0][name] == results[1][name]
        bad += not same
        print("%-9s %s  %s" % ("same" if same else "DIFFERENT", results[0][name], name))
    record = os.path.join(root, RECORD)
    line = "%s  %s\n" % (results[0][FILES[0]], FILES[0])
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
