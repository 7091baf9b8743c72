# SPDX-License-Identifier: Apache-2.0
"""release: an archive of the sources, and one of prebuilt libraries and headers."""

load("//toolchains:version.bzl", "VERSION")

def _impl(ctx):
    sources = ctx.actions.declare_file("libhyp-%s.tar.gz" % VERSION)
    ctx.actions.run(
        executable = ctx.file._tool,
        arguments = ["sources", sources.path, "libhyp-" + VERSION, ctx.file.workspace.path, ctx.info_file.path],
        # No label has all files: packages and tests/consumer, another workspace, bound each glob. So
        # this action reads the tree itself, and packaging/status.sh tells Bazel when the tree has changed.
        execution_requirements = {"local": "1", "no-cache": "1", "no-sandbox": "1"},
        inputs = [ctx.file.workspace, ctx.info_file],
        outputs = [sources],
        mnemonic = "HypSources",
        progress_message = "Packing the sources",
    )
    libraries = ctx.actions.declare_file("libhyp-%s-riscv64.tar.gz" % VERSION)
    ctx.actions.run(
        executable = ctx.file._tool,
        arguments = ["folders", libraries.path, "libhyp-%s-riscv64" % VERSION] + [f.path for f in ctx.files.sdk],
        inputs = ctx.files.sdk,
        outputs = [libraries],
        mnemonic = "HypTar",
        progress_message = "Packing the libraries",
    )
    files = [sources, libraries]
    return [DefaultInfo(files = depset(files), runfiles = ctx.runfiles(files = files))]

release = rule(
    implementation = _impl,
    attrs = {
        "sdk": attr.label(default = "//packaging:sdk"),
        "workspace": attr.label(allow_single_file = True, mandatory = True),
        "_tool": attr.label(allow_single_file = True, default = "//packaging:release.py"),
    },
)
