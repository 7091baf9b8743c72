#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each engine finds what is planted, and says how to have it again.
set -u
here=$TEST_SRCDIR/$TEST_WORKSPACE/tests/prop
bad=0
# finds PROGRAM PATTERN OPTION...: fails, and prints the pattern
finds() {
    local program=$1 pattern=$2 out
    shift 2
    if out=$("$here/$program" "$@" 2>&1); then
        echo "FAIL: $program $* found nothing"
        bad=1
    elif ! grep -qE -- "$pattern" <<<"$out"; then
        echo "FAIL: $program $* does not print: $pattern"
        echo "$out"
        bad=1
    fi
    found=$out
}
finds planted_exhaust_test 'choices: 7/16 15/16 3/16' --limit=100000
finds planted_fuzz_test 'input \([0-9]+ bytes\): .7 .f .3' --mutations=1000000
finds planted_random_test 'again: --seed=' --runs=200000
finds planted_random_test 'does not hold: !\(a == 7' $(sed -n 's/^again: //p' <<<"$found")
finds endless_exhaust_test 'not complete' --limit=1000 --complete
finds overflow_random_test 'again: --seed=' --runs=1000
"$here/endless_exhaust_test" --limit=1000 >/dev/null || { echo "FAIL: a limit alone is no failure"; bad=1; }
exit $bad
