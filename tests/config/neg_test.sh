#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# neg_test.sh TOOL CONFIG.c: the tool must refuse its configuration, and say exactly what CONFIG.c expects.
set -u
tool=$1
config=$2
# One comment, which may go over several lines.
want=$(awk '
    sub("^/\\* expect: ", "config error ") { on = 1 }
    on { sub("^ \\* ", " "); done = sub(" *\\*/$", ""); printf "%s", $0 }
    done { exit }
' "$config")
if [ -z "$want" ]; then
    echo "FAIL: $config expects nothing"
    exit 1
fi
dir=$(mktemp -d "${TEST_TMPDIR:-/tmp}/neg.XXXXXX")
trap 'rm -rf "$dir"' EXIT
"$tool" --check --blob beta_kernel=4608,embed --blob alpha_kernel=0,preloaded --blob alpha_initrd=0,preloaded \
    --report "$dir/report" --manifest "$dir/manifest" --dtbs "$dir/dtbs" 2>"$dir/err"
status=$?
if [ "$status" -ne 1 ] || [ "$(cat "$dir/err")" != "$want" ] || [ -e "$dir/report" ]; then
    printf 'FAIL: %s: exit status %s\nexpected:\n%s\ngot:\n' "$config" "$status" "$want"
    cat "$dir/err"
    exit 1
fi
