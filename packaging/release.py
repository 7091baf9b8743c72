#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""release.py sources OUT PREFIX WORKSPACE STATUS | folders OUT PREFIX FOLDER...: an archive that depends on its files' content alone.

`sources` takes exactly the files that git tracks, as they are in the tree of that WORKSPACE file. In a tree
that is no git repository, as an unpacked archive, it takes all files but those that .gitignore names.
STATUS is Bazel's, and must have the line of status.sh: without it, Bazel would not notice changes of the tree.
"""
import fnmatch
import gzip
import os
import subprocess
import sys
import tarfile

KEY = "STABLE_LIBHYP_SOURCES "


def ignored(path, patterns):
    """The two forms that our .gitignore has: /PATH with *, and FOLDER/ at any depth."""
    parts = path.split("/")
    return any(fnmatch.fnmatchcase(path, p[1:]) if p.startswith("/") else p.rstrip("/") in parts[:-1] for p in patterns)


def walk(root):
    """All files below the folder, without those that .gitignore names, and without links to folders."""
    with open(os.path.join(root, ".gitignore"), encoding="utf-8") as f:
        patterns = f.read().split()
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), root)
            if not ignored(path, patterns) and not path.startswith(".git/"):
                yield path


def tracked(root):
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    out = subprocess.run(["git", "-c", "safe.directory=*", "-C", root, "ls-files", "-z"], check=True, stdout=subprocess.PIPE, env=env).stdout
    return [path for path in out.decode().split("\0") if path]


def sources(workspace, status):
    with open(status, encoding="utf-8") as f:
        if KEY not in f.read():
            sys.exit("a release is made in libhyp's own workspace")
    root = os.path.dirname(os.path.realpath(workspace))
    paths = tracked(root) if os.path.exists(os.path.join(root, ".git")) else walk(root)
    return [(path, os.path.join(root, path)) for path in paths]


def folders(paths):
    for path in paths:
        for folder, _, names in os.walk(path):
            for name in names:
                file = os.path.join(folder, name)
                yield os.path.relpath(file, os.path.dirname(path)), file


def write(out, prefix, files, executable):
    """Sorted, of time 0 and owner 0; a file is 0755 or 0644."""
    with open(out, "wb") as raw, gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as packed, \
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, path in sorted(files):
            info = tarfile.TarInfo(prefix + "/" + name)
            info.mode = 0o755 if executable(path) else 0o644
            info.size = os.path.getsize(path)
            with open(path, "rb") as f:
                tar.addfile(info, f)


def main():
    kind, out, prefix, *rest = sys.argv[1:]
    if kind == "sources":
        write(out, prefix, sources(*rest), lambda path: os.access(path, os.X_OK))
    else:
        # Bazel makes everything executable
        write(out, prefix, folders(rest), lambda path: False)


main()
