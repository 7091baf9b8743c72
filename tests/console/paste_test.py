#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pastes at once what a terminal sends, and asks the guest what came.

Steps: case:NAME of CASES; size:BYTES; to:VM, which gets them; flood:VM, which writes lines meanwhile. a has the focus first.
"""
import hashlib
import os
import random
import select
import sys
import time

import qemu_test

SWITCH, TERMINAL = b"\x1d", b"\x1f"
RING = 4096  # of a VM, HV_CONSOLE_RX_RING
NEAR = 4096
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def text(size, seed=1):
    """Lines of 64 bytes."""
    draw = random.Random(seed)
    return "".join("".join(draw.choice(LETTERS) for _ in range(63)) + "\n" for _ in range(size // 64)).encode()


def fnv(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % (1 << 64)
    return value


def paste(machine, data):
    """Writes as fast as the terminal takes it, and reads meanwhile. Returns the seconds."""
    begin = time.monotonic()
    while data:
        if select.select([], [machine._fd], [], 0.02)[1]:
            data = data[os.write(machine._fd, data) :]
        machine._read(time.monotonic())
        if time.monotonic() > machine.deadline:
            raise qemu_test.Failure("the machine does not read its terminal")
    # a flood is long, and what is expected now comes later
    machine.position = max(machine.position, len(machine.log) - NEAR)
    return time.monotonic() - begin


def came(machine, vm, data):
    machine.expect(r"^\[%s\] read %d sum (0x)?0*%x\n" % (vm, len(data), fnv(data)))


def switch(machine, vm):
    paste(machine, SWITCH)
    machine.expect(r"^hyp: console=%s\n" % vm)


def begin(machine, given):
    """The flood begins, and `to` has the focus."""
    focus = "a"
    for vm, typed in ((given.get("flood"), b"F"), (given.get("to"), b"")):
        if vm and vm != focus:
            switch(machine, vm)
            focus = vm
        paste(machine, typed)


def show_rate(size, seconds):
    print("--- %d bytes in %.1f s" % (size, seconds))


def guest(machine, given):
    """All of it comes to a guest that reads by DBCN."""
    machine.reject(r"^hyp: .*input_lost|^hyp: panic")
    for _ in "ab":
        machine.expect(r"^\[[ab]\] ready\n")
    begin(machine, given)
    data = text(int(given["size"]))
    seconds = paste(machine, data + b"Q")
    came(machine, given["to"], data)
    show_rate(len(data), seconds)


def keys(machine, given):
    """Keys among what is pasted: each VM gets its part."""
    machine.reject(r"^hyp: .*input_lost|^hyp: panic")
    for _ in "ab":
        machine.expect(r"^\[[ab]\] ready\n")
    part = [text(16384, seed) for seed in range(4)]
    paste(machine, part[0] + SWITCH + part[1] + TERMINAL + part[2] + SWITCH + part[3] + b"Q")
    came(machine, "a", part[0] + part[3])
    paste(machine, SWITCH + b"Q")
    came(machine, "b", part[1] + part[2])


def unread(machine, given):
    """A VM that reads nothing loses what finds no room, and the key works; so does one that has stopped."""
    machine.expect(r"^\[rt\] beat ")
    machine.expect(r"/ # ")
    switch(machine, "rt")
    paste(machine, text(65536))
    lost = 0
    while lost < 65536 - RING:
        lost += int(machine.expect(r"^hyp: vm=rt input_lost=(\d+)\n").group(1))
    if lost != 65536 - RING:
        raise qemu_test.Failure("%d bytes are lost" % lost)
    switch(machine, "linux")
    machine.send("echo typed $((6 * 7))\n")
    machine.expect(r"^\[linux\] typed 42\n")
    machine.send("poweroff -f\n")
    machine.expect(r"^vm linux stopped: shutdown\n")
    paste(machine, text(8192))
    lost = 0
    while lost < 8192:
        lost += int(machine.expect(r"^hyp: vm=linux input_lost=(\d+) state=stopped\n").group(1))
    switch(machine, "rt")
    switch(machine, "rt")  # linux has stopped
    machine.expect(r"^\[rt\] beat ")


def linux(machine, given):
    """64 KiB into a file, with echo off; then 8 KiB of commands into the shell, with echo on."""
    machine.reject(r"^hyp: .*input_lost|^hyp: panic|Kernel panic")
    machine.expect(r"/ # ")
    begin(machine, given)
    data = text(int(given["size"]))
    paste(machine, b"stty -echo; echo go; cat > /tmp/f; md5sum < /tmp/f; stty echo; echo so\n")
    machine.expect(r"^\[linux\] go\n")
    seconds = paste(machine, data + b"\x04")
    machine.expect(r"^\[linux\] %s  -\n" % hashlib.md5(data).hexdigest())
    show_rate(len(data), seconds)
    machine.expect(r"^\[linux\] so\n")
    paste(machine, b"n=0\n" + b"n=$((n + 1)) # 0123456789012345678901234567890123456789012345678\n" * 128)
    paste(machine, b"echo n is $n\n")
    machine.expect(r"^\[linux\] n is 128\n")


CASES = {f.__name__: f for f in (guest, keys, unread, linux)}


def body(plan, command):
    given = dict(s.split(":", 1) for s in plan["steps"])
    with qemu_test.Machine(command, plan["timeout"]) as machine:
        CASES[given["case"]](machine, given)
        print("".join(machine.log.splitlines(True)[-20:]))


if __name__ == "__main__":
    sys.exit(qemu_test.main(body))
