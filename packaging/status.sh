#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Bazel runs this before each build (.bazelrc): a word that changes with the tree, for //:release. No other action reads it.
if [ -e .git ] && command -v git >/dev/null; then
    sum=$({ git ls-files -s; git diff --binary --no-ext-diff --no-textconv; } 2>/dev/null | cksum)
else
    sum=$(find . -name 'bazel-*' -prune -o -type f -printf '%p %m %s %T@\n' | sort | cksum)
fi
echo "STABLE_LIBHYP_SOURCES $sum" | tr ' ' '-' | sed 's/-/ /'
