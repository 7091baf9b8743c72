#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""release_test.py RELEASE.py SDK ARCHIVE...: the archives of //:release have exactly git's files, and the libraries.

They depend on no time, owner or place: the unpacked sources, elsewhere and without git, make the same archive.
"""
import io
import os
import subprocess
import sys
import tarfile
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lint"))
import tree  # noqa: E402


def content(path):
    with open(path, "rb") as f:
        return f.read()


def unpacked(archive):
    """{path below the first folder: (content, mode)}, and what is wrong with the members."""
    data, found, bad = content(archive), {}, []
    if data[4:8] != b"\0\0\0\0" or data[3] & 8:
        bad.append("%s: gzip's header has a time or a name" % archive)
    names = []
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        for m in tar:
            names.append(m.name)
            if (m.mtime, m.uid, m.gid, m.uname, m.gname) != (0, 0, 0, "", "") or not m.isfile():
                bad.append("%s: %s has a time or an owner, or is no file" % (archive, m.name))
            found[m.name.split("/", 1)[1]] = (tar.extractfile(m).read(), m.mode)
    if names != sorted(names) or len(names) != len(set(names)):
        bad.append("%s: not sorted" % archive)
    return found, bad


def git_files():
    """None: the tree is no git repository."""
    if not os.path.exists(os.path.join(tree.ROOT, ".git")):
        return None
    out = subprocess.run(["git", "-c", "safe.directory=*", "-C", tree.ROOT, "ls-files"], check=True, stdout=subprocess.PIPE, universal_newlines=True).stdout
    return set(out.splitlines())


def compare(what, found, wanted):
    """Each of wanted {path: file} is there, with its content, and nothing else."""
    bad = ["%s: %s is missing" % (what, p) for p in sorted(set(wanted) - set(found))]
    bad += ["%s: %s is too much" % (what, p) for p in sorted(set(found) - set(wanted))]
    return bad + ["%s: %s differs" % (what, p) for p in sorted(set(found) & set(wanted)) if found[p][0] != content(wanted[p])]


def again(tool, archive):
    """The archive that the unpacked one makes."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as work:
        with tarfile.open(archive) as tar:
            prefix = tar.next().name.split("/")[0]
            tar.extractall(work)
        status, out = os.path.join(work, "status"), os.path.join(work, "out")
        with open(status, "w") as f:
            f.write("STABLE_LIBHYP_SOURCES 1\n")
        root = os.path.join(work, prefix)
        os.mkdir(os.path.join(root, "bazel-bin"))
        for ignored in ("bazel-bin/some.o", "tests/consumer/MODULE.bazel.lock"):
            with open(os.path.join(root, ignored), "w") as f:
                f.write("not in git\n")
        subprocess.run([tool, "sources", out, prefix, os.path.join(root, "WORKSPACE"), status], check=True)
        return content(out)


def main():
    tool, sdk = sys.argv[1:3]
    by_end = {("libraries" if "-riscv64" in a else "sources"): a for a in sys.argv[3:]}
    found, bad = unpacked(by_end["sources"])
    files = git_files()
    if files is not None:
        bad += compare("sources", found, {p: os.path.join(tree.ROOT, p) for p in files})
    wrong = [p for p in found if (found[p][1] == 0o755) != os.access(os.path.join(tree.ROOT, p), os.X_OK)]
    bad += ["sources: %s has another mode" % p for p in wrong]
    if again(tool, by_end["sources"]) != content(by_end["sources"]):
        bad.append("sources: the unpacked archive makes another one")
    found, more = unpacked(by_end["libraries"])
    bad += more
    built = {}
    for folder, _, names in os.walk(sdk, followlinks=True):
        built.update((os.path.relpath(os.path.join(folder, n), sdk), os.path.join(folder, n)) for n in names)
    bad += compare("libraries", found, built)
    tree.finish("release", len(found), bad)


main()
