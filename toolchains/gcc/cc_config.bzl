# SPDX-License-Identifier: Apache-2.0
"""Configuration of the bare-metal riscv64 C toolchain: GCC, or clang with GNU's linker and libgcc."""

load(
    "@bazel_tools//tools/cpp:cc_toolchain_config_lib.bzl",
    "feature",
    "flag_group",
    "flag_set",
    "tool_path",
)
load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "ACTION_NAMES")

_COMPILE = [
    ACTION_NAMES.c_compile,
    ACTION_NAMES.assemble,
    ACTION_NAMES.preprocess_assemble,
]
_LINK = [ACTION_NAMES.cpp_link_executable]

def _flags(actions, flags):
    return flag_set(actions = actions, flag_groups = [flag_group(flags = flags)])

# "" where libhyp is the main repository, else its name as a dependency
_SELF = Label("//toolchains/gcc:cc_config.bzl").workspace_name

# Options that only one of the compilers knows.
_ONLY = {
    "clang": struct(
        compile = [
            # the relocations of version 5's debug data are unknown to binutils 2.40
            "-gdwarf-4",
            # paths in the debug data begin at the workspace
            "-ffile-compilation-dir=.",
            "-Wthread-safety",
            # <hyp/base/thread_safety.h> writes attributes behind the parameters of a definition
            "-Wno-gcc-compat",
        ],
        c = [],
    ),
    "gcc": struct(
        compile = [
            "-gno-record-gcc-switches",
            # else GCC names -isystem headers by their real path when
            # that is shorter: "absolute path inclusion(s) found"
            "-fno-canonical-system-headers",
        ],
        # strings lie one behind the other
        c = ["-malign-data=natural"],
    ),
}

def _link_flags(ctx):
    if ctx.attr.compiler == "gcc":
        return []
    base = ("external/" + ctx.label.workspace_name) if ctx.label.workspace_name else "."
    return ["--ld-path=%s/%s/ld" % (base, ctx.attr.prefix), "-L" + ctx.file.libgcc.dirname]

def _impl(ctx):
    self = ["-ffile-prefix-map=external/" + _SELF + "/="] if _SELF else []
    base = "external/" + ctx.label.workspace_name if ctx.label.workspace_name else "."
    only = _ONLY[ctx.attr.compiler]
    features = [
        feature(name = "opt"),
        feature(name = "dbg"),
        feature(name = "fastbuild"),
        feature(
            name = "hyp_compile",
            enabled = True,
            flag_sets = [
                _flags(_COMPILE, [
                    "-march=rv64imac_zicsr_zifencei",
                    "-mabi=lp64",
                    "-mcmodel=medany",
                    "-ffreestanding",
                    "-nostdinc",
                    "-isystem",
                    base + "/" + ctx.attr.include_dir,
                    "-fno-pic",
                    "-fno-common",
                    "-fno-asynchronous-unwind-tables",
                    "-fno-stack-protector",
                    "-ffunction-sections",
                    "-fdata-sections",
                    "-O2",
                    "-g",
                    # the same bits wherever the tree lies
                    "-no-canonical-prefixes",
                    "-ffile-prefix-map=" + base + "/=",
                    "-ffile-prefix-map=/proc/self/cwd=.",
                    "-Wno-builtin-macro-redefined",
                    "-D__DATE__=\"redacted\"",
                    "-D__TIMESTAMP__=\"redacted\"",
                    "-D__TIME__=\"redacted\"",
                ] + only.compile + self),
                # trap entry and boot code stay as they are written
                _flags([ACTION_NAMES.assemble, ACTION_NAMES.preprocess_assemble], ["-mno-relax"]),
                # Calls become one instruction. Nothing becomes gp-relative, as gp is the guest's:
                # the linker does that only where __global_pointer$ is defined.
                _flags([ACTION_NAMES.c_compile], ["-std=c11", "-mrelax"] + only.c),
            ],
        ),
        feature(
            name = "hyp_link",
            enabled = True,
            flag_sets = [
                _flags(_LINK, [
                    # GCC's multilib is found by the plain name: with
                    # _zicsr_zifencei GCC 12 takes the lp64d libgcc.
                    "-march=rv64imac",
                    "-mabi=lp64",
                    "-nostdlib",
                    "-static",
                    "-no-canonical-prefixes",
                    "-Wl,--build-id=none",
                    "-Wl,--gc-sections",
                    "-Wl,--fatal-warnings",
                    "-Wl,--no-warn-rwx-segments",
                    "-Wl,-z,max-page-size=4096",
                    "-Wl,-z,noexecstack",
                ] + _link_flags(ctx)),
            ],
        ),
        # images that are linked by sections.ld, which has a place for it
        feature(
            name = "hyp_build_id",
            flag_sets = [_flags(_LINK, ["-Wl,--build-id=sha1"])],
        ),
        feature(
            name = "hyp_libgcc",
            enabled = True,
            flag_sets = [_flags(_LINK, ["-lgcc"])],
        ),
        # Bazel's own random_seed puts the output's path into the debug data.
        feature(name = "random_seed", enabled = False),
        # Bazel would add host-minded defaults for these otherwise.
        feature(name = "supports_pic", enabled = False),
        feature(name = "supports_start_end_lib", enabled = False),
    ]
    paths = {k: k for k in ["ar", "gcov", "ld", "nm", "objcopy", "objdump", "strip"]}
    paths.update(cpp = ctx.attr.compiler, gcc = ctx.attr.compiler)
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        features = features,
        toolchain_identifier = "riscv64-bare",
        host_system_name = "local",
        target_system_name = "riscv64-unknown-elf",
        target_cpu = "riscv64",
        target_libc = "none",
        compiler = ctx.attr.compiler,
        abi_version = "lp64",
        abi_libc_version = "none",
        tool_paths = [tool_path(name = k, path = ctx.attr.prefix + "/" + v) for k, v in paths.items()],
        cxx_builtin_include_directories = [
            # relative to the toolchain's package: %package(@repo//)% does not
            # know bzlmod's canonical names
            ctx.attr.include_dir,
        ],
    )

riscv_cc_config = rule(
    implementation = _impl,
    attrs = {
        "compiler": attr.string(default = "gcc", values = _ONLY.keys()),
        # of the compiler itself: stdint.h and the like
        "include_dir": attr.string(mandatory = True),
        "libgcc": attr.label(allow_single_file = True),
        # folder of the programs
        "prefix": attr.string(default = "bin"),
    },
    provides = [CcToolchainConfigInfo],
)
