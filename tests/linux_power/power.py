#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Linux stops and starts its harts, sleeps, starts itself anew by kexec and reboots: the same natively and in a VM.

QEMU's RTC is no wake-up source in Linux, natively either: it has no `wakealarm`. So a key at the console ends the sleep, with
an alarm of the RTC pending meanwhile. In a VM, the guest beside it keeps its beat to the end, and after it.

Steps: cycles:COUNT of stop and start of hart 1, in each third one of hart 0; native:KERNEL and initrd:FILE start Linux in the image's place.
"""
import os
import subprocess
import sys

import qemu_test

PROMPT = r"/ # "
LEFT_OUT = ["-kernel", "-device", "-append"]  # of the launcher's command line, each with a value


def native(command, kernel, initrd):
    line = subprocess.check_output(command[:1] + ["--print"] + command[1:], text=True).splitlines()
    words = iter(line)
    kept = []
    for word in words:
        if word in LEFT_OUT:
            next(words)
        else:
            kept.append(word)
    return kept + ["-kernel", kernel, "-initrd", initrd, "-append", "console=ttyS0"]


def run(machine, command, *says):
    machine.send(command + "\n")
    for text in says:
        machine.expect(text)
    machine.expect(PROMPT)


def boot(machine):
    machine.expect(r"guest: linux is up, 2 harts")
    machine.expect(PROMPT)
    # the RTC interrupts each second from now on
    run(machine, "ring &")


def hotplug(machine, cycles):
    run(machine, "power hotplug %d" % cycles, r"power: %d cycles" % cycles)
    run(machine, "power harts", r"power: harts 0 and 1 are interrupted")


def freeze(machine):
    run(machine, "echo enabled > /sys/class/tty/ttyS0/power/wakeup")
    machine.send("power freeze\n")
    machine.expect(r"PM: suspend entry \(s2idle\)")
    machine.sleep(4)
    if "suspend exit" in machine.log:
        raise qemu_test.Failure("the sleep ended by itself")
    machine.send("\n")
    machine.expect(r"PM: suspend exit")
    machine.expect(r"power: slept")
    machine.expect(PROMPT)
    run(machine, "power harts", r"power: harts 0 and 1 are interrupted")


def kexec(machine):
    run(machine, "kexec -l /tmp/Image --initrd=/tmp/initrd --reuse-cmdline && echo power: loaded", "^.*power: loaded")
    machine.send("kexec -e\n")
    machine.expect(r"kexec_core: Starting new kernel")
    boot(machine)
    run(machine, "ls /tmp/Image", r"/tmp/Image: No such file")  # the second initrd


def body(plan, command):
    given = dict(text.split(":", 1) for text in plan["steps"])
    in_vm = "native" not in given
    if not in_vm:
        command = native(command, given["native"], given["initrd"])
    with qemu_test.Machine(command, plan["timeout"]) as machine:
        machine.reject(r"power: FAIL|Kernel panic|Oops|^hyp: panic|state=refused|beat failed")
        boot(machine)
        hotplug(machine, int(given["cycles"]))
        freeze(machine)
        kexec(machine)
        hotplug(machine, 3)
        machine.send("reboot -f\n")
        machine.expect(r"reboot: Restarting system")
        if in_vm:
            machine.expect(r"^vm linux stopped: reboot\n")
            for _ in range(2):
                machine.expect(qemu_test.BEAT.pattern)
            machine.stop()
            numbers = [number for number, _, _ in qemu_test.beats(machine.log)]
            if numbers != list(range(1, len(numbers) + 1)):
                raise qemu_test.Failure("beats are missing: %s" % numbers)
        else:
            machine.wait(0)
    print(machine.log)


if __name__ == "__main__":
    sys.exit(qemu_test.main(body))
