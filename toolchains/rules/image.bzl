# SPDX-License-Identifier: Apache-2.0
"""hyp_image: a configuration, checked, linked with the hypervisor for riscv64, and run by `bazel run`."""

load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")
load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library")
load("//toolchains/gcc:copts.bzl", "hyp_copts")
load("//toolchains/rules:guest.bzl", "BARE", "objcopy_binary", "one")
load("//toolchains:third_party.bzl", "THIRD_PARTY")
load("//toolchains:version.bzl", "VERSION")
load("//toolchains/gcc:transition.bzl", "ALLOWLIST", "bare_transition")
load("//toolchains/rules:own.bzl", "own")

_SECTIONS = own("//toolchains/gcc:sections.ld")
_CONFIG = own("//libvm/config")
_TOOL_NONE = own("//toolchains/tools/config_tool:none")
_TOOL_MAIN = own("//toolchains/tools/config_tool:config_tool_main")
_MAIN = own("//images:main")
_MODULES = {False: own("//images:modules_plic"), True: own("//images:modules_all")}
_AUDIT = {False: own("//images:no_audit"), True: own("//images:audit")}
# what a generated file of a configuration may point at
_CHOSEN = {
    False: [own("//libhv/" + t) for t in ["console:shared", "irqc:plic"]],
    True: [own("//libhv/" + t) for t in ["console:shared", "irqc:plic", "irqc:aia"]],
}

# "" where libhyp is the main repository, else its name as a dependency
_SELF = Label("//toolchains/rules:image.bzl").workspace_name

# ext of the files that an image is: NAME.<ext>, and filegroup NAME_<key>
_FILES = {"bin": "bin", "elf": "elf", "manifest": "manifest", "report": "report.txt", "size": "size.txt", "spdx": "spdx.json"}

_BLOB = """
    .section .guest.{name},"a"
    .balign 4096
{name}_blob_start:
    .incbin "{path}"
{name}_blob_end:
    .section .rodata.hyp_blobs,"a"
{name}_blob_name:
    .asciz "{name}"
"""

_BLOB_ROW = """    .dword {name}_blob_name
    .dword {name}_blob_start
    .dword {name}_blob_end - {name}_blob_start
"""

_BLOB_TABLE = """
    .section .rodata.hyp_blobs,"a"
    .balign 8
    .globl hyp_blobs
    .type hyp_blobs, @object
hyp_blobs:
{rows}    .size hyp_blobs, . - hyp_blobs
    .section .rodata.hyp_blob_count,"a"
    .balign 4
    .globl hyp_blob_count
    .type hyp_blob_count, @object
hyp_blob_count:
    .word {count}
    .size hyp_blob_count, 4
"""

def _embedded(ctx):
    """[(name, file)] by name: the order of a dict of labels is no contract."""
    out = []
    for target, names in ctx.attr.embed.items():
        files = target[DefaultInfo].files.to_list()
        if len(files) != 1:
            fail("embed: %s is %d files, not one" % (target.label, len(files)))
        out += [(n, files[0]) for n in names.split(",")]
    return sorted(out)

def _blobs_object(ctx, blobs):
    cc = find_cpp_toolchain(ctx)
    source = ctx.actions.declare_file(ctx.label.name + "_blobs.S")
    obj = ctx.actions.declare_file(ctx.label.name + "_blobs.o")
    text = "".join([_BLOB.format(name = n, path = f.path) for n, f in blobs])
    rows = "".join([_BLOB_ROW.format(name = n) for n, _ in blobs])
    ctx.actions.write(source, text + _BLOB_TABLE.format(count = len(blobs), rows = rows))

    # Not a cc_library: Bazel would drop the blobs from the action's inputs, as
    # the compiler's list of headers does not name what .incbin reads.
    ctx.actions.run(
        executable = cc.compiler_executable,
        arguments = ["-march=rv64imac", "-mabi=lp64", "-mno-relax", "-nostdinc", "-no-canonical-prefixes", "-g0", "-c", source.path, "-o", obj.path],
        inputs = depset([source] + [f for _, f in blobs], transitive = [cc.all_files]),
        outputs = [obj],
        mnemonic = "HypBlobs",
    )
    return obj

