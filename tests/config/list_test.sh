#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# list_test.sh config.h types.h CC FLAGS...: a count that is written by hand beside the macro of its list does not
# compile, though warnings are no errors, as in a user's tree. Other mistakes have a message with line and name.
set -u
config=$1
types=$2
cc=$3
shift 3
dir=$(mktemp -d "${TEST_TMPDIR:-/tmp}/list.XXXXXX")
trap 'rm -rf "$dir"' EXIT
for flag; do
    shift
    [ "$flag" = -Werror ] || set -- "$@" "$flag"
done
failed=0

# compile INITIALIZER FLAGS...: of a variable of type $struct
compile() {
    printf '%s\n' '#include <hyp/vm/config.h>' 'static const struct vm_config some_vms[1];' \
        'static const struct hyp_device some_devices[1];' "extern const struct $struct it;" \
        "const struct $struct it = {$1};" >"$dir/it.c"
    shift
    "$cc" "$@" -Wno-unused-variable -I "${config%/hyp/*/*}" -I "${types%/hyp/*/*}" -c -o "$dir/it.o" "$dir/it.c" \
        >"$dir/out" 2>&1
}

# refused WHAT INITIALIZER FLAGS...
refused() {
    what=$1
    shift
    if compile "$@" || ! grep -Eq 'error: .*(overwritten|overrides)' "$dir/out"; then
        echo "FAIL: $what compiles, or another message is given:"
        cat "$dir/out"
        failed=1
    fi
}

tested=0
while read -r struct list count argument; do
    tested=$((tested + 1))
    if ! compile "$list($argument)" "$@"; then
        echo "FAIL: $list alone does not compile:"
        cat "$dir/out"
        failed=1
    fi
    refused "$count behind $list" "$list($argument), .$count = 1" "$@"
    refused "$count before $list" ".$count = 1, $list($argument)" "$@"
done <<END
vm_config VM_MEM mem_count {0}
vm_config VM_DEVICES device_count {0}
vm_config VM_IRQC_ELSE irqc_else_count {0}
hyp_config HYP_VMS vm_count {0}
hyp_config HYP_VMS_OF vm_count some_vms
hyp_platform HYP_MEM mem_count {0}
hyp_platform HYP_RESERVED reserved_count {0}
hyp_platform HYP_DEVICES device_count {0}
hyp_platform HYP_DEVICES_OF device_count some_devices
END
# mistake STRUCT INITIALIZER TEXT FLAGS...: the message begins with the file and has TEXT.
mistake() {
    struct=$1
    initializer=$2
    text=$3
    shift 3
    if compile "$initializer" "$@" -Werror || ! grep -F "$text" "$dir/out" | grep -q "/it.c:5:.* error: "; then
        echo "FAIL: $initializer compiles, or another message is given:"
        cat "$dir/out"
        failed=1
    fi
}
mistake vm_config '.vcpus = 1' 'vcpus' "$@"
mistake hyp_config '.poolsize = 1' 'poolsize' "$@"
mistake vm_config 'VM_MEM({.sise = 1})' 'sise' "$@"
mistake vm_config '.console = {.kind = VM_CONSOLE_UART}' 'VM_CONSOLE_UART' "$@"
mistake vm_config '.vcpu_count = "2"' 'integer' "$@"
mistake vm_config '.name = 2' 'pointer' "$@"
if [ "$tested" -ne "$(grep -c '^#define [A-Z_]*(.*) HYP_LIST' "$config")" ]; then
    echo "FAIL: $config has lists that are not tested"
    failed=1
fi
exit $failed
