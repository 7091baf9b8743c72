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
# Bazel brings the notes (.gcno) of those objects alone that --instrumentation_filter names.
find "$dir" -name '*.gcda' | while read -r data; do
    [ -e "${data%.gcda}.gcno" ] || rm -f "$data"
done
: >"$out"
[ -n "$(find "$dir" -name '*.gcda')" ] || exit 0
# geninfo warns for each source that it looks into for markers: none is where the compiler saw it
geninfo --quiet --rc lcov_branch_coverage=1 --output-filename "$out" "$dir" 2>"$out.log" || {
    cat "$out.log"
    exit 1
}