def _config_impl(ctx):
    blobs = _embedded(ctx)
    out = {k: ctx.actions.declare_file(ctx.attr.image + s) for k, s in {
        "dtbs": "_dtbs.c",
        "manifest": "_config.manifest",
        "report": "_files.report.txt",
    }.items()}
    rows = ctx.actions.declare_file(ctx.attr.image + "_files.rows")
    defaults = ctx.actions.declare_file(ctx.attr.image + "_files.defaults")
    ctx.actions.write(defaults, "".join(["default\t%s\t%s\n" % kv for kv in ctx.attr.defaults.items()]))
    files = " ".join(["--config '%s'" % ctx.file.config.short_path] + [
        "--file '%s=%s'" % (n, f.path)
        for n, f in blobs
    ] + [
        # its name alone: what is loaded must not have a say in the image
        "--load '%s'" % n
        for n in ctx.attr.loads
    ])
    files += "" if ctx.attr.irqc_else else " --no-irqc-else"
    others = [t.executable for t in [d[DefaultInfo].files_to_run for d in ctx.attr.other_tools]]
    command = ["set -eu", "board=$(mktemp)", "\"$1\" --check --board \"$board\" " + files] + [
        "'%s' --check --same-board \"$board\" %s" % (t.path, files)
        for t in others
    ] + [
        "rm \"$board\"",
        "\"$1\" --check --dtbs \"$2\" --manifest \"$3\" --report \"$4\" " + files,
        "cat \"$3\" \"$5\" > \"$6\"",
    ]
    ctx.actions.run_shell(
        command = "; ".join(command),
        arguments = [ctx.executable.tool.path] + [f.path for f in [out["dtbs"], rows, out["report"], defaults, out["manifest"]]],
        inputs = [defaults] + [f for _, f in blobs],
        tools = [ctx.executable.tool] + others,
        outputs = [rows] + out.values(),
        mnemonic = "HypConfig",
        progress_message = "Checking configuration %s" % ctx.attr.image,
    )
    obj = _blobs_object(ctx, blobs)
    return [
        DefaultInfo(files = depset([obj])),
        OutputGroupInfo(blobs = depset([obj]), **{k: depset([v]) for k, v in out.items()}),
    ]

# Runs in the bare-metal configuration; the tool is built for the machine that builds.
_hyp_config = rule(
    implementation = _config_impl,
    attrs = {
        # a VM may get one of its irqc_else; False: it has irqc on every machine
        "irqc_else": attr.bool(default = True),
        # for messages, which its path begins
        "config": attr.label(allow_single_file = True, mandatory = True),
        "defaults": attr.string_dict(),
        "embed": attr.label_keyed_string_dict(allow_files = True),
        "image": attr.string(mandatory = True),
        "loads": attr.string_list(),
        # with the other platforms' data: they only judge
        "other_tools": attr.label_list(cfg = "exec"),
        "tool": attr.label(cfg = "exec", executable = True, mandatory = True),
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
    },
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)

def _bill_of_material(ctx, cc, elf, raw):
    """NAME.spdx.json: what the image contains, as its debug data says."""
    out = ctx.actions.declare_file(ctx.label.name + ".spdx.json")
    blobs = _embedded(ctx)
    plan = ctx.actions.declare_file(ctx.label.name + ".spdx.plan")
    ctx.actions.write(plan, json.encode(struct(
        bin = raw.path,
        blobs = {n: f.path for n, f in blobs},
        elf = elf.path,
        image = ctx.attr.image,
        objdump = cc.objdump_executable,
        # assembly's units have it where libhyp is a dependency
        own_prefix = "external/%s/" % _SELF if _SELF else "",
        third_party = THIRD_PARTY,
        version = VERSION,
    )))
    ctx.actions.run(
        executable = ctx.file._spdx,
        arguments = [plan.path, out.path],
        inputs = depset([plan, elf, raw] + [f for _, f in blobs], transitive = [cc.all_files]),
        outputs = [out],
        mnemonic = "HypSpdx",
    )
    return out

