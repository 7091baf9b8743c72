# SPDX-License-Identifier: Apache-2.0
"""@debian_userland: programs of Debian for riscv64, and an initrd of them.

The packages and all that they depend on are resolved, checked and cached as @debian_linux is. Their
files are unpacked, no script of a package runs: what such scripts make (alternatives, users, caches)
is not there. The initrd also has the busybox of @debian_linux, whose applets have the names that no
package has, and the virtio modules of both kernels; its first process is that of @debian_linux.

A guest needs 768 MiB of RAM for it, 512 MiB with a kernel of trixie: 124 MiB of files, 50 MiB as a gzip file.

If they cannot be had, the files say so, and whatever starts Linux with them fails with that text.
"""

load("//toolchains/gcc:debian.bzl", "ENVIRON")
load("//toolchains/rules:debian_linux.bzl", "TAR", "download", "label_in", "missing", "with_dependencies")

_PACKAGES = [
    "bash",
    "coreutils",
    "findutils",
    "grep",
    "gzip",
    "iproute2",
    "kexec-tools",
    "kmod",
    "linux-perf",
    "mawk",
    "openssl",
    "pciutils",
    "perl",
    "procps",
    "python3",
    "rt-tests",
    "sed",
    "stress-ng",
    "util-linux",
    "xz-utils",
]

# Dependencies that are not taken: what only scripts of packages need, and 150 MiB behind libraries
# that stress-ng links for its GPU stressor, which is of no use here.
_WITHOUT = [
    "debconf",
    "dpkg",
    "libegl-mesa0",
    "libllvm*",
    "libpam-*",
    "libx11-*",
    "libxcb*",
    "libz3-4",
    "mesa-libgallium",
    "sensible-utils",
    "tzdata",
    "ucf",
]

_LEAVE_OUT = [
    "*.a",
    "*.pod",
    "*.py[co]",
    "*/__pycache__/*",
    "*/auto/Encode/[CJKT]*",
    "*/gconv/*",
    "*/libperl.so*",
    "*/perf-core/tests/*",
    "*/perl/*/CORE/*",
    "*/perl/*/CPAN*",
    "*/perl/*/Module/CoreList*",
    "*/perl/*/Test*",
    "*/perl/*/Unicode/Collate*",
    "*/perl/*/unicore/Name.p*",
    "*/perl/*/unicore/TestNorm.pl",
    "*/share/bash-completion/*",
    "*/share/bug/*",
    "*/share/doc/*",
    "*/share/fish/*",
    "*/share/gcc/*",
    "*/share/gdb/*",
    "*/share/info/*",
    "*/share/lintian/*",
    "*/share/locale/*",
    "*/share/man/*",
    "*/share/stress-ng/*",
    "*/share/zsh/*",
]

_BUILD = """
package(default_visibility = ["//visibility:public"])

exports_files(["root.tar", "version"])

genrule(
    name = "initrd",
    srcs = ["root.tar", "{init}"] + {more},
    outs = ["initrd.cpio.gz"],
    cmd = "$(location {writer}) --root $@ $(SRCS)",
    tools = ["{writer}"],
)
"""

def _packages(rctx):
    names, error = with_dependencies(rctx, rctx.attr.packages)
    for p in rctx.attr.without:
        begin, star, _ = p.partition("*")
        names = [n for n in names if n != p and not (star and n.startswith(begin))]
    return names, error

def _impl(rctx):
    debs, error = download(rctx, rctx.attr.suites, _packages)
    if error:
        missing(rctx, "Debian's programs for riscv64", error, ["root.tar", "version"])
    else:
        rctx.file("leave_out", "".join([p + "\n" for p in rctx.attr.leave_out]), executable = False)
        for deb in debs:
            # names in a package begin with "./"
            res = rctx.execute([
                "sh",
                "-c",
                "mkdir -p root && dpkg-deb --fsys-tarfile \"$1\" | tar -x -C root --keep-directory-symlink -X leave_out",
                "sh",
                deb,
            ])
            if res.return_code != 0:
                fail(deb + ": " + res.stderr)
            rctx.delete(deb)
        res = rctx.execute(["sh", "-ec", TAR + " -C root -f root.tar . && rm -rf root leave_out"])
        if res.return_code != 0:
            fail(res.stdout + res.stderr)
    rctx.file("BUILD.bazel", _BUILD.format(
        init = label_in("//toolchains/tools/linux:init"),
        more = ["@debian_linux//:busybox", "@debian_linux//:modules.tar", "@debian_linux_newest//:modules.tar"],
        writer = label_in("//toolchains/tools/linux:initrd"),
    ))

debian_userland = repository_rule(
    implementation = _impl,
    attrs = {
        "cached": attr.string(default = "debian_userland"),
        # of files that are not unpacked: patterns of tar
        "leave_out": attr.string_list(default = _LEAVE_OUT),
        "packages": attr.string_list(default = _PACKAGES),
        # trixie has no kexec-tools for riscv64
        "suites": attr.string_list(default = ["forky", "sid"]),
        # dependencies that are not taken; a `*` at the end stands for any text
        "without": attr.string_list(default = _WITHOUT),
    },
    environ = ENVIRON,
)
