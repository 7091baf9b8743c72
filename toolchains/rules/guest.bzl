# SPDX-License-Identifier: Apache-2.0
"""hyp_guest: a bare-metal guest. qemu_plugin: a shared object for QEMU, without sanitizers."""

load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")
load("@rules_cc//cc:defs.bzl", "cc_binary")
load("//toolchains/gcc:copts.bzl", "hyp_copts")
load("//toolchains/gcc:transition.bzl", "ALLOWLIST", "bare_transition", "plain_transition")
load("//toolchains/rules:own.bzl", "own")

_MEMORY = own("//guest:guest.ld")

BARE = [str(Label("@platforms//os:none"))]

def objcopy_binary(ctx, elf, out):
    cc = find_cpp_toolchain(ctx)
    ctx.actions.run(
        executable = cc.objcopy_executable,
        arguments = ["-O", "binary", elf.path, out.path],
        inputs = depset([elf], transitive = [cc.all_files]),
        outputs = [out],
        mnemonic = "HypObjcopy",
    )

def one(value):
    """The target behind an attribute with a transition: a list in some versions of Bazel."""
    return value[0] if type(value) == "list" else value

def _guest_files_impl(ctx):
    raw = ctx.actions.declare_file(ctx.label.name + ".bin")
    objcopy_binary(ctx, ctx.file.elf, raw)
    return [DefaultInfo(files = depset([ctx.file.elf, raw])), OutputGroupInfo(elf = depset([ctx.file.elf]), bin = depset([raw]))]

_guest_files = rule(
    implementation = _guest_files_impl,
    attrs = {
        "elf": attr.label(allow_single_file = True, mandatory = True),
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
    },
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)

def _guest_impl(ctx):
    src = one(ctx.attr.files)
    outs = {}
    for ext in ["elf", "bin"]:
        out = ctx.actions.declare_file("%s.%s" % (ctx.label.name, ext))
        ctx.actions.symlink(output = out, target_file = getattr(src[OutputGroupInfo], ext).to_list()[0])
        outs[ext] = depset([out])

    # as a label in `embed` or `data` a guest is its flat binary
    return [
        DefaultInfo(files = outs["bin"], runfiles = ctx.runfiles(transitive_files = outs["bin"])),
        OutputGroupInfo(**outs),
    ]

_guest = rule(
    implementation = _guest_impl,
    attrs = {
        "files": attr.label(cfg = bare_transition, mandatory = True),
        "_allowlist_function_transition": attr.label(default = ALLOWLIST),
    },
)

def hyp_guest(name, srcs, linker_script = _MEMORY, deps = [], copts = [], linkopts = [], visibility = ["//visibility:public"], tags = [], **kwargs):
    """Links a guest for riscv64: NAME is the flat NAME.bin, NAME_elf the NAME.elf.

    Args:
      name: of the guest.
      srcs: C and assembly.
      linker_script: its memory; without, it lies at 0x80000000, or where linkopts say:
        -Wl,--defsym=GUEST_RAM=0x90000000.
      deps: libraries; //guest has start-up code, SBI calls and printing.
      copts: after ours, so that -march=rv64gc -mabi=lp64 works (the ABI stays lp64).
      linkopts: after ours.
      visibility: of NAME and NAME_elf.
      tags: of NAME and NAME_elf.
      **kwargs: of the cc_binary.
    """
    cc_binary(
        name = name + "_link",
        srcs = srcs,
        additional_linker_inputs = [linker_script],
        copts = hyp_copts(copts),
        # _start may lie in a library: nothing else asks for it
        linkopts = ["-T$(location %s)" % linker_script, "-Wl,-u,_start"] + linkopts,
        tags = ["manual"],
        target_compatible_with = BARE,
        visibility = ["//visibility:private"],
        deps = deps,
        **kwargs
    )
    _guest_files(
        name = name + "_files",
        elf = ":" + name + "_link",
        tags = ["manual"],
        target_compatible_with = BARE,
        visibility = ["//visibility:private"],
    )
    _guest(
        name = name,
        files = ":" + name + "_files",
        tags = tags,
        visibility = visibility,
    )
    native.filegroup(
        name = name + "_elf",
        srcs = [":" + name],
        output_group = "elf",
        tags = tags,
        visibility = visibility,
    )

def _plugin_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".so")
    ctx.actions.symlink(output = out, target_file = one(ctx.attr.so)[DefaultInfo].files.to_list()[0])
    return [DefaultInfo(files = depset([out]), runfiles = ctx.runfiles(files = [out]))]

_plugin = rule(
    implementation = _plugin_impl,
    attrs = {
        "so": attr.label(cfg = plain_transition, mandatory = True),
        "_allowlist_function_transition": attr.label(default = ALLOWLIST),
    },
)

def qemu_plugin(name, srcs, deps = [], copts = [], visibility = None, **kwargs):
    """NAME.so: a TCG plugin; QEMU has no sanitizer, so neither has this."""
    cc_binary(
        name = name + "_link.so",
        srcs = srcs,
        copts = hyp_copts(copts),
        linkshared = True,
        tags = ["manual"],
        visibility = ["//visibility:private"],
        deps = deps,
        **kwargs
    )
    _plugin(
        name = name,
        so = ":" + name + "_link.so",
        visibility = visibility,
    )