# .size.txt: the sections, addresses and sizes in hex as `size -x` and `nm` write them (awk's numbers hold no 64-bit address).
# A decimal KiB is exact enough to compare; the sum is without debug sections, which have no address.
_SECTIONS_AWK = """
function number(hex,  i, n) {
    for (i = 3; i <= length(hex); i++)
        n = n * 16 + index("0123456789abcdef", substr(hex, i, 1)) - 1
    return n
}
function row(name, size, kib, addr) { printf "%-24s %12s %9.1f %18s\\n", name, size, kib, addr }
NR == 1 {
    print image
    printf "%-24s %12s %9s %18s\\n", "section", "size", "KiB", "address"
}
/^[._a-zA-Z]/ && NF == 3 && $2 ~ /^0x/ && $2 != "0x0" && $3 != "0x0" {
    row($1, $2, number($2) / 1024, $3)
    sum += number($2)
}
END { row("all", sprintf("0x%x", sum), sum / 1024, "") }
"""
_SYMBOLS_AWK = """
BEGIN { printf "\\n%-40s %12s %18s\\n", "largest symbols", "size", "address" }
NR <= 24 {
    sub("^0*", "0x", $2)
    printf "%-40s %12s %18s\\n", $4, $2, "0x" $1
}
"""

def _files_impl(ctx):
    cc = find_cpp_toolchain(ctx)
    elf = ctx.file.elf
    raw = ctx.actions.declare_file(ctx.label.name + ".bin")
    size = ctx.actions.declare_file(ctx.label.name + ".size.txt")
    objcopy_binary(ctx, elf, raw)
    binutils = cc.objcopy_executable[:-len("objcopy")]
    ctx.actions.run_shell(
        command = "set -euo pipefail; { %s; %s; } > '%s'" % (
            "'%ssize' -A -x '%s' | awk -v image='%s' '%s'" % (binutils, elf.path, ctx.attr.image, _SECTIONS_AWK),
            "'%snm' -S --size-sort -r '%s' | awk '%s'" % (binutils, elf.path, _SYMBOLS_AWK),
            size.path,
        ),
        inputs = depset([elf], transitive = [cc.all_files]),
        outputs = [size],
        mnemonic = "HypSize",
    )
    spdx = _bill_of_material(ctx, cc, elf, raw)
    outs = {"bin": depset([raw]), "elf": depset([elf]), "size": depset([size]), "spdx": depset([spdx])}
    if ctx.attr.config:
        group = ctx.attr.config[OutputGroupInfo]
        manifest = ctx.actions.declare_file(ctx.label.name + ".manifest")
        rows = group.manifest.to_list()[0]
        ctx.actions.run_shell(
            command = "id=$(%s -n %s | sed -n 's/.*Build ID: //p'); { cat %s; printf 'build_id\\t%%s\\n' \"$id\"; } > %s" % (
                cc.objcopy_executable[:-len("objcopy")] + "readelf",
                elf.path,
                rows.path,
                manifest.path,
            ),
            inputs = depset([elf, rows], transitive = [cc.all_files]),
            outputs = [manifest],
            mnemonic = "HypManifest",
        )
        outs["manifest"] = depset([manifest])
        outs["report"] = group.report
    return [DefaultInfo(files = depset(transitive = outs.values())), OutputGroupInfo(**outs)]

# Runs in the bare-metal configuration.
_hyp_image_files = rule(
    implementation = _files_impl,
    attrs = {
        "config": attr.label(),
        "elf": attr.label(allow_single_file = True, mandatory = True),
        "embed": attr.label_keyed_string_dict(allow_files = True),
        "image": attr.string(mandatory = True),
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
        "_spdx": attr.label(allow_single_file = True, default = "//toolchains/tools:spdx.py"),
    },
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)

_RUN = """#!/bin/sh
# bazel run: this terminal is the machine's console; Ctrl-A X leaves
if [ -n "${{TEST_SRCDIR:-}}" ]; then
    root=$TEST_SRCDIR/$TEST_WORKSPACE
elif [ -d "$0.runfiles/{workspace}" ]; then
    root=$0.runfiles/{workspace}
else
    root=$PWD
fi
exec python3 "$root/{launcher}" --root "$root" {args} "$@"
"""

