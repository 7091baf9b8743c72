# SPDX-License-Identifier: Apache-2.0
"""The version of libhyp: build id, pkg-config files, bills of material and releases take it from here.

MODULE.bazel cannot load it, so //tests/packaging:version_test compares that file, the changelog and the
README with it. docs/versions.md says what a version means.
"""

VERSION = "0.1.0"
