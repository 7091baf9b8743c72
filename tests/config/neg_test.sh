#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# neg_test.sh TOOL CONFIG.c: the tool must refuse its configuration, and say exactly what CONFIG.c expects.
set -u
tool=$1
config=$2
# Two comments, each of which may go over several lines; the second one, a note, may be absent.
want=$(awk '
    sub("^/\\* expect: ", "two.c: ") { on = 1 }
    sub("^/\\* note: ", "two.c: note: ") { on = 1; print "" }
    on { sub("^ \\* ", " "); done = sub(" *\\*/$", ""); printf "%s", $0 }
    done { on = done = 0 }
' "$config")
if [ -z "$want" ]; then
    echo "FAIL: $config expects nothing"
    exit 1
fi
dir=$(mktemp -d "${TEST_TMPDIR:-/tmp}/neg.XXXXXX")
trap 'rm -rf "$dir"' EXIT
case $config in
*_blob_format.c)
    printf '\177ELF' >"$dir/elf"
    set -- --file "beta_kernel=$dir/elf"
    ;;
*) set -- --blob beta_kernel=4608 ;;
esac
"$tool" --config two.c --check "$@" --load alpha_kernel --load alpha_initrd \
    --report "$dir/report" --manifest "$dir/manifest" --dtbs "$dir/dtbs" 2>"$dir/err"
status=$?
if [ "$status" -ne 1 ] || [ "$(cat "$dir/err")" != "$want" ] || [ -e "$dir/report" ]; then
    printf 'FAIL: %s: exit status %s\nexpected:\n%s\ngot:\n' "$config" "$status" "$want"
    cat "$dir/err"
    exit 1
fi
