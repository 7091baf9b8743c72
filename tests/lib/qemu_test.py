#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""qemu_test.py STEPS.json LAUNCHER: drives a machine on a terminal, as qemu.bzl says.

Also a module, for tests that judge more:
    import qemu_test
    with qemu_test.Machine([launcher, "--smp", "4"], timeout=60) as m:
        m.expect(r"guest: linux is up, (\\d+) harts")
        m.send("poweroff\\n")
        m.wait(status=0)
"""
import codecs
import json
import os
import pty
import re
import select
import shlex
import signal
import struct
import subprocess
import sys
import time

TAIL_LINES = 60  # of a machine that failed its test
LINE_S = 5  # for the rest of a line that fails a test: a hang is no reason to wait for long

BEAT = re.compile(r"beat (\d+) period_us (\d+) jitter_us (\d+)")
KEY = re.compile(r"hyp: ([A-Za-z0-9_.-]+)=(\S+)")


class Failure(Exception):
    tail = ""  # The last lines that the machine printed.


class Machine:
    """A process on a pseudo terminal; `log` is all that it has printed, CR removed."""

    def __init__(self, command, timeout):
        self.deadline = time.monotonic() + timeout
        self.timeout = timeout
        self.log = ""
        self.position = 0
        self.rejected = []
        self.status = None
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._fd, child = pty.openpty()
        # a session of its own: what it starts can be ended with it
        self._process = subprocess.Popen(command, stdin=child, stdout=child, stderr=child, start_new_session=True)
        os.close(child)

    def __enter__(self):
        return self

    def __exit__(self, _, error, __):
        if isinstance(error, Failure):
            error.tail = "".join(self.log.splitlines(True)[-TAIL_LINES:])
        self.stop()

    def reject(self, regex):
        """From now on a failure as soon as it is printed, and if it has been."""
        self.rejected.append(re.compile(regex, re.M))
        self._judge()

    def expect(self, regex, limit=None):
        """Waits for the pattern behind the last one's end; returns the match."""
        pattern = re.compile(regex, re.M)
        until = self.deadline if limit is None else min(self.deadline, time.monotonic() + limit)
        while True:
            match = pattern.search(self.log, self.position)
            if match:
                self.position = match.end()
                return match
            if not self._read(until):
                why = "the machine has ended" if self.status is not None else "time is over"
                raise Failure("not printed: %s (%s)" % (regex, why))

    def send(self, text):
        data = text.encode()
        while data:
            # a UART without room takes nothing for a while; keep reading meanwhile
            if select.select([], [self._fd], [], 0.1)[1]:
                data = data[os.write(self._fd, data[:16]) :]
            # a guest's ring drops what comes faster than it reads, as a serial line does
            self._read(time.monotonic() + 0.05)
            if time.monotonic() > self.deadline:
                raise Failure("the machine does not read its terminal")

    def sleep(self, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if not self._read(until) and self.status is not None:
                raise Failure("the machine has ended, status %d" % self.status)
            if time.monotonic() > self.deadline:
                raise Failure("time is over while it sleeps")

    def wait(self, status=0):
        """Waits for the end of the process and judges its exit status."""
        while self._read(self.deadline):
            pass
        if self.status is None:
            raise Failure("no shutdown within %g s" % self.timeout)
        if self.status != status:
            raise Failure("exit status is %d, not %d" % (self.status, status))

    def stop(self):
        """Ends the machine, whatever it does."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def end(self, limit=20):
        """Ends QEMU by a signal, at which its plugins write their files."""
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait(limit)

    def _judge(self):
        for pattern in self.rejected:
            match = pattern.search(self.log)
            if match:
                raise Failure("printed: %s" % self._lines_of(match))

    def _lines_of(self, match):
        """All lines that the match is on; what is still to come of the last one is read first."""
        until = time.monotonic() + LINE_S
        last = max(match.start(), match.end() - 1)
        while "\n" not in self.log[last:] and self._take(until):
            pass
        end = self.log.find("\n", last)
        return self.log[self.log.rfind("\n", 0, match.start()) + 1 : end if end >= 0 else len(self.log)]

    def _read(self, until):
        """Takes what is there or comes before `until`; False: nothing more, or too late."""
        if not self._take(until):
            return False
        self._judge()
        return True

    def _take(self, until):
        left = min(until, self.deadline) - time.monotonic()
        if not select.select([self._fd], [], [], max(0, left))[0]:
            return False
        try:
            data = os.read(self._fd, 65536)
        except OSError:  # EIO: the other side is closed
            data = b""
        if not data:
            self.status = self._process.wait()
            return False
        self.log += self._decoder.decode(data).replace("\r", "")
        return True


LOG_KEY = "\x1e"  # Ctrl-^


def exits(machine, vm):
    """{cause: count} of a VM's exits so far, which the hypervisor prints at the log key.

    A line that ends with dots goes on in the next one about this VM.
    """
    machine.send(LOG_KEY)
    found = {}
    while True:
        line = machine.expect(r"^hyp: vm=%s exits((?: [a-z_]+=\d+)*)( \.\.\.)?\n" % vm)
        found.update({cause: int(count) for cause, count in (w.split("=") for w in line.group(1).split())})
        if line.group(2) is None:
            return found


def beats(text):
    """[(number, period_us, jitter_us)] of the lines that a real-time guest prints."""
    return [tuple(int(x) for x in m) for m in BEAT.findall(text)]


def keys(text):
    """{key: value} of the `hyp: KEY=VALUE` lines."""
    return dict(KEY.findall(text))


def step(machine, text, plan):
    kind, _, rest = text.partition(":")
    if kind == "expect":
        machine.expect(rest)
    elif kind == "send":
        machine.send(rest.encode("latin-1", "backslashreplace").decode("unicode_escape"))
    elif kind == "sleep":
        machine.sleep(float(rest))
    elif kind == "stop":
        machine.stop()
        plan["stopped"] = True
    elif kind != "reject":
        raise Failure("unknown step: " + text)


def load():
    """The plan that qemu.bzl wrote, and the launcher with its arguments."""
    with open(sys.argv[1]) as f:
        plan = json.load(f)
    return plan, command_of(plan)


def command_of(plan):
    return [os.path.abspath(sys.argv[2])] + plan["args"]


def passed(count=r"\d+", vm="guest"):
    """The step that expects so many checks of a guest to have passed, and none to have failed."""
    return r"expect:^\[%s\] end: %s passed, 0 failed\n" % (vm, count)


def stopped(vm="guest", reason="shutdown"):
    return r"expect:^vm %s stopped: %s\n" % (vm, reason)


def take(plan, kinds):
    """Takes the steps `KIND:TEXT` of these kinds from the plan's begin: [(kind, text)]."""
    out = []
    while plan["steps"] and plan["steps"][0].partition(":")[0] in kinds:
        out.append(tuple(plan["steps"].pop(0).split(":", 1)))
    return out


def expand(plan, cases):
    """Puts the steps of cases[NAME] in the place of the step `case:NAME`.

    A step KEY:VALUE before that step replaces {KEY} in them. A case may have `args:WORDS` for the launcher, and `status:NUMBER`.
    """
    at = next((i for i, text in enumerate(plan["steps"]) if text.startswith("case:")), None)
    if at is None:
        return
    steps = list(cases[plan["steps"][at][len("case:") :]])
    for text in plan["steps"][:at]:
        key, value = text.split(":", 1)
        steps = [s.replace("{%s}" % key, value) for s in steps]
    for text in [s for s in steps if s.startswith("args:")]:
        plan["args"] = shlex.split(text[len("args:") :]) + plan["args"]
    for text in [s for s in steps if s.startswith("status:")]:
        plan["status"] = int(text[len("status:") :])
    plan["steps"] = [s for s in steps if not s.startswith(("args:", "status:"))] + plan["steps"][at + 1 :]


def add_qemu(plan, options):
    """Adds options of QEMU itself to the launcher's."""
    if options:
        plan["args"] += ([] if "--" in plan["args"] else ["--"]) + options


def own_tree(command):
    """The device tree that QEMU makes for the launcher's machine."""
    path = os.path.join(os.environ["TEST_TMPDIR"], "own.dtb")
    line = subprocess.check_output(command[:1] + ["--print"] + command[1:], text=True).splitlines()
    line[line.index("-M") + 1] += ",dumpdtb=" + path
    subprocess.check_call(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(path, "rb") as f:
        return f.read()


def tree_options(blob):
    """QEMU's options for a machine that has this device tree."""
    path = os.path.join(os.environ["TEST_TMPDIR"], "changed.dtb")
    with open(path, "wb") as f:
        f.write(blob)
    return ["-dtb", path]


def elf(body, at):
    """An ELF file of one segment at an address, for QEMU's -kernel, which loads a plain file at one address of its own.

    The entry is the first byte.
    """
    offset, machine = 4096, 243
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    head = ident + struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, at, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 7, offset, at, at, len(body), len(body), 4096)
    return (head + segment).ljust(offset, b"\0") + body


def count_options(plugin, out, more=""):
    """QEMU's options for the counter of tests/bench, hypcount.so: it writes the file `out` when QEMU ends.

    All code of HS-mode is in its own half of the address space.
    """
    return ["-plugin", "%s,hs=0xffffffc000000000:0xffffffc040000000%s,out=%s" % (os.path.abspath(plugin), more, out)]


def main(body):
    """Runs body(plan, command), which fails the test by a Failure. Returns the exit status."""
    plan, command = load()
    try:
        body(plan, command)
    except Failure as e:
        print(e.tail)
        print("--- FAIL: %s" % e)
        return 1
    print("--- PASS")
    return 0


def run(judge=None, plan=None):
    """Runs the plan, then judge(machine); the log is the test's output. Returns the exit status.

    `plan` is what load() has returned and a test has changed.
    """
    if plan is None:
        plan, _ = load()
    command = command_of(plan)
    machine = Machine(command, plan["timeout"])
    bad = None
    try:
        with machine:
            for text in plan["steps"]:
                if text.startswith("reject:"):
                    machine.reject(text[len("reject:") :])
            for text in plan["steps"]:
                step(machine, text, plan)
            if not plan.get("stopped"):
                machine.wait(plan["status"])
            if judge:
                judge(machine)
    except Failure as e:
        bad = str(e)
    except re.error as e:
        bad = "bad pattern: %s" % e
    with open(os.path.join(os.environ.get("TEST_TMPDIR", "."), "qemu.log"), "w") as f:
        f.write(machine.log)
    sys.stdout.write(machine.log)
    print("\n--- " + ("FAIL: " + bad if bad else "PASS"))
    return 1 if bad else 0


def run_case(cases):
    """Runs the plan with the case that it names."""
    plan, _ = load()
    expand(plan, cases)
    return run(plan=plan)


if __name__ == "__main__":
    sys.exit(run())
