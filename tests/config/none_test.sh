#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# none_test.sh TOOL-WITHOUT-CONFIG TOOL-WITHOUT-PLATFORM: a file or a library that does not define what it should is named.
set -u
failed=0
# expect TEXT COMMAND...
expect() {
    text=$1
    shift
    got=$("$@" 2>&1)
    if [ $? -ne 2 ] || [ "$got" != "config tool: $text" ]; then
        echo "FAIL: not '$text': $got"
        failed=1
    fi
}
expect "pair.c: it does not define \`const struct hyp_config hyp_config\`" "$1" --config pair.c --check
expect "platform: it does not define hyp_platform, as //platforms/qemu_virt does" "$2" --config pair.c --check
exit $failed
