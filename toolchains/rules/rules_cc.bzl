# SPDX-License-Identifier: Apache-2.0
"""Bazel rules: the distribution's copy where there is one, else the release."""

def _impl(rctx):
    system = rctx.path(rctx.attr.system_path)
    if system.exists and rctx.os.environ.get("HYP_SYSTEM_RULES", "1") == "1":
        res = rctx.execute(["cp", "-rL", str(system) + "/.", "."])
        if res.return_code != 0:
            fail(res.stderr)
    else:
        rctx.download_and_extract(
            url = rctx.attr.urls,
            sha256 = rctx.attr.sha256,
            stripPrefix = rctx.attr.strip_prefix,
        )

    # rules_cc 0.0.4 takes use_cpp_toolchain from @bazel_tools, which has it
    # from Bazel 5.? on: give an older Bazel the toolchain type by its name.
    if rctx.name.split("~")[-1].split("+")[-1] != "rules_cc":
        return
    tools = rctx.read(Label("@bazel_tools//tools/cpp:toolchain_utils.bzl"))
    if "use_cpp_toolchain" in tools:
        return
    for f in ["cc_flags_supplier.bzl", "compiler_flag.bzl"]:
        f = "cc/private/rules_impl/" + f
        if not rctx.path(f).exists:
            continue
        text = rctx.read(f)
        rctx.file(f, text.replace(
            ', "use_cpp_toolchain"',
            "",
        ).replace(
            "use_cpp_toolchain()",
            '["@bazel_tools//tools/cpp:toolchain_type"]',
        ))

system_or_http = repository_rule(
    implementation = _impl,
    attrs = {
        "system_path": attr.string(mandatory = True),
        "urls": attr.string_list(),
        "sha256": attr.string(),
        "strip_prefix": attr.string(),
    },
    environ = ["HYP_SYSTEM_RULES"],
)

# Bazel 4 reads @rules_java while it resolves any toolchain, and would download
# it. Nothing here is Java: native rules under that name do.
_JAVA = """
java_binary = native.java_binary
java_import = native.java_import
java_library = native.java_library
java_runtime = native.java_runtime
java_test = native.java_test
java_toolchain = native.java_toolchain
"""

def _java_impl(rctx):
    rctx.file("BUILD.bazel", "")
    rctx.file("java/BUILD.bazel", "")
    rctx.file("java/defs.bzl", _JAVA)

rules_java_stub = repository_rule(implementation = _java_impl)

# Bazel 4 also wants this one for any test, and would download it.
_COVERAGE = """
package(default_visibility = ["//visibility:public"])
sh_binary(name = "coverage_report_generator", srcs = ["report.sh"])
sh_binary(name = "Main", srcs = ["merge.sh"])
sh_binary(name = "lcov_merger", srcs = ["merge.sh"])
filegroup(name = "coverage_output_generator", srcs = [":Main"])
"""

def _coverage_impl(rctx):
    rctx.file("BUILD.bazel", _COVERAGE)
    rctx.symlink(Label("//tests:coverage_merge.sh"), "merge.sh")
    rctx.file("report.sh", "#!/bin/sh\nexit 0\n", executable = True)

coverage_tools_stub = repository_rule(implementation = _coverage_impl)
