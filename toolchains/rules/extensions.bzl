# SPDX-License-Identifier: Apache-2.0
"""Module extension: the repositories that are no modules."""

load("//toolchains:repos.bzl", "libhyp_repositories")

def _hyp_impl(_mctx):
    libhyp_repositories()

hyp = module_extension(implementation = _hyp_impl)
