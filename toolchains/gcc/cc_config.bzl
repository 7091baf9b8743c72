# SPDX-License-Identifier: Apache-2.0
"""Configuration of the bare-metal riscv64 C toolchain."""

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

def _impl(ctx):
    self = ["-ffile-prefix-map=external/" + _SELF + "/="] if _SELF else []
    base = "external/" + ctx.label.workspace_name if ctx.label.workspace_name else "."
    gcc = base + "/" + ctx.attr.gcc_dir
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
                    gcc + "/include",
                    "-fno-pic",
                    "-fno-common",
                    "-fno-asynchronous-unwind-tables",
                    "-fno-stack-protector",
                    "-ffunction-sections",
                    "-fdata-sections",
                    # strings lie one behind the other
                    "-malign-data=natural",
                    "-O2",
                    "-g",
                    "-gno-record-gcc-switches",
                    # the same bits wherever the tree lies
                    "-no-canonical-prefixes",
                    # else GCC names -isystem headers by their real path when
                    # that is shorter: "absolute path inclusion(s) found"
                    "-fno-canonical-system-headers",
                    "-ffile-prefix-map=" + base + "/=",
                    "-ffile-prefix-map=/proc/self/cwd=.",
                    "-Wno-builtin-macro-redefined",
                    "-D__DATE__=\"redacted\"",
                    "-D__TIMESTAMP__=\"redacted\"",
                    "-D__TIME__=\"redacted\"",
                ] + self),
                # trap entry and boot code stay as they are written
                _flags([ACTION_NAMES.assemble, ACTION_NAMES.preprocess_assemble], ["-mno-relax"]),
                # Calls become one instruction. Nothing becomes gp-relative, as gp is the guest's:
                # the linker does that only where __global_pointer$ is defined.
                _flags([ACTION_NAMES.c_compile], ["-std=c11", "-mrelax"]),
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
                ]),
            ],
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
    paths = {
        "ar": "bin/ar",
        "cpp": "bin/cpp",
        "gcc": "bin/gcc",
        "gcov": "bin/gcov",
        "ld": "bin/ld",
        "nm": "bin/nm",
        "objcopy": "bin/objcopy",
        "objdump": "bin/objdump",
        "strip": "bin/strip",
    }
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        features = features,
        toolchain_identifier = "riscv64-bare",
        host_system_name = "local",
        target_system_name = "riscv64-unknown-elf",
        target_cpu = "riscv64",
        target_libc = "none",
        compiler = "gcc",
        abi_version = "lp64",
        abi_libc_version = "none",
        tool_paths = [tool_path(name = k, path = v) for k, v in paths.items()],
        cxx_builtin_include_directories = [
            # relative to the toolchain's package: %package(@repo//)% does not
            # know bzlmod's canonical names
            ctx.attr.gcc_dir + "/include",
        ],
    )

riscv_cc_config = rule(
    implementation = _impl,
    attrs = {
        "gcc_dir": attr.string(mandatory = True),
        "gcc_version": attr.string(mandatory = True),
    },
    provides = [CcToolchainConfigInfo],
)
