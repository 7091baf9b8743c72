#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Judges what one wild instruction in HS-mode leads to: the dump, the VM's end, the others' beats.

Steps: cause:SCAUSE, stval:SYMBOL or NUMBER or NAME of a place, insn:SYMBOL that faults ("" where it
is stval), elf:PATH of the image, plugin:PATH of hypcount.so.
"""
import os
import re
import signal
import sys
import tempfile

ROOT = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"])
sys.path.insert(0, os.path.join(ROOT, "tests/hostile"))
import elf_file  # noqa: E402
import hostile_test  # noqa: E402
import qemu_test  # noqa: E402
from hostile_test import check  # noqa: E402

BEATS_AFTER = 4
NAMES = ("ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6").split()
FREE = {"sp", "tp", "a0"}  # of the registers, the test puts no number into these
PAGE, MIB = 4096, 1 << 20
BASE = 0xFFFFFFC000000000
POOL, STACKS, DEVICES = BASE + 64 * MIB, BASE + 256 * MIB, BASE + 512 * MIB
GUEST = 0x90000000  # real-time VM's memory, as its configuration says
STACK_PAGES = 2


def parse_dump(log):
    heads = re.findall(r'^hyp: panic="(.*)" hart=0x(\w+) vm=(\S+) build=(\S+ build_id=\w+)$', log, re.M)
    check(len(heads) == 1, "%d dumps" % len(heads))
    body = log[re.search(r'^hyp: panic="', log, re.M).end() :]
    words = {k: int(v, 16) for k, v in re.findall(r"\b(\w+)=0x([0-9a-f]+)\b", body)}
    missing = [n for n in NAMES if n not in words]
    check(not missing, "registers are missing: %s" % missing)
    return heads[0], words


def expected_stval(name, words, elf, load):
    """[start, end) of what stval may be."""
    pool = load + (elf["_guest_end"][0] - BASE + PAGE - 1) // PAGE * PAGE
    if name in elf:
        return elf[name][0], elf[name][0] + 1
    if name == "stack":
        return STACKS, DEVICES
    if name == "pool":
        return POOL, POOL + 64 * MIB
    if name == "image":  # where that memory would be if the image's mapping went on
        return BASE + GUEST - load, BASE + GUEST - load + 1
    if name == "pool_end":  # the pool's: it begins at the same offset into 2 MiB
        at = POOL + GUEST - pool // (2 * MIB) * (2 * MIB)
        return at, at + 1
    if name == "guard":  # the store before it was the lowest of the stack, and all above took place
        stored = 16 * words["t3"]
        check((STACK_PAGES - 1) * PAGE < stored <= STACK_PAGES * PAGE, "%d bytes of stack" % stored)
        check(words["sp"] % PAGE == PAGE - 16, "the last store was not at a page's end")
        return words["sp"], words["sp"] + 1
    return int(name, 0), int(name, 0) + 1


def judge_fault(log, want, name):
    (what, hart, vm, build), words = parse_dump(log)
    on_console = name == "console_hart"
    check(what == "fault in HS-mode", "what: " + what)
    check((hart, vm) == (("0", "-") if on_console else ("1", "victim")), "hart %s, VM %s" % (hart, vm))
    known = re.search(r"^hyp: build=(\S+) .* (build_id=\w{40})$", log, re.M)
    check(known and build == " ".join(known.groups()), "build " + build)
    check(words["scause"] == int(want["cause"]), "cause %d, not %s" % (words["scause"], want["cause"]))
    elf = elf_file.symbols(want["elf"])
    start, end = expected_stval(want["stval"], words, elf, int(re.search(r" load=(\w+)$", log, re.M).group(1), 16))
    check(start <= words["stval"] < end, "stval %#x, not %s = %#x" % (words["stval"], want["stval"], start))
    at, size = elf[want["insn"]] if want["insn"] else (words["stval"], 1)
    check(at <= words["sepc"] < at + size, "sepc %#x is not in %s" % (words["sepc"], want["insn"] or "stval"))
    numbers = {n: (i + 1) * 0x0101 for i, n in enumerate(NAMES) if n not in FREE}
    if name == "overflow":
        del numbers["t3"]
    if name == "lose_tp":
        numbers["tp"] = 4 * 0x0101
    wrong = ["%s=%#x" % (n, words[n]) for n, v in numbers.items() if words[n] != v]
    check(not wrong, "registers: %s" % wrong)
    check(STACKS <= words["sp"] < DEVICES, "sp %#x is not in a stack" % words["sp"])
    if name not in ("console_hart", "nested_tell"):  # nobody tells
        judge_place(log, " hart=1 pc=%#x cause=%#x value=%#x" % (words["sepc"], words["scause"], words["stval"]))
    print("--- stval %#x, %s" % (words["stval"], want["stval"]))


def judge_place(log, place):
    """The line about the VM's end names the hart and, if the dump is of a trap, that trap."""
    line = re.search("^vm victim stopped: panic(.*)$", log, re.M).group(1)
    check(line == place, "stopped at%s, not%s" % (line, place))


