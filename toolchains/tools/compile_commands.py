#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes compile_commands.json, by which clangd and other tools know how each source is compiled.

    bazel run //toolchains/tools:compile_commands [-- --host]
    bazel run //toolchains/tools:check_compile_commands

A source that is compiled more than once has one entry: the firmware's, with --host that of the host
tests. Options that clang does not know are left out. The check writes the file, too.
"""
import argparse
import json
import os
import subprocess
import sys

# options of GCC alone, files that a build writes, and -Werror: an editor shows warnings
LEFT_OUT = ("-MD", "-Werror", "-fno-canonical-system-headers", "-gno-record-gcc-switches", "-malign-data=natural",
            "-fno-tree-loop-distribute-patterns", "-Wno-free-nonheap-object")
LEFT_OUT_STARTS = ("-frandom-seed=", "-ffile-prefix-map=", "-Wstack-usage=", "-fdebug-prefix-map=")
LEFT_OUT_WITH_NEXT = ("-MF", "-o")
FIRMWARE = "external/riscv64_gcc/"
CHECKED = "libvm/"


def bazel(root, *words):
    program = os.path.join(root, "bazelw")
    cmd = [program if os.path.exists(program) else "bazel"] + list(words)
    env = {k: v for k, v in os.environ.items() if not k.startswith(("BUILD_", "RUNFILES"))}
    return subprocess.run(cmd, cwd=root, env=dict(env, HYP_NO_INSTALL="1"), check=True, stdout=subprocess.PIPE,
                          universal_newlines=True).stdout


def is_firmware(words):
    return FIRMWARE in words[0] or "riscv64_gcc" in words[0]


def command(words, folders):
    """The words of one compilation, as clang understands them in the workspace's folder."""
    out = ["clang"] + (["--target=riscv64-unknown-elf"] if is_firmware(words) else [])
    left = iter(words[1:])
    for word in left:
        if word in LEFT_OUT_WITH_NEXT:
            next(left)
        elif word == "-nostdinc":  # and GCC's headers: clang has its own stdint.h
            out.append("-nostdlibinc")
        elif word.startswith(FIRMWARE):
            out.pop()
        elif word.startswith(tuple(folders)):
            out.append(os.path.join(folders[word.split("/")[0] + "/"], word))
        elif word not in LEFT_OUT and not word.startswith(LEFT_OUT_STARTS):
            out.append(word)
    return out


def rank(words, host):
    """Lower is better. Tests compile some sources once more, with a file of theirs before them."""
    return (is_firmware(words) == host, "-include" in words, "-exec-" in " ".join(words))


def commands(root, host):
    """{source: words}, sorted."""
    query = ["aquery", "--noshow_progress", "--output=jsonproto", "--noinclude_artifacts"]
    actions = json.loads(bazel(root, *query, 'mnemonic("CppCompile", deps(//...))'))["actions"]
    # below execution_root, external/ has only what the last build needed
    folders = {"external/": bazel(root, "info", "output_base").strip(),
               "bazel-out/": bazel(root, "info", "execution_root").strip()}
    best = {}
    for words in [a["arguments"] for a in actions]:
        source = words[words.index("-c") + 1] if "-c" in words else ""
        if not source.endswith(".c") or source.startswith(("external/", "bazel-out/")):
            continue
        if source not in best or rank(words, host) < rank(best[source], host):
            best[source] = words
    return {source: command(words, folders) for source, words in sorted(best.items())}


def write(root, found):
    path = os.path.join(root, "compile_commands.json")
    rows = [{"arguments": words, "directory": root, "file": source} for source, words in found.items()]
    with open(path, "w") as f:
        json.dump(rows, f, indent=1)
        f.write("\n")
    print("%s: %d sources" % (path, len(rows)))


def check(root, clang):
    """Each source of libvm is in the file once, and clang accepts it as the file says."""
    for host in (True, False):
        write(root, commands(root, host))
        with open(os.path.join(root, "compile_commands.json")) as f:
            rows = [r for r in json.load(f) if r["file"].startswith(CHECKED)]
        listed = sorted(r["file"] for r in rows)
        there = subprocess.run(["git", "ls-files", CHECKED + "*.c"], cwd=root, check=True, stdout=subprocess.PIPE,
                               universal_newlines=True).stdout.split()
        if listed != sorted(there):
            sys.exit("not listed once: %s" % sorted(set(listed) ^ set(there)))
        for row in rows:
            subprocess.run([clang] + row["arguments"][1:] + ["-fsyntax-only", "-Werror"], cwd=row["directory"], check=True)
        print("%s: %d sources, all compile" % (CHECKED, len(rows)))


def main():
    p = argparse.ArgumentParser(prog="bazel run //toolchains/tools:compile_commands --")
    p.add_argument("--host", action="store_true", help="prefer the commands of host tests to the firmware's")
    p.add_argument("--check", metavar="CLANG", help=argparse.SUPPRESS)
    args = p.parse_args()
    root = os.environ["BUILD_WORKSPACE_DIRECTORY"]
    if args.check:
        check(root, os.path.abspath(args.check))
    else:
        write(root, commands(root, args.host))


if __name__ == "__main__":
    main()
