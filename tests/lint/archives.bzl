# SPDX-License-Identifier: Apache-2.0
"""bare_archives: the riscv64 archives of some libraries and of our own libraries below them."""

load("//toolchains/gcc:transition.bzl", "ALLOWLIST", "bare_transition")

def _impl(ctx):
    out = {}
    for lib in ctx.attr.libs:
        for linker_input in lib[CcInfo].linking_context.linker_inputs.to_list():
            if linker_input.owner.workspace_name != ctx.label.workspace_name:
                continue
            for library in linker_input.libraries:
                file = library.static_library or library.pic_static_library
                if file:
                    out[file.path] = file
    files = depset(out.values())
    return [DefaultInfo(files = files, runfiles = ctx.runfiles(transitive_files = files))]

bare_archives = rule(
    implementation = _impl,
    attrs = {
        "libs": attr.label_list(cfg = bare_transition, providers = [CcInfo]),
        "_allowlist_function_transition": attr.label(default = ALLOWLIST),
    },
)
