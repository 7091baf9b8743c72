#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the GDB commands of docs/debug.md, word for word but for the address of QEMU, and judges what they print.

Steps: expect:REGEX in the order of GDB's output; doc:PATH.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

import qemu_test

QEMU_ADDRESS = ":1234"


def script(path, socket):
    """The commands of all blocks, each printed before it is run."""
    with open(path) as f:
        blocks = re.findall(r"^```gdb\n(.*?)^```$", f.read(), re.M | re.S)
    out = ["set pagination off", "set confirm off"]
    for command in "".join(blocks).splitlines():
        out.append("echo \\n(gdb) %s\\n" % command)
        # the runfiles have what is under bazel-bin without it
        out.append(command.replace(QEMU_ADDRESS, socket).replace("bazel-bin/", ""))
    return "\n".join(out + ["detach", ""])


def judge(text, wanted):
    at = 0
    for regex in wanted:
        found = re.compile(regex, re.M).search(text, at)
        if not found:
            raise qemu_test.Failure("GDB does not print " + regex)
        at = found.end()


def session(machine, commands, elf):
    gdb = shutil.which("gdb-multiarch")
    if not gdb:
        raise qemu_test.Failure("gdb-multiarch is not installed: ./bazelw installs it")
    with open(commands[0], "w") as f:
        f.write(commands[1])
    with tempfile.TemporaryFile() as out:
        p = subprocess.Popen([gdb, "-nx", "-batch", "-x", commands[0], elf], stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            while p.poll() is None:
                machine.sleep(0.2)
        finally:
            p.kill()
            p.wait()
            out.seek(0)
            text = out.read().decode(errors="replace").replace("\r", "")
            print(text)
    return text


def run():
    plan, command = qemu_test.load()
    words = dict(s.split(":", 1) for s in plan["steps"])
    folder = tempfile.mkdtemp()  # short: a socket's path is limited
    socket = os.path.join(folder, "gdb")
    machine = qemu_test.Machine(command + ["--", "-gdb", "unix:%s,server=on,wait=off" % socket, "-S"], plan["timeout"])
    bad = None
    try:
        with machine:
            while not os.path.exists(socket):
                machine.sleep(0.1)
            text = session(machine, (os.path.join(folder, "commands"), script(words["doc"], socket)), words["elf"])
        judge(text, [s.split(":", 1)[1] for s in plan["steps"] if s.startswith("expect:")])
    except qemu_test.Failure as e:
        bad = str(e)
    finally:
        shutil.rmtree(folder)
    sys.stdout.write(machine.log)
    print("\n--- " + ("FAIL: " + bad if bad else "PASS"))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(run())
