# SPDX-License-Identifier: Apache-2.0
"""Tests of the config tool, each linked with a configuration of its own."""

load("@rules_cc//cc:defs.bzl", "cc_binary")
load("//toolchains/gcc:copts.bzl", "hyp_copts")

def _tool(name, config, deps):
    cc_binary(
        name = name + "_tool",
        testonly = True,
        srcs = [config],
        copts = hyp_copts(),
        deps = ["//toolchains/tools/config_tool:config_tool_main"] + deps,
    )

def config_neg_test(config):
    """The tool refuses base.c with the changes of `config`, neg_RULE.c, and says what its "expect:" comment says.

    Args:
      config: the file; the test is named as it is.
    """
    name = config[:-len(".c")]
    _tool(name, config, [":base"])
    native.sh_test(
        name = name,
        size = "small",
        srcs = ["neg_test.sh"],
        args = ["$(rootpath :%s_tool)" % name, "$(rootpath %s)" % config],
        data = [config, ":%s_tool" % name],
    )

def config_golden_test(name, config, golden, platform = []):
    """The tool accepts `config`; manifest and report are those of the file `golden`.

    Args:
      name: of the test.
      config: the configuration.
      golden: what is expected.
      platform: libraries that the configuration needs besides.
    """
    _tool(name, config, ["//libvm/config"] + platform)
    native.sh_test(
        name = name,
        size = "small",
        srcs = ["golden_test.sh"],
        args = ["$(rootpath :%s_tool)" % name, "$(rootpath %s)" % golden],
        data = [golden, ":%s_tool" % name],
    )
