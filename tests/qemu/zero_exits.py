#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Linux works for ten seconds, with timer ticks, IPIs, remote fences on both harts and a device that interrupts by
messages, and never leaves its guest. The device is the RTC, an edge here, which the machine's APLIC forwards to the guest's file.

The log key shows the exits by cause, before and after; the console is a hart's that Linux does not have.
"""
import sys

import qemu_test

# Processes that come, map and go, on both harts; each loop ends by itself when its file is there.
# Each fits into the ring that Linux' UART reads from.
LOOP = ["w() { cat /proc/self/maps | wc -l > /dev/null; }\n", "r() { while [ ! -e /tmp/end ]; do w; done; }\n", "r & r & ring & sleep 3\n"]
SECONDS = 10


def stable(machine):
    """Exits, once all that Linux has printed has been taken: two looks show the same."""
    last = qemu_test.exits(machine, "linux")
    while True:
        machine.sleep(1)
        now = qemu_test.exits(machine, "linux")
        if now == last:
            return now
        last = now


def interrupts(machine):
    """Interrupts of both harts by name: the timer, and IPIs that call functions, remote fences among them."""
    machine.send("for i in timer IPI0 IPI1 rtc; do grep $i /proc/interrupts; done\n")
    found = {}
    for name, row in (("timer", r"(\d+) +(\d+) +RISC-V INTC.*riscv-timer"), ("reschedule", r"IPI0: +(\d+) +(\d+) "), ("call", r"IPI1: +(\d+) +(\d+) "), ("rtc", r"(\d+) +(\d+) +APLIC-MSI.* 11 Edge .*rtc")):
        match = machine.expect(row)
        found[name] = int(match.group(1)) + int(match.group(2))
    return found


def work(machine):
    """Exits before and after the seconds of work, and how often Linux was interrupted in them."""
    machine.expect(r"guest: linux is up, 2 harts")
    machine.expect(r"/ # ")
    for command in LOOP:
        machine.send(command)
        machine.expect(r"/ # ")
    machine.sleep(5)
    first = interrupts(machine)
    machine.expect(r"/ # ")
    before = stable(machine)
    machine.sleep(SECONDS)
    after = qemu_test.exits(machine, "linux")
    last = interrupts(machine)
    machine.send("touch /tmp/end; poweroff -f\n")
    machine.expect(r"^vm linux stopped: shutdown")
    machine.wait(0)
    return before, after, {name: last[name] - first[name] for name in first}


def body(plan, command):
    with qemu_test.Machine(command, plan["timeout"]) as machine:
        machine.reject(r"Kernel panic|^hyp: panic|state=refused")
        before, after, came = work(machine)
    print("exits %s, then %s; interrupts in between %s" % (before, after, came))
    if before != after:
        raise qemu_test.Failure("exits in %d s:\n%s\n%s" % (SECONDS, before, after))
    if came["timer"] < 10 * SECONDS or came["reschedule"] + came["call"] < SECONDS:
        raise qemu_test.Failure("Linux did not work: %s" % came)
    if came["rtc"] < SECONDS // 4:
        raise qemu_test.Failure("its RTC did not ring: %s" % came)
    if "ecall_vs" not in before:
        raise qemu_test.Failure("its boot counted no SBI call: %s" % before)


if __name__ == "__main__":
    sys.exit(qemu_test.main(body))
