# SPDX-License-Identifier: Apache-2.0
"""Module extension: the repository of tree.bzl."""

load("//tests/recipes:tree.bzl", "recipes")

def _impl(_mctx):
    recipes()

recipes_extension = module_extension(implementation = _impl)
