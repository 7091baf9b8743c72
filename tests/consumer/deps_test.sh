#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deps_test.sh FILE LABEL...: of libhyp, the firmware of FILE (a query's answer) has these libraries, and no other.
set -eu
file=$1
shift
# with modules the repository has a longer name
sed -n 's|^@*libhyp[~+]*\(//.*\)|\1|p' "$file" | sort >"$TEST_TMPDIR/got"
printf '%s\n' "$@" | sort >"$TEST_TMPDIR/want"
diff "$TEST_TMPDIR/want" "$TEST_TMPDIR/got"
