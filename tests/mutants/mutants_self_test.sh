#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mutants_self_test.sh RECIPES CAUGHT.patch OTHER.patch...: the judge says no to each of the others, and why.
set -u
out=$(tests/mutants/mutants_test.py "$@")
status=$?
bad=0
expect() {
    grep -qE -- "$1" <<<"$out" || { echo "FAIL: not printed: $1"; bad=1; }
}
[ $status = 1 ] || { echo "FAIL: exit status $status"; bad=1; }
expect '^libmm_missing_vmid_fence.patch caught by //libmm:gstage_test'
expect '^fails_anyway.patch NOT CAUGHT: //tests/prop:planted_random_test fails without it, too'
expect '^harmless.patch NOT CAUGHT: //libmm:gstage_test does not find it'
expect '^no_c.patch NOT CAUGHT: it does not compile'
expect '^stale.patch NOT CAUGHT: it does not apply: libmm/src/ptable.c, line 118,'
expect '^unknown.patch NOT CAUGHT: //libmm:no_such_test is not in the lists of tests/mutants/BUILD.bazel'
expect '^unnamed.patch NOT CAUGHT: its first line names no test'
expect '^7 patches, 6 not caught,'
[ $bad = 0 ] || echo "$out"
exit $bad
