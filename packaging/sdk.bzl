# SPDX-License-Identifier: Apache-2.0
"""sdk: archives, headers and pkg-config files of our libraries, as firmware, for users of other build systems."""

load("//toolchains:version.bzl", "VERSION")
load("//toolchains/gcc:transition.bzl", "ALLOWLIST", "firmware_transition")

def _own(ctx, label):
    return label.workspace_name == ctx.label.workspace_name

def _library(ctx, label):
    """The archive that an object of this target belongs to: the first folder's, or a third party's own."""
    return label.package.split("/")[0] if _own(ctx, label) else "lib" + label.name

def _installed(path):
    """A public header's path below include/, or None."""
    if "/libc/include/" in path:
        return None  # a C library's names: the libraries' own headers include none of them
    for folder in ["/include/hyp/", "/riscv/hyp/"]:
        if folder in path:
            return "hyp/" + path.split(folder)[1]
    return path if path.startswith("libhv/") else None

def _impl(ctx):
    objects = {}
    headers = {}
    for lib in ctx.attr.libs:
        for linker_input in lib[CcInfo].linking_context.linker_inputs.to_list():
            for library in linker_input.libraries:
                files = objects.setdefault(_library(ctx, linker_input.owner), {})
                files.update([(f.path, f) for f in library.objects])
        for f in lib[CcInfo].compilation_context.headers.to_list():
            path = _installed(f.short_path) if f.owner and _own(ctx, f.owner) else None
            if path:
                headers[path] = f
    missing = [k for k in objects if k not in ctx.attr.requires]
    if missing:
        fail("requires has no row for %s" % missing)
    others = {
        "share/libhyp/sections.ld": ctx.file._sections,
        "share/licenses/BearSSL": ctx.file._bearssl_license,
        "share/licenses/libhyp": ctx.file._license,
    }
    files = {"include/" + k: v for k, v in headers.items()}
    files.update(others)
    out = ctx.actions.declare_directory(ctx.attr.folder + "/" + ctx.attr.compiler)
    plan = ctx.actions.declare_file(ctx.label.name + ".json")
    ctx.actions.write(plan, json.encode(struct(
        ar = ctx.executable._ar.path,
        files = {k: v.path for k, v in files.items()},
        libraries = {
            name: struct(
                about = ctx.attr.about[name],
                objects = objects[name].keys(),
                requires = ctx.attr.requires[name],
            )
            for name in sorted(objects)
        },
        version = VERSION,
    )))
    ctx.actions.run(
        executable = ctx.file._tool,
        arguments = [plan.path, out.path],
        inputs = depset(
            [plan] + files.values() + [f for o in objects.values() for f in o.values()],
            transitive = [ctx.attr._binutils[DefaultInfo].files],
        ),
        tools = [ctx.executable._ar],
        outputs = [out],
        mnemonic = "HypSdk",
        progress_message = "Packing libraries of %s" % ctx.attr.compiler,
    )
    return [DefaultInfo(files = depset([out]), runfiles = ctx.runfiles(files = [out]))]

sdk = rule(
    implementation = _impl,
    attrs = {
        "about": attr.string_dict(mandatory = True, doc = "library: one line, for its .pc"),
        "compiler": attr.string(mandatory = True, values = ["clang", "gcc"]),
        "folder": attr.string(mandatory = True, doc = "FOLDER/COMPILER is made"),
        "libs": attr.label_list(cfg = firmware_transition, providers = [CcInfo]),
        "requires": attr.string_list_dict(mandatory = True, doc = "library: the libraries that it calls or includes"),
        "_allowlist_function_transition": attr.label(default = ALLOWLIST),
        "_ar": attr.label(allow_single_file = True, cfg = "exec", default = "@riscv64_gcc//:bin/ar", executable = True),
        "_bearssl_license": attr.label(allow_single_file = True, default = "@bearssl//:LICENSE.txt"),
        "_binutils": attr.label(default = "@riscv64_gcc//:files"),
        "_license": attr.label(allow_single_file = True, default = "//:LICENSE"),
        "_sections": attr.label(allow_single_file = True, default = "//toolchains/gcc:sections.ld"),
        "_tool": attr.label(allow_single_file = True, default = "//packaging:sdk.py"),
    },
)