def _image_impl(ctx):
    src = one(ctx.attr.image)[OutputGroupInfo]
    outs = {}
    for group, ext in _FILES.items():
        if not hasattr(src, group):
            continue
        out = ctx.actions.declare_file("%s.%s" % (ctx.label.name, ext))
        ctx.actions.symlink(output = out, target_file = getattr(src, group).to_list()[0])
        outs[group] = out
    files = []
    args = ["--image", outs["bin"].short_path, "--qemu", ctx.file._qemu.short_path, "--bios", ctx.file._bios.short_path]
    if "manifest" in outs:
        args += ["--manifest", outs["manifest"].short_path]
    for target, names in ctx.attr.loads.items():
        file = target[DefaultInfo].files.to_list()[0]
        files.append(file)
        for n in names.split(","):
            args += ["--load", "%s=%s" % (n, file.short_path)]
    run = ctx.actions.declare_file(ctx.label.name + ".run")
    ctx.actions.write(run, _RUN.format(
        args = " ".join(["'%s'" % a for a in args]),
        launcher = ctx.file._launcher.short_path,
        workspace = ctx.workspace_name,
    ), is_executable = True)
    return [
        DefaultInfo(
            files = depset(outs.values()),
            executable = run,
            # a run needs no bill of material: tests do not wait for it
            runfiles = ctx.runfiles(files = [outs[k] for k in outs if k != "spdx"] + files + [ctx.file._launcher, ctx.file._qemu, ctx.file._bios]),
        ),
        OutputGroupInfo(**{k: depset([v]) for k, v in outs.items()}),
    ]

# Runs in the configuration the user asked for, so that the image's files lie
# under bazel-bin; the edge to the files changes the platform.
_hyp_image = rule(
    implementation = _image_impl,
    attrs = {
        "image": attr.label(cfg = bare_transition, mandatory = True),
        "loads": attr.label_keyed_string_dict(allow_files = True),
        "_allowlist_function_transition": attr.label(default = ALLOWLIST),
        "_bios": attr.label(allow_single_file = True, default = "@opensbi//:fw_dynamic.bin"),
        "_launcher": attr.label(allow_single_file = True, default = "//toolchains/tools:run_image.py"),
        "_qemu": attr.label(allow_single_file = True, default = "@qemu//:qemu-system-riscv64"),
    },
    executable = True,
)

def _by_label(blobs):
    """{name: label} as {label: "name,name"}: what an attribute can hold."""
    out = {}
    for name in sorted(blobs):
        label = blobs[name]
        out[label] = out[label] + "," + name if label in out else name
    return out

def _quoted(text):
    """The text as one word of `local_defines`, which Bazel splits as a shell does."""
    for c in ["\\", "\"", " "]:
        text = text.replace(c, "\\" + c)
    return text

