#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# --coverage_dir=DIR --output_file=FILE ...: one lcov file of what a test's objects counted. Stands in
# for Bazel's own Java tool, which would have to be downloaded.
set -eu
for arg; do
    case $arg in
    --coverage_dir=*) dir=${arg#*=} ;;
    --output_file=*) out=${arg#*=} ;;
    esac
done
if [ -z "$(find "$dir" -name '*.gcda')" ]; then
    : >"$out"
    exit 0
fi
# lcov 1 knows only the first name of the option, lcov 2 warns of it
geninfo --quiet --rc lcov_branch_coverage=1 --output-filename "$out" "$dir" 2>/dev/null
