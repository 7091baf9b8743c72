#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Three warm resets in a row: RAM stays as the last life has left it, and each life boots.

Steps: say:TEXT that the left VM prints when it is where the reset finds it; typed: a key waits in the UART.

QEMU 10.0 ends itself when it resets a hart in VS-mode: the machine is stopped, and reset where all are in HS-mode.
"""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import qemu_test
from monitor import Monitor

LIVES = 4


def live(machine, text):
    machine.expect(r"^hyp: build=")
    for vm in ("left", "right"):
        machine.expect(r"^hyp: vm=%s gstage_leaves=[1-9]\d* gstage_wrong=0\n" % vm)
    behind = machine.position
    machine.expect(r"^\[left\] " + text)
    # behind the other's line
    left, machine.position = machine.position, behind
    machine.expect(r"^\[right\] beat 2 ")
    machine.position = max(left, machine.position)


def stop_in_hs(machine, monitor):
    for _ in range(200):
        monitor.ask("stop")
        registers = monitor.ask("human-monitor-command", **{"command-line": "info registers -a"})
        virtual = re.findall(r"^ V +=? *(\d)", registers, re.M)
        if not virtual:
            raise qemu_test.Failure("no V in: " + registers[:400])
        if set(virtual) == {"0"}:
            return
        monitor.ask("cont")
        machine.sleep(0.01)
    raise qemu_test.Failure("a hart is always in VS-mode")


def body(plan, command):
    steps = plan["steps"]
    text = next(s for s in steps if s.startswith("say:"))[4:]
    monitor = Monitor()
    # the launcher says -no-reboot
    options = ["--", "-action", "reboot=reset"] + monitor.options
    with qemu_test.Machine(command + options, plan["timeout"]) as machine:
        try:
            machine.reject("panic|refused|failed|stopped|FAIL")
            for turn in range(LIVES):
                live(machine, text)
                print("ok life %d" % turn, flush=True)
                if turn == LIVES - 1:
                    break
                if "typed" in steps:
                    machine.send("x\r")
                stop_in_hs(machine, monitor)
                monitor.ask("system_reset")
                monitor.ask("cont")
        except qemu_test.Failure:
            print(machine.log)
            raise


if __name__ == "__main__":
    sys.exit(qemu_test.main(body))
