#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Linux, or U-Boot, at its terminal: `case:NAME` is one of CASES.

Before it: harts:COUNT of the guest, irqc:NAME of its interrupt controller in /proc/interrupts. Changes of the machine's device
tree are those of changed_tree.py.
"""
import sys

import changed_tree
from qemu_test import stopped

SHELL = "expect:/ # "
NO_PANIC = "reject:Kernel panic|^hyp: panic"
UP = ["expect:guest: linux is up, {harts} harts", SHELL]
TYPED = [r"send:echo typed $((6 * 7))\n", "expect:^typed 42"]
OFF = [r"send:poweroff -f\n", stopped("linux")]
# UART and RTC interrupt
INTERRUPTS = [r"send:cat /proc/interrupts\n", "expect:{irqc} +10 .*ttyS0"]
BOTH_INTERRUPT = INTERRUPTS + ["expect:{irqc} +11 .*rtc"]


def own(says):
    """Linux with a controller about which boot prints this."""
    return [NO_PANIC] + says + UP + INTERRUPTS + OFF


CASES = {
    "solo_linux": UP + TYPED + [NO_PANIC] + BOTH_INTERRUPT + OFF,
    "linux_own_aplic": own([]),
    "linux_own_imsic": own([r"expect:^hyp: vm=\w+ imsic=guest-file imsic_ids=255\n"]),
    "linux_own_imsic_soft": own([r"expect:^hyp: vm=\w+ imsic=emulated imsic_ids=255\n"]),
    "buses_linux": ["nest:", "reject:state=absent"]
    + UP
    + TYPED
    + [r"send:hwclock -r > /dev/null && echo has its clock; poweroff -f\n", "expect:^has its clock", stopped("linux")],
    # two harts without H, one of which boots
    "without_h_linux": ["without:0,2 h", NO_PANIC, r"expect:^hyp: harts_without_h=2 ids=0,2\n"] + UP + OFF,
    # the largest ISA string that there is, with vectors
    "cpu_max_linux": UP
    + [r"send:grep -m 1 isa /proc/cpuinfo\n", r"expect:isa\s+: rv64imafdcv_", NO_PANIC]
    + BOTH_INTERRUPT
    + OFF,
    # Programs ask for the time by the vDSO, which reads the time CSR in user mode; the kernel's random numbers are ready
    # before its clock runs, by the seed in its tree.
    "linux_time_and_seed": ["reject:Illegal instruction|Kernel panic|^hyp: panic|^hyp: seed=|un1seeded"]
    + UP
    + [
        r"send:date -u +year-%Y\n",
        r"expect:^year-\d{4}",
        r"send:time true\n",
        r"expect:^real\s+0m",
        r"send:dmesg | grep crng || echo un$((1))seeded\n",
        r"expect:^\[ +0\.000000\] random: crng init done",
    ]
    + OFF,
    "uboot": [
        "expect:U-Boot 20",
        "expect:Hit any key",
        "send: ",
        "expect:=> ",
        r"send:echo typed ${arch}\n",
        "expect:^typed riscv",
        r"send:poweroff\n",
        stopped("linux"),
    ],
}

if __name__ == "__main__":
    sys.exit(changed_tree.run(CASES))
