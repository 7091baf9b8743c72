# SPDX-License-Identifier: Apache-2.0
"""@qemu: the machine's QEMU, its version checked and known to the tests' cache keys; firmware for it."""

load("//toolchains/gcc:debian.bzl", "ENVIRON", "fetch", "unpack_deb")

def _qemu_impl(rctx):
    qemu = rctx.which("qemu-system-riscv64")
    text = rctx.execute([qemu, "--version"]).stdout.split("\n")[0] if qemu else "none"
    words = text.split(" version ")
    major = int(words[1].split(".")[0]) if len(words) == 2 else 0
    if major < rctx.attr.minimum:
        # fail the tests, not the loading of packages that only build
        run = "echo 'QEMU %d or newer is needed, this machine has: %s; ./bazelw installs it' >&2; exit 1" % (rctx.attr.minimum, text)
    else:
        run = "exec %s \"$@\"" % qemu
    rctx.file("qemu-system-riscv64", "#!/bin/sh\n# %s\n%s\n" % (text, run), executable = True)
    rctx.file("BUILD.bazel", 'exports_files(["qemu-system-riscv64"])\n')

qemu_repository = repository_rule(
    implementation = _qemu_impl,
    attrs = {"minimum": attr.int(default = 10)},
    configure = True,
    environ = ["PATH"],
    local = True,
)

def _firmware_impl(rctx):
    unpack_deb(
        rctx,
        fetch(rctx, rctx.attr.pool, rctx.attr.sha256),
        ["./%s/%s" % (rctx.attr.folder, f) for f in rctx.attr.files],
    )
    for f in rctx.attr.files:
        rctx.symlink(rctx.attr.folder + "/" + f, f)
    rctx.file("BUILD.bazel", "exports_files(%r)\n" % rctx.attr.files)

# Files out of one pinned .deb.
firmware_repository = repository_rule(
    implementation = _firmware_impl,
    attrs = {
        "files": attr.string_list(mandatory = True),
        "folder": attr.string(mandatory = True),
        "pool": attr.string(mandatory = True),
        "sha256": attr.string(mandatory = True),
    },
    environ = ENVIRON,
)
