# SPDX-License-Identifier: Apache-2.0
"""choice: an option of the command line, one of some words."""

def _impl(ctx):
    if ctx.build_setting_value not in ctx.attr.values:
        fail("%s: %s is none of %s" % (ctx.label, ctx.build_setting_value, ", ".join(ctx.attr.values)))
    return []

choice = rule(
    implementation = _impl,
    attrs = {"values": attr.string_list(mandatory = True)},
    build_setting = config.string(flag = True),
)
