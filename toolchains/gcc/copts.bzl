# SPDX-License-Identifier: Apache-2.0
"""Warnings of our own C code, on every platform."""

load("//toolchains/rules:own.bzl", "own")

_WARNINGS = [
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Wconversion",
    "-Wswitch-enum",
    "-Wvla",
]

NONE = str(Label("@platforms//os:none"))

_BARE_CLANG = own("//platforms:bare_clang")
_BARE_GCC = own("//platforms:bare_gcc")

# Code that runs while booting, or a line at a time: small goes before fast, on the target.
COLD = select({
    NONE: [
        "-Os",
        "-msave-restore",
    ],
    "//conditions:default": [],
})

def hyp_copts(extra = []):
    """std and warnings; an error only in our own tree, so that a newer compiler stops no user."""
    werror = ["-Werror"] if native.repository_name() == "@" else []
    # always an error: a count that is written beside the macro of its list (config.h)
    return ["-std=c11"] + _WARNINGS + werror + ["-Werror=override-init"] + select({
        # on the target alone: sanitizers make frames larger; clang inlines more into one frame
        _BARE_CLANG: ["-Wframe-larger-than=2048"],
        _BARE_GCC: ["-Wstack-usage=1024"],
        "//conditions:default": ["-D_GNU_SOURCE"],
    }) + extra
