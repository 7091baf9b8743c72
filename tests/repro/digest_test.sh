#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# digest_test.sh IMAGE RECORDED
set -eu
got=$(sha256sum <"$1" | cut -d ' ' -f 1)
want=$(cut -d ' ' -f 1 "$2")
[ "$got" = "$want" ] && exit 0
echo "$1 is   $got"
echo "recorded: $want"
echo "If the change is meant: bazel run //tests/repro -- --record"
exit 1
