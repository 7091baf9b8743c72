#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# board_test.sh PLIC-TOOL APLIC-TOOL OTHER-TOOL: which platforms one image may have besides its own, and what an image
# is refused in which no VM gets one of its irqc_else.
set -u
dir=$(mktemp -d "${TEST_TMPDIR:-/tmp}/board.XXXXXX")
trap 'rm -rf "$dir"' EXIT
failed=0
# expect STATUS TEXT COMMAND...
expect() {
    status=$1
    text=$2
    shift 2
    "$@" >"$dir/out" 2>&1
    got=$?
    if [ "$got" -ne "$status" ] || ! grep -qF "$text" "$dir/out"; then
        echo "FAIL: $* returned $got, not $status and '$text':"
        cat "$dir/out"
        failed=1
    fi
}
: >"$dir/out"
"$1" --check --no-files --board "$dir/plic" || exit 1
"$2" --check --no-files --board "$dir/aplic" || exit 1
cmp "$dir/plic" "$dir/aplic" || failed=1
"$2" --check --no-files --same-board "$dir/plic" || failed=1
expect 2 "qemu_virt: has a PLIC: it can only be the image's own platform" "$1" --check --no-files --same-board "$dir/aplic"
expect 2 "msi: differs from the image's platform in more than its interrupt controller" "$3" --check --no-files --same-board "$dir/plic"
expect 1 "configuration models: on platform qemu_virt_aplic: E-IRQC-MODEL: vm own needs IMSICs, which platform qemu_virt_aplic cannot give" \
    "$2" --check --no-files --same-board "$dir/plic" --no-irqc-else
expect 1 "configuration models: E-IRQC-MODEL: vm aplic needs an APLIC, which platform qemu_virt cannot give" "$1" --check --no-files --no-irqc-else
exit $failed
