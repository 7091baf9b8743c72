#!/bin/busybox sh
# SPDX-License-Identifier: Apache-2.0
# power hotplug CYCLES | power harts | power freeze: what power.py runs in Linux.
CPUS=/sys/devices/system/cpu

fail() {
    echo "power: FAIL: $*"
    exit 1
}

# count NAME CPU: what /proc/interrupts has in that column of the row with this name
count() {
    set -- "$2" $(grep "$1" /proc/interrupts)
    shift $(($1 + 2))
    echo "$1"
}

# grows NAME CPU COMMAND: the command makes that interrupt come
grows() {
    before=$(count "$1" "$2")
    tries=0
    while [ $tries -lt 20 ]; do
        tries=$((tries + 1))
        taskset "$((1 << $2))" sh -c "$3"
        [ "$(count "$1" "$2")" -gt "$before" ] && return
    done
    fail "no interrupt of $1 on cpu $2"
}

# Timer, IPIs and both devices on each hart.
harts() {
    [ "$(cat $CPUS/online)" = 0-1 ] || fail "online: $(cat $CPUS/online)"
    [ "$(nproc)" = 2 ] || fail "nproc: $(nproc)"
    for cpu in 0 1; do
        grows riscv-timer $cpu "usleep 50000"
        for irq in ttyS0 rtc; do
            number=$(grep $irq /proc/interrupts | cut -d: -f1 | tr -d ' ')
            echo $((1 << cpu)) > /proc/irq/$number/smp_affinity || fail "affinity of $irq"
        done
        grows ttyS0 $cpu "echo power: a line for hart $cpu; usleep 50000"
        grows rtc $cpu "usleep 300000"
        # the other hart wakes this one
        grows IPI0 $cpu "for n in 1 2 3; do cat /proc/self/maps | taskset $((2 >> cpu)) wc -l > /dev/null; done"
    done
    echo "power: harts 0 and 1 are interrupted"
}

# Hart 0 in each third cycle alone.
hotplug() {
    n=0
    while [ $n -lt "$1" ]; do
        n=$((n + 1))
        for cpu in 1 0; do
            [ $((cpu + n % 3)) = 0 ] || [ $cpu = 1 ] || continue
            echo 0 > $CPUS/cpu$cpu/online || fail "cycle $n: cpu $cpu does not stop"
            [ "$(cat $CPUS/online)" = $((1 - cpu)) ] || fail "cycle $n: online: $(cat $CPUS/online)"
            echo 1 > $CPUS/cpu$cpu/online || fail "cycle $n: cpu $cpu does not start"
            [ "$(cat $CPUS/online)" = 0-1 ] || fail "cycle $n: online: $(cat $CPUS/online)"
        done
    done
    echo "power: $n cycles"
}

# Sleeps until a device wakes it; its clock goes on meanwhile.
freeze() {
    start=$(cat /sys/class/rtc/rtc0/since_epoch)
    echo freeze > /sys/power/state || fail "freeze"
    [ $(($(cat /sys/class/rtc/rtc0/since_epoch) - start)) -ge 3 ] || fail "it slept for less than 3 seconds"
    echo "power: slept"
}

"$@"