def judge_require(log):
    (what, hart, vm, _), _ = parse_dump(log)
    check((what, hart, vm) == ("self()->harts == NULL", "1", "victim"), "%s, hart %s, VM %s" % (what, hart, vm))
    check(re.search(r"^tests/faults/wild\.c line=0x\w+$", log, re.M), "no file and line")
    judge_place(log, " hart=1")


def judge(log, want, name):
    nested = len(re.findall("^hyp: panic=nested$", log, re.M))
    check(nested == (1 if name.startswith("nested") else 0), "%d nested faults" % nested)
    check(len(re.findall("panic=", log)) == 1 + nested, "more than one dump")
    if name == "require":
        judge_require(log)
    elif name in ("nested", "nested_swap_tp"):  # its dump ends where it faulted
        check(re.search(r'^hyp: panic="fault in HS-mode" hart=0x1 vm=$', log, re.M), "no dump")
        judge_place(log, " hart=1")
    else:
        judge_fault(log, want, name)
    hostile_test.judge_space(log)
    hostile_test.judge_beats(log)


def count_beats(machine, counts):
    """Without a console the counter's file says that the beats go on: it has a line for each but the first."""
    while True:
        with open(counts) as f:
            if len(re.findall(r"^beat id=7 hart=2 ", f.read(), re.M)) >= BEATS_AFTER:
                return
        machine.sleep(0.5)


def watch(machine, name, counts):
    """Until there is enough to judge."""
    machine.expect(r"^hyp: vm=rt .*state=started$")
    machine.expect(r"^hyp: panic=")
    if name == "console_hart":
        count_beats(machine, counts)
        return
    if name == "nested_tell":
        machine.expect("^hyp: panic=nested$")
        machine.reject("vm victim stopped")  # nobody could tell
    else:
        machine.expect("^vm victim stopped: panic")
    for _ in range(BEATS_AFTER):
        machine.expect(r"^\[rt\] beat \d+ ")
    machine.expect("\n")


def run():
    plan, command = qemu_test.load()
    want = dict(s.split(":", 1) for s in plan["steps"])
    name = plan["args"][-1].split("=")[1]
    counts = os.path.join(tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR")), "counts")
    hs = "hs=%#x:%#x" % (BASE, BASE + (1 << 30))
    command += ["-icount", "shift=0,sleep=off"]
    command += ["-plugin", "%s,%s,out=%s" % (os.path.abspath(want["plugin"]), hs, counts)]
    machine = qemu_test.Machine(command, plan["timeout"])
    bad = None
    try:
        with machine:
            machine.reject("survived|vm rt stopped")
            watch(machine, name, counts)
            # the counter writes its file at the end
            os.killpg(machine._process.pid, signal.SIGTERM)
            machine._process.wait(plan["timeout"])
        judge(machine.log, want, name)
        hostile_test.judge_counts(counts, name, 1, BEATS_AFTER - 1)
    except qemu_test.Failure as e:
        bad = str(e)
    sys.stdout.write(machine.log)
    print("\n--- " + ("FAIL: " + bad if bad else "PASS"))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(run())
