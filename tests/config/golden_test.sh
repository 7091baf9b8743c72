#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# golden_test.sh TOOL GOLDEN: a valid configuration passes, its manifest and report are as recorded.
set -u
dir=$(mktemp -d "${TEST_TMPDIR:-/tmp}/golden.XXXXXX")
trap 'rm -rf "$dir"' EXIT
"$1" --check --no-files --manifest "$dir/manifest" --report "$dir/report" --dtbs "$dir/dtbs.c" || exit 1
cat "$dir/manifest" "$dir/report" | diff -u "$2" - || exit 1
grep -q 'const struct hyp_dtb hyp_dtbs' "$dir/dtbs.c"
