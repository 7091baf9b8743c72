# SPDX-License-Identifier: Apache-2.0
"""@debian_boards: the device trees of boards that Debian's newest riscv64 kernel comes with.

They are not pinned, as @debian_linux is not, and belong to no image: tests read them. If they cannot
be had, the file `unavailable` says so instead, and whoever wants them fails with that text.
"""

load("//toolchains/gcc:debian.bzl", "ENVIRON")
load("//toolchains/rules:debian_linux.bzl", "download", "kernel_packages")

_BUILD = """
package(default_visibility = ["//visibility:public"])

filegroup(
    name = "dtbs",
    srcs = glob(["dtbs/**", "unavailable"]),
)

exports_files(["version"])
"""

def _packages(rctx):
    # before kernels were split, all was in one package
    names, error = kernel_packages(rctx, ["linux-base-"])
    return names[1:] or names, error

def _impl(rctx):
    _, error = download(rctx, rctx.attr.suites, _packages)
    rctx.file("BUILD.bazel", _BUILD)
    if error:
        text = "The device trees of Debian's riscv64 kernel could not be had:\n%s\nTry again: ./bazelw sync --only=%s\n" % (error, rctx.name)
        rctx.file("unavailable", text, executable = False)
        rctx.file("version", text, executable = False)
        return
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
        "cached": attr.string(default = "debian_boards"),
        # the newest first
        "suites": attr.string_list(default = ["sid", "forky", "trixie"]),
    },
    environ = ENVIRON,
)
