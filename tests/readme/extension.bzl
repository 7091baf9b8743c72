# SPDX-License-Identifier: Apache-2.0
"""Module extension: the repository of readme.bzl."""

load("//tests/readme:readme.bzl", "readme")

def _impl(_mctx):
    readme()

readme_extension = module_extension(implementation = _impl)
