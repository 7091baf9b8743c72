# SPDX-License-Identifier: Apache-2.0
"""Tests of the config tool, each linked with a configuration of its own."""

load("@rules_cc//cc:defs.bzl", "cc_binary")
load("//toolchains/gcc:copts.bzl", "hyp_copts")

def config_sh_test(name, files, words = [], program = None, toolchains = []):
    """A script with the paths of files, and words behind them.

    Args:
      name: of the test.
      files: its arguments, which are its data, too.
      words: more arguments.
      program: the script; None: NAME.sh.
      toolchains: of the make variables in `words`.
    """
    native.sh_test(
        name = name,
        size = "small",
        srcs = [program or name + ".sh"],
        args = ["$(rootpath %s)" % f for f in files] + words,
        data = files,
        toolchains = toolchains,
    )

def config_tool(name, config, deps):
    """NAME_tool: the tool with a configuration, if there is one, and with the platform in `deps`."""
    cc_binary(
        name = name + "_tool",
        testonly = True,
        srcs = [config] if config else [],
        copts = hyp_copts(),
        deps = ["//toolchains/tools/config_tool:config_tool_main"] + deps + ["//toolchains/tools/config_tool:none"],
    )

def config_neg_test(config):
    """The tool refuses base.c with the changes of `config`, neg_RULE.c, and says what its "expect:" comment says.

    Args:
      config: the file; the test is named as it is.
    """
    name = config[:-len(".c")]
    config_tool(name, config, [":base"])
    config_sh_test(name, [":%s_tool" % name, config], program = "neg_test.sh")

def config_golden_test(name, config, golden, platform):
    """The tool accepts `config`; manifest and report are those of the file `golden`.

    Args:
      name: of the test.
      config: the configuration.
      golden: what is expected.
      platform: the library of its platform.
    """
    config_tool(name, config, ["//libvm/config", platform])
    config_sh_test(name, [":%s_tool" % name, golden], program = "golden_test.sh")
