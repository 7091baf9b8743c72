#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same guest on the machine and in a VM: its logs are equal, line by line.

Steps: guest:FILE, native:OPTIONS of the machine that is compared with, harts:COUNT, steps:COUNT,
seed:NUMBER for each walk. The image's launcher says which emulator and firmware; both run one hart
after another, so that hart 0 boots, and a hart that waits costs nothing.
"""
import os
import re
import subprocess
import sys

import qemu_test

ONE_THREAD = ["-accel", "tcg,thread=single"]
CONTEXT = 12


def run(command, timeout):
    """What it prints; its end must be a shutdown."""
    try:
        p = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=timeout)
    except subprocess.TimeoutExpired as e:
        raise qemu_test.Failure("no shutdown within %d s:\n%s" % (timeout, (e.stdout or b"").decode("latin-1")[-2000:]))
    log = p.stdout.decode("latin-1").replace("\r", "")
    if p.returncode != 0:
        raise qemu_test.Failure("status %d of %s\n%s" % (p.returncode, " ".join(command), log[-2000:]))
    return log


def walk_of(log):
    """The lines of the walk, without the VM's tag where the console is shared."""
    lines = [re.sub(r"^\[walk\] ", "", line) for line in log.split("\n") if not line.startswith("hyp: ")]
    if "walk begin" not in lines or "walk end" not in lines:
        raise qemu_test.Failure("no walk in:\n" + log[-2000:])
    return lines[lines.index("walk begin") + 1 : lines.index("walk end")]


def native_command(launcher, guest, machine, args):
    line = subprocess.check_output(launcher + ["--print"], text=True).splitlines()
    bios = line[line.index("-bios") + 1]
    command = [line[0], "-M", "virt," + machine, "-cpu", line[line.index("-cpu") + 1], "-smp", "2", "-m", "2G"]
    return command + ["-nographic", "-no-reboot", "-bios", bios, "-kernel", guest, "-append", args]


def compare(native, libhyp):
    if native == libhyp:
        return
    count = min(len(native), len(libhyp))
    at = next((i for i in range(count) if native[i] != libhyp[i]), count)
    common = "\n".join("%7d %s" % (i, native[i]) for i in range(max(0, at - CONTEXT), at))
    ours = [lines[at] if at < len(lines) else "(nothing)" for lines in (native, libhyp)]
    raise qemu_test.Failure("line %d differs\n%s\n native %s\n libhyp %s" % (at, common, ours[0], ours[1]))


def main():
    plan, command = qemu_test.load()
    steps = [text.split(":", 1) for text in plan["steps"]]
    given = dict(steps)
    guest = os.path.abspath(given["guest"])
    seeds = [value for key, value in steps if key == "seed"]
    for seed in seeds:
        args = "seed=%s steps=%s harts=%s" % (seed, given["steps"], given["harts"])
        launcher = command + ["--kernel", guest, "--append", args]
        try:
            native = walk_of(run(native_command(launcher, guest, given["native"], args) + ONE_THREAD, plan["timeout"]))
            libhyp = walk_of(run(launcher + ["--"] + ONE_THREAD, plan["timeout"]))
            compare(native, libhyp)
        except qemu_test.Failure as e:
            print("--- FAIL: seed %s: %s" % (seed, e))
            return 1
        print("seed %s: %d lines are equal" % (seed, len(native)), flush=True)
    print("--- PASS: %d walks" % len(seeds))
    return 0 if seeds else 1


if __name__ == "__main__":
    sys.exit(main())