def hyp_image(
        name,
        platform = None,
        also_on = [],
        config = None,
        defines = {},
        srcs = [],
        main = _MAIN,
        aia = True,
        audit = False,
        modules = None,
        embed = {},
        loads = {},
        deps = [],
        copts = [],
        linkopts = [],
        linker_script = _SECTIONS,
        default_cpu = None,
        default_machine = None,
        default_mem = None,
        default_smp = None,
        tags = [],
        visibility = ["//visibility:public"]):
    """An image: bazel-bin/<package>/NAME.{elf,bin,size.txt,spdx.json,manifest,report.txt}, and `bazel run`.

    Args:
      name: of the image; NAME_elf, NAME_bin, NAME_size, NAME_spdx, NAME_manifest, NAME_report are its
        files.
      platform: cc_library with hyp_platform.
      also_on: the same of other machines that the image shall run on, which have an APLIC, and all
        else as `platform`: the configuration is checked for each. At boot it finds out where it is.
      config: C file with hyp_config, which includes only <hyp/vm/config.h>; None: no libhyp
        configuration at all, srcs and deps are the whole firmware.
      defines: macros for `config`, {NAME: text}: several images share one file.
      srcs: C and assembly besides `main`.
      main: the library with boot_main(); "": srcs have it, and hyp_build_name, and say which modules
        there are; aia then only decides whether VMs get their irqc_else.
      aia: it also runs where an APLIC and IMSICs are in the place of the PLIC. Without, each VM
        gets its irqc, and none of irqc_else.
      audit: before the first guest runs it walks its own page tables and says what they hold.
      modules: cc_library with `modules` of images/modules.h, in place of what aia chooses.
      embed: blob name -> file in the image.
      loads: blob name -> file that is put into memory before the image starts.
      deps: libraries.
      copts: for srcs.
      linkopts: added to ours.
      linker_script: the sections.
      default_cpu: QEMU's -cpu; this and the next three win over what the config tool works out.
      default_machine: more options of -M virt.
      default_mem: QEMU's -m.
      default_smp: QEMU's -smp.
      tags: of the image.
      visibility: of the image.
    """
    private = {"tags": ["manual"], "visibility": ["//visibility:private"]}
    link_srcs = list(srcs)
    link_deps = list(deps)
    if config:
        if not platform:
            fail("hyp_image %s: a configuration needs a platform, for example //platforms/qemu_virt" % name)
        cc_library(
            name = name + "_config",
            srcs = [config],
            copts = hyp_copts(),
            linkstatic = True,
            local_defines = ["%s=%s" % (k, _quoted(v)) for k, v in defines.items()],
            deps = [_CONFIG],
            **private
        )
        tools = []
        for i, p in enumerate([platform] + also_on):
            tools.append(name + "_tool" + (str(i) if i != 0 else ""))
            cc_binary(
                name = tools[i],
                deps = [_TOOL_MAIN, ":" + name + "_config", p, _TOOL_NONE],
                **private
            )
        _hyp_config(
            name = name + "_generated",
            config = config,
            irqc_else = aia,
            defaults = {
                k: str(v)
                for k, v in [("cpu", default_cpu), ("machine", default_machine), ("mem", default_mem), ("smp", default_smp)]
                if v != None
            },
            embed = _by_label(embed),
            image = name,
            loads = sorted(loads),
            other_tools = [":" + t for t in tools[1:]],
            target_compatible_with = BARE,
            tool = ":" + tools[0],
            **private
        )
        for group in ["blobs", "dtbs"]:
            native.filegroup(
                name = name + "_" + group,
                srcs = [":" + name + "_generated"],
                output_group = group,
                **private
            )
        cc_library(
            name = name + "_dtbs_lib",
            srcs = [":" + name + "_dtbs"],
            # the generated file's path is Bazel's, not the sources'
            copts = ["-g0"],
            linkstatic = True,
            target_compatible_with = BARE,
            deps = [_CONFIG] + _CHOSEN[aia],
            **private
        )
        link_srcs.append(":" + name + "_blobs")
        link_deps += [":" + name + "_config", ":" + name + "_dtbs_lib", platform]
    cc_binary(
        name = name + "_link",
        srcs = link_srcs,
        additional_linker_inputs = [linker_script],
        copts = hyp_copts(copts),
        features = ["hyp_build_id"] if linker_script == _SECTIONS else [],
        # _start lies in a library: nothing else asks for it
        linkopts = ["-T$(location %s)" % linker_script, "-Wl,-u,_start"] + linkopts,
        target_compatible_with = BARE,
        deps = ([main, modules or _MODULES[aia], _AUDIT[audit]] if main and config else []) + link_deps,
        **private
    )
    _hyp_image_files(
        name = name + "_files",
        config = ":" + name + "_generated" if config else None,
        elf = ":" + name + "_link",
        embed = _by_label(embed),
        image = name,
        target_compatible_with = BARE,
        **private
    )
    _hyp_image(
        name = name,
        image = ":" + name + "_files",
        loads = _by_label(loads),
        tags = tags,
        visibility = visibility,
    )
    for group in ["bin", "elf", "size", "spdx"] + (["manifest", "report"] if config else []):
        native.filegroup(
            name = name + "_" + group,
            srcs = [":" + name],
            output_group = group,
            tags = tags,
            visibility = visibility,
        )
