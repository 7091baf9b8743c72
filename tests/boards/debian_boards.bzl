# SPDX-License-Identifier: Apache-2.0
"""@debian_boards: the device trees of boards that Debian's newest riscv64 kernel comes with.

They are not pinned, as @debian_linux is not, and belong to no image: tests read them. If they cannot
be had, the file `unavailable` says so instead, and whoever wants them fails with that text.
"""

load("//toolchains/gcc:debian.bzl", "ENVIRON")
load("//toolchains/rules:debian_linux.bzl", "depends", "find_suite", "from_cache", "to_cache")

_CACHED = "debian_boards"

_BUILD = """
package(default_visibility = ["//visibility:public"])

filegroup(
    name = "dtbs",
    srcs = glob(["dtbs/**", "unavailable"]),
)

exports_files(["version"])
"""

def _packages(rctx, kernel):
    # before kernels were split, all was in one package
    return depends(rctx, kernel, ["linux-base-"]) or [kernel]

def _impl(rctx):
    cache = rctx.os.environ.get("HYP_DEBIAN_CACHE", "")
    cached = from_cache(rctx, cache, _CACHED)
    error = None if cached else find_suite(rctx, rctx.attr.suites, _packages)
    rctx.file("BUILD.bazel", _BUILD)
    if error:
        text = "The device trees of Debian's riscv64 kernel could not be had:\n%s\nTry again: ./bazelw sync --only=%s\n" % (error, rctx.name)
        rctx.file("unavailable", text, executable = False)
        rctx.file("version", text, executable = False)
        return
    debs = [p.basename for p in rctx.path(".").readdir() if p.basename.endswith(".deb")]
    if cache and not cached:
        to_cache(rctx, cache, _CACHED, debs)
    rctx.file("version", "suite " + rctx.read("suite") + "".join([d + "\n" for d in debs]), executable = False)
    script = " && ".join([
        "for deb in *.deb; do dpkg-deb --fsys-tarfile $deb | tar -x --wildcards '*.dtb'; done",
        "mkdir dtbs",
        # vendor/board.dtb, whatever the folder above is called
        "find usr -name '*.dtb' | while read f; do d=dtbs/$(basename $(dirname $f)); mkdir -p $d; mv $f $d; done",
        "rm -rf usr *.deb",
        "test -n \"$(ls dtbs)\"",
    ])
    res = rctx.execute(["sh", "-ec", script])
    if res.return_code != 0:
        fail(res.stdout + res.stderr)

debian_boards = repository_rule(
    implementation = _impl,
    attrs = {
        # the newest first
        "suites": attr.string_list(default = ["sid", "forky", "trixie"]),
    },
    environ = ENVIRON,
)
