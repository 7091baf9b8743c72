# SPDX-License-Identifier: Apache-2.0
"""Configuration of clang for host code: layering_check, parse_headers and thread safety."""

load(
    "@bazel_tools//tools/cpp:cc_toolchain_config_lib.bzl",
    "feature",
    "feature_set",
    "flag_group",
    "flag_set",
    "tool_path",
)
load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "ACTION_NAMES")

_PARSE = [ACTION_NAMES.cpp_header_parsing]
_COMPILE = [ACTION_NAMES.c_compile, ACTION_NAMES.preprocess_assemble] + _PARSE
_LINK = [
    ACTION_NAMES.cpp_link_executable,
    ACTION_NAMES.cpp_link_dynamic_library,
    ACTION_NAMES.cpp_link_nodeps_dynamic_library,
]

def _flags(actions, *groups):
    return flag_set(actions = actions, flag_groups = list(groups))

def _impl(ctx):
    base = "external/" + ctx.label.workspace_name
    features = [
        feature(name = "opt"),
        feature(name = "dbg"),
        feature(name = "fastbuild"),
        feature(name = "hyp_compile", enabled = True, flag_sets = [
            _flags(_COMPILE, flag_group(flags = [
                "-fPIC",
                "-fno-omit-frame-pointer",
                "-Wthread-safety",
                # <hyp/base/thread_safety.h> writes attributes behind the parameters of a definition
                "-Wno-gcc-compat",
                "-no-canonical-prefixes",
                "-resource-dir=" + base + "/" + ctx.attr.clang_dir,
                "-Wno-builtin-macro-redefined",
                "-D__DATE__=\"redacted\"",
                "-D__TIMESTAMP__=\"redacted\"",
                "-D__TIME__=\"redacted\"",
            ])),
            _flags(_PARSE, flag_group(flags = ["-xc-header", "-fsyntax-only"])),
            _flags(_LINK, flag_group(flags = ["-no-canonical-prefixes", "-resource-dir=" + base + "/" + ctx.attr.clang_dir])),
        ]),
        # Bazel's own names: it writes a module map for each library, which says what its headers are
        feature(name = "module_maps", enabled = True),
        feature(name = "use_module_maps", requires = [feature_set(features = ["module_maps"])], flag_sets = [
            _flags([ACTION_NAMES.c_compile] + _PARSE, flag_group(flags = [
                "-fmodule-name=%{module_name}",
                "-fmodule-map-file=%{module_map_file}",
            ])),
        ]),
        feature(name = "layering_check", implies = ["use_module_maps"], flag_sets = [
            _flags(
                [ACTION_NAMES.c_compile] + _PARSE,
                flag_group(flags = ["-fmodules-strict-decluse", "-Wprivate-header"]),
                flag_group(
                    flags = ["-fmodule-map-file=%{dependent_module_map_files}"],
                    iterate_over = "dependent_module_map_files",
                ),
            ),
        ]),
        feature(name = "parse_headers"),
        feature(name = "supports_pic", enabled = False),
        feature(name = "supports_start_end_lib", enabled = False),
    ]
    tools = {"cpp": "clang", "gcc": "clang", "gcov": "clang"}
    for tool in ["ar", "ld", "nm", "objcopy", "objdump", "strip"]:
        tools[tool] = tool
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        features = features,
        toolchain_identifier = "clang-host",
        host_system_name = "local",
        target_system_name = "x86_64-linux-gnu",
        target_cpu = "k8",
        target_libc = "glibc",
        compiler = "clang",
        abi_version = "local",
        abi_libc_version = "local",
        tool_paths = [tool_path(name = k, path = "host/" + v) for k, v in tools.items()],
        cxx_builtin_include_directories = [ctx.attr.clang_dir + "/include", "/usr/include", "/usr/local/include"],
    )

host_clang_config = rule(
    implementation = _impl,
    attrs = {"clang_dir": attr.string(mandatory = True)},
    provides = [CcToolchainConfigInfo],
)
