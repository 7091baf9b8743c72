#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# rules_test.sh config_violation.h config_fit_test.c neg_*.c: each rule has its negative test.
set -u
header=$1
unit=$2
shift 2
failed=0
ids=$(grep -o '"E-[A-Z-]*"' "$header" | tr -d '"')
[ -n "$ids" ] || { echo "FAIL: no rules in $header"; exit 1; }
for id in $ids; do
    # A rule that only a machine can break has a test with a machine.
    case $id in
    E-EXT-ABSENT | E-IRQ-HART)
        grep -q "CONFIG_$(echo "${id#E-}" | tr - _)" "$unit" && continue
        ;;
    esac
    if ! grep -q "expect: $id: " "$@"; then
        echo "FAIL: nothing in tests/config breaks $id"
        failed=1
    fi
done
exit $failed
