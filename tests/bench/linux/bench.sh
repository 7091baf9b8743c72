#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# First process of a Linux that runs programs of Debian between marks: the regions of userland.py, TURNS times each.
export PATH=/usr/sbin:/usr/bin LC_ALL=C
busybox mount -t proc proc /proc
busybox mount -t sysfs sysfs /sys
busybox mount -t devtmpfs devtmpfs /dev
busybox mount -t tmpfs tmpfs /tmp
cd /tmp || exit 1

run() { # REGION COMMAND…
    mark start "$1"
    "${@:2}" > out 2>&1 || echo "FAIL $*: $(cat out)"
    mark end "$1"
}

fork_exec() {
    local i
    for ((i = 0; i < 120; i++)); do /usr/bin/true || return; done
}

timer_loop() { perl -e 'select(undef, undef, undef, 0.001) for 1 .. 1000'; }

for turn in 1 2 3 4 5; do
    echo "bench: turn $turn"
    run 0 hackbench -g 1 -f 4 -l 200
    run 1 cyclictest -q -l 4000 -i 1000 -p 80
    run 2 openssl speed -elapsed -seconds 1 -bytes 4096 sha256
    sed -n 's/^Doing sha256.* size blocks: \([0-9]*\) .*/bench: blocks \1/p' out
    run 3 fork_exec
    run 4 timer_loop
done
busybox poweroff -f
