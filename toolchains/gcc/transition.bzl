# SPDX-License-Identifier: Apache-2.0
"""The edges from a user's configuration to the firmware's, and to plain host code."""

_P = "//command_line_option:"
_OUTPUTS = [_P + o for o in [
    "platforms",
    "copt",
    "conlyopt",
    "linkopt",
    "collect_code_coverage",
    "compilation_mode",
    "features",
    "platform_suffix",
    "strip",
]]

# Options that a user sets for host tests (sanitizers, coverage) must not reach firmware,
# whose bits depend on the sources alone.
_PLAIN = {
    _P + "collect_code_coverage": False,
    _P + "compilation_mode": "opt",
    _P + "conlyopt": [],
    _P + "copt": [],
    _P + "features": [],
    _P + "linkopt": [],
    _P + "platform_suffix": "",
    _P + "strip": "never",
}

_COMPILER = str(Label("//toolchains:compiler"))

_BARE = {
    "clang": str(Label("//platforms:riscv64_bare_clang")),
    "gcc": str(Label("//platforms:riscv64_bare")),
}

def _bare_impl(settings, _attr):
    return dict(_PLAIN, **{_P + "platforms": _BARE[settings[_COMPILER]]})

bare_transition = transition(
    implementation = _bare_impl,
    inputs = [_COMPILER],
    outputs = _OUTPUTS,
)

def _firmware_impl(_settings, attr):
    return dict(_PLAIN, **{_P + "platforms": _BARE[attr.compiler]})

# The compiler is the one that the rule's attribute `compiler` names, whatever the option says.
firmware_transition = transition(
    implementation = _firmware_impl,
    inputs = [],
    outputs = _OUTPUTS,
)

def _plain_impl(_settings, _attr):
    return _PLAIN

plain_transition = transition(
    implementation = _plain_impl,
    inputs = [],
    outputs = _OUTPUTS[1:],
)

ALLOWLIST = "@bazel_tools//tools/allowlists/function_transition_allowlist"
